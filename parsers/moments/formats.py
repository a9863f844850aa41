"""A format of Python's strftime, checked and made into a regular expression.

The expression is written for Rust's regex engine (polars) and Python's alike, and reads what
`datetime.strptime` reads in the C locale, with four narrowings: digits are ASCII only, an offset
has no seconds, and where digits stand side by side none may be left out, nor of minutes and
seconds behind a point. Like strptime it ignores
case, lets any blanks stand for blanks, and takes the first alternative that fits: it is anchored
at the start only, and what it left over is in the group `rest`, which must be empty.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from parsers.moments.month_names import full_names, short_names

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _names(names: Iterable[str]) -> str:
    # The longest first, as strptime does, so that no name hides a longer one.
    return "|".join(sorted(map(re.escape, names), key=len, reverse=True))


# The alternatives and their order are those of CPython's _strptime.TimeRE.
_PATTERNS = {
    "a": f"(?:{_names(day[:3] for day in _WEEKDAYS)})",
    "A": f"(?:{_names(_WEEKDAYS)})",
    "d": r"(?P<d>3[0-1]|[1-2][0-9]|0[1-9]|[1-9]| [1-9])",
    "f": r"(?P<f>[0-9]{1,6})",
    "H": r"(?P<H>2[0-3]|[0-1][0-9]|[0-9])",
    "I": r"(?P<I>1[0-2]|0[1-9]|[1-9])",
    "m": r"(?P<m>1[0-2]|0[1-9]|[1-9])",
    "M": r"(?P<M>[0-5][0-9]|[0-9])",
    "p": r"(?P<p>[ap]m|[ap]\.\s?m\.)",
    "S": r"(?P<S>6[0-1]|[0-5][0-9]|[0-9])",
    "y": r"(?P<y>[0-9][0-9])",
    "Y": r"(?P<Y>[0-9]{4})",
    "z": r"(?P<z>[+-][0-9][0-9]:?[0-5][0-9]|(?-i:Z))",
    "Z": r"(?P<Z>[a-z]{1,5})",
    "%": "%",
}
_MONTH_NAMES = {"b": short_names, "B": full_names}
# Of a directive that touches another digit all its digits must be there: 105 may else be 10:05 or
# 1:05. A fraction is then written to the millisecond or to the microsecond. And of minutes and
# seconds behind a point: 9.5 is what a spreadsheet, which took it for a number, leaves of 9.50.
_FULL_WIDTH = {
    "d": (r"(?P<d>3[0-1]|[1-2][0-9]|0[1-9]| [1-9])", "2 of the day"),
    "f": (r"(?P<f>[0-9]{6}|[0-9]{3})", "3 or 6 of its fraction"),
    "H": (r"(?P<H>2[0-3]|[0-1][0-9])", "2 of the hour"),
    "I": (r"(?P<I>1[0-2]|0[1-9])", "2 of the hour"),
    "m": (r"(?P<m>1[0-2]|0[1-9])", "2 of the month"),
    "M": (r"(?P<M>[0-5][0-9])", "2 of the minute"),
    "S": (r"(?P<S>6[0-1]|[0-5][0-9])", "2 of the second"),
    "y": (r"(?P<y>[0-9][0-9])", "2 of the year"),
    "Y": (r"(?P<Y>[0-9]{4})", "4 of the year"),
}
# Not of strftime: a count since a first day; see clocks.py. So many digits that one is not taken
# for another: seconds as milliseconds would all be of January 1970.
COUNTED = {
    "epoch": r"^[0-9]{9,11}(?:[.,][0-9]*)?$",
    "epoch_ms": r"^[0-9]{12,14}(?:[.,][0-9]*)?$",
    "excel": r"^[0-9]{1,6}(?:[.,][0-9]*)?$",
    "excel_1904": r"^[0-9]{1,6}(?:[.,][0-9]*)?$",
}
_EXAMPLE = datetime(2017, 1, 31, 16, 53, 26, tzinfo=UTC)
_COUNTED_EXAMPLES = {
    "epoch": "1485881606",
    "epoch_ms": "1485881606000",
    "excel": "42766.7037731481",
    "excel_1904": "41304.7037731481",
}
_NEEDED = (("yY", "year (%Y or %y)"), ("mbB", "month (%m, %b or %B)"), ("d", "day (%d)"))

_IN_BRACKETS = re.compile(r"\\\([^()]*\\\)")

ISO = "iso"
"""Names the format of ISO 8601 where one of strftime may stand."""
# ISO 8601, extended: blank or T between date and time; seconds, fraction and offset may be missing.
ISO_8601 = (
    r"(?is)^(?P<Y>[0-9]{4})-(?P<m>1[0-2]|0[1-9])-(?P<d>3[0-1]|[1-2][0-9]|0[1-9])(?:T|[ ]+)"
    r"(?P<H>2[0-3]|[0-1][0-9]):(?P<M>[0-5][0-9])"
    r"(?::(?P<S>[0-5][0-9])(?:[.,](?P<f>[0-9]{1,9}))?)?"
    r"[ ]*(?P<z>Z|[+-][0-9][0-9](?::?[0-5][0-9])?)?(?P<rest>.*)$"
)


@dataclass(frozen=True, slots=True)
class _Piece:
    """One directive or one stretch of literal text of a format."""

    text: str
    directive: str | None = None


def _pieces(pattern: str) -> list[_Piece]:
    pieces = []
    at = 0
    while at < len(pattern):
        if pattern[at] == "%":
            pieces.append(_Piece(pattern[at : at + 2], pattern[at + 1 : at + 2]))
            at += 2
        else:
            end = pattern.find("%", at)
            end = len(pattern) if end < 0 else end
            pieces.append(_Piece(pattern[at:end]))
            at = end
    return pieces


def problems(pattern: str) -> list[str]:
    """Say what is wrong with a format, in the words of a mapping's author; nothing if it is good.

    A format must name year, month and day, and must not leave two readings of the hour.
    """
    if pattern == ISO or pattern in COUNTED:
        return []
    directives = [piece.directive for piece in _pieces(pattern) if piece.directive is not None]
    found = [
        f"the format has %{name}, which is not supported; use {_supported()}"
        if name
        else "the format ends in a lone %; write %% for a percent sign"
        for name in dict.fromkeys(directives)
        if name not in _known()
    ]
    found += [
        f"the format has %{name} more than once"
        for name in dict.fromkeys(directives)
        if directives.count(name) > 1 and name not in ("%", "a", "A") and name in _known()
    ]
    for names, words in _NEEDED:
        given = [name for name in names if name in directives]
        if not given:
            found.append(f"the format names no {words}")
        elif len(given) > 1:
            found.append("the format names the " + words.split()[0] + " more than once")
    return found + _hour_problems(set(directives))


def _hour_problems(directives: set[str]) -> list[str]:
    found = []
    if {"H", "I"} <= directives:
        found.append("the format names the hour more than once (%H and %I)")
    elif "I" in directives and "p" not in directives:
        found.append("the format has the 12-hour %I without %p (AM or PM); %H is the 24-hour one")
    elif "p" in directives and "I" not in directives:
        found.append("the format has %p (AM or PM) without the 12-hour %I that it belongs to")
    if "M" in directives and not directives & {"H", "I"}:
        found.append("the format has minutes (%M) but no hour (%H, or %I with %p)")
    if ("S" in directives or "f" in directives) and "M" not in directives:
        found.append("the format has seconds (%S, %f) but no minutes (%M)")
    return found


def _known() -> tuple[str, ...]:
    return tuple(sorted((*_PATTERNS, *_MONTH_NAMES), key=lambda name: (name.lower(), name)))


def _supported() -> str:
    return f"{' '.join(f'%{name}' for name in _known())}, or {', '.join((ISO, *COUNTED))}"


@cache
def compile_format(pattern: str, language: str | None = None) -> str:
    """Give the regular expression for a good format.

    Groups are named after the directives; those of missing directives are missing. Months have
    the names of the language, or of all where they leave no doubt.
    """
    if pattern == ISO:
        return ISO_8601
    if pattern in COUNTED:
        return COUNTED[pattern]
    parts: list[str] = []
    for piece, touches in _touching(pattern):
        if touches and piece.directive in _FULL_WIDTH:
            parts.append(_FULL_WIDTH[piece.directive][0])
        elif piece.directive in _MONTH_NAMES:
            names = _MONTH_NAMES[piece.directive](language)
            parts.append(rf"(?P<{piece.directive}>(?:{_names(names)})\.?)")
        elif piece.directive is not None:
            parts.append(_PATTERNS[piece.directive])
        else:
            parts.append(_literal(piece.text, after_offset=parts[-1:] == [_PATTERNS["z"]]))
    return "(?is)^" + "".join(parts) + "(?P<rest>.*)$"


def _literal(text: str, *, after_offset: bool) -> str:
    escaped = _escape(text)
    if after_offset:  # a name in brackets says the same, and is another in winter
        escaped = _IN_BRACKETS.sub(lambda _: r"\([^()]*\)", escaped)
    return re.sub(r"\s+", lambda _: r"\s+", escaped)


def example(pattern: str) -> str:
    """How half past four in the afternoon, or nearly, is written in a format."""
    if pattern in _COUNTED_EXAMPLES:
        return _COUNTED_EXAMPLES[pattern]
    return _EXAMPLE.strftime("%Y-%m-%d %H:%M:%S" if pattern == ISO else pattern)


def widths(pattern: str) -> str:
    """Say of which directives all digits must be there, how many, and why; mostly nothing."""
    if pattern == ISO:
        return ""
    whole = [piece.directive for piece, touches in _touching(pattern) if touches]
    said = {each: _FULL_WIDTH[each][1] for each in whole if each in _FULL_WIDTH}
    if not said:
        return ""
    why = "stand behind a point" if said.keys() <= {"M", "S"} else "stand side by side"
    return f"its digits {why}, so all must be there, {', '.join(said.values())}"


def _touching(pattern: str) -> Iterator[tuple[_Piece, bool]]:
    """Give each piece, and whether none of its digits may be missing.

    That is where the text right before it or after it is of digits, and behind a point.
    """
    pieces = _pieces(pattern)
    before = [False, *(_is_digit(piece, -1) for piece in pieces[:-1])]
    after = [*(_is_digit(piece, 0) for piece in pieces[1:]), False]
    behind = [False, *(piece.directive is None and piece.text[-1] in ".," for piece in pieces[:-1])]
    for piece, point, *touches in zip(pieces, behind, before, after, strict=True):
        yield piece, any(touches) or (point and piece.directive in ("M", "S"))


def _is_digit(piece: _Piece, at: int) -> bool:
    """Whether the first (0) or the last (-1) character that a piece stands for is a digit."""
    return piece.directive in _FULL_WIDTH if piece.directive else piece.text[at].isdigit()


def _escape(text: str) -> str:
    # re.escape also escapes blanks, which must stay visible to the replacement above.
    return "".join(char if char.isspace() else re.escape(char) for char in text)
