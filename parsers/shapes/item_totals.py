"""Rows to be added up of which some are no items: each transaction's own total, or its payment.

Under `lines = "sum"` a row `Total` among the items of each receipt would double all of them, and a
payment with a minus sign would bring all of them to nothing.
"""

import polars as pl

from parsers.canonical import RecordType
from parsers.money.amounts import exact
from parsers.reject import Unreadable, UnreadableCode, clip
from parsers.shapes.typed import amounts_of, keyed_rows

_SEVERAL = 3  # transactions, of as many different amounts
_MOST = 0.8  # of the transactions of enough rows: of others some add up by chance
_PAIR = 2  # rows: an item, and the total
_PAIRS = 5  # transactions of two rows each
_DIFFERENT = 3


def refuse_totals_among_items(
    typed: pl.DataFrame, raws: pl.DataFrame, record_type: RecordType
) -> None:
    """Raise Unreadable (LINE_ITEMS) if most transactions have a row with what their others add up
    to, or come to nothing.

    `typed` has all records in order of line (see typed.py), `raws` their `line` and `raw`.
    """
    good = keyed_rows(typed, record_type).filter(pl.col("code").is_null())
    for name in amounts_of(record_type):
        amount, key = pl.col(name), record_type.key
        keys = (
            good.select(exact(good[name]), "line", *key)
            .group_by(key, maintain_order=True)
            .agg(
                pl.len().alias("rows"),
                amount.sum().alias("sum"),
                amount.max().alias("most"),
                (amount == amount.max()).sum().alias("mosts"),
                pl.col("line").filter(amount == amount.max()).first().alias("line"),
            )
            .filter((pl.col("rows") > 1) & (pl.col("most") > 0))
        )
        nothing = keys.filter(pl.col("sum") == 0)
        if len(nothing) >= max(_SEVERAL, _MOST * len(keys)):
            raise _come_to_nothing(nothing, key[-1])
        totals = _with_total(keys)
        if totals.height:
            raise _have_totals(totals, raws, key[-1])


def _with_total(keys: pl.DataFrame) -> pl.DataFrame:
    """The keys with a row that is the sum of the others, once or, with its payment, twice; none
    if these are few."""
    whole = keys.filter(pl.col("rows") > pl.col("mosts") + 1)
    is_sum = pl.col("sum") == pl.col("most") * (pl.col("mosts") + 1)
    found = whole.filter(is_sum)
    different = found["most"].n_unique() >= _DIFFERENT
    if different and len(found) >= max(_SEVERAL, _MOST * len(whole)):
        return found
    pairs = keys.filter((pl.col("rows") == pl.col("mosts")) & (pl.col("rows") == _PAIR))
    many = len(pairs) == len(keys) >= _PAIRS and pairs["most"].n_unique() >= _DIFFERENT
    return pairs if many else pairs.head(0)


def _have_totals(totals: pl.DataFrame, raws: pl.DataFrame, name: str) -> Unreadable:
    one = totals.row(0, named=True)
    raw = str(raws["raw"].filter(raws["line"] == one["line"])[0])
    return Unreadable(
        UnreadableCode.LINE_ITEMS,
        f"{totals.height} transactions, such as '{clip(str(one[name]))}', have a row with exactly "
        f"what their other rows add up to, as line {one['line']} has {one['most']:,.2f}: "
        f"'{clip(raw)}'. It may be their total or their payment; added up, they would be doubled.",
        remedy="Name in the mapping the rows that count, in [rows] keep or drop, or write lines = "
        '"last" if the last row has the total. If all rows are items, say so: [format] '
        "footer = ''. The file then loads by itself.",
    )


def _come_to_nothing(keys: pl.DataFrame, name: str) -> Unreadable:
    one = keys.row(0, named=True)
    return Unreadable(
        UnreadableCode.LINE_ITEMS,
        f"The rows of {keys.height} transactions, such as '{clip(str(one[name]))}' on line "
        f"{one['line']}, add up to nothing: payments may stand among their items.",
        remedy="Name in the mapping the rows that count, in [rows] keep or drop. If all rows are "
        "items, say so: [format] footer = ''. The file then loads by itself.",
    )
