"""Tables for the tests of where a table begins and ends, and of its damaged rows."""

import re
from collections.abc import Sequence
from decimal import Decimal

import polars as pl

from parsers.header.finding import Header, find_header
from parsers.money.written import NotMoneyError, read_money
from parsers.records.dialect import Dialect
from parsers.table.frame import read_patiently
from parsers.trailer.parting import Mapped

COMMA = Dialect(delimiter=",")
NAMES = ("Store", "Id", "Total", "When")

_MOMENT = re.compile(r"20\d\d-[01]\d-[0-3]\d [0-2]\d:[0-5]\d")


def _values(cells: Sequence[str], places: Sequence[int]) -> tuple[str, ...] | None:
    store, number, total, when = (cells[at].strip() for at in places)
    try:
        amount = read_money(total, ".")
    except NotMoneyError:
        return None
    if not store or not number or not _MOMENT.fullmatch(when):
        return None
    return store, number, amount, when


def mapped(header: Header) -> Mapped:
    """The mapping of NAMES: two ids, an amount, a date with a time."""
    places = [header.find(name)[0] for name in NAMES]
    return Mapped(
        all=places,
        ids=places[:2],
        money=places[2:3],
        read=lambda rows: [_values(row, places) for row in rows],
    )


def records(text: str, dialect: Dialect = COMMA) -> tuple[pl.DataFrame, Header]:
    """Read the records below the header that has NAMES."""
    header = find_header(text, dialect, names=NAMES)
    return read_patiently(text, header, [header.find(name)[0] for name in NAMES]), header


def read_row(frame: pl.DataFrame, header: Header, line: int) -> tuple[str, ...] | None:
    """Read the mapped values of the row on a line; None if it does not fit the header."""
    row = frame.row(by_predicate=pl.col("line") == line, named=True)
    if row["width"] != len(header.columns) or row["stray"]:
        return None
    cells = [row.get(f"field_{at}") or "" for at in range(len(header.columns))]
    return _values(cells, [header.find(name)[0] for name in NAMES])


def total_of(values: Sequence[tuple[str, ...]]) -> Decimal:
    """Add up the totals of rows that were read."""
    return sum((Decimal(value[2]) for value in values), Decimal(0))
