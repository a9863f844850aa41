"""Lines that are quoted as a whole: a table that a spreadsheet saved as one column.

Where `"R1,""Shop, 2"",12.50"` is meant, every line is a single field, and what it holds is the
line: nothing else can be, if it divides into columns line by line.
"""

import re
from dataclasses import dataclass

from parsers.dialects.candidates import delimiters, lines_of
from parsers.dialects.sample import take_sample
from parsers.dialects.trials import attempt
from parsers.mappings.format import Format
from parsers.records.dialect import Dialect
from parsers.records.scan import LINE_END
from parsers.reject import Unreadable, UnreadableCode

_WHOLE = re.compile(r'"((?:[^"]|"")*+)"[ \t]*(?=\r|\n|\Z)')
_MOST = 0.8  # of the lines must be so
_LEAST_WIDTH = 3  # two columns may be a name with a comma in it
_REGULAR = 0.8  # of the lines must then have as many fields
_HEAD = 4  # lines, a title and the header among them, within which the first must stand


@dataclass(frozen=True, slots=True, kw_only=True)
class Unwrapped:
    """A text without the quotes around its lines, all of its physical lines in their places.

    `odd` is the first physical line below the first of these that is not so, 0 if all are.
    """

    content: str
    odd: int


def unwrapped(text: str, layout: Format) -> Unwrapped | None:
    """Take the quotes off lines that are quoted as a whole; None if the text is not such.

    It is not if `layout` says how fields are quoted.
    """
    if layout.quote is not None or layout.escape is not None or not _may_be(text):
        return None
    found = _without_quotes(text)
    if found is None:
        return None
    pieces = take_sample(found.content)
    likely = [each for each in delimiters(lines_of(pieces)) if each.strip(" ")]
    for delimiter in likely if layout.delimiter is None else (layout.delimiter,):
        trial = attempt(pieces, Dialect(delimiter=delimiter), ())
        if trial.width >= _LEAST_WIDTH and trial.full >= _REGULAR * len(trial.records):
            return found
    return None


def as_lines(text: str, layout: Format) -> str:
    """Give the text to be loaded: without the quotes around its lines, if it has such.

    Raises Unreadable (AMBIGUOUS_DIALECT) if only some lines are so.
    """
    found = unwrapped(text, layout)
    if found is None:
        return text
    if found.odd:
        raise Unreadable(
            UnreadableCode.AMBIGUOUS_DIALECT,
            f"The lines are quoted as a whole, each a single field, but line {found.odd} is not.",
            remedy="Ask the sender for the export as the till writes it: a spreadsheet may have "
            "saved it as one column.",
        )
    return found.content


def _may_be(text: str) -> bool:
    """Whether one of the first lines is quoted as a whole: a look that costs nothing."""
    at = 0
    for _ in range(_HEAD):
        if _WHOLE.match(text, at):
            return True
        end = LINE_END.search(text, at)
        if end is None:
            return False
        at = end.end()
    return False


def _without_quotes(text: str) -> Unwrapped | None:
    """Take the quotes off; None if too few lines have them."""
    parts: list[str] = []
    at, line, whole, others, odd = 0, 1, 0, 0, 0
    while at < len(text):
        found = _WHOLE.match(text, at)
        end = LINE_END.search(text, found.end() if found else at)
        stop, after = (len(text), len(text)) if end is None else end.span()
        if found:
            parts.append(found[1].replace('""', '"'))
            whole += 1
        else:
            parts.append(text[at:stop])
            if text[at:stop].strip():
                others += 1
                odd = odd or (line if whole else 0)
        parts.append(text[stop:after])
        line += len(LINE_END.findall(text, at, after))
        at = after
    if whole < _MOST * (whole + others - 1) or whole == 0:  # the header may be without
        return None
    return Unwrapped(content="".join(parts), odd=odd)
