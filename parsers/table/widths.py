"""Whether the rows have as many fields as the header, as far as they agree on a number at all."""

import polars as pl

from parsers.header.finding import Header
from parsers.records.dialect import shown
from parsers.reject import Unreadable, UnreadableCode

_LEAST_ROWS = 3  # of another width: fewer are damaged ones


def refuse_other_width(frame: pl.DataFrame, header: Header) -> None:
    """Refuse rows (a frame of records) most of which have another number of fields than the header.

    Those that have its width may do so by accident, as one with an unquoted 12,50 does that lacks
    another field. Where no row has it, all are rejects, and none is misread. A single field is no
    row. Raises Unreadable (AMBIGUOUS_DIALECT).
    """
    widths, width = frame["width"], len(header.columns)
    fits = int((widths == width).sum())
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
