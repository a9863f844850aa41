"""The quick way to the dialect of an ordinary file: one look, where nothing leaves a choice.

Most files begin with the header that the mapping knows, and each of their rows has as many fields.
Weighing every dialect against the others takes longer than reading such a file.
"""

import csv
import io
from collections.abc import Sequence

from parsers.dialects.candidates import ORDINARY
from parsers.dialects.sample import line_end_of, take_sample
from parsers.header.columns import clean, missing
from parsers.mappings.format import Format
from parsers.records.dialect import Dialect


def plain_dialect(text: str, layout: Format, names: Sequence[str]) -> Dialect | None:
    """The dialect if the first line says it and no other line speaks against it, else None."""
    if len(names) < 2 or layout != Format(  # noqa: PLR2004 - one name stands in any line
        encoding=layout.encoding,
        decimal=layout.decimal,
        thousands=layout.thousands,
        header_line=layout.header_line,
        delimiter=layout.delimiter,
    ):
        return None
    first = text[: text.find("\n") + 1].rstrip("\r\n")
    if "\r" in first or "\n#" in text:  # lines end otherwise, or there may be comments
        return None
    likely = ORDINARY if layout.delimiter is None else (layout.delimiter,)
    divided = [sign for sign in likely if sign in ORDINARY and _names_all(first, sign, names)]
    if len(divided) != 1:
        return None
    delimiter = divided[0]
    pieces = take_sample(text)
    if not all(_is_regular(piece, delimiter, len(_cells(first, delimiter))) for piece in pieces):
        return None
    line_end = line_end_of(text)
    if line_end == "mixed":  # those inside quotes may be others
        return None
    return Dialect(delimiter=delimiter, line_end=line_end)


def _cells(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter), [])


def _names_all(line: str, delimiter: str, names: Sequence[str]) -> bool:
    if delimiter not in line:
        return False
    cells = [clean(cell) for cell in _cells(line, delimiter)]
    return all(cells) and not missing(cells, names)


def _is_regular(piece: str, delimiter: str, width: int) -> bool:
    """Whether all lines have so many fields, and nothing looks like another way to quote."""
    if "\\" in piece or "\n#" in piece or "\n'" in piece or f"{delimiter}'" in piece:
        return False
    if '"' not in piece and _counted(piece, delimiter) <= {width}:
        return True
    try:
        rows = [*csv.reader(io.StringIO(piece, newline=""), delimiter=delimiter, strict=True)]
    except csv.Error:
        return False
    # Rows of blank fields may have another width, but to look for them takes longer.
    return {*map(len, rows)} <= {0, width} or all(len(row) == width for row in rows if any(row))


def _counted(piece: str, delimiter: str) -> set[int]:
    """How many fields the lines of a piece without quotes have: eight times as fast as by csv."""
    lines = piece.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return {line.count(delimiter) + 1 for line in lines if line}
