"""Columns of amounts, read for comparison: which decimal sign, and what adds up to what."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import combinations

import polars as pl

from parsers.money.amounts import exact
from parsers.money.columns import read_amounts
from parsers.money.written import DecimalEvidence, weigh
from parsers.suggesting.facts import Facts
from parsers.values.values import Found

_ADDS_UP = 0.98  # of the rows
_FEWEST = 2  # rows in which the parts are not nothing
_MOST_PARTS = 3
_CENT = Decimal("0.011")  # rounding of a tax


def weigh_sign(columns: Iterable[Facts]) -> DecimalEvidence:
    """Weigh which decimal sign some columns of amounts are written with."""
    evidence = DecimalEvidence()
    for one in columns:
        evidence = weigh(one.distinct.to_list(), evidence)
    return evidence


def read(one: Facts, decimal: str) -> pl.Series:
    """The amounts of a column; null where there is none."""
    values = read_amounts("amount", Found(column=one.name, texts=one.texts), decimal)
    return exact(values.columns["amount"].set(values.code.is_not_null(), None))


def adds_up(whole: pl.Series, parts: Sequence[pl.Series], *, fewest: int = _FEWEST) -> bool:
    """Whether a column is the sum of others, in nearly every row, and not trivially so.

    Each of the parts but the first must be something in `fewest` rows.
    """
    frame = pl.DataFrame(
        [whole.alias("whole"), *(one.fill_null(0).alias(str(at)) for at, one in enumerate(parts))]
    )
    known = frame.filter(pl.col("whole").is_not_null())
    if known.is_empty():
        return False
    for at in range(1, len(parts)):
        if int((known[str(at)] != 0).sum()) < min(fewest, known.height):
            return False
    total = pl.sum_horizontal(str(at) for at in range(len(parts)))
    fits = known.select((pl.col("whole") - total).abs() < _CENT).to_series()
    return int(fits.sum()) >= _ADDS_UP * known.height


def sum_found(
    whole: pl.Series, start: pl.Series, further: Sequence[tuple[str, pl.Series]]
) -> tuple[str, ...] | None:
    """Name the columns that must be added to one to give another; None if no few of them do."""
    for count in range(1, _MOST_PARTS + 1):
        for chosen in combinations(further, count):
            if adds_up(whole, [start, *(series for _, series in chosen)]):
                return tuple(name for name, _ in chosen)
    return None
