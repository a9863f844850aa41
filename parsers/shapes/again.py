"""Files in which numbers begin again: one id for different transactions, which is then none.

Where several rows have one key the last one holds, as a correction. But receipt 17 of yesterday is
not corrected by receipt 17 of today. So a file is refused, while the mapping does not say what such
rows are, if rows of one key are of different days (and not in one run of rows, within a day) and

- they differ in their totals, or
- there are several such keys, and one in fifty at least: where all tickets cost the same.

And a correction is rare: a file is refused if several keys, and one in three at least, have rows
with different totals, whatever their days and wherever they stand.
"""

from collections.abc import Sequence

import polars as pl

from parsers.canonical import RecordType
from parsers.reject import Unreadable, UnreadableCode, clip
from parsers.shapes.belonging import different_days
from parsers.shapes.typed import amounts_of

_SEVERAL = 2
_ONE_IN = 50
_RARE = 3  # so many keys for each that is corrected


def refuse_begun_again(good: pl.DataFrame, record_type: RecordType) -> None:
    """Raise Unreadable (AMBIGUOUS_ID) if keys come again on other days, or LINE_ITEMS if they do
    so often and with other totals.

    `good` are the rows that can be read, some of which have one key.
    """
    key = list(record_type.key)
    again = good.select(pl.struct(key).is_duplicated()).to_series()
    repeated = good.filter(again)
    # With the row below each, so that a run of rows ends where it does.
    spans = different_days(good.filter(again | again.shift(1)), record_type)
    keys = good.height - repeated.height + repeated.select(pl.struct(key).n_unique()).item()
    changed = _of_different_amounts(repeated, key, amounts_of(record_type))
    if spans.height < _SEVERAL or spans.height * _ONE_IN < keys:
        spans = spans.join(changed, on=key, how="semi", maintain_order="left")
    if spans.height:
        raise _begins_again(spans.row(0, named=True), key[-1])
    if changed.height >= _SEVERAL and changed.height * _RARE >= keys:
        raise _too_often(changed.row(0, named=True), changed.height, key[-1])


def _of_different_amounts(
    repeated: pl.DataFrame, key: Sequence[str], amounts: Sequence[str]
) -> pl.DataFrame:
    """The keys whose rows differ in an amount, with the lines of the first and the last of them."""
    keys = repeated.group_by(key, maintain_order=True).agg(
        line=pl.col("line").first(),
        other_line=pl.col("line").last(),
        differs=pl.any_horizontal(
            pl.lit(value=False), *(pl.col(name).n_unique() > 1 for name in amounts)
        ),
    )
    return keys.filter("differs")


def _too_often(pair: dict[str, object], count: int, name: str) -> Unreadable:
    return Unreadable(
        UnreadableCode.LINE_ITEMS,
        f"{count:,} ids have rows with different totals, such as '{clip(str(pair[name]))}' on "
        f"lines {pair['line']} and {pair['other_line']}: too many to be corrections. Read as it "
        "is, the last one alone would count.",
        remedy="If the rows of a transaction are its items or payments, write in the mapping: "
        '[rows] lines = "sum". If a later row corrects an earlier one, lines = "last". If the '
        "numbers begin again, combine them with the till, or with the time. The file then loads "
        "by itself.",
    )


def _begins_again(span: dict[str, object], name: str) -> Unreadable:
    return Unreadable(
        UnreadableCode.AMBIGUOUS_ID,
        f"Two rows have one id, '{clip(str(span[name]))}', but are of different days: "
        f"{span['time']} on line {span['line']}, {span['other_time']} on line "
        f"{span['other_line']}. They look like two transactions, whose numbers begin again. Read "
        "as it is, the last one alone would count.",
        remedy="If the numbers begin again, combine them in the mapping with the date, or with "
        'the till: transaction_id = { combine = ["Date", "Receipt"] }. If a later row corrects '
        'an earlier one, write [rows] lines = "last". The file then loads by itself.',
    )
