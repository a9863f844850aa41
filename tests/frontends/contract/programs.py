"""Running client programs: with input in pieces, killed in the middle, and understood."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from secrets import token_hex
from typing import IO
from urllib.parse import quote

from tests.frontends.contract.answers import Answer, Cut, Source, Verdict
from tests.frontends.contract.doors import Door

_SECONDS = 30  # no program runs longer
_POLL = 0.01
_HEARD = rb"<(?:---)? 226 "
_WELCOME, _KEPT, _STOPPING = 230, 226, 421
_UNHEEDED = "Failed to close libssh2 file"  # curl ends with 0 all the same
_SSH_DENIED = r"Permission denied \([a-z,-]*\)"
_SFTP_WORDS = (
    ("[Pp]ermission denied|Authentication failure|No such file|Login failed", Verdict.NEVER),
    (f"Failure|Operation failed|Access failed|{_UNHEEDED}", Verdict.LATER),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A program that has ended."""

    code: int
    out: str
    err: str


def run(
    door: Door,
    command: Sequence[str],
    *,
    source: Source | None = None,
    piped: bool = False,
) -> Done:
    """Run a program that knows nothing of the user who runs the tests.

    `source` is what it uploads: fed to it where `piped`, else it reads it from a file. It is killed
    when the source is cut. What it started itself is waited for too.
    """
    source = source or Source(b"")
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=pipe, env=_environment(door.files)
    ) as process:
        with ThreadPoolExecutor(2) as pool:
            out = pool.submit(_read, process.stdout, source)
            err = pool.submit(_read, process.stderr, source)
            try:
                _feed(process, source if piped else ())
                _watch(process, source)
            except Cut:
                process.kill()
            except BaseException:
                process.kill()
                raise
        return Done(code=process.wait(), out=out.result(), err=err.result())


def local_file(door: Door, data: bytes) -> Path:
    """A file on the client's side."""
    path = door.files / f"local-{token_hex(4)}"
    path.write_bytes(data)
    return path


def url(door: Door, scheme: str, name: str) -> str:
    """The address of a name."""
    return f"{scheme}://127.0.0.1:{door.port}/{quote(name)}"


def curl(
    door: Door, arguments: Sequence[str], *, source: Source | None = None
) -> tuple[Done, list[tuple[int, str]]]:
    """Run curl so that it says what the server said: the replies, code and words.

    `source` is uploaded, from a pipe where it is held and else from a file.
    """
    upload: list[str] = []
    if source is not None:
        upload = ["-T", "-" if source.held else str(local_file(door, source.data))]
    command = ["curl", "-q", "-sS", "-v", "--max-time", str(_SECONDS), *upload, *arguments]
    done = run(door, command, source=source, piped=source is not None and source.held)
    replies = _replies(r"^< (\d{3}) (.*?)\r?$", done.err)
    # The rest is the story of the connection, with its ports and with paths of ours.
    verdicts = re.findall(rf"^(?:curl: .*|\* {_UNHEEDED}.*)$", done.err, re.MULTILINE)
    return replace(done, err="\n".join(verdicts)), replies


def lftp(
    door: Door, script: str, *, source: Source | None = None
) -> tuple[Done, list[tuple[int, str]]]:
    """Run a script in lftp; what it did, and the replies of an FTP server."""
    settings = (
        "debug 5; set cmd:fail-exit yes; set net:timeout 10; set net:max-retries 1; "
        "set net:reconnect-interval-base 1; "
        f"set ssl:ca-file {door.certificate}; "
    )
    if source is not None and source.held:
        rate = slow(source)
        settings += f"set net:limit-rate 0:{rate}; set net:limit-max {rate // 10}; "
    done = run(door, ["lftp", "--norc", "-c", settings + script], source=source)
    return done, _replies(r"^<--- (\d{3}) (.*?)\r?$", done.err)


def slow(source: Source) -> int:
    """Bytes a second at which an upload takes the time it should."""
    return int(len(source.data) / source.seconds)


def verdict_of_reply(done: Done, replies: list[tuple[int, str]]) -> Answer:
    """What a program made of it, and the words of the server that decided it."""
    if done.code == 0:
        return Answer(verdict=Verdict.YES, words=_said(replies) + done.out)
    codes = [code for code, _ in replies]
    # lftp tries some things before its login, which are refused, and looks around after a no.
    inside = replies[codes.index(_WELCOME) :] if _WELCOME in codes else replies[::-1]
    refusal = next(((code, words) for code, words in inside if code >= 400), None)
    if done.code < 0 or refusal is None:
        return Answer(verdict=Verdict.LOST, words=done.err)
    if refusal[0] == _STOPPING and _KEPT in codes:
        # lftp heard the yes, wanted to set the time as well, and met a server that stops.
        return Answer(verdict=Verdict.YES, words=_said(replies))
    return Answer.of_code(*refusal)


def verdict_of_sftp(done: Done) -> Answer:
    """What a program made of the codes of SFTP; of the words it shows its own."""
    words = done.err + done.out
    if done.code < 0:
        verdict = Verdict.LOST
    elif done.code == 0 and _UNHEEDED not in words:
        verdict = Verdict.YES
    else:
        meanings = (verdict for pattern, verdict in _SFTP_WORDS if re.search(pattern, words))
        verdict = next(meanings, Verdict.LOST)
    denied = re.search(_SSH_DENIED, words)  # lftp tells more around it, never twice the same
    return Answer(verdict=verdict, words=denied[0] if denied else words)


def _feed(process: subprocess.Popen[bytes], pieces: Iterable[bytes]) -> None:
    assert process.stdin is not None
    with suppress(BrokenPipeError):
        for piece in pieces:
            process.stdin.write(piece)
            process.stdin.flush()
    with suppress(BrokenPipeError):
        process.stdin.close()


def _watch(process: subprocess.Popen[bytes], source: Source) -> None:
    deadline = time.monotonic() + _SECONDS
    while process.poll() is None:
        with suppress(subprocess.TimeoutExpired):
            process.wait(_POLL)
        assert time.monotonic() < deadline, "the program did not end"
        if source.is_cut:
            raise Cut


def _read(pipe: IO[bytes] | None, source: Source) -> str:
    """All that a program says, to the end; at FTP's yes it has not ended yet."""
    assert pipe is not None
    said = b""
    for line in pipe:
        said += line
        if re.match(_HEARD, line):
            source.answered.set()
    return said.decode()


def _replies(pattern: str, text: str) -> list[tuple[int, str]]:
    found = re.findall(pattern, text, re.MULTILINE)
    return [(int(code), words) for code, words in found]


def _said(replies: list[tuple[int, str]]) -> str:
    return "".join(f"{code} {words}\n" for code, words in replies)


def _environment(home: Path) -> Mapping[str, str]:
    return {"HOME": str(home), "PATH": "/usr/bin:/bin:/usr/local/bin", "LC_ALL": "C.UTF-8"}
