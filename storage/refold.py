"""Folding again: what the rows are when a delivery enters, or is read anew, in its own place.

A delivery that is loaded late must not win over a newer one, even where the newer one said the
same as the row before it and so was not written. What every delivery said is known only from the
archive. So the deliveries are said again, in order, into a temporary table that holds only the
affected keys, and the difference to the live rows is applied at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
)

from parsers.canonical import TRANSACTIONS
from storage import rows, stage
from storage.database import upsert
from storage.ledger import Counts
from storage.stage import stage as staged
from storage.tables import Key, row_columns

if TYPE_CHECKING:
    import polars as pl

_temporary = MetaData()

_affected = Table(
    "refold_keys",
    _temporary,
    *(Column(name, Key(), nullable=False) for name in TRANSACTIONS.key),
    PrimaryKeyConstraint(*TRANSACTIONS.key),
    prefixes=["TEMPORARY"],
)
_folded = Table(
    "refold_rows",
    _temporary,
    # The live rows have this column too, so that the same SQL serves both.
    Column("tenant", Key(), nullable=False),
    *row_columns(),
    PrimaryKeyConstraint("tenant", *TRANSACTIONS.key),
    prefixes=["TEMPORARY"],
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What folding again does to the rows; `gone` are rows that nothing says any more."""

    new: int
    changed: int
    unchanged: int
    gone: int


class Refold:
    """One refold of a tenant's rows, on one connection: affect, seed, say in order, apply."""

    def __init__(self, connection: Connection, tenant: str, record: str) -> None:
        self._connection = connection
        self._tenant = tenant
        self._live = rows.row_table(record)
        stage.clear(connection, _affected)
        stage.clear(connection, _folded)

    def affect(self, delivery: str, said: pl.DataFrame) -> None:
        """Take the keys of these rows among those that are folded again."""
        stage.fill(self._connection, delivery, said)
        keys = select(*(staged.c[name] for name in TRANSACTIONS.key))
        if self._connection.dialect.name == "sqlite":
            keys = keys.where(literal(1) == 1)  # else SQLite takes ON CONFLICT for a join clause
        self._connection.execute(
            upsert(self._connection, _affected)
            .from_select(list(TRANSACTIONS.key), keys)
            .on_conflict_do_nothing()
        )

    def seed(self, *, before: str) -> None:
        """Start from the live rows that an older delivery than `before` brought.

        Right when the only change is that `before` enters the fold: a row that an older delivery
        brought is the state just before it, and a row that a newer one brought stays or becomes
        its own, whatever was said before. Then only what follows has to be said again.
        """
        live = self._live
        self._connection.execute(
            insert(_folded).from_select(
                [column.name for column in _folded.columns],
                select(*(live.c[column.name] for column in _folded.columns)).where(
                    live.c.tenant == self._tenant,
                    live.c.delivery < before,
                    self._is_affected(live),
                ),
            )
        )

    def say(self, delivery: str, said: pl.DataFrame) -> None:
        """Fold in what a delivery says of the affected keys; call it in order of receipt."""
        stage.fill(self._connection, delivery, said)
        self._connection.execute(delete(staged).where(~self._is_affected(staged)))
        rows.write_differing(self._connection, staged, _folded, self._tenant)

    def brought_by(self, delivery: str, *, said: int) -> Counts:
        """What a delivery that enters the fold brings of the `said` rows it has.

        Rows that an older one had said already, or over which a newer one had the last word, are
        unchanged by it.
        """
        live = self._live
        query = (
            select(
                func.count().label("all"),
                func.coalesce(func.sum(case((live.c.delivery.is_(None), 1), else_=0)), 0).label(
                    "new"
                ),
            )
            .select_from(
                _folded.outerjoin(
                    live, and_(live.c.tenant == self._tenant, rows.same_key(_folded, live))
                )
            )
            .where(_folded.c.delivery == delivery)
        )
        row = self._connection.execute(query).one()
        return Counts(
            new=int(row.new),
            changed=int(row.all) - int(row.new),
            unchanged=said - int(row.all),
        )

    def difference(self) -> Difference:
        """What `apply` would do."""
        counts = rows.difference(self._connection, _folded, self._live, self._tenant)
        gone = self._connection.execute(
            select(func.count()).select_from(self._live).where(self._is_gone())
        ).scalar_one()
        return Difference(
            new=counts.new, changed=counts.changed, unchanged=counts.unchanged, gone=gone
        )

    def apply(self) -> Difference:
        """Make the live rows of the affected keys what was folded."""
        difference = self.difference()
        self._connection.execute(delete(self._live).where(self._is_gone()))
        names = [column.name for column in _folded.columns]
        live = self._live
        other = (
            select(*(_folded.c[name] for name in names))
            .outerjoin(live, and_(live.c.tenant == self._tenant, rows.same_key(_folded, live)))
            .where(
                or_(
                    live.c.delivery.is_(None),
                    *(_folded.c[name] != live.c[name] for name in names),
                )
            )
            .order_by(_folded.c.location_id, _folded.c.transaction_id)
        )
        statement = upsert(self._connection, live).from_select(names, other)
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=[live.c.tenant, *(live.c[name] for name in TRANSACTIONS.key)],
                set_={
                    name: statement.excluded[name]
                    for name in names
                    if name not in ("tenant", *TRANSACTIONS.key)
                },
            )
        )
        return difference

    def _is_affected(self, table: Table) -> ColumnElement[bool]:
        return exists(select(_affected.c.location_id).where(rows.same_key(_affected, table)))

    def _is_gone(self) -> ColumnElement[bool]:
        live = self._live
        return and_(
            live.c.tenant == self._tenant,
            self._is_affected(live),
            # The tenant leads the key of both: without it each row would scan all that was folded.
            ~exists(
                select(_folded.c.line).where(
                    _folded.c.tenant == self._tenant, rows.same_key(_folded, live)
                )
            ),
        )
