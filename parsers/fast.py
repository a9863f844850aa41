"""From text to records, fast: for a table in which every record is one physical line.

The lines are split as columns of text, all at once. That is right if no quoted field holds a
delimiter, a line end or a doubled quote, which one regular expression sees for each line.
polars' own reader of CSV is not used: it numbers records and not lines, makes short rows null,
fails the whole file for one long row, and panics on some input (measured with polars 2.1).
"""

import re
from collections.abc import Sequence

import polars as pl

from parsers.header import Header
from parsers.table import place
from parsers.tokens import BLANKS, QUOTE

_QUOTED_FIELD = r'^[ \t]*"([^"]*)"[ \t]*$'


def read_fast(text: str, header: Header, positions: Sequence[int]) -> pl.DataFrame | None:
    """Read all records below the header; None if that would take a patient reader."""
    body = text[header.body :]
    quoted = QUOTE in body
    if "\r" in body:
        body = body.replace("\r\n", "\n").replace("\r", "\n")
    # The line end put before it keeps polars from taking text for one of the packed formats that
    # it would silently unpack; the line that this makes is dropped with the blank ones.
    raw = pl.read_lines(b"\n" + body.encode(), name="raw")
    frame = raw.with_row_index("line", offset=header.next_line - 1).filter(
        pl.col("raw").str.strip_chars(BLANKS + header.delimiter) != ""
    )
    if quoted and not frame["raw"].str.contains(_regular(header.delimiter)).all():
        return None
    width = pl.col("raw").str.count_matches(header.delimiter, literal=True).cast(pl.Int64) + 1
    # Only what fits is split: a long line of delimiters would cost sixteen times its size.
    fits = width == len(header.columns)
    fields = pl.when(fits).then("raw").str.split(header.delimiter)
    split = frame.select(
        pl.col("line").cast(pl.Int64),
        pl.col("raw"),
        width.alias("width"),
        pl.lit(value=False).alias("stray"),
        *(fields.list.get(position).alias(place(position)) for position in positions),
    )
    if not quoted:
        return split
    return split.with_columns(
        pl.coalesce(pl.col(name).str.extract(_QUOTED_FIELD), pl.col(name)).alias(name)
        for name in map(place, positions)
    )


def _regular(delimiter: str) -> str:
    """Make the expression for a line whose quotes, if any, each hold one simple field."""
    mark = re.escape(delimiter)
    blank = "[ ]" if delimiter == "\t" else r"[ \t]"
    quoted = rf'{blank}*"[^"{mark}]*"{blank}*'
    plain = rf'{blank}*(?:[^"{mark} \t][^{mark}]*)?'
    return rf"^(?:{quoted}|{plain})(?:{mark}(?:{quoted}|{plain}))*$"
