"""A header that comes again below another caption: the same columns, but rows of another kind.

`Sales` stands above the first and `Refunds` above the second; or one shop's name, and another's.
Where the next page begins, the same stands above it, or a number.
"""

import re
from collections.abc import Sequence

import polars as pl

from parsers.header.beginning import count_line_ends
from parsers.header.finding import Header
from parsers.records.cells import filled
from parsers.records.dialect import Dialect
from parsers.records.skipped import SkippedKind
from parsers.reject import Unreadable, UnreadableCode, clip
from parsers.trailer.suspects import Suspect, at_places
from parsers.trailer.total_words import is_total


def refuse_other_captions(
    frame: pl.DataFrame, again: Sequence[Suspect], header: Header, dialect: Dialect
) -> None:
    """Refuse a header of `again` with another caption right above it than the first one has.

    `frame` is one of records, without comments and what stood above the header.
    Raises Unreadable (HEADER).
    """
    lines = frame["line"]
    titles = {each.text for each in header.skipped}
    for one in again:
        if one.raw in titles:
            continue
        at = int(lines.search_sorted(one.line)) - 1
        above = at_places(frame, [at], dialect)[0] if at >= 0 else None
        if above is None or above.line + count_line_ends(above.raw) + 1 != one.line:
            continue
        if len(above.cells) != len(header.columns) and _is_other(above, _caption(header)):
            raise _other(header, above, one)


def _caption(header: Header) -> str:
    """What stands right above the header, if anything does."""
    above = (
        each.text
        for each in header.skipped
        if each.kind is SkippedKind.PREAMBLE and each.line == header.line - 1
    )
    return next(above, "")


def _is_other(above: Suspect, first: str) -> bool:
    """Whether a line is the caption of another table, and no page's number, date, or total."""
    words = filled(above.cells)
    if not words or is_total(above.first) or not any(char.isalpha() for char in above.raw):
        return False
    if not any(char.isdigit() for char in above.raw):
        return _letters(above.raw) != _letters(first)
    # The next page's number or date is behind the same words, if there are any.
    same = _letters(above.raw).startswith(_letters(first))
    return bool(first) and not same and _first_word(above.raw) == _first_word(first)


def _letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalpha())


def _first_word(text: str) -> str:
    return next(iter(re.findall(r"[^\W\d_]+", text.casefold())), "")


def _other(header: Header, above: Suspect, again: Suspect) -> Unreadable:
    words = clip(" ".join(filled(above.cells)))
    return Unreadable(
        UnreadableCode.HEADER,
        f"Line {again.line} is the header of line {header.line} again, with '{words}' above it: "
        "the rows below may be of another kind, or of another shop.",
        remedy="Ask the sender for a file for each. If the line above says nothing of the rows, "
        f'leave it out: [format] comment = "{clip(above.first)}". The file then loads by itself.',
    )
