"""A pack: a tenant's settled deliveries of one day in one file, which tar and zstd read as well.

    archive/acme/2026/2026-11-21.tar.zst

It is a tar archive of `ID/envelope.json` and `ID/data`, compressed with Zstandard (RFC 8878) in
frames of 32 MiB, each by itself, so that one delivery is read back by unpacking one frame. Within
a frame nothing is stored twice: a till sends the whole day so far again and again. Bytes that were
there before are a hard link, as tar has them, to the first delivery that brought them.

The last frame is a skippable one, which other programs pass over. It tells what is where:

    {"frames": [[offset, length], …],
     "deliveries": {ID: [[frame, offset, size] of the envelope, the same of the data, sha256]}}

Where retention has taken the bytes away there is no `data` and null in its place. A pack is never
written to: a new one takes its place, in one rename. So there is no half of one after a crash.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
import tarfile
import weakref
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import zstandard

from storage import files
from storage.delivery import Envelope
from storage.errors import DamagedArchive
from storage.layout import DATA, ENVELOPE

FRAME = 32 << 20
"""Bytes of a frame before compression; a larger delivery has a frame of its own."""

_LEVEL = 9
_WINDOW = 25  # bits: it spans a frame, and every zstd unpacks it without being asked to
_SKIPPABLE = struct.Struct("<II")  # RFC 8878, 3.1.2: a magic number and the size of what follows
_SKIPPABLE_MAGIC = 0x184D2A5D
_FOOT = struct.Struct("<I8s")  # the size of the index before it, and that it is ours
_OURS = b"dropsafe"
_BLOCK = tarfile.BLOCKSIZE
_END_OF_TAR = bytes(2 * _BLOCK)


class Spot(NamedTuple):
    """Where something is: the number of its frame, and offset and size in bytes within it."""

    frame: int
    offset: int
    size: int


class Place(NamedTuple):
    """Where a delivery is in a pack; `data` is None where retention has taken it away."""

    envelope: Spot
    data: Spot | None
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A delivery as it is kept: the text of its envelope and its bytes; None if they were pruned.

    What is missing by accident is empty.
    """

    id: str
    envelope: bytes
    data: bytes | None


@dataclass(slots=True, weakref_slot=True)
class Pack:
    """An open pack: what it was when it was opened, also when another has taken its place.

    The frame that was read last is kept in memory, as deliveries are read in their order.
    """

    path: Path
    descriptor: int
    frames: list[tuple[int, int]] = field(default_factory=list)
    deliveries: dict[str, Place] = field(default_factory=dict)
    _number: int = -1
    _frame: bytes = b""

    @classmethod
    def open(cls, path: Path) -> Pack:
        """Read the index of a pack.

        Raises:
            FileNotFoundError: there is none.
            DamagedArchive: it cannot be read.
        """
        pack = cls(path, os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW))
        weakref.finalize(pack, os.close, pack.descriptor)
        try:
            end = os.fstat(pack.descriptor).st_size - _FOOT.size
            size, ours = _FOOT.unpack(os.pread(pack.descriptor, _FOOT.size, end))
            index = os.pread(pack.descriptor, size, end - size) if ours == _OURS else b""
            pack._take(json.loads(zstandard.decompress(index)))
        except (OSError, ValueError, struct.error, zstandard.ZstdError) as error:
            raise DamagedArchive(path) from error
        return pack

    def is_at(self, path: Path) -> bool:
        """Whether this is the pack that is at a path now. Raises FileNotFoundError."""
        now, then = path.stat(), os.fstat(self.descriptor)
        return (now.st_dev, now.st_ino) == (then.st_dev, then.st_ino)

    def _take(self, index: dict[str, Any]) -> None:
        self.frames = [(offset, length) for offset, length in index["frames"]]
        self.deliveries = {
            name: Place(Spot(*envelope), data and Spot(*data), sha256)
            for name, (envelope, data, sha256) in index["deliveries"].items()
        }

    def read(self, spot: Spot) -> bytes:
        """Give what is at a spot. Raises DamagedArchive."""
        if spot.frame != self._number:
            try:
                self._frame = zstandard.decompress(self.compressed(spot.frame))
            except zstandard.ZstdError as error:
                raise DamagedArchive(self.path) from error
            self._number = spot.frame
        return self._frame[spot.offset : spot.offset + spot.size]

    def compressed(self, number: int) -> bytes:
        """One frame as it is on the disk."""
        offset, length = self.frames[number]
        return os.pread(self.descriptor, length, offset)

    def kept(self, name: str) -> Kept:
        """A delivery that is in the pack. Raises DamagedArchive."""
        return Kept(id=name, envelope=self.envelope(name), data=self.data(name))

    def envelope(self, name: str) -> bytes:
        """The envelope of a delivery that is in the pack. Raises DamagedArchive."""
        return self.read(self.deliveries[name].envelope)

    def data(self, name: str) -> bytes | None:
        """The bytes of a delivery that is in the pack; None if pruned. Raises DamagedArchive."""
        spot = self.deliveries[name].data
        return self.read(spot) if spot else None

    def is_safe(self, name: str) -> bool:
        """Whether a delivery is here, byte for byte or pruned, so that no other copy is needed."""
        place = self.deliveries.get(name)
        try:
            return place is not None and (place.data is None or is_intact(self.kept(name)))
        except DamagedArchive:
            return False

    def is_scattered(self) -> bool:
        """Whether adding to it would leave more frames than what is in it needs."""
        spots = {place.data for place in self.deliveries.values() if place.data}
        return len(self.frames) > 1 + 2 * sum(spot.size for spot in spots) // FRAME

    def links_astray(self) -> Iterator[str]:
        """Deliveries that tar cannot unpack, see `is_astray`. Raises DamagedArchive."""
        in_their_order = sorted(self.deliveries, key=lambda name: self.deliveries[name].envelope)
        return (name for name in in_their_order if self.is_astray(name))

    def is_astray(self, name: str) -> bool:
        """Whether a delivery's bytes are a link that does not name the file which has them.

        We find them by the index all the same; tar does not, and ends. Raises DamagedArchive.
        """
        frame, offset, size = envelope = self.deliveries[name].envelope
        data = self.deliveries[name].data
        header = Spot(frame, offset + size + -size % _BLOCK, _BLOCK)
        if data is None or data[:2] == (envelope.frame, header.offset + _BLOCK):
            return False
        try:
            member = tarfile.TarInfo.frombuf(self.read(header), "utf-8", "strict")
        except (tarfile.HeaderError, ValueError) as error:
            raise DamagedArchive(self.path) from error
        brought_by, _, file = member.linkname.partition("/")
        other = self.deliveries.get(brought_by)
        return not (member.islnk() and file == DATA and other and other.data == data)

    def contents(self) -> Iterator[Kept]:
        """Every delivery in its order. Raises DamagedArchive."""
        return (self.kept(name) for name in sorted(self.deliveries))


def write_pack(path: Path, *, old: Pack | None, new: Iterable[Kept]) -> None:
    """Put a pack in place of another: what the old one holds, and more.

    The frames of the old one are taken over as they are.

    Raises:
        DamagedArchive: what was to be put in cannot be read.
        OSError: the disk refused; nothing changed.
    """
    files.make_directory(path.parent)
    with files.replacing(path) as file:
        writer = _Writer(file)
        if old is not None:
            writer.take_over(old)
        for kept in new:
            writer.add(kept)
        writer.finish()


class _Writer:
    """A pack that is being written."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._frames: list[tuple[int, int]] = []
        self._places: dict[str, Place] = {}
        self._first: dict[str, tuple[str, Spot]] = {}  # by sha256: the member, and where it is
        self._old: Pack | None = None
        self._before: dict[str, str] = {}  # by sha256: the delivery that brought it to the old one
        self._frame = bytearray()

    def take_over(self, old: Pack) -> None:
        """Take the frames of a pack as they are, but for the last, which ends the archive."""
        for number in range(len(old.frames) - 1):
            self._append(old.compressed(number))
        self._places.update(old.deliveries)
        self._old = old
        for name, place in sorted(old.deliveries.items()):
            if place.data is not None:
                self._before.setdefault(place.sha256, name)

    def add(self, kept: Kept) -> None:
        """Add a delivery; what does not fit in the frame begins the next."""
        if self._frame and len(self._frame) + len(kept.data or b"") > FRAME:
            self._end_frame()
        received = Envelope.from_json(kept.envelope)
        when = received.order // 1_000_000_000
        envelope = self._member(f"{kept.id}/{ENVELOPE}", kept.envelope, when=when)
        data = None
        if kept.data is not None:
            name = f"{kept.id}/{DATA}"
            first = self._first.get(received.sha256) or self._taken_over(received.sha256)
            if first is None:
                data = self._member(name, kept.data, when=when)
                self._first[received.sha256] = (name, data)
            else:
                data = first[1]
                self._frame += _header(name, when=when, link=first[0])
        self._places[kept.id] = Place(envelope, data, received.sha256)

    def _taken_over(self, sha256: str) -> tuple[str, Spot] | None:
        """Where bytes were before; None if they are not, or not whole any more."""
        name = self._before.pop(sha256, None)
        if self._old is None or name is None or not self._old.is_safe(name):
            return None
        spot = self._old.deliveries[name].data
        if spot is not None:
            self._first[sha256] = (f"{name}/{DATA}", spot)
        return self._first.get(sha256)

    def finish(self) -> None:
        """End the archive, and say what is where."""
        self._end_frame()
        self._frame += _END_OF_TAR
        self._end_frame()
        index = {"frames": self._frames, "deliveries": self._places}
        text = zstandard.compress(json.dumps(index, separators=(",", ":")).encode(), _LEVEL)
        foot = text + _FOOT.pack(len(text), _OURS)
        self._file.write(_SKIPPABLE.pack(_SKIPPABLE_MAGIC, len(foot)) + foot)

    def _member(self, name: str, content: bytes, *, when: int) -> Spot:
        self._frame += _header(name, when=when, size=len(content))
        spot = Spot(len(self._frames), len(self._frame), len(content))
        self._frame += content
        self._frame += bytes(-len(content) % _BLOCK)
        return spot

    def _end_frame(self) -> None:
        if self._frame:
            self._append(_compressed(bytes(self._frame)))
            self._frame.clear()

    def _append(self, compressed: bytes) -> None:
        self._frames.append((self._file.tell(), len(compressed)))
        self._file.write(compressed)


def _compressed(frame: bytes) -> bytes:
    parameters = zstandard.ZstdCompressionParameters.from_level(
        _LEVEL,
        source_size=len(frame),
        window_log=min(_WINDOW, max(zstandard.WINDOWLOG_MIN, len(frame).bit_length())),
        enable_ldm=True,  # matches from afar: the file as it was fifteen minutes ago
        write_checksum=True,
    )
    return zstandard.ZstdCompressor(compression_params=parameters).compress(frame)


def _header(name: str, *, when: int, size: int = 0, link: str = "") -> bytes:
    member = tarfile.TarInfo(name)
    member.size, member.mtime, member.mode = size, when, 0o600
    if link:
        member.type, member.linkname = tarfile.LNKTYPE, link
    return member.tobuf(tarfile.USTAR_FORMAT)


def unpacked(directory: Path) -> Kept:
    """A delivery that lies alone, under its id; what is missing is empty."""
    return Kept(
        id=directory.name,
        envelope=_bytes_or_nothing(directory / ENVELOPE),
        data=_bytes_or_nothing(directory / DATA),
    )


def is_whole(directory: Path) -> bool:
    """Whether a delivery lies there alone as it was received. Raises OSError."""
    return is_intact(unpacked(directory))


def is_intact(kept: Kept) -> bool:
    """Whether the bytes are those that were received, by the checksum in the envelope."""
    try:
        expected = Envelope.from_json(kept.envelope).sha256
    except ValueError:
        return False
    return hashlib.sha256(kept.data or b"").hexdigest() == expected


def _bytes_or_nothing(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
