"""zip (PKWARE's APPNOTE 6.3): the directory at its end, and the files that it names.

Read strictly: the directory and the headers before the files must say the same, and no file may
lie in another. Programs that repair or tolerate more disagree with each other on what is inside.
"""

from __future__ import annotations

import struct
import zlib
from collections import Counter
from dataclasses import dataclass

from parsers.containers.inflating import inflate
from parsers.containers.limits import MOST_ENTRIES, Room, too_large
from parsers.containers.verdicts import damaged, encrypted, unsupported
from parsers.reject import Unreadable, clip

_END = struct.Struct("<4s4H2LH")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_END_MARK, _ENTRY_MARK, _LOCAL_MARK = b"PK\x05\x06", b"PK\x01\x02", b"PK\x03\x04"
_LONGEST_COMMENT = 0xFFFF
_IN_ZIP64 = 0xFFFFFFFF
_STORED, _DEFLATED = 0, 8
_ENCRYPTED, _SIZES_BEHIND, _UTF8 = 0x0001, 0x0008, 0x0800


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One file of the directory. `name` has slashes; a folder's ends with one. Sizes in bytes."""

    name: str
    raw_name: bytes
    flags: int
    method: int
    checksum: int
    packed: int
    size: int
    header_at: int

    @property
    def is_folder(self) -> bool:
        """Whether it stands for a folder and holds nothing."""
        return self.name.endswith("/") and not self.size


class Archive:
    """An archive whose directory was read and holds together.

    Raises:
        Unreadable: damaged, cut off, encrypted, packed in a rare way, or with too many entries.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.entries, self._directory_at = _directory(data)
        for name, times in Counter(entry.name for entry in self.entries).items():
            if times > 1:
                raise damaged(f"The archive holds two files called {clip(name)}: which is meant?")
        self._starts = {entry.name: self._start(entry) for entry in self.entries}
        self._refuse_overlaps()

    def unpack(self, entry: Entry, room: Room) -> bytes:
        """Unpack one file and check it.

        Raises:
            Unreadable: damaged, encrypted, packed in a rare way, or there is no room for it.
        """
        start = self._starts[entry.name]
        packed = memoryview(self._data)[start : start + entry.packed]
        if entry.flags & _ENCRYPTED:
            raise encrypted("The archive")
        if entry.method == _DEFLATED:
            data, taken = inflate(packed, room)
        elif entry.method == _STORED:
            room.take(len(packed))
            data, taken = bytes(packed), len(packed)
        else:
            raise unsupported(
                f"{clip(entry.name)} is packed by method {entry.method}, not by 'deflate'."
            )
        if (taken, len(data), zlib.crc32(data)) != (entry.packed, entry.size, entry.checksum):
            raise damaged(f"The archive is damaged: the checksum of {clip(entry.name)} is wrong.")
        return data

    def _start(self, entry: Entry) -> int:
        """Where a file's packed bytes begin, once the header before them agrees."""
        header = self._data[entry.header_at : entry.header_at + _LOCAL.size]
        if len(header) < _LOCAL.size:
            raise _contradiction(entry.raw_name)
        mark, _, flags, method, _, _, checksum, packed, size, name_size, extra_size = _LOCAL.unpack(
            header
        )
        name_at = entry.header_at + _LOCAL.size
        stated = (checksum, packed, size)
        expected = (entry.checksum, entry.packed, entry.size)
        agrees = flags & _SIZES_BEHIND or all(
            one in (other, _IN_ZIP64) for one, other in zip(stated, expected, strict=True)
        )
        if (
            mark != _LOCAL_MARK
            or method != entry.method
            or (flags ^ entry.flags) & (_ENCRYPTED | _SIZES_BEHIND)
            or self._data[name_at : name_at + name_size] != entry.raw_name
            or not agrees
        ):
            raise _contradiction(entry.raw_name)
        start: int = name_at + name_size + extra_size
        return start

    def _refuse_overlaps(self) -> None:
        """Files that share bytes are how small archives unpack to terabytes."""
        end = 0
        for entry in sorted(self.entries, key=lambda one: one.header_at):
            if entry.header_at < end:
                raise damaged("The archive is damaged, or built to harm: files in it overlap.")
            end = self._starts[entry.name] + entry.packed
        if end > self._directory_at:
            raise damaged("The archive is damaged: a file in it runs into its directory.")


def _end_record(data: bytes) -> tuple[int, tuple[int, ...]]:
    """The record at the end of an archive, and where it stands."""
    at = data.rfind(_END_MARK, max(0, len(data) - _END.size - _LONGEST_COMMENT))
    if at < 0 or at + _END.size > len(data):
        raise damaged("The archive is cut off: the directory at its end is missing.")
    return at, _END.unpack_from(data, at)


def _directory(data: bytes) -> tuple[tuple[Entry, ...], int]:
    """The entries of the directory, and where it begins."""
    at, (_, disk, first_disk, here, entries, size, start, _) = _end_record(data)
    if disk or first_disk or here != entries:
        raise unsupported("This is one part of a zip archive that was split into several.")
    if _IN_ZIP64 in (size, start):
        raise unsupported("The archive is in the form for more than 4 GB (zip64).")
    if start + size != at:
        raise damaged("The archive is damaged: its directory is not where it should be.")
    if entries > MOST_ENTRIES:
        raise too_large(f"The archive has more than {MOST_ENTRIES:,} files.")
    found = []
    position = start
    for _ in range(entries):
        entry, position = _entry(data, position, at)
        found.append(entry)
    if position != at:
        raise damaged("The archive is damaged: its directory does not end where it should.")
    return tuple(found), start


def _entry(data: bytes, at: int, end: int) -> tuple[Entry, int]:
    if at + _ENTRY.size > end:
        raise damaged("The archive is damaged: its directory is too short.")
    (mark, _, _, flags, method, _, _, checksum, packed, size, name_size, extra_size, comment_size,
     _, _, _, header_at) = _ENTRY.unpack_from(data, at)  # fmt: skip
    name_at = at + _ENTRY.size
    if mark != _ENTRY_MARK or name_at + name_size > end:
        raise damaged("The archive is damaged: its directory is broken.")
    if _IN_ZIP64 in (packed, size, header_at):
        raise unsupported("The archive is in the form for more than 4 GB (zip64).")
    raw_name = data[name_at : name_at + name_size]
    entry = Entry(
        name=_text(raw_name, flags).replace("\\", "/"),
        raw_name=raw_name,
        flags=flags,
        method=method,
        checksum=checksum,
        packed=packed,
        size=size,
        header_at=header_at,
    )
    return entry, name_at + name_size + extra_size + comment_size


def _text(raw_name: bytes, flags: int) -> str:
    """A name; programs that do not say so write UTF-8 as well (macOS), or code page 437."""
    try:
        return raw_name.decode("utf-8")
    except UnicodeDecodeError:
        return raw_name.decode("utf-8" if flags & _UTF8 else "cp437", "replace")


def _contradiction(raw_name: bytes) -> Unreadable:
    name = clip(raw_name.decode("utf-8", "replace"))
    return damaged(f"The archive is damaged: its directory and the header of {name} disagree.")
