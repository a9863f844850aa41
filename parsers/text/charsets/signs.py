"""How plausible it is that a sign which is no letter stands where a reading puts it.

A cost is the negative natural logarithm of a probability, roughly: what matters is that a sign
inside a word (a box drawing, a currency, a quotation mark) outweighs any rarity of letters.
"""

# ruff: noqa: RUF001, RUF003 (signs that look alike are what this is about)

import re
import unicodedata

MARKS = "\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"  # on letters
_SIGN = re.compile(rf"[^\x00-\x7f\w{MARKS}]|[ªº²³¹¼-¾ˆ-˿]|(?=[^0-9])\d")
_CURRENCIES = "€£¥₺₽₪₴₫"
_ANYWHERE = "€£"  # the others come with the script of their country
_BLANKS = "\u00a0\u2009\u202f"
_AFTER_WORDS = "®™©°ºª²³"
_BETWEEN = "–—…•·×§½¼¾"
_OF_CHINESE = "、。「」『』・，：；（）！？％￥～\u3000"
# Quotation marks, each with those that stand at the other end.
_QUOTES = {
    "“": "”„",
    "”": "“„”",
    "„": "“”",
    "«": "»",
    "»": "«»",
    "‹": "›",
    "›": "‹›",
    "‘": "’‚",
    "’": "‘‚’",
    "‚": "‘’",
}
# l’Eau, qu’il, Ava’s: where an apostrophe stands in a word.
_APOSTROPHE = re.compile(
    r"(?:^|[^\w])(?:[cdjlmnst]|qu|o)’\w|\w’(?:[st]|ll|re)(?:$|[^\w])", re.IGNORECASE
)

_MEANS_NOTHING = 25.0  # a control character, or one that Unicode does not have
_SPLITS_A_WORD = 20.0
_HANGS_ON_A_WORD = 14.0
_BOTH = 2  # letters on either side
_ONE_DIGIT = str.maketrans("012345678", "9" * 9)


def cost_of_signs(text: str) -> float:
    """Price the distinct signs of a text that are no letters, each with its neighbours.

    All digits are one here: the blank in each of many amounts is no more than that in one.
    """
    seen: dict[tuple[str, str], int] = {}
    for found in _SIGN.finditer(text):
        at = found.start()
        before, after = text[max(0, at - 2) : at + 1], text[at + 1 : at + 3]
        seen.setdefault((before.translate(_ONE_DIGIT), after.translate(_ONE_DIGIT)), at)
    return sum(_cost(text, at) for at in seen.values())


def _cost(text: str, at: int) -> float:
    """Price one sign by its kind, and by whether it splits a word or hangs on one."""
    sign = text[at]
    before, after = text[max(0, at - 1) : at], text[at + 1 : at + 2]
    letters = before.isalpha() + after.isalpha()
    if unicodedata.category(sign) in ("Cc", "Cn", "Co", "Cs"):
        return _MEANS_NOTHING
    if sign in _QUOTES:
        return _quote(text, at, letters)
    if sign in _CURRENCIES or sign in _BLANKS:
        digits = before.isdigit() or after.isdigit() or text[max(0, at - 2) : at - 1].isdigit()
        return _beside_numbers(sign, before, after, digits=digits)
    if sign in _AFTER_WORDS:
        return _after_word(sign, before, after)
    if sign in _BETWEEN:
        return 4.0 + 8.0 * letters
    return 5.0 if sign in _OF_CHINESE else 12.0 + 6.0 * letters


def _quote(text: str, at: int, letters: int) -> float:
    if text[at] == "’" and text[max(0, at - 1) : at].isdigit() and text[at + 1 : at + 2].isdigit():
        return 2.0  # as Switzerland groups digits
    if text[at] == "’" and _APOSTROPHE.search(text[max(0, at - 3) : at + 3]):
        return 2.0
    return 5.0 if letters < _BOTH and _paired(text, at) else _SPLITS_A_WORD


def _beside_numbers(sign: str, before: str, after: str, *, digits: bool) -> float:
    letters = before.isalpha() + after.isalpha()
    if sign in _CURRENCIES:
        rare = 0.0 if sign in _ANYWHERE else 3.0
        return rare + (1.0 if digits and not letters else 3.0 + 8.0 * letters)
    if digits:
        return 1.5
    if letters == _BOTH:
        return 10.0
    return 4.0 if before.isalnum() and after.isalnum() else 12.0


def _after_word(sign: str, before: str, after: str) -> float:
    if before.isalpha() and (sign == "©" or (sign in "°º" and before not in "nN")):
        return _HANGS_ON_A_WORD
    return 4.0 if (before.isalnum() or before == " ") and not after.isalpha() else _SPLITS_A_WORD


def _paired(text: str, at: int) -> bool:
    """Tell whether a quotation mark stands at one end of words and its counterpart at the other."""
    start = text.rfind("\n", 0, at) + 1
    line = f" {text[start:].split(chr(10), 1)[0]} "
    at += 1 - start
    opens = line[at + 1].isalnum() and not line[at - 1].isalnum()
    rest = line[at + 1 :] if opens else line[:at]
    return any(
        char in _QUOTES[line[at]]
        and (rest[place - 1] if opens else rest[place + 1 : place + 2]).isalnum()
        and not (rest[place + 1 : place + 2] if opens else rest[place - 1]).isalnum()
        for place, char in enumerate(rest)
        if place
    )
