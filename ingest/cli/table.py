"""Tables for people: as wide as the terminal, and whole in a pipe."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from unicodedata import combining, east_asian_width

_GAPS = (2, 1)  # columns of the terminal between two of the table; the second if it is narrow
_LEAST = 8  # of a cell that is cut


def lines(
    columns: Sequence[str],
    cells: Sequence[Sequence[str]],
    *,
    spare: Sequence[str] = (),
    cut: Sequence[str] = (),
) -> list[str]:
    """Lay a table out: a header, and a line for each row.

    On a terminal that is too narrow the `spare` columns are left out, one after the other, until
    the table fits; if it does not even so, cells of the columns in `cut` are shortened. A column in
    which nothing stands is left out everywhere.
    """
    room = shutil.get_terminal_size().columns if sys.stdout.isatty() else sys.maxsize
    table = {
        name: [name, *(row[index] for row in cells)]
        for index, name in enumerate(columns)
        if any(row[index] for row in cells)
    }
    for name in spare:
        if _width(table, _GAPS[0]) > room:
            table.pop(name, None)
    gap = _GAPS[0] if _width(table, _GAPS[0]) <= room else _GAPS[1]
    for name in cut:
        excess = _width(table, gap) - room
        if excess > 0 and name in table:
            most = max(_LEAST, _widest(table[name]) - excess)
            table[name] = [_shortened(cell, most) for cell in table[name]]
    padded = [_padded(column) for column in table.values()]
    return [(" " * gap).join(row).rstrip() for row in zip(*padded, strict=True)]


def _width(table: dict[str, list[str]], gap: int) -> int:
    return sum(_widest(column) for column in table.values()) + gap * (len(table) - 1)


def _widest(column: list[str]) -> int:
    return max(_columns(cell) for cell in column)


def _padded(column: list[str]) -> list[str]:
    """Every cell as wide as the widest; numbers to the right."""
    numeric = all(cell.replace(",", "").isdigit() for cell in column[1:])
    padding = [" " * (_widest(column) - _columns(cell)) for cell in column]
    return [
        space + cell if numeric else cell + space
        for space, cell in zip(padding, column, strict=True)
    ]


def _shortened(text: str, most: int) -> str:
    if _columns(text) <= most:
        return text
    while _columns(text) >= most:
        text = text[:-1]
    return f"{text}…"


def _columns(text: str) -> int:
    """How many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    return sum(2 if east_asian_width(one) in "WF" else not combining(one) for one in text)
