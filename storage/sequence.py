"""The order of receipt: numbers that strictly rise over threads, processes, restarts and clocks.

Should the file be lost or damaged, counting goes on above the newest delivery that is on the disk.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from storage.delivery import END_OF_ORDER, MAX_PARTS
from storage.files import make_directory, sync_directory

_RESERVE = 10_000_000_000  # ns; how far ahead the durable ceiling is set: one fsync in ten seconds
_RECORD_SIZE = 128


@dataclass(frozen=True, slots=True)
class _Record:
    """What the file says: `last` is in the page cache, `ceiling` is durable."""

    last: int
    ceiling: int
    boot: str

    def encode(self) -> bytes:
        return f"{self.last:020d} {self.ceiling:020d} {self.boot}\n".encode()

    @classmethod
    def decode(cls, text: bytes) -> _Record:
        last, ceiling, boot = text.decode().split()
        record = cls(int(last), int(ceiling), boot)
        if not 0 <= record.last <= record.ceiling < END_OF_ORDER:
            raise ValueError("these are no order numbers")
        return record


class Sequence:
    """Allots order numbers under a lock on one small file.

    A number is nanoseconds since 1970 where the clock allows it, and always more than any before.
    The last number lives in the page cache, which survives a killed process; the ceiling is made
    durable before a number above it is given, and is where counting goes on after a reboot. Where
    the file says nothing, `floor` is asked for a number that was given before, or a later one.
    """

    def __init__(
        self,
        path: Path,
        *,
        clock: Callable[[], int] = time.time_ns,
        boot: str | None = None,
        floor: Callable[[], int] = lambda: 0,
    ) -> None:
        self._path = path
        self._floor = floor
        self._clock = clock
        self._boot = boot or _boot_id()

    def allot(self) -> int:
        """Take the next number; the `MAX_PARTS` numbers behind it belong to the same delivery.

        Raises:
            OSError: the file cannot be read, written or made durable; no number was given.
        """
        descriptor = self._open()
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            before = self._read(descriptor) or self._begin(descriptor)
            number = self._next(before)
            ceiling = before.ceiling
            if number + MAX_PARTS > ceiling:
                ceiling = number + _RESERVE
                self._raise_ceiling(
                    descriptor, before, _Record(self._last(before), ceiling, self._boot)
                )
            os.pwrite(descriptor, _Record(number, ceiling, self._boot).encode(), 0)
            return number
        finally:
            os.close(descriptor)

    def upcoming(self) -> int | None:
        """About what the next number would be, by what the file says; None if it says nothing."""
        try:
            descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        try:
            before = self._read(descriptor)
        finally:
            os.close(descriptor)
        return self._next(before) if before else None

    def _open(self) -> int:
        try:
            return os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            make_directory(self._path.parent)
            self._path.touch(mode=0o600)
            sync_directory(self._path.parent)
            return os.open(self._path, os.O_RDWR | os.O_CLOEXEC)

    def _read(self, descriptor: int) -> _Record | None:
        """What the file says; None if that is nothing, or cannot be read."""
        try:
            return _Record.decode(os.pread(descriptor, _RECORD_SIZE, 0))
        except ValueError:
            return None

    def _begin(self, descriptor: int) -> _Record:
        """Count on from the floor; what was in the file is no number."""
        os.ftruncate(descriptor, 0)
        floor = self._floor()
        return _Record(floor, floor, self._boot)

    def _next(self, before: _Record) -> int:
        return max(self._last(before) + MAX_PARTS, self._clock())

    def _last(self, before: _Record) -> int:
        return before.last if before.boot == self._boot else before.ceiling

    def _raise_ceiling(self, descriptor: int, before: _Record, raised: _Record) -> None:
        os.pwrite(descriptor, raised.encode(), 0)
        try:
            os.fsync(descriptor)
        except OSError:
            # A ceiling that the disk did not take must not be believed by the next caller.
            os.pwrite(descriptor, before.encode(), 0)
            raise


def _boot_id() -> str:
    """Tells one boot of the machine from the next (Linux, random(4))."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
