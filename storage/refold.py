"""Folding again: what the rows are when some deliveries say something else, or nothing any more.

A delivery that is loaded late, read anew, undone or redone changes the fold in its own place. What
stood before that place is in the database: the rows, and what was superseded. What came after it
must be said again, since a row that a newer delivery left as it was bears no sign of it. So the
affected keys are put into temporary tables as they were, the deliveries from there on say again
what they say of them, in order, and the difference to the live rows is applied at once.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
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
    tuple_,
)

from parsers.canonical import TRANSACTIONS
from storage import rows, stage
from storage.database import upsert
from storage.effect import Change, Difference, Effect
from storage.ledger import Counts
from storage.refold_tables import NAMES as _NAMES
from storage.refold_tables import affected as _affected
from storage.refold_tables import folded as _folded
from storage.refold_tables import values as _values
from storage.stage import stage as staged

if TYPE_CHECKING:
    import polars as pl

_FEW = 100_000  # keys: some 20 MB


class Refold:
    """One refold of a tenant's rows, on one connection: affect, start, say in order, apply."""

    def __init__(self, connection: Connection, tenant: str, record: str) -> None:
        self._connection = connection
        self._tenant = tenant
        self._record = record
        self._live = rows.row_table(record)
        self._superseded = rows.superseded_table(record)
        self._few: set[tuple[str, ...]] | None = set()  # the affected keys, unless they are many
        for table in (_affected, _folded, _values):
            stage.clear(connection, table)

    def affect(self, delivery: str, said: pl.DataFrame) -> None:
        """Take the keys of these rows among those that are folded again."""
        if self._few is not None:
            self._few.update(said.select(TRANSACTIONS.key).iter_rows())
            self._few = self._few if len(self._few) <= _FEW else None
        stage.fill(self._connection, delivery, said)
        keys = select(*(staged.c[name] for name in TRANSACTIONS.key))
        if self._connection.dialect.name == "sqlite":
            keys = keys.where(literal(1) == 1)  # else SQLite takes ON CONFLICT for a join clause
        self._connection.execute(
            upsert(self._connection, _affected)
            .from_select(list(TRANSACTIONS.key), keys)
            .on_conflict_do_nothing()
        )

    def start(self, *, before: str) -> str:
        """Put the affected rows where they were before a delivery, the first that changes.

        Gives the id from which on deliveries have to be said: this one, or the very first if what
        older ones had replaced was not kept.
        """
        if before <= rows.fold_of(self._connection, self._tenant, self._record).forgotten:
            return ""
        self._take_values(before)
        self._fold_values()
        return before

    def _take_values(self, before: str) -> None:
        """Take all values that the affected keys had before a delivery."""
        for table in (self._live, self._superseded):
            self._connection.execute(
                insert(_values).from_select(
                    _NAMES,
                    select(*(table.c[name] for name in _NAMES))
                    .select_from(_affected.join(table, self._matches(table)))
                    .where(table.c.delivery < before),
                )
            )

    def _fold_values(self) -> None:
        """Make the newest value of each key its row."""
        later = _values.alias()
        newest = ~exists(
            select(later.c.line).where(
                later.c.tenant == _values.c.tenant,
                *(later.c[name] == _values.c[name] for name in TRANSACTIONS.key),
                later.c.delivery > _values.c.delivery,
            )
        )
        self._connection.execute(
            insert(_folded).from_select(
                _NAMES, select(*(_values.c[name] for name in _NAMES)).where(newest)
            )
        )

    def say(self, delivery: str, said: pl.DataFrame) -> None:
        """Fold in what a delivery says of the affected keys; call it in order of receipt."""
        if self._few is not None:
            keys = said.select(TRANSACTIONS.key).iter_rows()
            said = said.filter([key in self._few for key in keys])
            if said.is_empty():
                return
        stage.fill(self._connection, delivery, said)
        if self._few is None:
            affected = exists(
                select(_affected.c.location_id).where(rows.same_key(_affected, staged))
            )
            self._connection.execute(delete(staged).where(~affected))
        self._say_staged()

    def _say_staged(self) -> None:
        news, write = self._saying
        self._connection.execute(news)
        self._connection.execute(write)

    @cached_property
    def _saying(self) -> tuple[Any, Any]:
        """The statements that fold in what is on the stage: making them costs more than they do."""
        news = rows.differing(staged, _folded, self._tenant)
        return (
            insert(_values).from_select(rows.SAID, news),
            rows.writing_differing(self._connection, staged, _folded, self._tenant),
        )

    def brought_by(self, delivery: str, *, said: int) -> Counts:
        """What a delivery that enters the fold brings of the `said` rows it has.

        Rows that an older one had said already, or over which a newer one had the last word, are
        unchanged by it.
        """
        query = (
            select(
                func.count().label("all"),
                func.coalesce(func.sum(case((self._live.c.delivery.is_(None), 1), else_=0)), 0)
                .label("new"),
            )
            .select_from(self._folded_and_live())
            .where(_folded.c.delivery == delivery)
        )  # fmt: skip
        row = self._connection.execute(query).one()
        return Counts(
            new=int(row.new),
            changed=int(row.all) - int(row.new),
            unchanged=said - int(row.all),
        )

    def difference(self) -> Difference:
        """What `apply` would do."""
        counts = rows.difference(self._connection, _folded, self._live, self._tenant)
        gone = self._connection.execute(select(func.count()).select_from(self._gone().subquery()))
        return Difference(
            new=counts.new,
            changed=counts.changed,
            unchanged=counts.unchanged,
            gone=gone.scalar_one(),
        )

    def went_back(self) -> dict[str, int]:
        """How many rows take again what an older delivery than their present one had said."""
        live = self._live
        query = (
            select(_folded.c.delivery, func.count())
            .select_from(self._folded_and_live())
            .where(_folded.c.delivery < live.c.delivery, rows.differs(_folded, live))
            .group_by(_folded.c.delivery)
            .order_by(_folded.c.delivery)
        )
        return {delivery: int(count) for delivery, count in self._connection.execute(query)}

    def per_delivery(self) -> dict[str, Counts]:
        """How many of the rows that come from each delivery `apply` would make or change."""
        live = self._live
        absent, differs = live.c.delivery.is_(None), rows.differs(_folded, live)
        query = (
            select(
                _folded.c.delivery,
                *(func.sum(case((one, 1), else_=0)) for one in (absent, differs)),
            )
            .select_from(self._folded_and_live())
            .where(or_(absent, differs))
            .group_by(_folded.c.delivery)
        )
        found = self._connection.execute(query)
        return {one: Counts(new=int(new), changed=int(changed)) for one, new, changed in found}

    def sample(self, most: int) -> list[Change]:
        """Some of the rows that `apply` would change, before and after."""
        live = self._live
        names = (*TRANSACTIONS.values, "delivery")
        query = (
            select(
                *(_affected.c[name] for name in TRANSACTIONS.key),
                *(live.c[name].label(f"before_{name}") for name in names),
                *(_folded.c[name].label(f"after_{name}") for name in names),
            )
            .select_from(
                _affected.outerjoin(live, self._matches(live)).outerjoin(
                    _folded, self._matches(_folded)
                )
            )
            .where(
                or_(
                    live.c.delivery.is_(None) != _folded.c.delivery.is_(None),
                    rows.differs(_folded, live),
                )
            )
            .order_by(*(_affected.c[name] for name in TRANSACTIONS.key))
            .limit(most)
        )
        return [
            Change(
                location_id=row["location_id"],
                transaction_id=row["transaction_id"],
                before=_side(row, "before", names),
                after=_side(row, "after", names),
            )
            for row in self._connection.execute(query).mappings()
        ]

    def effect(self, *, shown: int = 0) -> Effect:
        """What `apply` would do, with so many of the rows that it would change."""
        return Effect(
            difference=self.difference(),
            back=self.went_back(),
            sample=tuple(self.sample(shown)),
            brought=self.per_delivery(),
        )

    def apply(self) -> None:
        """Make the live rows of the affected keys what was folded."""
        live = self._live
        self._connection.execute(
            delete(live).where(live.c.tenant == self._tenant, _key(live).in_(self._gone()))
        )
        other = (
            select(*(_folded.c[name] for name in _NAMES))
            .select_from(self._folded_and_live())
            .where(
                or_(
                    live.c.delivery.is_(None),
                    *(_folded.c[name] != live.c[name] for name in _NAMES),
                )
            )
            .order_by(*(_folded.c[name] for name in TRANSACTIONS.key))
        )
        statement = upsert(self._connection, live).from_select(_NAMES, other)
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=[live.c.tenant, *(live.c[name] for name in TRANSACTIONS.key)],
                set_={
                    name: statement.excluded[name]
                    for name in _NAMES
                    if name not in ("tenant", *TRANSACTIONS.key)
                },
            )
        )
        self._keep_superseded()

    def _keep_superseded(self) -> None:
        """Make what was superseded every value of the affected keys but the last."""
        table = self._superseded
        affected = select(*(_affected.c[name] for name in TRANSACTIONS.key))
        self._connection.execute(
            delete(table).where(table.c.tenant == self._tenant, _key(table).in_(affected))
        )
        self._connection.execute(insert(table).from_select(_NAMES, self._replaced()))

    def _replaced(self) -> Select[Any]:
        """Every value of the affected keys but the last."""
        last = exists(
            select(_folded.c.line).where(
                _folded.c.tenant == _values.c.tenant,
                rows.same_key(_folded, _values),
                _folded.c.delivery == _values.c.delivery,
            )
        )
        return select(*(_values.c[name] for name in _NAMES)).where(~last)

    def _matches(self, table: Table) -> ColumnElement[bool]:
        """Whether a row of a table is the tenant's of an affected key."""
        return and_(table.c.tenant == self._tenant, rows.same_key(_affected, table))

    def _folded_and_live(self) -> FromClause:
        live = self._live
        return _folded.outerjoin(
            live, and_(live.c.tenant == self._tenant, rows.same_key(_folded, live))
        )

    def _gone(self) -> Select[Any]:
        """The affected keys that have a row, and none when folded."""
        return (
            select(*(_affected.c[name] for name in TRANSACTIONS.key))
            .select_from(
                _affected.join(self._live, self._matches(self._live)).outerjoin(
                    _folded, self._matches(_folded)
                )
            )
            .where(_folded.c.delivery.is_(None))
        )


def _key(table: Table) -> Any:  # noqa: ANN401 - SQLAlchemy's own tuple
    return tuple_(*(table.c[name] for name in TRANSACTIONS.key))


def _side(row: Any, side: str, names: tuple[str, ...]) -> dict[str, str] | None:  # noqa: ANN401 - a row
    if row[f"{side}_delivery"] is None:
        return None
    return {name: row[f"{side}_{name}"] for name in names}
