"""Whether lines that begin with a sign are comments, or rows whose first cell begins with it."""

import re
from collections.abc import Sequence
from itertools import islice

from parsers.dialects.trials import Trial, has_all
from parsers.header.columns import clean
from parsers.records.dialect import COMMENT
from parsers.records.tokens import divider, is_comment

_COMMENTS_MAX = 1000
_WIDE = 4  # in a wider table a line of one field less than the rows is a bad row, and no prose


def has_comments(text: str, best: Trial, names: Sequence[str]) -> bool:
    """Whether lines of a text that begin with # are comments; `best` is how its sample was read.

    Order numbers begin with # as well. So none of these lines may be a row of full width, and
    there must be rows that begin otherwise. If there are no rows at all, the first column must be
    one that the mapping does not name, which may then not hold its ids.
    """
    if COMMENT not in text or best.width == 1:
        return False
    divide = divider(best.dialect)
    found = re.finditer(rf"(?:\A|[\r\n])([ \t]*{re.escape(COMMENT)}[^\r\n]*)", text)
    lines = [line[1] for line in islice(found, _COMMENTS_MAX + 1)]
    if not lines or len(lines) > _COMMENTS_MAX:
        return False
    enough = best.width - 1 if best.width > _WIDE else best.width
    if any(len(divide(line)) >= enough for line in lines):
        return False
    full = [record for record in best.records if len(record.fields) == best.width]
    if any(is_comment(record.raw, COMMENT) for record in full):  # with line ends in quotes
        return False
    header = next((record for record in full if has_all(record, names)), None)
    return len(full) > 1 or header is None or clean(header.fields[0]) not in map(clean, names)


def without_comments(piece: str, sign: str) -> str:
    """Leave out the lines that begin with what comments begin with."""
    lines = re.split(r"(?<=\n)|(?<=\r)(?!\n)", piece)
    return "".join(line for line in lines if not is_comment(line, sign))
