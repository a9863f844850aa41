"""How much a piece of text looks like one cell of a table, and not like half of one or like two."""

import re
from functools import lru_cache

from parsers.records.cells import TYPED, look

_ADDRESS = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+|(?:https?|ftp)://[^\s\"']+|www\.[^\s\"']+")
# A word, a code, an id: one piece without blanks.
_TOKEN = re.compile(
    r"['#*]?\w+(?:[-./#+&@'\u2019]\w+)*[.?!%#+*]?|--?|[?*\u2014\u2013]|[\[(<]\w*[\])>]"
)
# Words as names and headings have them.
_PHRASE = re.compile(
    r"[\w#('\u2019$\u20ac\u00a3&*+%-]"
    r"[\w .'\u2019&()/+#%$\u20ac\u00a3*!?\u00b0\u00ae\u2122\xa0\u2013-]*"
)
# Columns that stand under each other, at least three: a cell has such blanks once at most.
_LAID_OUT = re.compile(r"[^ \xa0][ \xa0]{2,}[^ \xa0].*[^ \xa0][ \xa0]{2,}[^ \xa0]")
# What divides cells elsewhere, and stands here as prose does not have it.
_DIVIDES = re.compile(r"[\t|]|[,;^~](?! )|([!#&*:;=<>/\\]).*\1.*\1")

_TOKEN_LIKENESS = 0.9
_PHRASE_LIKENESS = 0.8
_PROSE_LIKENESS = 0.5
_DOUBTFUL = 0.2


@lru_cache(maxsize=1 << 14)  # the same few values stand in a table, and are tried many times
def likeness(cell: str) -> float:
    """Rate a cell, trimmed and not empty, from 0 to 1.

    A number, a date or an address is a cell for certain; text that holds what divides cells
    elsewhere, or half a pair of quotes, hardly is one.
    """
    if is_value(cell):
        return 1.0
    if _TOKEN.fullmatch(cell):
        return _TOKEN_LIKENESS
    if cell[0] in "\"'" or cell[-1] in "\"'" or _DIVIDES.search(cell) or _LAID_OUT.search(cell):
        return _DOUBTFUL
    return _PHRASE_LIKENESS if _PHRASE.fullmatch(cell) else _PROSE_LIKENESS


def is_value(cell: str) -> bool:
    """Whether a trimmed cell is a number, an amount, a date, a time or an address."""
    return look(cell) in TYPED or _ADDRESS.fullmatch(cell) is not None
