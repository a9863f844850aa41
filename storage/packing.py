"""Packing: what is settled goes into the tenant's pack of its day; what is too old is pruned.

A delivery that lies alone costs three inodes and at least two blocks, for ever. So a tenant's
settled deliveries are packed when there are some dozens of them, and what is left of a day when
the day is over: one file for each tenant and day.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from itertools import groupby
from pathlib import Path

from storage import files
from storage.archive import Archive, is_pruned
from storage.delivery import day_of
from storage.errors import DamagedArchive
from storage.layout import Layout
from storage.packs import Kept, Pack, is_intact, unpacked, write_pack

BATCH = 64
"""So many deliveries of a day that is not over are packed together."""


class Packing:
    """The packing of one home; the caller has claimed the tenant."""

    def __init__(self, layout: Layout, archive: Archive) -> None:
        self._layout = layout
        self._archive = archive

    def is_due(self, tenant: str, today: date) -> bool:
        """Whether there is anything to pack: costs the listing of a small directory."""
        loose = self._archive.loose(tenant)
        return len(loose) >= BATCH or any(day_of(one) < today for one in loose)

    def pack(self, tenant: str, today: date) -> int:
        """Pack what is due; gives how many deliveries were packed.

        A crash at any point leaves a delivery in both places at the most, and the next time puts
        that right. What is not whole, or not what was received, stays where it is.

        Raises:
            DamagedArchive: a pack that is there cannot be read; nothing of that day was packed.
            OSError: the disk refused; nothing was lost.
        """
        packed = 0
        for day, members in groupby(self._archive.loose(tenant), day_of):
            deliveries = list(members)
            if day < today or len(deliveries) >= BATCH:
                packed += self._pack_day(tenant, day, deliveries, is_over=day < today)
        return packed

    def mend(self, tenant: str) -> int:
        """Write packs anew that tar cannot unpack; gives how many.

        A pack that cannot be read stays as it is. Raises OSError; nothing was lost.
        """
        mended = 0
        for path in self._archive.packs(tenant):
            with suppress(DamagedArchive):
                pack = Pack.open(path)
                if any(pack.links_astray()):
                    write_pack(path, old=None, new=pack.contents())
                    mended += 1
        return mended

    def prune(self, tenant: str, before: date) -> int:
        """Take away the bytes of what was received before a day; gives of how many packs.

        Raises:
            DamagedArchive: a pack cannot be read, and stays as it is.
            OSError: the disk refused; nothing was lost that is not due.
        """
        due = self._due_to_prune(tenant, before)
        for day, path in due:
            without = (
                Kept(id=one.id, envelope=one.envelope, data=None)
                for one in Pack.open(path).contents()
            )
            write_pack(self._layout.pruned_pack(tenant, day), old=None, new=without)
            path.unlink()
        return len(due)

    def is_due_to_prune(self, tenant: str, before: date) -> bool:
        """Whether there are bytes of what was received before a day."""
        return bool(self._due_to_prune(tenant, before))

    def _due_to_prune(self, tenant: str, before: date) -> list[tuple[date, Path]]:
        days = [
            (date.fromisoformat(path.name[:10]), path)
            for path in self._archive.packs(tenant)
            if not is_pruned(path)
        ]
        return [(day, path) for day, path in days if day < before]

    def _pack_day(self, tenant: str, day: date, deliveries: list[str], *, is_over: bool) -> int:
        path, pruned = self._layout.pack(tenant, day), self._layout.pruned_pack(tenant, day)
        old = _opened(path) or _opened(pruned)
        known = old.deliveries.keys() if old else set()
        twice = {one for one in deliveries if old and old.is_safe(one)}
        new = [
            one for one in deliveries if one not in twice and is_intact(self._loose(tenant, one))
        ]
        if new:
            if old and (
                (is_over and old.is_scattered())
                or not known.isdisjoint(new)  # restored: the pack has them damaged
                or any(old.links_astray())
            ):
                both = (
                    self._loose(tenant, one) if one in new else old.kept(one)
                    for one in sorted({*known, *new})
                )
                write_pack(path, old=None, new=both)
            else:
                write_pack(path, old=old, new=(self._loose(tenant, one) for one in new))
            _check(path, new)
        if path.exists():
            pruned.unlink(missing_ok=True)
        for delivery in twice.union(new):
            files.remove_tree(self._layout.kept(tenant, delivery))
        return len(new)

    def _loose(self, tenant: str, delivery: str) -> Kept:
        return unpacked(self._layout.kept(tenant, delivery))


def _opened(path: Path) -> Pack | None:
    try:
        return Pack.open(path)
    except FileNotFoundError:
        return None


def _check(path: Path, deliveries: list[str]) -> None:
    """Read back what was written, before the only other copy is removed. Raises DamagedArchive."""
    pack = Pack.open(path)
    if not all(is_intact(pack.kept(one)) for one in deliveries):
        raise DamagedArchive(path)
