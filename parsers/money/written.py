"""Amounts of money as tills and spreadsheets write them, read exactly and into one form.

Understood are a sign before or after (`-5`, `5-`, the Unicode minus too), also behind the
apostrophe that keeps a spreadsheet from reading a formula (`'-5`), the accountant's parentheses, a
dash for no cents (`12,-`), one currency sign or code before or after, and digits grouped in threes
by the other decimal sign, a blank, a no-break blank or an apostrophe. Grouping must be well formed:
the first group has one to three digits and does not begin with 0, every other has three, all of one
sign; or the last has three and those before it two, with commas, as in India.
Nothing is ever a float, and nothing is guessed: what does not fit is refused.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from parsers.canonical import MONEY_MAX_PLACES, MONEY_MAX_WHOLE_DIGITS, MONEY_MIN_PLACES
from parsers.money.currency import CODES, COINS, meanings
from parsers.reject import RejectCode

# Canonical but for the decimal sign, as most values of most files are: nothing needs to be read.
# Two places can never be a group of three, so such a value has one reading. For Rust's regex and
# Python's; -0.00 is not canonical and goes the long way.
_PLAIN = (
    rf"^(?:-?[1-9][0-9]{{0,{MONEY_MAX_WHOLE_DIGITS - 1}}}%[0-9]{{2}}"
    r"|0%[0-9]{2}|-0%(?:0[1-9]|[1-9][0-9]))$"
)
PLAIN = {".": _PLAIN.replace("%", r"\."), ",": _PLAIN.replace("%", ",")}

_BLANKS_WRITTEN = ("--", "-", "\N{EN DASH}", "\N{EM DASH}")  # as Etsy and accountants leave a cell
_MAX_CHARACTERS = 100  # of an amount with its currency; a page of text is not worth matching
# Read as their ASCII kin: the typographic apostrophe, the minus signs, and every blank of Unicode,
# NBSP and narrow NBSP included.
_MINUS_SIGNS = "\N{MINUS SIGN}\N{SMALL HYPHEN-MINUS}\N{FULLWIDTH HYPHEN-MINUS}"
_BLANKS = (0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000)
_ALIKE = {0x2019: "'"} | dict.fromkeys(map(ord, _MINUS_SIGNS), "-") | dict.fromkeys(_BLANKS, " ")
# A sign right after a letter belongs to the word: "Rs.500" is five hundred, not one half.
_SHAPE = re.compile(
    r"(?P<before>[^0-9]*?)"
    r"(?P<digits>(?:(?<![^\W\d_])[.,])?[0-9](?:[0-9., ']*[0-9])?)"
    r"(?P<after>[^0-9]*)"
)
# 12,- is twelve and no cents in much of Europe.
_NO_CENTS = re.compile("^(?P<sign>[.,])[-\N{EN DASH}\N{EM DASH}]{1,2}(?= |$|[^0-9+-])")
_GUARD = re.compile(r"'(?=[-+(])")  # before what a spreadsheet would take for a formula
# Lakhs and crores, as in 12,34,567.00; never with a comma as the decimal sign.
_INDIAN = re.compile("[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}")
# One or two digits after the last sign: no group, so it is the decimal sign if anything.
_SHORT_TAIL = re.compile(r"(?P<sign>[.,])[0-9]{1,2}[^0-9]*$")


class NotMoneyError(Exception):
    """A text is not an amount; `code` says in which way."""

    def __init__(self, code: RejectCode) -> None:
        super().__init__(code)
        self.code = code


def read_money(text: str, decimal: str) -> str:
    """Read one amount and give it in canonical form; `decimal` is "." or ",".

    Raises NotMoneyError with EMPTY_MONEY, NOT_MONEY or MONEY_TOO_LONG.
    """
    shape = _shape(text)
    dashed = _NO_CENTS.match(shape["after"])
    if dashed and (dashed["sign"] != decimal or decimal in shape["digits"]):
        raise NotMoneyError(RejectCode.NOT_MONEY)
    around = _around(shape["before"], _NO_CENTS.sub("", shape["after"]))
    if around.currency & COINS:
        raise NotMoneyError(RejectCode.NOT_MONEY)
    whole, places = _digits(shape["digits"], decimal)
    whole = whole.lstrip("0") or "0"
    places = places.rstrip("0")
    if len(whole) > MONEY_MAX_WHOLE_DIGITS or len(places) > MONEY_MAX_PLACES:
        raise NotMoneyError(RejectCode.MONEY_TOO_LONG)
    sign = "-" if around.negative and (whole != "0" or places) else ""
    return f"{sign}{whole}.{places.ljust(MONEY_MIN_PLACES, '0')}"


def may_be_amount(text: str) -> bool:
    """Whether a text is an amount under some decimal sign."""
    return any(_attempt(text, sign) is not None for sign in ".,")


def read_currency(text: str) -> frozenset[str]:
    """Give the codes of the currencies in which an amount may be; empty if it names none.

    Raises NotMoneyError.
    """
    shape = _shape(text)
    return _around(shape["before"], _NO_CENTS.sub("", shape["after"])).currency


def _shape(text: str) -> re.Match[str]:
    text = (text if text.isascii() else text.translate(_ALIKE)).replace("\t", " ").strip()
    if text.startswith("'"):
        text = _GUARD.sub("", text, count=1)
    if not text or text in _BLANKS_WRITTEN:
        raise NotMoneyError(RejectCode.EMPTY_MONEY)
    if len(text) > _MAX_CHARACTERS or not (shape := _SHAPE.fullmatch(text)):
        raise NotMoneyError(RejectCode.NOT_MONEY)
    return shape


@dataclass(frozen=True, slots=True, kw_only=True)
class _Around:
    """What stands around the digits of an amount: its sign, and what its currency may be."""

    negative: bool
    currency: frozenset[str]


@lru_cache(maxsize=256)  # what stands around the digits is the same in most rows
def _around(before: str, after: str) -> _Around:
    """Read what stands around the digits: at most one sign and at most one currency."""
    opened, closed = before.count("("), after.count(")")
    before, after = before.replace("(", " "), after.replace(")", " ")
    signs = [char for char in before + after if char in "+-"]
    around = [re.sub("[+-]", " ", part).strip() for part in (before, after)]
    currencies = [part for part in around if part]
    # "$12.50 USD": the one is a code and the other is not, so the code says which.
    codes = [currency for currency in currencies if currency.upper() in CODES]
    if (
        opened != closed
        or opened + len(signs) > 1
        or not all(meanings(currency) for currency in currencies)
        or (len(currencies) > 1 and len(codes) != 1)
        or ("+" in after)
    ):
        raise NotMoneyError(RejectCode.NOT_MONEY)
    said = codes or currencies
    return _Around(
        negative=bool(opened) or "-" in signs,
        currency=meanings(said[0]) if said else frozenset(),
    )


def _digits(text: str, decimal: str) -> tuple[str, str]:
    """Split digits into whole and places, both without any grouping."""
    whole, point, places = text.partition(decimal)
    if (point and not _is_plain(places)) or not (whole or places):
        raise NotMoneyError(RejectCode.NOT_MONEY)
    group = "." if decimal == "," else ","
    signs = {char for char in whole if not _is_plain(char)}
    if not signs:
        return whole, places
    sign = signs.pop()
    first, *others = whole.split(sign)
    in_threes = re.fullmatch("[1-9][0-9]{0,2}", first) and all(len(each) == 3 for each in others)  # noqa: PLR2004 - a group
    if signs or sign not in (group, " ", "'") or not (in_threes or _INDIAN.fullmatch(whole)):
        raise NotMoneyError(RejectCode.NOT_MONEY)
    return first + "".join(others), places


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isdigit()


@dataclass(frozen=True, slots=True, kw_only=True)
class DecimalEvidence:
    """How many different amounts of a column can be read only with a point, or only with a comma.

    `twofold` is the first value that reads either way, and differently; `point` and `comma` are
    the first of their kind. All None if there is none.
    """

    point: str | None = None
    points: int = 0
    comma: str | None = None
    commas: int = 0
    twofold: str | None = None

    def decide(self) -> str | None:
        """The decimal sign, "." if the column has none at all, or None if two readings are left.

        A column that has both keeps the more frequent one, and the others become rejects; but
        only if no value of it reads either way, for then nothing tells which it is.
        """
        if not self.points and not self.commas:
            return None if self.twofold else "."
        if self.points and self.commas and (self.twofold or self.points == self.commas):
            return None
        return "." if self.points > self.commas else ","

    def against(self, pinned: str) -> tuple[str, str | None] | None:
        """What speaks against a pinned sign: an amount that proves the other, and one misread.

        None unless more amounts prove the other sign than the pinned one. A single one does not
        prove it, if none would be misread: it may as well be a slip, and becomes a reject.
        """
        here, there, proof = (
            (self.points, self.commas, self.comma)
            if pinned == "."
            else (self.commas, self.points, self.point)
        )
        if proof is None or there <= here or (self.twofold is None and there == 1):
            return None
        return proof, self.twofold


def weigh(texts: Iterable[str], known: DecimalEvidence) -> DecimalEvidence:
    """Add the different values of a column to what is known of others of it.

    Values without a decimal sign or grouping say nothing. The order of the values decides only
    which ones are shown.
    """
    points: list[str] = []
    commas: list[str] = []
    twofold = known.twofold
    for text in texts:
        if "." not in text and "," not in text:
            continue
        last = _SHORT_TAIL.search(text)
        with_point = _attempt(text, ".") if last is None or last["sign"] == "." else None
        with_comma = _attempt(text, ",") if last is None or last["sign"] == "," else None
        if with_point and with_comma:
            twofold = twofold or (text if with_point != with_comma else None)
        elif with_point:
            points.append(text)
        elif with_comma:
            commas.append(text)
    return DecimalEvidence(
        point=next(iter(points), known.point),
        points=len(points) + known.points,
        comma=next(iter(commas), known.comma),
        commas=len(commas) + known.commas,
        twofold=twofold,
    )


def _attempt(text: str, decimal: str) -> str | None:
    try:
        return read_money(text, decimal)
    except NotMoneyError:
        return None
