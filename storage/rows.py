"""The rows of a tenant: the fold of its deliveries in order of receipt.

A row bears the delivery that gave it its present value: a later one that says the same changes
nothing, not even that, so an unchanged row is never written again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    Table,
    and_,
    case,
    func,
    literal,
    or_,
    select,
)

from parsers.canonical import RECORD_TYPES, TRANSACTIONS
from storage import stage, tables
from storage.database import upsert
from storage.ledger import Counts

if TYPE_CHECKING:
    import polars as pl

DUMP_COLUMNS = (
    "location_id",
    "transaction_id",
    "occurred_at",
    "local_time",
    "total",
    "delivery",
    "line",
)
"""What a canonical dump shows of each row, in this order."""

_VALUES = TRANSACTIONS.values
SAID = ("tenant", *TRANSACTIONS.columns, "delivery", "line")
"""The columns of a row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """How far a tenant's rows of one record type are: the newest delivery, and the version.

    What deliveries up to `forgotten` replaced is known from the archive only. `decided` is the mark
    of the last undo, redo or replay, which is in the journal, too.
    """

    newest: str
    version: int
    forgotten: str = ""
    decided: str = ""


def fold_of(connection: Connection, tenant: str, record: str, *, lock: bool = False) -> Fold:
    """Where the fold stands; with `lock`, no other transaction changes it until this one ends."""
    folds = tables.folds
    if lock:
        # Taking the lock needs a row to take it on. SQLite's writer lock is the whole database.
        connection.execute(
            upsert(connection, folds)
            .values(tenant=tenant, record=record, newest="", version=0)
            .on_conflict_do_nothing()
        )
    query = select(*folds.c["newest", "version", "forgotten", "decided"]).where(
        folds.c.tenant == tenant, folds.c.record == record
    )
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    return Fold(**row._mapping) if row else Fold(newest="", version=0)  # noqa: SLF001 - public


def folds_of(connection: Connection, tenant: str) -> list[Fold]:
    """Where each of a tenant's folds stands."""
    return [fold_of(connection, tenant, record) for record in RECORD_TYPES]


def advance(connection: Connection, tenant: str, record: str, *, delivery: str = "") -> None:
    """Write down that a delivery is in the fold, or without one that something else changed."""
    folds = tables.folds
    newest = case((folds.c.newest < delivery, delivery), else_=folds.c.newest)
    connection.execute(
        folds.update()
        .where(folds.c.tenant == tenant, folds.c.record == record)
        .values(newest=newest, version=folds.c.version + 1)
    )


def decide(connection: Connection, tenant: str, record: str, *, mark: str) -> None:
    """Write down the mark of what was just decided, by which the journal has it, too."""
    folds = tables.folds
    connection.execute(
        folds.update()
        .where(folds.c.tenant == tenant, folds.c.record == record)
        .values(decided=mark)
    )


def remember(connection: Connection, tenant: str, record: str) -> None:
    """Write down that all values that rows had are known: they were just made from the archive."""
    folds = tables.folds
    connection.execute(
        folds.update()
        .where(folds.c.tenant == tenant, folds.c.record == record)
        .values(forgotten="")
    )


def append(
    connection: Connection, tenant: str, record: str, delivery: str, rows: pl.DataFrame
) -> Counts:
    """Fold in a delivery that is newer than all before it: what it says holds.

    Only `new`, `changed` and `unchanged` of the answer are set.
    """
    stage.fill(connection, delivery, rows)
    live = row_table(record)
    counts = difference(connection, stage.stage, live, tenant)
    if counts.changed:
        _supersede(connection, live, superseded_table(record), tenant)
    if counts.new or counts.changed:
        connection.execute(writing_differing(connection, stage.stage, live, tenant))
    return counts


def _supersede(connection: Connection, live: Table, superseded: Table, tenant: str) -> None:
    """Keep the rows that what is on the stage is about to replace."""
    names = [column.name for column in superseded.columns]
    replaced = (
        select(*(live.c[name] for name in names))
        .select_from(stage.stage.join(live, _of_same_key(stage.stage, live, tenant)))
        .where(differs(stage.stage, live))
    )
    connection.execute(superseded.insert().from_select(names, replaced))


def compare(connection: Connection, tenant: str, record: str, rows: pl.DataFrame) -> Counts:
    """What `append` would do, without doing it."""
    stage.fill(connection, "", rows)
    return difference(connection, stage.stage, row_table(record), tenant)


def row_table(record: str) -> Table:
    """The table that holds rows of a record type."""
    return tables.metadata.tables[RECORD_TYPES[record].name]


def superseded_table(record: str) -> Table:
    """The table that holds what rows of a record type said before."""
    return tables.metadata.tables[f"{RECORD_TYPES[record].name}_superseded"]


def difference(connection: Connection, source: Table, target: Table, tenant: str) -> Counts:
    """How many rows of `source` are new, changed or unchanged against a tenant's in `target`."""
    return counted(connection, counting(source, target, tenant))


def counting(source: Table, target: Table, tenant: str) -> Select[Any]:
    """The query of `difference`, for those who ask more than once."""
    return select(
        func.count().label("all"),
        func.coalesce(func.sum(case((_absent(target), 1), else_=0)), 0).label("new"),
        func.coalesce(func.sum(case((differs(source, target), 1), else_=0)), 0).label("changed"),
    ).select_from(_matched(source, target, tenant))


def counted(connection: Connection, query: Select[Any]) -> Counts:
    """What the query of `counting` finds."""
    row = connection.execute(query).one()
    return Counts(
        new=int(row.new),
        changed=int(row.changed),
        unchanged=int(row.all) - int(row.new) - int(row.changed),
    )


def writing_differing(connection: Connection, source: Table, target: Table, tenant: str) -> Any:  # noqa: ANN401 - either dialect's own Insert
    """The statement that brings what `source` says that a tenant's rows in `target` do not say.

    Leaving the others out by a join is three times as fast on PostgreSQL as a conflict clause
    that finds nothing to change.
    """
    insert = upsert(connection, target).from_select(SAID, differing(source, target, tenant))
    return insert.on_conflict_do_update(
        index_elements=[target.c.tenant, *(target.c[name] for name in TRANSACTIONS.key)],
        set_={
            name: insert.excluded[name]
            for name in SAID
            if name not in ("tenant", *TRANSACTIONS.key)
        },
    )


def differing(source: Table, target: Table, tenant: str) -> Select[Any]:
    """What `source` says, with the columns `SAID`, that a tenant's rows in `target` do not say."""
    return (
        select(literal(tenant).label("tenant"), *(source.c[name] for name in SAID[1:]))
        .select_from(_matched(source, target, tenant))
        .where(or_(_absent(target), differs(source, target)))
        .order_by(source.c.location_id, source.c.transaction_id)
    )


def dump(connection: Connection, tenant: str, record: str) -> Iterator[tuple[Any, ...]]:
    """A tenant's rows by location and transaction id in byte order, with `DUMP_COLUMNS`."""
    table = row_table(record)
    query = (
        select(*(table.c[name] for name in DUMP_COLUMNS))
        .where(table.c.tenant == tenant)
        .order_by(*(table.c[name] for name in TRANSACTIONS.key))
        .execution_options(yield_per=10_000)
    )
    for row in connection.execute(query):
        yield tuple(row)


def values_of(
    connection: Connection, tenant: str, record: str, key: tuple[str, ...]
) -> list[dict[str, Any]]:
    """All values that one row had, the present one last, with delivery and line; none if no row."""
    live = row_table(record)
    found: list[dict[str, Any]] = []
    for table in (superseded_table(record), live):
        query = (
            select(*(table.c[name] for name in (*_VALUES, "delivery", "line")))
            .where(
                table.c.tenant == tenant,
                *(
                    table.c[name] == value
                    for name, value in zip(TRANSACTIONS.key, key, strict=True)
                ),
            )
            .order_by(table.c.delivery)
        )
        found += [dict(row) for row in connection.execute(query).mappings()]
    return found


def same_key(source: Table, target: Table) -> ColumnElement[bool]:
    """Whether two rows are about the same thing."""
    return and_(*(source.c[name] == target.c[name] for name in TRANSACTIONS.key))


def differs(source: Table, target: Table) -> ColumnElement[bool]:
    """Whether two rows about the same thing say something else about it."""
    return or_(*(source.c[name] != target.c[name] for name in _VALUES))


def _absent(target: Table) -> ColumnElement[bool]:
    return target.c.delivery.is_(None)


def _matched(source: Table, target: Table, tenant: str) -> FromClause:
    return source.outerjoin(target, _of_same_key(source, target, tenant))


def _of_same_key(source: Table, target: Table, tenant: str) -> ColumnElement[bool]:
    return and_(target.c.tenant == tenant, same_key(source, target))
