"""Deflate, streamed: the limit is asked while the bytes come out, never after."""

from __future__ import annotations

import zlib

from parsers.containers.limits import Room
from parsers.containers.verdicts import damaged

_FEED = 64 << 10
_PIECE = 1 << 20


def inflate(data: memoryview, room: Room) -> tuple[bytes, int]:
    """Unpack one raw deflate stream (RFC 1951); returns what came out, and the bytes it took up.

    Raises:
        Unreadable: damaged or cut off; or there is no room for what comes out.
    """
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    pieces: list[bytes] = []
    taken = 0
    try:
        while not stream.eof:
            fed = stream.unconsumed_tail
            if not fed:
                fed = bytes(data[taken : taken + _FEED])
                taken += len(fed)
            piece = stream.decompress(fed, _PIECE)
            room.take(len(piece))
            pieces.append(piece)
            if not fed and not piece and not stream.eof:
                raise damaged("The file is cut off: its packed data do not end.")
    except zlib.error as error:
        raise damaged("The file is damaged: its packed data are broken.") from error
    return b"".join(pieces), taken - len(stream.unused_data)
