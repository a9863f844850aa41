"""Folding all of a tenant's rows again, and holding what is there against it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, case, delete, func, or_, select, tuple_, union, update

from parsers.canonical import TRANSACTIONS
from storage import rows, stage
from storage.database import upsert
from storage.ledger import Counts
from storage.refold import Refold
from storage.refold_tables import NAMES as _NAMES
from storage.refold_tables import affected as _affected
from storage.refold_tables import folded as _folded
from storage.refold_tables import values as _values
from storage.stage import stage as staged

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    import polars as pl


class WholeRefold(Refold):
    """A refold of all keys: from nothing, or from a delivery on."""

    in_doubt: int = 0

    def start_with(
        self,
        deliveries: Container[str],
        *,
        before: str,
        heirs: Mapping[str, str],
        repeated: str,
    ) -> str:
        """Do as `start` does, and take of the values that are known only what these brought.

        What another brought is its heir's, which has the same bytes. Without one it goes, and the
        rows are `in_doubt` if a delivery up to `repeated` may have brought it again.
        """
        if before <= rows.fold_of(self._connection, self._tenant, self._record).forgotten:
            return ""
        self._take_values(before)
        brought = self._connection.execute(select(_values.c.delivery).distinct()).scalars()
        others = [one for one in brought if one not in deliveries]
        gone = [one for one in others if one not in heirs]
        doubtful = [one for one in gone if one < repeated]
        self.in_doubt = self._keys_brought_by(doubtful) if doubtful else 0
        for delivery in others:
            this = _values.c.delivery == delivery
            inherit = update(_values).where(this).values(delivery=heirs.get(delivery))
            self._connection.execute(delete(_values).where(this) if delivery in gone else inherit)
        if others:
            self._drop_what_says_the_same()
        self._fold_values()
        return before

    def _keys_brought_by(self, deliveries: list[str]) -> int:
        key = (_values.c[name] for name in TRANSACTIONS.key)
        which = select(*key).where(_values.c.delivery.in_(deliveries)).distinct().subquery()
        return int(self._connection.execute(select(func.count()).select_from(which)).scalar_one())

    def _drop_what_says_the_same(self) -> None:
        """Take away each value that the one before it was already, as what lay between is gone."""
        key = (_values.c.tenant, *(_values.c[name] for name in TRANSACTIONS.key))

        def is_as_before(name: str) -> ColumnElement[int]:
            before = func.lag(_values.c[name]).over(partition_by=key, order_by=_values.c.delivery)
            return case((before == _values.c[name], 1), else_=0).label(f"{name}_same")

        each = select(
            *(_values.c[name] for name in (*TRANSACTIONS.key, "delivery")),
            *(is_as_before(name) for name in TRANSACTIONS.values),
        ).subquery()
        same = select(*(each.c[name] for name in (*TRANSACTIONS.key, "delivery"))).where(
            *(each.c[f"{name}_same"] == 1 for name in TRANSACTIONS.values)
        )
        this = tuple_(*(_values.c[name] for name in (*TRANSACTIONS.key, "delivery")))
        self._connection.execute(delete(_values).where(this.in_(same)))

    def say_all(self, delivery: str, said: pl.DataFrame) -> Counts:
        """Fold in all that a delivery says; gives what it does to the rows before it."""
        stage.fill(self._connection, delivery, said)
        counts = rows.counted(self._connection, self._counting)
        if counts.new or counts.changed:
            self._say_staged()
        return counts

    @cached_property
    def _counting(self) -> Select[Any]:
        return rows.counting(staged, _folded, self._tenant)

    def affect_all(self) -> None:
        """Take all keys that have a row, had one or are folded: what was said is all there is."""
        for table in (self._live, self._superseded, _folded):
            keys = select(*(table.c[name] for name in TRANSACTIONS.key)).where(
                table.c.tenant == self._tenant
            )
            self._connection.execute(
                upsert(self._connection, _affected)
                .from_select(list(TRANSACTIONS.key), keys)
                .on_conflict_do_nothing()
            )

    def misattributed(self) -> int:
        """How many rows say what was folded, and bear another delivery or line."""
        live = self._live
        query = (
            select(func.count())
            .select_from(self._folded_and_live())
            .where(
                live.c.delivery.is_not(None),
                ~rows.differs(_folded, live),
                or_(_folded.c.delivery != live.c.delivery, _folded.c.line != live.c.line),
            )
        )
        return int(self._connection.execute(query).scalar_one())

    def superseded_otherwise(self) -> int:
        """How many values that were superseded are missing, otherwise, or should not be there.

        0 if the fold has forgotten some: then it is not known what there should be.
        """
        if rows.fold_of(self._connection, self._tenant, self._record).forgotten:
            return 0
        table = self._superseded
        have = select(*(table.c[name] for name in _NAMES)).where(table.c.tenant == self._tenant)
        should = self._replaced()
        which = (*TRANSACTIONS.key, "delivery")
        sides = (have.except_(should).subquery(), should.except_(have).subquery())
        both = union(*(select(*(side.c[name] for name in which)) for side in sides)).subquery()
        return int(self._connection.execute(select(func.count()).select_from(both)).scalar_one())
