"""Lines at the end of a table that another sign divides: what is in them may be a sale.

A sale has a moment and an amount, however it is written. A line with both is no remark, even if the
delimiter of the table makes a single field of it.
"""

import re

from parsers.records.cells import TYPED, Look, filled, look

_MARKS = "\"'`\u201c\u201d\u201e"  # around cells
_INSIDE = " .:/+-"  # these stand in numbers, dates and names, too
_NOT_IN_WORDS = re.compile(r"[^\w.,:/+-]+")
_COMMA = re.compile(r",(?!\d)|(?<!\d),")
_AMOUNT = re.compile(r"[^\w.,]*[0-9][0-9.,]*[.,][0-9]{2}[^\w.,]*")
# What is written with signs that may divide fields as well: 10:05:1001:3.50.
_MOMENT = re.compile(
    r"(?<![0-9])(?:[0-9]{4}([-/.])[0-9]{1,2}\1[0-9]{1,2}|[0-9]{1,2}([-/.])[0-9]{1,2}\2[0-9]{2,4}"
    r"|[0-9]{1,2}[:h][0-9]{2}(?::[0-9]{2})?|[0-9]{8,14})(?![0-9])"
)
_NUMBER = re.compile(r"(?<!\w)(?<!\w-)[0-9]+(?:[.,][0-9]+)*(?!\w)")
_WORDS = 6  # of one moment, at most: Sat 31 January 2026 10:05 PM
_MOMENT_DIGITS = 8  # 20260131, or a count of seconds


def may_be_sale(text: str) -> bool:
    """Whether a line has a moment and a number in it, whatever divides them."""
    bare = text.translate(dict.fromkeys(map(ord, _MARKS), " "))
    written = (_COMMA.sub(" ", bare), bare.replace(",", " "))
    if any(map(_has_moment_and_number, written)):
        return True
    rest, moments = _MOMENT.subn(" ", bare)
    return moments > 0 and _NUMBER.search(rest) is not None


def is_divided_otherwise(text: str, width: int, *, blanks: bool = True) -> bool:
    """Whether another sign makes a row of a line, values and all: none was meant to go.

    A row has `width` fields; one more or less, if there is a moment and a number among them. With
    `blanks` they are such a sign as well, if there is an amount with cents.
    """
    bare = text.translate(dict.fromkeys(map(ord, _MARKS)))
    signs = {sign for sign in bare if not sign.isalnum() and sign not in _INSIDE}
    divided = [bare.split(sign) for sign in signs]
    if any(len(cells) == width and _has_value(cells) for cells in divided):
        return True
    near = range(width - 1, width + 2)
    otherwise = any(len(cells) in near or len(filled(cells)) in near for cells in divided)
    # A name has blanks in it, so that no number of words says that they are no row.
    words = bare.split()
    otherwise |= blanks and len(words) >= width - 1 and any(map(_AMOUNT.fullmatch, words))
    return otherwise and may_be_sale(text)


def _has_value(cells: list[str]) -> bool:
    return any(look(cell) in TYPED for cell in cells)


def _has_moment_and_number(text: str) -> bool:
    words = [word for word in _NOT_IN_WORDS.split(text) if word.strip(",")]
    moments = numbers = at = 0
    while at < len(words):
        size, kind = _value_at(words, at)
        moments += kind in (Look.DATE, Look.TIME)
        numbers += kind is Look.NUMBER
        # Of two numbers one may be the moment.
        moments += kind is Look.NUMBER and not moments and _is_long(words[at])
        at += size
    return bool(moments and numbers) and moments + numbers > 1


def _value_at(words: list[str], at: int) -> tuple[int, Look]:
    """Give how many of the words are one value, and which kind; of a text, one."""
    for size in range(min(_WORDS, len(words) - at), 0, -1):
        kind = look(" ".join(words[at : at + size]).strip(",:"))
        if kind in (Look.DATE, Look.TIME) or (size == 1 and kind is Look.NUMBER):
            return size, kind
    return 1, Look.TEXT


def _is_long(word: str) -> bool:
    return word.isdigit() and len(word) >= _MOMENT_DIGITS
