"""How the records of a text are written: what divides and what quotes their fields."""

from dataclasses import dataclass

# The delimiter of tables that are laid out with blanks: two or more of them, or a tab.
BLANKS = "  "

# What comments begin with, where nobody says otherwise. Order numbers begin with it as well.
COMMENT = "#"

_NAMES = {
    "": "nothing (one column)",
    "\t": "tab",
    " ": "a single blank",
    BLANKS: "two or more blanks",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How a file is written, or how it is read.

    `delimiter` is of one or several characters; BLANKS for columns that are laid out with blanks;
    "" if nothing divides the lines, which then have one field each.
    `quote` is '"' or "'", or None if quotation marks are ordinary characters.
    `escape` is a backslash if that is how a quote inside a quoted field is written, or a delimiter
    in one without quotes; None if a quote is doubled.
    `comment` is what lines to be left out begin with. `line_end` is "\\n", "\\r\\n", "\\r" or
    "mixed", as found; each of the three ends a line in any case.
    `stops` are the positions in the line, from 0, at which the columns of BLANKS begin, and `gaps`
    those at which the blanks before them do; empty if they are not aligned.
    """

    delimiter: str
    quote: str | None = '"'
    escape: str | None = None
    comment: str | None = None
    line_end: str = "\n"
    stops: tuple[int, ...] = ()
    gaps: tuple[int, ...] = ()


def shown(delimiter: str) -> str:
    """Say in a message what divides the fields."""
    if name := _NAMES.get(delimiter):
        return name
    plain = "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in delimiter)
    return f"'{plain}'" if " " in plain else plain
