"""What a cell looks like, whatever the column is called: blank, a number, a date, a time, text.

This is evidence about where a table begins and ends and how its rows are divided, never a reading:
values are read by money/, moments/ and values/ids.py alone.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import lru_cache

from parsers.money.currency import meanings


class Look(StrEnum):
    """The kinds of cells that are told apart."""

    BLANK = "blank"  # nothing, or blanks
    NUMBER = "number"  # an amount, a count, an id of digits; with a currency or a percent sign too
    DATE = "date"  # with a time or without
    TIME = "time"  # of a day
    TEXT = "text"  # anything else


TYPED = frozenset((Look.NUMBER, Look.DATE, Look.TIME))

_MAX_CHARACTERS = 60  # longer than any number or date with what stands around it
_TIME = r"\d{1,2}[:.h]\d{2}(?:[:.]\d{2})?(?:[.,]\d{1,9})?(?:\s?[ap]\.?\s?m\.?)?"
_ZONE = r"(?:\s?(?:z|[+-]\d{2}:?\d{2}|[a-z]{3,5}))?"
_WORD = r"[^\W\d_]{3,10}\.?"
_DAY = "|".join(
    (
        r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}",
        r"\d{4}\.\s?\d{1,2}\.\s?\d{1,2}\.",
        r"\d{4}[年년]\s?\d{1,2}[月월]\s?\d{1,2}[日일]",
        r"\d{1,2}[-/.]\s?\d{1,2}[-/.]\s?(?:\d{4}|\d{2})",
        rf"\d{{1,2}}\.?[-\s/]{_WORD}[-\s/,]+(?:\d{{4}}|\d{{2}})",
        rf"{_WORD}\s\d{{1,2}},?\s\d{{4}}",
    )
)
_IS_DATE = re.compile(
    rf"(?:{_WORD},?\s)?(?:{_DAY})(?:(?:t|,?\s+(?:-\s)?){_TIME}{_ZONE})?", re.IGNORECASE
)
_IS_TIME = re.compile(
    r"\d{1,2}[:h]\d{2}(?::\d{2})?(?:[.,]\d{1,9})?(?:\s?[ap]\.?\s?m\.?)?", re.IGNORECASE
)
_NUMBER = re.compile(
    r"(?P<before>[^0-9.,]*)"
    r"(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+|[0-9]{1,3}(?:[., '\u2019][0-9]{3})+(?:[.,][0-9]+)?"
    r"|[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}(?:\.[0-9]+)?)"  # in groups of India
    r"(?:e[+-]?[0-9]{1,3})?(?P<after>[^0-9]*)",
    re.IGNORECASE,
)
_AROUND_NUMBER = " \t\xa0\u2009\u202f+-\N{MINUS SIGN}()%"
_RUNS = re.compile(r"(?P<digits>[0-9]+)|(?P<letters>[^\W\d_]+)|(?P<blanks>\s+)")

# A column is of a type if so many of its cells that are not blank are.
_MOST = 0.8


@lru_cache(maxsize=4096)  # the same few kinds of values stand in every table
def look(text: str) -> Look:
    """Say what a cell looks like."""
    text = text.strip()
    if not text:
        return Look.BLANK
    if len(text) > _MAX_CHARACTERS or not any(char.isdigit() for char in text):
        return Look.TEXT
    if _IS_TIME.fullmatch(text):
        return Look.TIME
    if _IS_DATE.fullmatch(text):
        return Look.DATE
    return (
        Look.NUMBER if _is_number(text.replace("\xa0", " ").replace("\u202f", " ")) else Look.TEXT
    )


def _is_number(text: str) -> bool:
    found = _NUMBER.fullmatch(text)
    if found is None:
        return False
    around = [found[part].strip(_AROUND_NUMBER) for part in ("before", "after")]
    return all(not part or meanings(part) for part in around)


def shape(text: str) -> str:
    """Write a cell with one 9 for each run of digits and one a for each run of letters.

    Lengths do not count: after receipt R-999 comes R-1000.
    """
    return _RUNS.sub(
        lambda run: {"digits": "9", "letters": "a"}.get(run.lastgroup or "", " "), text
    )


def filled(cells: Iterable[str]) -> list[str]:
    """Give the cells that are not blank, trimmed, in order."""
    return [trimmed for cell in cells if (trimmed := cell.strip())]


def types_of(
    rows: Sequence[Sequence[str]], width: int, *, most: float = _MOST
) -> list[Look | None]:
    """Say of which type each of the first `width` columns is; None of none, or all blank.

    `most` is the share of the cells that are not blank which makes a type.
    """
    return [_type_of([row[at] for row in rows if at < len(row)], most) for at in range(width)]


def _type_of(cells: Iterable[str], least: float) -> Look | None:
    counts = Counter(look(cell) for cell in cells)
    del counts[Look.BLANK]
    if not counts:
        return None
    kind, most = counts.most_common(1)[0]
    return kind if kind in TYPED and most >= least * counts.total() else None
