"""The totals and counts that a file states, held against its rows."""

from collections.abc import Sequence
from decimal import Decimal

import polars as pl

from parsers.money.amounts import exact
from parsers.money.columns import read_amounts
from parsers.reject import Unreadable, UnreadableCode, clip
from parsers.table.frame import place
from parsers.trailer.statements import Statement, check_statements
from parsers.values.values import Found

_LEAST_ROWS = 3  # with an amount: of fewer the next may be the sum by chance
_NEAR = 1e-6  # of an amount: what is lost where it is added up roughly


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


def refuse_sum_as_row(loaded: pl.DataFrame, records: pl.DataFrame, amounts: Sequence[str]) -> None:
    """Refuse a last row that is exactly what all the others add up to, and more than each of them.

    Whatever it is called, it may be the total of a day: loaded, it would double the day. `loaded`
    are the rows and `amounts` their columns of money; `records` has the `line` and `raw` of each.

    Raises:
        Unreadable: AMBIGUOUS_FOOTER.
    """
    for name in amounts:
        rough = loaded[name].cast(pl.Float64)
        if len(rough) <= _LEAST_ROWS or abs(rough[-1] * 2 - rough.sum()) > abs(rough[-1]) * _NEAR:
            continue
        last, others = exact(loaded[name])[-1], exact(loaded[name])[:-1]
        more = bool((others.abs() < last).all()) and (others != 0).sum() >= _LEAST_ROWS
        if more and _sum(loaded[name][:-1]) == last:
            raise _sum_as_row(records, int(loaded["line"][-1]), last)


def _sum_as_row(records: pl.DataFrame, line: int, last: Decimal) -> Unreadable:
    raw = str(records["raw"].filter(records["line"] == line)[0])
    return Unreadable(
        UnreadableCode.AMBIGUOUS_FOOTER,
        f"Line {line}, the last row, has {last:,.2f}, which is exactly what all rows above it add "
        f"up to: it may be their total and no sale: '{clip(raw)}'.",
        remedy="Say in the mapping whether the table ends with a total: [format] footer = '...', "
        "with what that line begins with, if it does, footer = '' if all lines are rows. The file "
        "then loads by itself.",
    )


def _amounts(frame: pl.DataFrame, position: int, decimal: str) -> pl.Series:
    texts = frame[place(position)].drop_nulls().str.strip_chars()
    read = read_amounts("amount", Found(column="", texts=texts), decimal)
    return read.columns["amount"].filter(read.code.is_null())


def _sum(amounts: pl.Series) -> Decimal:
    total = exact(amounts).sum()
    return Decimal(0) if total is None else Decimal(total)
