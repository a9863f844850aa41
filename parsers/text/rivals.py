"""Cells that another encoding, as plausible as the one found, would read otherwise."""

from collections.abc import Mapping as Lookup

import polars as pl

from parsers.reject import Unreadable, UnreadableCode, clip
from parsers.text.encodings import Decoded, rival_reading
from parsers.values.values import Found

# What is not the same in every encoding: beyond ASCII, or behind the escape of HZ.
_NOT_PLAIN = r"[^\x00-\x7f]|~\{"


def refuse_rivals(text: Decoded, found: Lookup[str, Found], lines: pl.Series) -> None:
    """Refuse a file whose mapped cells have two readings; in all others it does not matter.

    `lines` is where each row starts.

    Raises:
        Unreadable: AMBIGUOUS_ENCODING, naming both readings and a line that shows them.
    """
    if not text.rivals:
        return
    for column in found.values():
        beyond_ascii = column.texts.filter(column.texts.str.contains(_NOT_PLAIN))
        for cell in beyond_ascii.unique(maintain_order=True):
            if (other := rival_reading(cell, text)) is not None:
                raise _ambiguous(text, column, cell, other, lines)


def _ambiguous(
    text: Decoded, column: Found, cell: str, other: tuple[str, str], lines: pl.Series
) -> Unreadable:
    encoding, reading = other
    line = lines[column.texts.index_of(cell) or 0]
    return Unreadable(
        UnreadableCode.AMBIGUOUS_ENCODING,
        f"The column '{clip(column.column)}' has two readings: on line {line} it is '{clip(cell)}' "
        f"in {text.encoding} and '{clip(reading)}' in {encoding}.",
        remedy=f'Write the right one into the mapping: [format] encoding = "{text.encoding}" or '
        f'encoding = "{encoding}". What is held then loads by itself.',
    )
