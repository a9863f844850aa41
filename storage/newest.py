"""The newest delivery on the disk: where the order of receipt goes on if its file is lost."""

from __future__ import annotations

from contextlib import suppress

from storage import files
from storage.archive import Archive
from storage.delivery import END_OF_ORDER, day_of, is_delivery_id, order_of
from storage.errors import DamagedArchive
from storage.layout import Layout
from storage.packs import Pack


def newest_order(layout: Layout) -> int:
    """The order number of the newest delivery that waits, is held or is archived; 0 if none is.

    Costs the listing of every tenant's directories, and the index of the packs of one day. Of a
    pack that is damaged nothing is known.
    """
    newest = ""
    for place in (layout.inbox, layout.quarantine, layout.settled):
        for tenant in files.names_in(place):
            newest = max(newest, *filter(_is_one, files.names_in(place / tenant)), "")
    archive = Archive(layout)
    for tenant in archive.tenants():
        for path in reversed(archive.packs(tenant)):
            if newest and path.name[:10] < str(day_of(newest)):
                break
            with suppress(DamagedArchive, FileNotFoundError):
                newest = max(newest, *Pack.open(path).deliveries, "")
    return order_of(newest) if newest else 0


def _is_one(name: str) -> bool:
    return is_delivery_id(name) and order_of(name) < END_OF_ORDER
