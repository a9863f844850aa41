"""Striking at one system call of a process: with kill -9 before it, or an error in its place.

strace injects it. It counts the calls of each kind by thread, from the moment at which it is
attached.
"""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

DISK = (
    *("write", "pwrite64", "ftruncate", "fsync", "fdatasync"),
    *("rename", "unlink", "unlinkat", "mkdir", "rmdir"),
)
"""Calls that change what is on disk. Python and SQLite use no other here."""

SAYING = ("sendto",)
"""The call by which a reply goes to a client, or a statement (COMMIT too) to PostgreSQL."""

_CALL = re.compile(r"^(?:(\d+) +)?(\w+)\((?:\d+<([^>]*)>|\"([^\"]*)\")?")


@dataclass(frozen=True, slots=True)
class Strike:
    """What happens at the `number`th call of a kind, counted from 1: `how` in strace's words.

    `file` is a path in the home if only calls on that file count.
    """

    call: str
    number: int
    how: str = "signal=KILL"
    file: str = ""

    def __str__(self) -> str:
        return f"{self.how} at {self.call} {self.number} {self.file}"


@dataclass(frozen=True, slots=True)
class Call:
    """One call as strace saw it; `path` is what it is about: a file, a socket, or not known."""

    thread: int
    kind: str
    path: str


def why_not(pid: int) -> str:
    """Why strace may not look at a process of ours, or nothing; containers may forbid it."""
    try:
        with _attached(pid, "-e", "trace=none", threads=False):
            return ""
    except AssertionError as error:
        return str(error).splitlines()[0]


@dataclass(slots=True)
class Outcome:
    """Whether an error was injected; known when the block has ended."""

    failed: bool = False


@contextmanager
def struck(pid: int, strike: Strike, home: Path, *, threads: bool = False) -> Iterator[Outcome]:
    """Have a running or stopped process of a home struck while the block runs.

    `threads` follows all its threads, and what they start; else only its main thread counts.
    """
    outcome = Outcome()
    log = home.parent / "struck"
    inject = f"inject={strike.call}:{strike.how}:when={strike.number}"
    only = ["-P", str(home / strike.file)] if strike.file else []
    arguments = ["-o", str(log), *only, "-e", f"trace={strike.call}", "-e", inject]
    with _attached(pid, *arguments, threads=threads):
        yield outcome
    outcome.failed = "(INJECTED)" in log.read_text(errors="replace")


@contextmanager
def watched(pid: int, log: Path, *, threads: bool = False) -> Iterator[list[Call]]:
    """Note the calls of a process; they are in the list when the block has ended."""
    calls: list[Call] = []
    with _attached(
        pid, "-y", "-o", str(log), "-e", f"trace={','.join((*DISK, *SAYING))}", threads=threads
    ):
        yield calls
    for line in log.read_text(errors="replace").splitlines():
        found = _CALL.match(line)
        if found is not None and "<... " not in line:
            calls.append(Call(int(found[1] or pid), found[2], found[3] or found[4] or ""))


def most_by_thread(calls: list[Call]) -> dict[str, int]:
    """How many calls of each kind the thread made that made most of them."""
    by_thread = Counter((one.kind, one.thread) for one in calls)
    most: dict[str, int] = {}
    for (kind, _), count in by_thread.items():
        most[kind] = max(count, most.get(kind, 0))
    return dict(sorted(most.items()))


@contextmanager
def _attached(pid: int, *arguments: str, threads: bool) -> Iterator[None]:
    tracer = subprocess.Popen(
        ["strace", *(["-f"] if threads else []), "-p", str(pid), *arguments],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert tracer.stderr is not None
    try:
        said = tracer.stderr.readline()
        assert "attached" in said, said
        yield
    finally:
        # Of what ended already the tracer ends by itself; of what goes on it lets go.
        tracer.terminate()
        tracer.stderr.read()
        tracer.wait(20)
        tracer.stderr.close()
