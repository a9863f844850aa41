"""The temporary tables in which rows are folded again; each connection has its own."""

from __future__ import annotations

from sqlalchemy import Column, MetaData, PrimaryKeyConstraint, Table

from parsers.canonical import TRANSACTIONS
from storage.tables import Key, row_columns

_temporary = MetaData()

affected = Table(
    "refold_keys",
    _temporary,
    *(Column(name, Key(), nullable=False) for name in TRANSACTIONS.key),
    PrimaryKeyConstraint(*TRANSACTIONS.key),
    prefixes=["TEMPORARY"],
)
folded = Table(
    "refold_rows",
    _temporary,
    # The live rows have this column too, so that the same SQL serves both.
    Column("tenant", Key(), nullable=False),
    *row_columns(),
    PrimaryKeyConstraint("tenant", *TRANSACTIONS.key),
    prefixes=["TEMPORARY"],
)
# Every value that a key had, with the delivery that brought it: the last is the row.
values = Table(
    "refold_values",
    _temporary,
    Column("tenant", Key(), nullable=False),
    *row_columns(),
    PrimaryKeyConstraint("tenant", *TRANSACTIONS.key, "delivery"),
    prefixes=["TEMPORARY"],
)
NAMES = [column.name for column in folded.columns]
