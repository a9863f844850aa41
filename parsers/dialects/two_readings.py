"""Mapped cells of which two readings are left, however far down in the file they stand.

The dialect is found by a sample, and so is the encoding: here each mapped cell has its say.
"""

from collections.abc import Mapping as Lookup

import polars as pl

from parsers.mappings.format import Format
from parsers.records.dialect import Dialect
from parsers.reject import Unreadable, UnreadableCode, clip
from parsers.text.encodings import Decoded
from parsers.text.rivals import refuse_rivals
from parsers.values.values import Found

_DOUBLE, _SINGLE = '"', "'"
# With these a program for letters replaces the others. Not \u00ab and \u00bb, in which names stand.
_OPENING = "\u201c\u201d\u201e\u2018\u201a\u201b`\u00b4"
_CLOSING = "\u201c\u201d\u2018\u2019`\u00b4'"


def refuse_two_readings(
    text: Decoded, dialect: Dialect, layout: Format, found: Lookup[str, Found], lines: pl.Series
) -> None:
    """Refuse a file if a mapped cell reads otherwise in a rival encoding or with another quote.

    `layout` is what the mapping says, and is taken at its word; `lines` is where each row starts.

    Raises:
        Unreadable: AMBIGUOUS_ENCODING, AMBIGUOUS_DIALECT, with a line that shows it.
    """
    refuse_rivals(text, found, lines)
    if layout.quote is None:
        _refuse_other_quotes(text, dialect, found, lines)
        _refuse_typeset_quotes(text, dialect, found, lines)


def _refuse_other_quotes(
    text: Decoded, dialect: Dialect, found: Lookup[str, Found], lines: pl.Series
) -> None:
    """Refuse a mapped cell in quotation marks that were not taken for such.

    They may quote it as well as belong to it. Single ones belong to it if double ones quote other
    cells.
    """
    other = _SINGLE if dialect.quote == _DOUBLE else _DOUBLE
    if other not in text.content:
        return
    if other == _SINGLE and is_used(_DOUBLE, text.content, dialect.delimiter):
        return
    for column in found.values():
        cells = column.texts
        begin = cells.str.starts_with(other)
        if other == _SINGLE:  # one alone keeps a spreadsheet from reading a number
            begin &= cells.str.ends_with(other) & (cells.str.len_bytes() > 1)
        if begin.any():
            at = begin.arg_max() or 0
            raise _two_readings(column.column, cells[at], lines[at], other)


def _refuse_typeset_quotes(
    text: Decoded, dialect: Dialect, found: Lookup[str, Found], lines: pl.Series
) -> None:
    """Refuse a mapped cell in marks that quote in print, unless it stands in quotes besides."""
    if not any(mark in text.content for mark in _OPENING):
        return
    for column in found.values():
        quoted = column.texts.str.contains(f"^[{_OPENING}].*[{_CLOSING}]$")
        for cell in column.texts.filter(quoted).unique(maintain_order=True):
            if not dialect.quote or f"{dialect.quote}{cell}{dialect.quote}" not in text.content:
                line = lines[column.texts.index_of(cell) or 0]
                raise Unreadable(
                    UnreadableCode.AMBIGUOUS_DIALECT,
                    f"The column '{clip(column.column)}' has two readings: on line {line} it is "
                    f"{clip(cell)}, and the {cell[0]} may quote it or belong to it.",
                    remedy="If it quotes, ask the sender for the till's own export, with ordinary "
                    'quotation marks. If it belongs to the value: [format] quote = "". The file '
                    "then loads by itself.",
                )


def is_used(quote: str, text: str, delimiter: str) -> bool:
    """Whether a field begins with a quote."""
    before = ("\n", "\r", delimiter, delimiter + " ") if delimiter else ("\n", "\r")
    return text.startswith(quote) or any(mark + quote in text for mark in before)


def _two_readings(column: str, cell: str, line: int, quote: str) -> Unreadable:
    written = f"'{quote}'" if quote == _DOUBLE else f'"{quote}"'
    belongs = f'"{_SINGLE}"' if quote == _DOUBLE else f"'{_DOUBLE}'"
    return Unreadable(
        UnreadableCode.AMBIGUOUS_DIALECT,
        f"The column '{clip(column)}' has two readings: on line {line} it is {clip(cell)}, and the "
        f"{quote} may quote it or belong to it.",
        remedy=f"Say in the mapping which it is: [format] quote = {written} if it quotes, or "
        f'quote = {belongs} or "" if it belongs to the value. The file then loads by itself.',
    )
