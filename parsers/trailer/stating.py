"""The totals and counts that a file states, held against its rows."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from itertools import zip_longest

import polars as pl

from parsers.money.amounts import exact
from parsers.money.columns import read_amounts
from parsers.table.frame import place
from parsers.trailer.statements import Statement, check_statements, differs
from parsers.values.values import Found


def refuse_false_statements(
    statements: Sequence[Statement],
    *,
    frames: Sequence[pl.DataFrame],
    loaded: pl.DataFrame,
    amounts: Sequence[str],
    decimal: str,
    split: Callable[[str], Sequence[str]],
) -> None:
    """Refuse a file that states another total, or another number of rows, than it has.

    A total may be meant of the rows that load, of those that could, or of all that the file has:
    `loaded` are the rows, `amounts` their columns of money, `frames` the records that may be
    counted, and `split` divides the text of one. One that agrees with any of them is right. What
    stands beside no column may be the total of any, and of what was sold, less no refunds.

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
    alone = [
        (one, amount)
        for one in statements
        if one.position is None and (amount := one.amount(decimal)) is not None
    ]
    if alone and not positions:
        columns = (each for frame in frames for each in _sums_of_columns(frame, split, decimal))
        sold = [_sum(loaded[name].filter(~loaded[name].str.starts_with("-"))) for name in amounts]
        _refuse_total_of_nothing(alone, [*of_rows, *sold, *map(Decimal, counts)], columns)


def _refuse_total_of_nothing(
    alone: Sequence[tuple[Statement, Decimal]],
    honest: Sequence[Decimal],
    columns: Iterator[Decimal],
) -> None:
    """Refuse totals beside no column, with their amounts, of which none is an honest one or, which
    costs more to find out, what a column adds up to. Of the honest the first is that of the rows.
    """
    stated = {amount for _, amount in alone}
    if stated.isdisjoint(honest) and stated.isdisjoint(columns):
        one, amount = alone[-1]
        found = f"the rows add up to {honest[0]:,.2f}"
        raise differs(one, f"a total of {amount:,.2f}", found)


def _sums_of_columns(
    frame: pl.DataFrame, split: Callable[[str], Sequence[str]], decimal: str
) -> Iterator[Decimal]:
    """Add up each column of the records, mapped or not."""
    for cells in zip_longest(*map(split, frame["raw"]), fillvalue=""):
        yield _sum(_read(pl.Series(cells, dtype=pl.String), decimal))


def _amounts(frame: pl.DataFrame, position: int, decimal: str) -> pl.Series:
    return _read(frame[place(position)].drop_nulls(), decimal)


def _read(cells: pl.Series, decimal: str) -> pl.Series:
    texts = cells.str.strip_chars()
    read = read_amounts("amount", Found(column="", texts=texts), decimal)
    return read.columns["amount"].filter(read.code.is_null())


def _sum(amounts: pl.Series) -> Decimal:
    total = exact(amounts).sum()
    return Decimal(0) if total is None else Decimal(total)
