"""Reading files in a process of its own, with limits, so that no file can harm its worker.

A few bytes can ask for gigabytes (three megabytes of commas took polars 2.2 GB), and a fault in
native code takes its whole process with it. So the parsers run in a process beside the worker,
which has no database and is replaced when it dies; what it died of is then the verdict on the file.
"""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Unpack

from parsers.reject import Unreadable, UnreadableCode

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from ingest.reader_process import Known
    from parsers.containers import Contents
    from parsers.mappings.format import Format
    from parsers.mappings.mapping import Mapping
    from parsers.reading import Reading
    from parsers.sheet import Sheet
    from parsers.suggesting import GivenFile, Suggestion
    from parsers.suggesting import Known as KnownOfShop

_CRASHES = {
    signal.SIGABRT,
    signal.SIGBUS,
    signal.SIGFPE,
    signal.SIGILL,
    signal.SIGSEGV,
    signal.SIGTRAP,
    signal.SIGSYS,
}
_WALL_FACTOR = 4  # of the processor time: a machine may be that busy with other work
_LEAVE_SECONDS = 5.0  # for the process to end by itself when it is not needed any more
_MOST_SAID = 4_000  # bytes
_REMEDY = "Look at the file; if it is a table, have it sent in smaller parts."


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What reading one file may cost: memory in MiB, processor time in seconds."""

    memory: int
    seconds: int


class ReaderLost(Exception):
    """The reading process was ended from outside: nothing is known of the file."""


class Reader:
    """Reads one file at a time in a process that is started when it is first needed."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: Connection | None = None
        self._said = -1  # open while the pipe is
        self._turn = threading.Lock()  # one question at a time goes through the pipe

    def read(self, data: bytes, mapping: Mapping, **known: Unpack[Known]) -> Reading:
        """Read a file by its mapping, as `parsers.delimited.read` does.

        Raises:
            Unreadable: as there; TOO_COSTLY if it goes beyond the limits, BREAKS_READER if the
                process crashes.
            ReaderLost: the process was killed by somebody else.
        """
        reading: Reading = self._ask("read", data, mapping, **known)
        return reading

    def read_rejects(self, data: bytes, mapping: Mapping, **known: Unpack[Known]) -> bytes:
        """Give a file's rejects as they were sent, as `parsers.delimited.read_rejects` does.

        Raises as `read` does.
        """
        rejects: bytes = self._ask("read_rejects", data, mapping, **known)
        return rejects

    def read_record(
        self, data: bytes, mapping: Mapping, line: int, **known: Unpack[Known]
    ) -> str | None:
        """Give one record as it was sent, as `parsers.delimited.read_record` does.

        Raises as `read` does.
        """
        record: str | None = self._ask("read_record", data, mapping, line, **known)
        return record

    def contents(self, data: bytes, name: str) -> Contents | None:
        """Open a container, as `parsers.containers.contents` does. Raises as `read` does."""
        contents: Contents | None = self._ask("contents", data, name)
        return contents

    def attached(self, data: bytes) -> tuple[int, Contents]:
        """Open an email: how many files are attached, and what lies in them, down to the last.

        Raises as `read` does.
        """
        attached: tuple[int, Contents] = self._ask("attached", data)
        return attached

    def read_sheet(self, data: bytes, layout: Format) -> Sheet:
        """Read a file for people to look at, as `parsers.sheet.read_sheet` does.

        Raises as `read` does, and Unreadable for what is no table of text.
        """
        sheet: Sheet = self._ask("read_sheet", data, layout)
        return sheet

    def suggest(self, files: Sequence[GivenFile], known: KnownOfShop) -> Suggestion:
        """Propose a mapping, as `parsers.suggesting.suggest` does. Raises as `read` does."""
        suggestion: Suggestion = self._ask("suggest", files, known)
        return suggestion

    def _ask(self, task: str, *given: object, **known: Unpack[Known]) -> Any:  # noqa: ANN401 - an answer of the kind that the task has
        with self._turn:
            answer = self._answer(task, given, known)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def _answer(self, task: str, given: tuple[object, ...], known: Known) -> object:
        pipe = self._started()
        try:
            pipe.send((task, given, known))
            if not pipe.poll(self._limits.seconds * _WALL_FACTOR):
                self.kill()
                raise self._too_slow()
            return pipe.recv()
        except (EOFError, BrokenPipeError, ConnectionResetError) as error:
            raise self._post_mortem() from error

    def close(self) -> None:
        """Let the process end, if there is one. A further read starts another."""
        if self._pipe is not None:
            self._pipe.close()
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_LEAVE_SECONDS)
            self.kill()

    def kill(self) -> None:
        """End the process now, whatever it is at. A further read starts another."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        if self._pipe is not None:
            self._pipe.close()
            os.close(self._said)
        self._process = self._pipe = None

    def _started(self) -> Connection:
        if self._process is not None and self._process.poll() is not None:
            self.kill()  # it died between two files: the next one has no part in that
        if self._pipe is not None:
            return self._pipe
        from multiprocessing import Pipe  # noqa: PLC0415 - not for commands that parse nothing

        ours, theirs = Pipe()
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [
                *(sys.executable, "-m", "ingest.reader_process", str(theirs.fileno())),
                *(str(self._limits.memory), str(self._limits.seconds)),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._muttering(),
            pass_fds=[theirs.fileno()],
            process_group=0,  # Ctrl-C ends the worker, which lets this one finish
            env=os.environ | {"RUST_BACKTRACE": "0"},  # pages of polars' own, for a full memory
        )
        theirs.close()
        self._pipe = ours
        return ours

    def _muttering(self) -> int:
        """Where the process writes what nobody asked for: a new file without a name.

        An allocator that runs out of memory says so a hundred thousand times. It is looked at when
        the process ends without a reason.
        """
        import tempfile  # noqa: PLC0415 - as above

        with tempfile.TemporaryFile() as file:
            self._said = os.dup(file.fileno())
        return self._said

    def _too_slow(self) -> Unreadable:
        return Unreadable(
            UnreadableCode.TOO_COSTLY,
            f"Reading the file took more than {self._limits.seconds} s of processor time.",
            remedy=_REMEDY,
        )

    def _post_mortem(self) -> Exception:
        """Say what the process died of."""
        status = self._process.wait() if self._process else 0
        said = os.pread(self._said, _MOST_SAID, 0).decode("utf-8", "replace").strip()
        self.kill()
        if status == -signal.SIGXCPU:
            return self._too_slow()
        if -status in _CRASHES:
            return Unreadable(
                UnreadableCode.BREAKS_READER,
                "The program that reads files broke down on this one "
                f"({signal.Signals(-status).name}), as it does when it needs more than "
                f"{self._limits.memory} MiB of memory.",
                remedy=_REMEDY,
            )
        return ReaderLost(f"the reading process ended with status {status}; it said: {said}")


@cache
def shared_reader(limits: Limits) -> Reader:
    """The reader of this process: its start takes as long as reading a hundred small files."""
    reader = Reader(limits)
    atexit.register(reader.close)
    return reader
