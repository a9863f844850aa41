"""What the XML of an .xlsx says of its sheets beyond what calamine tells: their extent, the cells
in which a formula failed, and numbers that are shown with leading zeros (ECMA-376 part 1, 18.3).

Patterns, not a parser: a sheet has millions of cells. What is written in an odd way is not found
here; it then has no marks, and an extent that is too large ends the process that reads it.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from xml.parsers import expat

from parsers.containers.cells import Marks
from parsers.containers.limits import MOST_CELLS, too_large
from parsers.containers.verdicts import damaged
from parsers.reject import clip

_STRIDE = 1 << 20
_LONGEST_REFERENCE = 16  # bytes of r="XFD1048576", and some
_COLUMN = re.compile(rb"\sr=[\"']([A-Z]{1,3})\d")
_ROW = re.compile(rb"\sr=[\"'][A-Z]{0,3}(\d{1,7})[\"']")
_CELL = rb"<(?:\w+:)?c(?=\s)(?=[^>]*\s%s)[^>]*?\sr=\"([A-Z]{1,3})(\d{1,7})\"[^>]*>"
_FAILED = re.compile(
    _CELL % rb't="e"' + rb"(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v>([^<]*)<", re.DOTALL
)
_PADDED = re.compile(r"0{2,}")

Read = Callable[[str], bytes]
"""Gives the bytes of a part of the workbook by its name; b"" if there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tag:
    name: str
    attributes: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Relation:
    """What a part refers to by an id; `kind` is the last word of the relation's type."""

    id: str
    kind: str
    target: str


class Workbook:
    """The parts of an .xlsx that say something of its sheets."""

    def __init__(self, read: Read) -> None:
        self._read = read
        roots = [one.target for one in _relations(read, "") if one.kind == "officeDocument"]
        place = roots[0] if roots else "xl/workbook.xml"
        related = _relations(read, place)
        targets = {one.id: one.target for one in related}
        self._places = {
            tag.attributes.get("name", ""): targets.get(tag.attributes.get("id", ""), "")
            for tag in (_tags(read(place)) if place.endswith(".xml") else ())  # not in an .xlsb
            if tag.name == "sheet"
        }
        styles = [one.target for one in related if one.kind == "styles" and self._places]
        self._padding = _padding(_tags(read(styles[0]))) if styles else {}

    def marks(self, sheet: str) -> Marks:
        """The marks of a sheet's cells. Raises Unreadable (TOO_LARGE) if it is too wide or long."""
        xml = self._read(self._places.get(sheet, ""))
        refuse_large(sheet, *_extent(xml))
        errors = {
            _place(cell[1], cell[2]): unescape(cell[3].decode("utf-8", "replace"))
            for cell in (_FAILED.finditer(xml) if b't="e"' in xml else ())
        }
        widths = {}
        for style, width in self._padding.items():
            pattern = re.compile(_CELL % f's="{style}"'.encode())
            widths.update({_place(cell[1], cell[2]): width for cell in pattern.finditer(xml)})
        return Marks(errors=errors, widths=widths)


def refuse_large(sheet: str, rows: int, columns: int) -> None:
    """Raise Unreadable (TOO_LARGE) if a sheet of so many rows and columns costs too much memory."""
    if rows * columns > MOST_CELLS:
        raise too_large(
            f"The sheet {clip(sheet)} reaches to row {rows:,} and column {columns:,}: more than "
            f"{MOST_CELLS:,} cells. Often a single stray value in a far corner is the cause."
        )


def _tags(xml: bytes) -> list[_Tag]:
    """The start tags of a small part, by their names without prefix."""
    found: list[_Tag] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        own = {key.rsplit(":", 1)[-1]: value for key, value in attributes.items()}
        found.append(_Tag(name=name.rsplit(":", 1)[-1], attributes=own))

    if not xml:
        return found
    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    try:
        parser.Parse(xml, True)  # noqa: FBT003 - takes no keyword: this is the end
    except expat.ExpatError as error:
        raise damaged("The workbook is damaged: a part of it is broken XML.") from error
    return found


def _relations(read: Read, part: str) -> list[_Relation]:
    """What a part refers to; those of the part "" are of the package as a whole."""
    folder, base = posixpath.split(part)
    found = []
    for tag in _tags(read(posixpath.join(folder, "_rels", f"{base}.rels"))):
        if tag.name == "Relationship":
            target = posixpath.join(folder, tag.attributes.get("Target", ""))
            found.append(
                _Relation(
                    id=tag.attributes.get("Id", ""),
                    kind=tag.attributes.get("Type", "").rsplit("/", 1)[-1],
                    target=posixpath.normpath(target).removeprefix("/"),
                )
            )
    return found


def _padding(styles: list[_Tag]) -> dict[int, int]:
    """Indexes of the cell styles whose numbers are shown with leading zeros, and their digits."""
    codes = {
        tag.attributes.get("numFmtId", ""): tag.attributes.get("formatCode", "")
        for tag in styles
        if tag.name == "numFmt"
    }
    formats: list[str] = []
    inside = False
    for tag in styles:
        if tag.name in ("cellXfs", "cellStyles", "dxfs"):
            inside = tag.name == "cellXfs"
        elif inside and tag.name == "xf":
            formats.append(codes.get(tag.attributes.get("numFmtId", ""), ""))
    return {style: len(code) for style, code in enumerate(formats) if _PADDED.fullmatch(code)}


def _extent(xml: bytes) -> tuple[int, int]:
    """The last row and the last column that are mentioned, each from 1."""
    columns: set[bytes] = set()
    rows: set[bytes] = set()
    for start in range(0, len(xml), _STRIDE):
        end = start + _STRIDE + _LONGEST_REFERENCE
        columns.update(_COLUMN.findall(xml, start, end))
        rows.update(_ROW.findall(xml, start, end))
    return max(map(int, rows), default=0), max(map(_column_number, columns), default=0)


def _place(column: bytes, row: bytes) -> tuple[int, int]:
    return int(row) - 1, _column_number(column) - 1


def _column_number(letters: bytes) -> int:
    """A is 1, XFD is 16,384."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number
