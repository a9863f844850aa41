"""The totals and counts that a file states, held against its rows."""

from collections.abc import Sequence
from decimal import Decimal

import polars as pl

from parsers.money.amounts import exact
from parsers.money.columns import read_amounts
from parsers.table.frame import place
from parsers.trailer.statements import Statement, check_statements
from parsers.values.values import Found


def refuse_false_statements(
    statements: Sequence[Statement],
    *,
    frames: Sequence[pl.DataFrame],
    loaded: pl.DataFrame,
    amounts: Sequence[str],
    decimal: str,
) -> None:
    """Refuse a file that states another total, or another number of rows, than it has.

    A total may be meant of the rows that load, of those that could, or of all that the file has:
    `loaded` are the rows, `amounts` their columns of money, `frames` the records that may be
    counted. One that agrees with any of them is right.

    Raises:
        Unreadable: STATED_TOTAL.
    """
    if not statements:
        return
    positions = {one.position for one in statements if one.position is not None}
    of_rows = [_sum(loaded[name]) for name in amounts]
    sums = {
        at: [*of_rows, *(_sum(_amounts(frame, at, decimal)) for frame in frames)]
        for at in positions
    }
    counts = [loaded.height, *(frame.height for frame in frames)]
    false = check_statements(statements, sums=sums, counts=counts, decimal=decimal)
    if false is not None:
        raise false


def _amounts(frame: pl.DataFrame, position: int, decimal: str) -> pl.Series:
    texts = frame[place(position)].drop_nulls().str.strip_chars()
    read = read_amounts("amount", Found(column="", texts=texts), decimal)
    return read.columns["amount"].filter(read.code.is_null())


def _sum(amounts: pl.Series) -> Decimal:
    total = exact(amounts).sum()
    return Decimal(0) if total is None else Decimal(total)
