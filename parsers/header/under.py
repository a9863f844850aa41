"""What stands right under the header: a second line of it, or rows that end in a delimiter more."""

import re
from collections.abc import Sequence

from parsers.header.beginning import Opening
from parsers.records.cells import filled, types_of
from parsers.records.dialect import Dialect

_LEAST_ROWS = 3  # that all end in one delimiter more than the header
_MOST = 0.6  # of a column's cells make its type: headers that come again may be among them
_WHOLE_PART = re.compile("[^0-9]*[0-9]{1,3}")
_PART_AFTER = re.compile("[0-9]{1,3}(?![0-9])")
# Of more digits, with a sign between the groups or without: it begins with no 0, as ids may.
_LONG_WHOLE_PART = re.compile("[^0-9]*[1-9](?:[0-9]{3,}|[0-9]{0,2}(?:[. '\\xa0\\u202f][0-9]{3})+)")
_RULE = re.compile("[-=_+|:,; \\t\u2500-\u257f]+")
_STROKES = re.compile("[-=_\u2500\u2501\u2550]{3}")
_CENTS = re.compile("[0-9]{2}(?![0-9])")


def is_second_line(below: Sequence[Opening], width: int, mapped: Sequence[int]) -> bool:
    """Whether the first record below the header belongs to it: words above numbers and dates, or
    a rule drawn under the names, `-----+-----`, whatever divides it.

    `mapped` are the positions of the mapped columns; with none, every column of a type must have
    a word. A row in which nothing is right stays a row: it has a digit somewhere, or a cell that
    the rows below have too.
    """
    first, *others = below
    if _RULE.fullmatch(first.raw) and _STROKES.search(first.raw):
        return True
    cells = first.fields
    rows = [row.fields for row in others if len(row.fields) == width]
    if not filled(cells) or not 1 < len(cells) <= width or first.broken:
        return False
    if any(char.isdigit() for cell in cells for char in cell) or _repeats(cells, rows):
        return False
    types = types_of(rows, width, most=_MOST)
    words = [
        bool(cells[at].strip()) if at < len(cells) else False
        for at in mapped or range(width)
        if types[at] is not None
    ]
    return any(words) if mapped else bool(words) and all(words)


def _repeats(cells: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether a row has a cell of these, in its place, unless it is the same line once more."""
    others = [row for row in rows if list(row) != list(cells)]
    return any(cell.strip() and cell == row[at] for at, cell in enumerate(cells) for row in others)


def all_end_in_a_delimiter(below: Sequence[Opening], width: int, dialect: Dialect) -> bool:
    """Whether each row has one delimiter more than the header, at its end, with nothing after it.

    Not if two neighbouring columns may be one amount that the delimiter cuts: 12,50. What is blank
    there, or a dash, says nothing.
    """
    rows = [record.fields for record in below]
    if len(rows) < _LEAST_ROWS or any(len(row) != width + 1 or row[-1].strip() for row in rows):
        return False
    return dialect.delimiter != "," or not any(
        _are_cut([(row[at], row[at + 1]) for row in rows]) for at in range(width)
    )


def _are_cut(pairs: Sequence[tuple[str, str]]) -> bool:
    written = [pair for pair in pairs if any(char.isdigit() for char in "".join(pair))]
    return bool(written) and all(_may_be_cut(left, right) for left, right in written)


def _may_be_cut(left: str, right: str) -> bool:
    left, right = left.strip(), right.strip()
    if _WHOLE_PART.fullmatch(left):
        return bool(_PART_AFTER.match(right))
    return bool(_LONG_WHOLE_PART.fullmatch(left) and _CENTS.match(right))
