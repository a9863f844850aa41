"""gzip (RFC 1952): one file, in one piece or in several that follow each other."""

from __future__ import annotations

import zlib

from parsers.containers.inflating import inflate
from parsers.containers.kinds import GZIP
from parsers.containers.limits import Room, too_large
from parsers.containers.verdicts import damaged, unsupported
from parsers.reject import Unreadable

_FIXED = 10  # bytes of a header before its optional fields
_TRAILER = 8
_DEFLATE = 8
_MOST_PIECES = 100_000  # a file of 6 GB in the blocks of 64 KB that bgzip makes
_HEADER_CHECKSUM, _EXTRA, _NAME, _COMMENT, _RESERVED = 0x02, 0x04, 0x08, 0x10, 0xE0


def unpack(data: bytes, room: Room) -> tuple[str, bytes]:
    """Unpack a file; returns the name in its header, empty if there is none, and its bytes.

    Pieces that were put together (`cat a.gz b.gz`, a log that was appended to) are one file. Zeros
    behind the end are let pass, as tapes and some transfers pad with them.

    Raises:
        Unreadable: damaged, cut off, or larger than there is room for.
    """
    view = memoryview(data)
    name, at = _header(data, 0)
    pieces: list[bytes] = []
    while True:
        piece, taken = inflate(view[at:], room)
        at += taken
        _check(piece, data[at : at + _TRAILER])
        pieces.append(piece)
        at += _TRAILER
        if not data.startswith(GZIP, at):
            break
        if len(pieces) == _MOST_PIECES:
            raise too_large(f"The file is packed in more than {_MOST_PIECES:,} pieces.")
        _, at = _header(data, at)
    if data[at:].strip(b"\0"):
        raise damaged("The file is damaged: there is something behind the end of its packed data.")
    return name, b"".join(pieces)


def _header(data: bytes, start: int) -> tuple[str, int]:
    """The name in a header, and where the packed data begin."""
    fixed = data[start : start + _FIXED]
    if len(fixed) < _FIXED:
        raise _cut_off()
    if fixed[2] != _DEFLATE or fixed[3] & _RESERVED:
        raise unsupported("The file is packed with gzip in a way that is not known here.")
    flags, at = fixed[3], start + _FIXED
    if flags & _EXTRA:
        at += 2 + int.from_bytes(data[at : at + 2], "little")
    name = b""
    for flag in (_NAME, _COMMENT):
        if flags & flag:
            end = data.find(b"\0", at)
            if end < 0:
                raise _cut_off()
            name = data[at:end] if flag == _NAME else name
            at = end + 1
    if flags & _HEADER_CHECKSUM:
        stated = int.from_bytes(data[at : at + 2], "little")
        if stated != zlib.crc32(data[start:at]) & 0xFFFF:
            raise damaged("The file is damaged: the checksum of its header is wrong.")
        at += 2
    return _text(name), at


def _text(name: bytes) -> str:
    """RFC 1952 says Latin-1; what programs write is UTF-8."""
    try:
        return name.decode("utf-8")
    except UnicodeDecodeError:
        return name.decode("latin-1")


def _check(piece: bytes, trailer: bytes) -> None:
    if len(trailer) < _TRAILER:
        raise _cut_off()
    checksum = int.from_bytes(trailer[:4], "little")
    size = int.from_bytes(trailer[4:], "little")
    if checksum != zlib.crc32(piece) or size != len(piece) & 0xFFFFFFFF:
        raise damaged("The file is damaged: its checksum is wrong.")


def _cut_off() -> Unreadable:
    return damaged("The file is cut off: the end of its packed data is missing.")
