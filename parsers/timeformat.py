"""A format of Python's strftime, checked and made into a regular expression.

The expression is written for Rust's regex engine (polars) and Python's alike, and reads what
`datetime.strptime` reads in the C locale, with two narrowings: digits are ASCII only, and an
offset has no seconds. Like strptime it ignores case, lets any blanks stand for blanks, and takes
the first alternative that fits: it is anchored at the start only, and what it left over is in the
group `rest`, which must be empty.
"""

import re
from dataclasses import dataclass

MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august"),
    *("september", "october", "november", "december"),
)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _names(full: tuple[str, ...], length: int | None) -> str:
    # The longest first, as strptime does, so that no name hides a longer one.
    return "|".join(sorted((name[:length] for name in full), key=len, reverse=True))


# The alternatives and their order are those of CPython's _strptime.TimeRE.
_PATTERNS = {
    "a": f"(?:{_names(_WEEKDAYS, 3)})",
    "A": f"(?:{_names(_WEEKDAYS, None)})",
    "b": f"(?P<b>{_names(MONTHS, 3)})",
    "B": f"(?P<B>{_names(MONTHS, None)})",
    "d": r"(?P<d>3[0-1]|[1-2][0-9]|0[1-9]|[1-9]| [1-9])",
    "f": r"(?P<f>[0-9]{1,6})",
    "H": r"(?P<H>2[0-3]|[0-1][0-9]|[0-9])",
    "I": r"(?P<I>1[0-2]|0[1-9]|[1-9])",
    "m": r"(?P<m>1[0-2]|0[1-9]|[1-9])",
    "M": r"(?P<M>[0-5][0-9]|[0-9])",
    "p": r"(?P<p>am|pm)",
    "S": r"(?P<S>6[0-1]|[0-5][0-9]|[0-9])",
    "y": r"(?P<y>[0-9][0-9])",
    "Y": r"(?P<Y>[0-9]{4})",
    "z": r"(?P<z>[+-][0-9][0-9]:?[0-5][0-9]|(?-i:Z))",
    "%": "%",
}
_NEEDED = (("yY", "year (%Y or %y)"), ("mbB", "month (%m, %b or %B)"), ("d", "day (%d)"))

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
    directives = [piece.directive for piece in _pieces(pattern) if piece.directive is not None]
    found = [
        f"the format has %{name}, which is not supported; use {_supported()}"
        if name
        else "the format ends in a lone %; write %% for a percent sign"
        for name in dict.fromkeys(directives)
        if name not in _PATTERNS
    ]
    found += [
        f"the format has %{name} more than once"
        for name in dict.fromkeys(directives)
        if directives.count(name) > 1 and name not in ("%", "a", "A") and name in _PATTERNS
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


def _supported() -> str:
    return " ".join(f"%{name}" for name in _PATTERNS)


def compile_format(pattern: str | None) -> str:
    """Give the regular expression for a good format, or for ISO 8601 if there is none.

    Groups are named after the directives; those of missing directives are missing.
    """
    if pattern is None:
        return ISO_8601
    parts = []
    for piece in _pieces(pattern):
        if piece.directive is not None:
            parts.append(_PATTERNS[piece.directive])
        else:
            parts.append(re.sub(r"\s+", lambda _: r"\s+", _escape(piece.text)))
    return "(?is)^" + "".join(parts) + "(?P<rest>.*)$"


def _escape(text: str) -> str:
    # re.escape also escapes blanks, which must stay visible to the replacement above.
    return "".join(char if char.isspace() else re.escape(char) for char in text)
