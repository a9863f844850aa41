"""Which encodings make amounts of the cells that look like amounts, whatever a few bytes mean.

The no-break blank, the euro and the pound of Windows are letters on other systems: '1\\xa0234,50'
is no amount in code page 866, and nobody writes such a cell but as an amount.
"""

import re
from collections.abc import Iterable

from parsers.money.written import may_be_amount

_LOOKED_AT_BYTES = 1 << 18
_MOST_SHAPES = 50
_ONE_DIGIT = bytes.maketrans(b"023456789", b"1" * 9)
# A byte beyond ASCII that stands by a digit: in most files there is none.
_BY_A_DIGIT = re.compile(
    rb"[\x80-\xff](?:(?= ?-?[0-9])|(?<=[0-9].)|(?<=[0-9] .)|(?<=[0-9] [A-Za-z].))", re.DOTALL
)
_IDLE_BLANK = re.compile(r"^\s|\s$|\s\s")
_AROUND = rb"[ A-Za-z.\x80-\xff-]{0,6}"
# A whole cell, with two places behind a decimal sign, or with something between groups of three.
_CELL = re.compile(
    rb"(?:^|[;,|\t\"\r\n])(" + _AROUND + rb"[0-9]{1,3}"
    rb"(?:(?:[.,' \x80-\xff]?[0-9]{3}){0,4}[.,][0-9]{2}|(?:[.,\x80-\xff][0-9]{3}){1,4})"
    + _AROUND
    + rb")(?=[;,|\t\"\r\n]|\Z)"
)


def cells_like_amounts(data: bytes) -> list[bytes]:
    """List the cells beyond ASCII at the beginning that must be amounts, one of each shape."""
    shapes: dict[bytes, bytes] = {}
    head = data[:_LOOKED_AT_BYTES]
    if _BY_A_DIGIT.search(head) is None:
        return []
    for found in _CELL.finditer(head):
        if not found[1].isascii():
            shapes.setdefault(found[1].translate(_ONE_DIGIT), found[1])
            if len(shapes) == _MOST_SHAPES:
                break
    return list(shapes.values())


def without_amounts(cells: list[bytes], encodings: Iterable[str]) -> frozenset[str]:
    """Name the encodings in which less than half as many cells are amounts as in the best."""
    if not cells:
        return frozenset()
    counts = {name: sum(_is_amount(cell, name) for cell in cells) for name in encodings}
    most = max(counts.values(), default=0)
    return frozenset(name for name, count in counts.items() if 2 * count < most)


def _is_amount(cell: bytes, encoding: str) -> bool:
    """Whether it is one in which each blank has a place: one at the end may as well be a letter."""
    try:
        text = cell.strip(b" ").decode(encoding)
    except UnicodeDecodeError:
        return False
    return not _IDLE_BLANK.search(text) and may_be_amount(text)
