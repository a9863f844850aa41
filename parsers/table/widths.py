"""Whether the rows have as many fields as the header, as far as they agree on a number at all."""

import polars as pl

from parsers.header.finding import Header
from parsers.records.dialect import shown
from parsers.reject import Unreadable, UnreadableCode

_LEAST_ROWS = 3  # of another width: fewer are damaged ones

_NUMBER = r"""^\s*["']?([0-9]{1,18})["']?(?:[^0-9]|$)"""


def refuse_other_width(frame: pl.DataFrame, header: Header) -> None:
    """Refuse rows (a frame of records) most of which have another number of fields than the header.

    Those that have its width may do so by accident, as one with an unquoted 12,50 does that lacks
    another field. Where no row has it, all are rejects, and none is misread; but for a number of
    each row that has no name. A single field is no row. Raises Unreadable (AMBIGUOUS_DIALECT).
    """
    widths, width = frame["width"], len(header.columns)
    fits = int((widths == width).sum())
    if not fits and _are_numbered(frame, width):
        raise _numbered(header, frame.height)
    if not fits or 2 * fits >= len(widths):
        return
    others = widths.filter((widths != width) & (widths > 1)).value_counts(sort=True)
    if others.is_empty():
        return
    other, times = others.row(0)
    if times <= fits or times < _LEAST_ROWS:
        return
    line = frame.filter(pl.col("width") == other)["line"][0]
    raise Unreadable(
        UnreadableCode.AMBIGUOUS_DIALECT,
        f"{times} rows have {other} fields, as that on line {line} has, and only {fits} have "
        f"{width}, as the header has: these may have them by accident.",
        remedy=f"If {shown(header.delimiter)} stands inside of values, ask the sender for values "
        "in quotes, or for another delimiter. Rows that are no transactions can be named in the "
        "mapping: [rows] drop, or [format] comment. The file then loads by itself.",
    )


def _are_numbered(frame: pl.DataFrame, width: int) -> bool:
    """Whether all rows have a field more than the header, and a number of theirs in the first."""
    if frame.height < _LEAST_ROWS or (frame["width"] != width + 1).any():
        return False
    numbers = frame["raw"].str.extract(_NUMBER).cast(pl.Int64, strict=False)
    return numbers.null_count() == 0 and bool((numbers.diff().drop_nulls() == 1).all())


def _numbered(header: Header, rows: int) -> Unreadable:
    width = len(header.columns)
    return Unreadable(
        UnreadableCode.AMBIGUOUS_DIALECT,
        f"The header on line {header.line} names {width} columns, but all {rows} rows have "
        f"{width + 1} fields: the first one counts the rows and has no name, as R writes it.",
        remedy="Ask the sender to export the file without it, in R by row.names = FALSE, or with a "
        "name above it, by col.names = NA.",
    )
