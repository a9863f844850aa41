"""What database and archive say as a whole, to be held against each other.

Every question is put for a range of tenants at once, never for one delivery.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, Table, and_, exists, func, select

from parsers.canonical import RECORD_TYPES
from storage import rows, tables
from storage.archive import Archive, is_pruned
from storage.delivery import day_of, is_delivery_id
from storage.errors import DamagedArchive
from storage.layout import Layout
from storage.packs import Pack
from storage.rows import Fold

_JUST_BEHIND = "!"  # sorts below whatever else a tenant's name may go on with


class Span(NamedTuple):
    """Tenants whose names are not below `begin`, and below `end` if there is one."""

    begin: str = ""
    end: str | None = None

    @classmethod
    def of(cls, tenant: str) -> Span:
        """One tenant."""
        return cls(tenant, tenant + _JUST_BEHIND)

    def holds(self, tenant: str) -> bool:
        """Whether a tenant is among them."""
        return self.begin <= tenant and (self.end is None or tenant < self.end)


class Told(NamedTuple):
    """What the ledger says of a delivery; the first twelve are what its envelope says, too."""

    id: str
    tenant: str
    name: str
    via: str
    peer: str
    sender: str
    parent: str
    part: int
    recipient: str
    size: int
    sha256: str
    received_at: str
    state: str
    reason: str | None
    feed: str | None
    mapping_version: int | None
    same_as: str | None
    new: int
    rejected: int
    duplicates: int
    ignored: int


FROM_OUTSIDE = Told._fields[:12]
"""What both the ledger and the envelope of a delivery say."""


@dataclass(slots=True)
class Facts:
    """What the database knows of one tenant.

    `rows` and `superseded` count by delivery; `superseded_astray` are values that stand above no
    row; `versions` are the texts of mappings by feed and number; `folds` go by record type.
    """

    is_tenant: bool = False
    told: dict[str, Told] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    superseded: dict[str, int] = field(default_factory=dict)
    superseded_astray: int = 0
    folds: dict[str, Fold] = field(default_factory=dict)
    versions: dict[tuple[str, int], str] = field(default_factory=dict)


def damage(connection: Connection) -> str:
    """What is wrong with the embedded database as a file; empty if nothing, or if it is no file."""
    if connection.dialect.name != "sqlite":
        return ""
    said = str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one())
    return "" if said == "ok" else said


def deliveries_by_tenant(connection: Connection) -> dict[str, int]:
    """How many deliveries the ledger has of each tenant, and 0 for a tenant without any."""
    query = select(tables.deliveries.c.tenant, func.count()).group_by(tables.deliveries.c.tenant)
    names = connection.execute(select(tables.tenants.c.name)).scalars()
    return {**dict.fromkeys(names, 0), **{name: int(n) for name, n in connection.execute(query)}}


def deliveries_in(directory: Path) -> set[str]:
    """Ids of the deliveries that have a directory there; a file of such a name is none."""
    try:
        with os.scandir(directory) as entries:
            return {one.name for one in entries if is_delivery_id(one.name) and one.is_dir()}
    except (FileNotFoundError, NotADirectoryError):
        return set()


def right_place(layout: Layout, tenant: str, path: Path, pack: Pack) -> Path | None:
    """Where a pack is looked for, by the deliveries in it; None if they are of several days."""
    days = {day_of(one) for one in (min(pack.deliveries), max(pack.deliveries))}
    at = layout.pruned_pack if is_pruned(path) else layout.pack
    return at(tenant, days.pop()) if len(days) == 1 else None


def tenant_names(connection: Connection) -> set[str]:
    """Tenants that the database knows."""
    return set(connection.execute(select(tables.tenants.c.name)).scalars())


def newest_delivery(connection: Connection) -> str:
    """The newest delivery that the ledger knows; empty if there is none."""
    return connection.execute(select(func.max(tables.deliveries.c.id))).scalar_one() or ""


def facts(connection: Connection, span: Span, *, with_rows: bool) -> dict[str, Facts]:
    """All that is known of the tenants of a span, by name; without rows that costs next to nothing.

    A name that only some table knows is there as well.
    """
    found: defaultdict[str, Facts] = defaultdict(Facts)
    tenants, deliveries, mappings = tables.tenants, tables.deliveries, tables.mappings
    for name in connection.execute(_within(select(tenants.c.name), tenants, span)).scalars():
        found[name].is_tenant = True
    columns = (deliveries.c[name] for name in Told._fields)
    for told in connection.execute(_within(select(*columns), deliveries, span)).all():
        found[told.tenant].told[told.id] = Told._make(told)
    for tenant, feed, number, text in connection.execute(
        _within(select(*mappings.c["tenant", "feed", "version", "text"]), mappings, span)
    ):
        found[tenant].versions[feed, number] = text
    folds = tables.folds
    stands = select(*folds.c["tenant", "record", "newest", "version", "decided"])
    for tenant, record, newest, version, decided in connection.execute(
        _within(stands, folds, span)
    ):
        found[tenant].folds[record] = Fold(newest=newest, version=version, decided=decided)
    if with_rows:
        for record in RECORD_TYPES:
            _count_rows(connection, span, record, found)
    return dict(found)


def lost_rejects(connection: Connection) -> list[tuple[str, int]]:
    """Deliveries that the ledger does not know and that have rejects, and how many."""
    rejects, deliveries = tables.rejects, tables.deliveries
    query = (
        select(rejects.c.delivery, func.count())
        .where(~exists(select(deliveries.c.id).where(deliveries.c.id == rejects.c.delivery)))
        .group_by(rejects.c.delivery)
        .order_by(rejects.c.delivery)
    )
    return [(delivery, int(count)) for delivery, count in connection.execute(query)]


def packs(archive: Archive, tenant: str) -> Iterator[tuple[Path, Pack | None]]:
    """A tenant's packs, one after the other; None in place of one that cannot be opened."""
    for path in archive.packs(tenant):
        try:
            yield path, Pack.open(path)
        except FileNotFoundError:  # another took its place meanwhile
            continue
        except DamagedArchive:
            yield path, None


def day_of_pack(path: Path) -> str:
    """The day whose deliveries are in a pack, as `2026-11-21`."""
    return path.name[: len("2026-11-21")]


def _count_rows(
    connection: Connection, span: Span, record: str, found: defaultdict[str, Facts]
) -> None:
    live, superseded = rows.row_table(record), rows.superseded_table(record)
    for tenant, delivery, count in connection.execute(_by_delivery(live, span)).all():
        found[tenant].rows[delivery] = found[tenant].rows.get(delivery, 0) + int(count)
    for tenant, delivery, count in connection.execute(_by_delivery(superseded, span)).all():
        ours = found[tenant].superseded
        ours[delivery] = ours.get(delivery, 0) + int(count)
    below_a_row = exists(
        select(live.c.line).where(
            and_(
                live.c.tenant == superseded.c.tenant,
                rows.same_key(live, superseded),
                live.c.delivery > superseded.c.delivery,
            )
        )
    )
    astray = select(superseded.c.tenant, func.count()).where(~below_a_row)
    for tenant, count in connection.execute(
        _within(astray, superseded, span).group_by(superseded.c.tenant)
    ):
        found[tenant].superseded_astray += int(count)


def _by_delivery(table: Table, span: Span) -> Select[Any]:
    query = select(table.c.tenant, table.c.delivery, func.count())
    return _within(query, table, span).group_by(table.c.tenant, table.c.delivery)


def _within(query: Select[Any], table: Table, span: Span) -> Select[Any]:
    """Narrow a query to the tenants of a span."""
    name = table.c.name if table is tables.tenants else table.c.tenant
    query = query.where(name >= span.begin)
    return query if span.end is None else query.where(name < span.end)
