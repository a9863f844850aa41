"""What the cells of each column have in common, learned from the good rows of a table.

It serves to exclude, so it claims nothing lightly: a value that is said again counts once, and only
what many different values have in common is taken for a rule. Lengths are never a rule: after
receipt 999 comes 1000.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from parsers.records.cells import TYPED, Look, look, shape

_LEAST_OF_A_TYPE = 10  # different values
_LEAST_OF_A_SHAPE = 30
_LEAST_FILLED = 200  # rows, none of them blank here


@dataclass(frozen=True, slots=True)
class _Rule:
    """What a cell of a column must be: of a type, or of a shape; blank only if others are."""

    kind: Look | None
    shape: str | None
    blank: bool

    def allows(self, cell: str) -> bool:
        text = cell.strip()
        if self.kind is None and self.shape is None:
            return True
        if not text:
            return self.blank
        return look(text) is self.kind if self.shape is None else shape(text) == self.shape


class Profile:
    """The rules of all columns, as far as there are any."""

    def __init__(self, rows: Sequence[Sequence[str]], width: int) -> None:
        columns = [[row[at].strip() for row in rows] for at in range(width)]
        self._rules = [_rule(cells) for cells in columns]
        self._looks = [{look(cell) for cell in set(cells)} for cells in columns]

    def allows(self, position: int, cell: str) -> bool:
        """Whether a cell may stand in a column, for all that the good rows say."""
        return self._rules[position].allows(cell)

    def resembles(self, position: int, cell: str) -> bool:
        """Whether a cell looks as one of the good rows does there, however few these are. Where
        text stands anything may, and where nothing does."""
        seen = self._looks[position]
        return look(cell) in seen or Look.TEXT in seen or seen <= {Look.BLANK}


def _rule(cells: Sequence[str]) -> _Rule:
    values = set(cells) - {""}
    blank = "" in cells or len(cells) < _LEAST_FILLED
    kinds = {look(value) for value in values}
    if len(values) >= _LEAST_OF_A_TYPE and len(kinds) == 1 and kinds <= TYPED:
        return _Rule(kinds.pop(), None, blank)
    if len(values) >= _LEAST_OF_A_SHAPE and kinds == {Look.TEXT}:
        shapes = {shape(value) for value in values}
        if len(shapes) == 1:
            return _Rule(None, shapes.pop(), blank)
    return _Rule(None, None, blank)
