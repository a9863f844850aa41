"""From text to records, fast: for a table in which every record is one physical line.

The lines are split as columns of text, all at once. That is right if no quoted field holds a
delimiter, a line end or a doubled quote, which one regular expression sees for each line.
polars' own reader of CSV is not used: it numbers records and not lines, makes short rows null,
fails the whole file for one long row, and panics on some input (measured with polars 2.1).
"""

import re
from collections.abc import Iterator, Sequence

import polars as pl

from parsers.header import Header
from parsers.table import place
from parsers.tokens import BLANKS, QUOTE

# Read at a time: the steps between text and fields take several times their room.
_PART_CHARACTERS = 1 << 23
_QUOTED_FIELD = r'^[ \t]*"([^"]*)"[ \t]*$'


def read_fast(text: str, header: Header, positions: Sequence[int]) -> pl.DataFrame | None:
    """Read all records below the header; None if that would take a patient reader."""
    frames = []
    line = header.next_line
    for part in _parts(text, header.body):
        lines = _lines(part, line)
        line += lines.height
        lines = lines.filter(pl.col("raw").str.strip_chars(BLANKS + header.delimiter) != "")
        quoted = QUOTE in part
        if quoted and not lines["raw"].str.contains(_regular(header.delimiter)).all():
            return None
        frames.append(_split(lines, header, positions, quoted=quoted))
    return pl.concat(frames)


def _parts(text: str, start: int) -> Iterator[str]:
    """Cut the text after `start` at line ends; at least one part, which may be empty."""
    while True:
        end = text.find("\n", start + _PART_CHARACTERS) + 1 or len(text)
        yield text[start:end]
        start = end
        if start == len(text):
            return


def _lines(part: str, number: int) -> pl.DataFrame:
    """Give the physical lines of a part, the first of which has this number."""
    if "\r" in part:
        part = part.replace("\r\n", "\n").replace("\r", "\n")
    # The line end put before it keeps polars from taking text for one of the packed formats that
    # it would silently unpack.
    raw = pl.read_lines(b"\n" + part.encode(), name="raw").slice(1)
    return raw.with_row_index("line", offset=number)


def _split(
    lines: pl.DataFrame, header: Header, positions: Sequence[int], *, quoted: bool
) -> pl.DataFrame:
    width = pl.col("raw").str.count_matches(header.delimiter, literal=True).cast(pl.Int64) + 1
    # Only what fits is split: a long line of delimiters would cost sixteen times its size.
    fits = width == len(header.columns)
    fields = pl.when(fits).then("raw").str.split(header.delimiter)
    split = lines.select(
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
