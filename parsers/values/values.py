"""The values of one field in all rows: as found in the file, and as read."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from parsers.values.ids import FORMULA


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A column of the file: the header's own name for it, and its texts, trimmed."""

    column: str
    texts: pl.Series


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """One field of all rows; all series have the same length.

    `columns` are canonical text by the row column's name, of meaning only where `code` is null.
    `code` is a RejectCode or null, `text` what the file says, `source` the header's name of the
    column that is to blame. `marked` are rows whose value was taken by a rule where the file does
    not tell: the first of two equal hours in autumn. `zones` are the names of time zones in the
    file, where it has some.
    """

    columns: Mapping[str, pl.Series]
    code: pl.Series
    text: pl.Series
    source: pl.Series
    marked: pl.Series | None = None
    zones: pl.Series | None = None


def plain(texts: pl.Series) -> pl.Series:
    """Trimmed texts, taken out of formulas that only keep a spreadsheet from reading a number."""
    return texts.str.extract(FORMULA).fill_null(texts).str.strip_chars()


def constant(text: str | None, length: int) -> pl.Series:
    """The same text in every row."""
    return pl.Series([text], dtype=pl.String).new_from_index(0, length)
