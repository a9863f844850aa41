"""Files whose rows look like lines of transactions, while the mapping does not say so.

Where several rows have one key, the last would win and the others' money would be lost without a
word. A correction within a file does that rightly: it is rare, stands away from what it corrects,
and says the same but for numbers. So a file is refused if rows that follow each other have one key
and different totals, and

- they differ in words too (another item, another way to pay), or
- there are several such keys, and one in fifty at least.

And if several keys, one in fifty at least, have a row with a total and then rows without one.
"""

import polars as pl

from parsers.canonical import RecordType
from parsers.reject import Unreadable, UnreadableCode, clip
from parsers.shapes.typed import amounts_of, keyed_rows

_SEVERAL = 2
_ONE_IN = 50
_WORDS = pl.col("raw").str.replace_all(r"[^\p{L}]+", " ")


def refuse_line_items(typed: pl.DataFrame, raws: pl.DataFrame, record_type: RecordType) -> None:
    """Raise Unreadable (LINE_ITEMS) if rows look like lines of a transaction.

    `typed` has all records in order of line (see typed.py), `raws` their `line` and `raw`.
    """
    amounts = amounts_of(record_type)
    if not amounts:
        return
    total, key = amounts[0], record_type.key
    keyed = keyed_rows(typed, record_type)
    same = pl.all_horizontal(pl.col(name) == pl.col(name).shift(1) for name in key)
    follows = keyed.select(same.fill_null(value=False)).to_series()
    if not follows.any():
        return
    good = pl.col("code").is_null()
    pairs = keyed.select(
        "line",
        "blank",
        id=key[-1],
        key=pl.struct(key),
        total=total,
        above=pl.col("line").shift(1),
        total_above=pl.col(total).shift(1),
        good=good & good.shift(1),
    ).filter(follows)
    keys = keyed.select(pl.struct(key).n_unique()).item()
    different = pl.col("good") & (pl.col("total") != pl.col("total_above"))
    _refuse_items(pairs.filter(different), raws, keys)
    with_total = keyed.filter(~pl.col("blank")).select(key=pl.struct(key))
    _refuse_order_lines(pairs.filter("blank").join(with_total, on="key", how="semi"), keys)


def _many(pairs: pl.DataFrame, keys: int) -> bool:
    found = pairs["key"].n_unique()
    return found >= _SEVERAL and found * _ONE_IN >= keys


def _refuse_items(pairs: pl.DataFrame, raws: pl.DataFrame, keys: int) -> None:
    """Judge rows with the key of the row above and another total."""
    if not _many(pairs, keys):
        texts = pairs.select("line", "above", "id", "total", "total_above").join(
            raws.select("line", words=_WORDS), on="line", maintain_order="left"
        )
        above = raws.select(above="line", words_above=_WORDS)
        texts = texts.join(above, on="above", maintain_order="left")
        pairs = texts.filter(pl.col("words") != pl.col("words_above"))
    if pairs.is_empty():
        return
    pair = pairs.row(0, named=True)
    raise Unreadable(
        UnreadableCode.LINE_ITEMS,
        f"Lines {pair['above']} and {pair['line']} have one id, '{clip(pair['id'])}', but not one "
        f"total ({pair['total_above']} and {pair['total']}): they look like two parts of one "
        "transaction. Read as it is, the last one alone would count.",
        remedy="If the rows of a transaction are its items or payments, write in the mapping: "
        '[rows] lines = "sum". If one row bears the total of all, lines = "first". If a later row '
        'corrects an earlier one, lines = "last". If only rows of one kind count, name them in '
        "keep or drop. The file then loads by itself.",
    )


def _refuse_order_lines(lines: pl.DataFrame, keys: int) -> None:
    """Judge rows without a total and with the key of the row above."""
    if not _many(lines, keys):
        return
    line = lines.row(0, named=True)
    raise Unreadable(
        UnreadableCode.LINE_ITEMS,
        f"Line {line['line']} has the id of line {line['above']}, '{clip(line['id'])}', and no "
        "total: it looks like a further item of the same transaction, and so do others.",
        remedy="If one row of a transaction bears the total of all, write in the mapping: [rows] "
        'lines = "first". If such rows are mistakes, lines = "last": they are then rejects. '
        "The file then loads by itself.",
    )
