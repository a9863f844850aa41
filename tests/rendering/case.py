"""A file that is to be damaged, and where in it."""

import re
from dataclasses import dataclass
from random import Random

from tests.rendering.harm import Harm
from tests.rendering.plan import Plan
from tests.rendering.shapes import Column
from tests.rendering.writing import File, Line


@dataclass(slots=True, kw_only=True)
class Case:
    """A file to be damaged, with a source of chance."""

    plan: Plan
    file: File
    columns: list[Column]
    chance: Random
    harm: Harm

    def row(self, rows: list[Line] | None = None) -> Line:
        """Choose a row, and say that it is harmed."""
        line = self.chance.choice(self.file.rows if rows is None else rows)
        line.touched = True
        self.harm.done = True
        return line

    def place(self, *roles: str) -> int | None:
        """Choose a column of one of these roles; None if there is none."""
        places = [at for at, role in enumerate(self.file.roles) if role in roles]
        return self.chance.choice(places) if places else None

    def stated(self, row: Line) -> str | None:
        """Why a file without this row is not what its footer says."""
        if "count" in self.plan["after"]:
            return "the footer states another number of rows"
        at = self.file.rows.index(row)
        sums = [column.cells[at] for column in self.columns if column.stated is not None]
        weighs = row.key is not None and any(re.search("[1-9]", cell) for cell in sums)
        return "the footer states another sum" if weighs and "total" in self.plan["after"] else None
