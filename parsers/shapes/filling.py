"""Cells that are blank because they are those of the row above."""

from collections.abc import Sequence

import polars as pl

from parsers.table.frame import place

_LINE_END = r"\r\n|\r|\n"


def fill_down(frame: pl.DataFrame, positions: Sequence[int], fits: pl.Series) -> pl.DataFrame:
    """Give blank cells the value of the row above, whether that row counts or not.

    Nothing is carried over a gap: a row that does not fit the header (its cells are uncertain), or
    physical lines that are no record (a blank line, a comment, a repeated header), behind which
    another block may begin. What stays blank there is seen to be missing.
    """
    height = pl.int_range(frame.height, eager=True)
    begins = _begins(frame, fits)
    block = pl.select(pl.when(begins).then(height).forward_fill()).to_series()
    filled = []
    for position in positions:
        cells = frame[place(position)]
        blank = (cells.str.strip_chars() == "").fill_null(value=True)
        said = pl.select(pl.when(~blank).then(height).forward_fill()).to_series()
        above = cells.gather(said)
        filled.append(
            pl.select(pl.when(blank & fits & (said >= block)).then(above).otherwise(cells))
            .to_series()
            .alias(place(position))
        )
    return frame.with_columns(filled)


def says_a_sum(
    frame: pl.DataFrame, positions: Sequence[int], telling: Sequence[int], amounts: Sequence[int]
) -> pl.Series:
    """Whether each row is of no sale, and yet has an amount and a cell of its own in one of the
    columns that are filled: what is carried over to the next page, say, and how it is called.

    `telling` are columns, not filled from above, that say which sale a row is, or when it was.
    """

    def filled(places: Sequence[int]) -> pl.Expr:
        cells = (pl.col(place(at)).str.strip_chars().fill_null("") != "" for at in places)
        return pl.any_horizontal(pl.lit(value=False), *cells)

    if not telling:
        return pl.repeat(value=False, n=frame.height, dtype=pl.Boolean, eager=True)
    sums = filled(positions) & filled(amounts) & ~filled(telling)
    return frame.select(sums=sums)["sums"]


def _begins(frame: pl.DataFrame, fits: pl.Series) -> pl.Series:
    """Whether each row begins a block, over whose beginning nothing is carried."""
    line_ends = frame["raw"].str.count_matches(_LINE_END).cast(pl.Int64)
    follows = frame["line"] == (frame["line"] + line_ends + 1).shift(1)
    return ~(follows & fits & fits.shift(1)).fill_null(value=False)
