"""Lines that are none of the rows: what each is, so that nothing is left out silently."""

from dataclasses import dataclass
from enum import StrEnum

from parsers.reject import RAW_MAX_CHARACTERS


class SkippedKind(StrEnum):
    """What a line is that is not a row of the table."""

    SEPARATOR = "sep"  # sep=; as Excel reads and writes it
    PREAMBLE = "preamble"  # a title, a label with its value
    COMMENT = "comment"  # begins with the dialect's comment prefix
    SECOND_HEADER = "second-header"  # units, or the other line of a header of two lines
    REPEATED_HEADER = "repeated-header"  # the header once more, as on each page of a report
    SUBTOTAL = "subtotal"  # a word for a total between the rows, with nothing but sums
    FOOTER = "footer"  # after the last row: totals, counts, remarks


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A line that was left out: the physical line, from 1, and its text, at most 2,000 long."""

    line: int
    kind: SkippedKind
    text: str


def skip(line: int, kind: SkippedKind, raw: str) -> Skipped:
    """Note a line that is left out."""
    return Skipped(line=line, kind=kind, text=raw[:RAW_MAX_CHARACTERS])
