"""The cells of an .ods in which a formula failed (OpenDocument 1.3 part 3, 9.1).

calamine tells such a cell as blank, or as 0 where an older program wrote it so; what is shown in it
says what it is.
"""

from __future__ import annotations

import re
from xml.parsers import expat

from parsers.containers.cells import Marks
from parsers.containers.verdicts import damaged

_ERROR = re.compile(r"#(?:N/A|DIV/0!|VALUE!|REF!|NAME\?|NUM!|NULL!)|Err:5\d\d")
_MAY_HAVE = re.compile(rb">\s*(?:#|Err:)")
_CELLS = ("table-cell", "covered-table-cell")
_MOST_ROWS = 1 << 20


def marks(content: bytes) -> dict[str, Marks]:
    """The errors of each sheet by its name, out of the workbook's content.xml.

    Raises:
        Unreadable: it is broken.
    """
    if not _MAY_HAVE.search(content):
        return {}
    walk = _Walk()
    parser = expat.ParserCreate()
    parser.StartElementHandler = walk.start
    parser.EndElementHandler = walk.end
    parser.CharacterDataHandler = walk.text
    try:
        parser.Parse(content, True)  # noqa: FBT003 - takes no keyword: this is the end
    except expat.ExpatError as error:
        raise damaged("The workbook is damaged: a part of it is broken XML.") from error
    return walk.marks


class _Walk:
    """Through the rows and cells of all sheets; `_row` and `_column` count from 0."""

    def __init__(self) -> None:
        self.marks: dict[str, Marks] = {}
        self._sheet = Marks()
        self._row, self._rows, self._column, self._columns = 0, 1, 0, 1
        self._shown: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rsplit(":", 1)[-1]
        own = {key.rsplit(":", 1)[-1]: value for key, value in attributes.items()}
        if name == "table:table":
            self._sheet = self.marks.setdefault(own.get("name", ""), Marks())
            self._row = 0
        elif tag == "table-row":
            self._rows, self._column = _count(own.get("number-rows-repeated")), 0
        elif tag in _CELLS:
            self._columns = _count(own.get("number-columns-repeated"))
            self._shown = []

    def text(self, text: str) -> None:
        self._shown.append(text)

    def end(self, name: str) -> None:
        tag = name.rsplit(":", 1)[-1]
        if tag == "table-row":
            self._row += self._rows
        elif tag in _CELLS:
            shown = "".join(self._shown).strip()
            if _ERROR.fullmatch(shown):
                for row in range(self._row, self._row + self._rows):
                    for column in range(self._column, self._column + self._columns):
                        self._sheet.errors[row, column] = shown
            self._column += self._columns


def _count(repeated: str | None) -> int:
    """How often something is repeated; a sheet has a million rows."""
    return min(int(repeated), _MOST_ROWS) if repeated and repeated.isdecimal() else 1
