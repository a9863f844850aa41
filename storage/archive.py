"""The archive: every settled delivery as it came, byte for byte."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from storage import files
from storage.delivery import TENANT_NAME, Envelope, day_of, is_delivery_id
from storage.errors import DamagedArchive, DropsafeError, NotFound, Pruned
from storage.layout import DATA, ENVELOPE, PACK, PRUNED_PACK, Layout
from storage.packs import Pack, is_whole

_Found = TypeVar("_Found")

_YEAR = re.compile(r"[0-9]{4,}")
_HEAD = 512
_LOOKS = 3  # a delivery may move on while we look, at the most so often


class Archive:
    """The kept deliveries of one home; also finds those that wait or are held."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._open: Pack | None = None

    def keep(self, tenant: str, delivery: str) -> None:
        """Move a settled delivery out of the inbox; one that was kept already is dropped there.

        A part can be in both places after a crash, since a message or container that is opened
        again makes the same parts again, under the same ids and with the same bytes.
        """
        waiting, kept = self._layout.waiting(tenant, delivery), self._layout.kept(tenant, delivery)
        if self.is_packed(tenant, delivery) or is_whole(kept):
            files.remove_tree(waiting)
        else:
            files.remove_tree(kept)  # half of it, or damaged: what waited was just read
            files.move(waiting, kept)

    def sort_out(self, tenant: str) -> int:
        """Remove second copies of deliveries, and halves, where the whole is further on its way.

        A backup copies a delivery twice, or in part, that moves on while it is being made. What is
        nowhere whole stays for a person to look at. Gives how many were removed.
        """
        removed = 0
        for delivery in sorted(set(self._unpacked(tenant))):
            packed = self.is_packed(tenant, delivery)
            on_its_way = self._directories(tenant, delivery)
            whole = next((one for one in on_its_way if is_whole(one)), None)
            for directory in on_its_way:
                is_second = packed or (whole is not None and directory != whole)
                if is_second and directory.is_dir():
                    files.remove_tree(directory)
                    removed += 1
        return removed

    def give_back(self, tenant: str, delivery: str) -> None:
        """Put a delivery of which nothing is known any more into the inbox again.

        One that is packed stays there as well, until it is settled again. Raises as `read`.
        """
        kept, waiting = self._layout.kept(tenant, delivery), self._layout.waiting(tenant, delivery)
        if not kept.is_dir():
            data, envelope = self.read(tenant, delivery), self.envelope(tenant, delivery)
            kept = self._layout.spool / f"{delivery}.given-back"
            files.remove_tree(kept)
            kept.mkdir(mode=0o700)
            files.write_durably(kept / DATA, data)
            files.write_durably(kept / ENVELOPE, envelope.to_json())
        files.move(kept, waiting)

    def deliveries(self, tenant: str, *, but_damaged: bool = False) -> list[str]:
        """Ids of a tenant's archived deliveries, in order of receipt.

        Raises DamagedArchive; or leaves out those in packs of which the index cannot be read.
        """
        found = set(self.loose(tenant))
        for path in self.packs(tenant):
            try:
                found.update(Pack.open(path).deliveries)
            except DamagedArchive:
                if not but_damaged:
                    raise
        return sorted(found)

    def loose(self, tenant: str) -> list[str]:
        """Ids of those that are not packed yet, in order of receipt."""
        names = files.names_in(self._layout.settled / tenant)
        return [name for name in names if is_delivery_id(name)]

    def packs(self, tenant: str) -> list[Path]:
        """A tenant's packs in the order of their days; where there are two of a day, the fuller."""
        found = sorted((self._layout.archive / tenant).glob(f"[0-9]*/[0-9]*{PACK}"))
        whole = {one.name.removesuffix(PACK) for one in found if not is_pruned(one)}
        return [one for one in found if not is_pruned(one) or one.name[:10] not in whole]

    def strays(self, tenant: str) -> list[Path]:
        """What lies among a tenant's packs and is nothing that belongs there."""
        known = {self._layout.journal(tenant), self._layout.intent(tenant)}
        top = self._layout.archive / tenant
        packs = set(top.glob(f"[0-9]*/[0-9]*{PACK}"))
        return [one for one in sorted(top.rglob("*")) if _is_stray(one, top, known | packs)]

    def tenants(self) -> list[str]:
        """Tenants of whom something is archived, in the order of their names."""
        names = {*files.names_in(self._layout.archive), *files.names_in(self._layout.settled)}
        return sorted(name for name in names if TENANT_NAME.fullmatch(name))

    def exists(self, tenant: str, delivery: str) -> bool:
        """Whether a delivery is anywhere on its way."""
        try:
            self._find(tenant, delivery, Path.stat, lambda pack: pack)
        except NotFound:
            return False
        return True

    def secure(self, tenant: str, delivery: str) -> None:
        """Make the name of a delivery durable where it stands. Raises NotFound, OSError."""

        def sync(directory: Path) -> None:
            directory.stat()
            files.sync_directory(directory.parent)

        self._find(tenant, delivery, sync, lambda _pack: None)

    def envelope(self, tenant: str, delivery: str) -> Envelope:
        """The envelope of a delivery. Raises NotFound, DamagedArchive."""
        return Envelope.from_json(
            self._find(
                tenant,
                delivery,
                lambda directory: (directory / ENVELOPE).read_bytes(),
                lambda pack: pack.envelope(delivery),
            )
        )

    def read(self, tenant: str, delivery: str) -> bytes:
        """The original bytes of a delivery. Raises NotFound, Pruned, DamagedArchive."""
        data = self._find(
            tenant,
            delivery,
            lambda directory: (directory / DATA).read_bytes(),
            lambda pack: pack.data(delivery),
        )
        if data is None:
            raise Pruned(delivery)
        return data

    def head(self, tenant: str, delivery: str) -> bytes:
        """The first bytes of a delivery, enough to tell what kind it is. Raises as `read`."""

        def start(directory: Path) -> bytes:
            with (directory / DATA).open("rb") as data:
                return data.read(_HEAD)

        data = self._find(tenant, delivery, start, lambda pack: pack.data(delivery))
        if data is None:
            raise Pruned(delivery)
        return data[:_HEAD]

    def is_pruned(self, tenant: str, delivery: str) -> bool:
        """Whether retention has taken a delivery's bytes away. Raises NotFound, DamagedArchive."""
        return self._find(
            tenant, delivery, _exists, lambda pack: pack.deliveries[delivery].data is None
        )

    def _find(
        self,
        tenant: str,
        delivery: str,
        in_directory: Callable[[Path], _Found],
        in_pack: Callable[[Pack], _Found],
    ) -> _Found:
        """Look where a delivery is, which may move on meanwhile."""
        kept, *before = self._directories(tenant, delivery)
        trouble: DropsafeError = NotFound(f"There is no delivery {delivery}.")
        for directory in (kept, None, *before) * _LOOKS:
            if directory is not None:
                with suppress(FileNotFoundError):
                    return in_directory(directory)
                continue
            try:
                pack = self._pack_with(tenant, delivery)
            except DamagedArchive as damage:
                trouble = damage  # it may be elsewhere all the same
            else:
                if pack is not None:
                    return in_pack(pack)
        raise trouble

    def _directories(self, tenant: str, delivery: str) -> tuple[Path, Path, Path]:
        """Where a delivery can be unpacked: the furthest on its way first."""
        return (
            self._layout.kept(tenant, delivery),
            self._layout.waiting(tenant, delivery),
            self._layout.held(tenant, delivery),
        )

    def _unpacked(self, tenant: str) -> Iterator[str]:
        for place in (self._layout.settled, self._layout.inbox, self._layout.quarantine):
            yield from (name for name in files.names_in(place / tenant) if is_delivery_id(name))

    def is_packed(self, tenant: str, delivery: str) -> bool:
        """Whether a pack has a delivery as it was received, so that no other copy is needed."""
        try:
            pack = self._pack_with(tenant, delivery)
            # By what is on the disk now: the open one remembers the frame that it read last.
            return pack is not None and Pack.open(pack.path).is_safe(delivery)
        except DamagedArchive:  # until somebody has mended it
            return False

    def _pack_with(self, tenant: str, delivery: str) -> Pack | None:
        """The pack that holds a delivery, if one does. Raises DamagedArchive."""
        day = day_of(delivery)
        for path in (self._layout.pack(tenant, day), self._layout.pruned_pack(tenant, day)):
            pack = self._opened(path)
            if pack is not None and delivery in pack.deliveries:
                return pack
        return None

    def _opened(self, path: Path) -> Pack | None:
        """An open pack; the last one is used again, as long as it is the one that is there."""
        try:
            if self._open is None or not self._open.is_at(path):
                self._open = Pack.open(path)
        except FileNotFoundError:
            return None
        return self._open


def is_pruned(pack: Path) -> bool:
    """Whether a pack is one without bytes, by its name."""
    return pack.name.endswith(PRUNED_PACK)


def _exists(directory: Path) -> bool:
    directory.stat()
    return False


def _is_stray(path: Path, top: Path, known: set[Path]) -> bool:
    """Whether a path in a tenant's archive is a file of nobody's, or an empty directory."""
    if path.is_dir():
        is_year = path.parent == top and _YEAR.fullmatch(path.name) is not None
        return not is_year and not any(path.iterdir())
    return path not in known
