"""Cells made into fields with quotes, fields into lines, and lines into bytes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.rendering.plan import Plan

BOMS = {
    "utf-16-le": b"\xff\xfe",
    "utf-16-be": b"\xfe\xff",
    "utf-32-le": b"\xff\xfe\0\0",
}
BLANKS = "  "
"""The delimiter of a table whose columns are laid out with blanks."""

_NUMBER = re.compile(r"[-+]?[0-9][0-9.,]*")
_GUARDED = re.compile(r'="[-0-9A-Za-z]*"')


@dataclass(slots=True, kw_only=True)
class Line:
    """One record of a file, or a line that is none.

    `fields` are as they stand in the file, quotes and all; `kind` is "row", "header" or "other";
    `key` that of the sale that a row tells of, None if it does not count. `touched` is set by a
    damage; `end` is the line end.
    """

    fields: list[str]
    kind: str
    end: str
    key: tuple[str, str] | None = None
    touched: bool = False


@dataclass(slots=True, kw_only=True)
class File:
    """A file on its way to bytes; `roles` are those of the columns, in order."""

    plan: Plan
    roles: list[str]
    lines: list[Line] = field(default_factory=list)

    @property
    def rows(self) -> list[Line]:
        """The rows of the table."""
        return [line for line in self.lines if line.kind == "row"]

    def text(self) -> str:
        """The whole text."""
        mark = self.plan["delimiter"]
        text = "".join(mark.join(line.fields) + line.end for line in self.lines)
        if self.plan["final"] == "none" and self.lines:
            text = text.removesuffix(self.lines[-1].end)
        return text

    def starts(self) -> list[int]:
        """The physical line, from 1, on which each of the lines starts."""
        starts, number = [], 1
        mark = self.plan["delimiter"]
        for line in self.lines:
            starts.append(number)
            text = mark.join(line.fields) + line.end
            number += len(re.findall(r"\r\n|\r|\n", text))
        return starts


def lay_out(file: File) -> None:
    """Fill up the fields of a table with blanks, so that its columns stand under each other.

    In some tables amounts stand at the right of their columns, with their last digits in line.
    """
    table = [line for line in file.lines if len(line.fields) == len(file.roles)]
    widths = [max(map(len, cells)) for cells in zip(*(line.fields for line in table), strict=True)]
    at_the_right = file.plan.random("lay out").random() < 0.5
    for line in table:
        filled = [
            text.rjust(width) if at_the_right and role == "money" else text.ljust(width)
            for text, width, role in zip(line.fields, widths, file.roles, strict=True)
        ]
        line.fields = [*filled[:-1], filled[-1].rstrip()]


def encode(text: str, encoding: str) -> bytes:
    """Make bytes of a text, with the mark that belongs to some encodings."""
    return BOMS.get(encoding, b"") + text.encode(encoding)


def write_field(plan: Plan, text: str, *, free: bool = False) -> str:
    """Write one cell with quotes where the plan wants or needs them.

    `free`: nobody minds the cell, so that a quote in its midst may stand as it is.
    """
    quote = plan["quote"]
    style = plan["quoting"]
    if plan["delimiter"] == BLANKS:
        return text
    if plan["guard"] == '="5" bare' and style != "all" and _GUARDED.fullmatch(text):
        return text
    needed = (
        any(mark in text for mark in (plan["delimiter"], quote, "\n", "\r"))
        or text != text.strip()
        or (plan["escape"] == "backslash" and "\\" in text)
    )
    bare = (
        free
        and plan["notes"] == "inches"
        and style in ("minimal", "none")
        and re.fullmatch(rf"[^{re.escape(quote)}\r\n]+{quote}[^{re.escape(quote)}\r\n]*", text)
        and plan["delimiter"] not in text
    )
    wanted = (
        style == "all"
        or (style == "text" and not _NUMBER.fullmatch(text))
        or (style == "spaced" and " " in text)
    )
    if bare or not (needed or wanted):
        return text
    if plan["escape"] == "backslash":
        escaped = text.replace("\\", "\\\\").replace(quote, "\\" + quote)
    else:
        escaped = text.replace(quote, quote * 2)
    return quote + escaped + quote


def write_fields(plan: Plan, cells: Sequence[str], roles: Sequence[str]) -> list[str]:
    """Write the cells of one row."""
    return [
        write_field(plan, cell, free=role == "extra")
        for cell, role in zip(cells, roles, strict=True)
    ]
