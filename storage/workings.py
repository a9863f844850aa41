"""Workings: what a long command has worked out so far, so that after a kill it need not begin anew.

One file, only ever added to, with a checksum for each entry. It is no truth of any kind: nothing is
synced, what is damaged or missing is worked out again, and who comes to the end removes the file.
"""

from __future__ import annotations

import hashlib
import os
import struct
from contextlib import suppress
from pathlib import Path

from storage import files

_HEAD = struct.Struct(">IQ32s")  # length of the key, length of the data, checksum of both


class Workings:
    """Entries by their keys, in a file that one process at a time has open."""

    def __init__(self, path: Path) -> None:
        files.make_directory(path.parent)
        self._path = path
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        self._descriptor = os.open(path, flags, 0o600)
        self._places: dict[str, tuple[int, int]] = {}
        self._is_full = False
        self._end = self._read_through()

    def get(self, key: str) -> bytes | None:
        """What was put under a key; None if nothing was."""
        place = self._places.get(key)
        if place is None:
            return None
        at, length = place
        return os.pread(self._descriptor, length, at)

    def put(self, key: str, data: bytes) -> None:
        """Keep something, unless the disk is full: then it is worked out again, should it be."""
        if self._is_full:
            return
        name = key.encode()
        head = _HEAD.pack(len(name), len(data), hashlib.sha256(name + data).digest())
        try:
            files.write_all(self._descriptor, head + name + data, self._end)
        except OSError:
            self._is_full = True
            return
        at = self._end + _HEAD.size + len(name)
        self._places[key] = (at, len(data))
        self._end = at + len(data)

    def close(self) -> None:
        """Leave it for the next one who comes to the same."""
        os.close(self._descriptor)

    def remove(self) -> None:
        """The work is done."""
        with suppress(FileNotFoundError):
            self._path.unlink()

    def _read_through(self) -> int:
        """Find the entries, and give where they end; behind that only what a crash has left."""
        at = 0
        while True:
            head = os.pread(self._descriptor, _HEAD.size, at)
            if len(head) < _HEAD.size:
                return at
            of_key, of_data, checksum = _HEAD.unpack(head)
            begin = at + _HEAD.size
            if os.fstat(self._descriptor).st_size < begin + of_key + of_data:
                return at
            entry = os.pread(self._descriptor, of_key + of_data, begin)
            if hashlib.sha256(entry).digest() != checksum:
                return at
            self._places[entry[:of_key].decode()] = (begin + of_key, of_data)
            at = begin + of_key + of_data
