"""How plausible it is that words beyond ASCII are words of a language.

A cost is the negative natural logarithm of a probability. Letters are judged by pairs, as only
their neighbours tell Czech from Danish in 'D\xf8'; Chinese, Japanese and Korean characters by how
frequent they are. Only what touches a character beyond ASCII counts: all else is the same in every
encoding.
"""

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

from parsers.text.charsets.language_words import ACCENTED, FREQUENT, TILL_WORDS
from parsers.text.charsets.letter_pairs import PAIRS
from parsers.text.charsets.signs import MARKS
from parsers.text.charsets.table import Encoding

# What a language costs beforehand, for how seldom a till writes it, against the big markets.
_SELDOM = dict.fromkeys(
    ("be", "mk", "ga", "sq", "is", "ca", "lv", "et", "lt"), 2.0
) | dict.fromkeys(("sl", "sk", "hr", "sr", "bg", "uk", "vi", "fa"), 1.0)
# Only words beyond ASCII are looked at: how much of their rarity in a language is made up for.
_CHOSEN = 0.8
_NOT_HOME = 3.0  # cost of a language that is usually written in another encoding
_HINTED, _HINTED_AT_MOST = 2.5, 7.5  # cost of a language for which fewer of the words speak
# Cost of a pair of letters that the language hardly has: less so the rarer the first letter is, as
# the counted words then say less.
_UNHEARD, _FEWER_SEEN, _UNHEARD_AT_LEAST = 10.0, 0.2, 7.5
_FOREIGN = 13.0  # cost of a pair with a letter that the language does not have
_TWO_SCRIPTS = 20.0  # cost of a pair of letters of two scripts
_OTHER_LANGUAGE = 4.0  # cost of a word of another language than the rest
_LONE = 2.0  # cost of a word of one letter; twice that in a script other than Latin
_ODD_CAPITAL = 10.0  # cost of a capital behind a small letter, one of them beyond ASCII
_FIRST_OF_WIDE = 2.0  # cost of beginning with such characters, also behind Latin letters
_ON_LATIN = ("LATIN", "COMBINING")
_MOST_FREQUENT = 100
_WORD = re.compile(rf"(?:[^\W\d_ªº¼-¾ˆ-˿]|[{MARKS}])+")
_FLATTENED = str.maketrans({"ș": "ş", "ț": "ţ", "Ș": "ş", "Ț": "ţ"})


@cache
def _pairs(language: str) -> dict[str, float]:
    """Give the cost of each pair of letters of a language, "^" and "$" being borders of a word.

    Under each single letter stands what a pair costs that begins with it and is not listed.
    """
    costs: dict[str, float] = {}
    for place, entry in enumerate(PAIRS[language].split()):  # the most frequent letter first
        letter, (before, after) = entry[0], entry[1:].split("/")
        costs[letter] = max(_UNHEARD - _FEWER_SEEN * place, _UNHEARD_AT_LEAST)
        for graded, is_before in ((before, True), (after, False)):
            cost = 0.0
            for char in graded:
                if char.isdigit():
                    cost = float(char) + 0.3
                else:
                    costs[char + letter if is_before else letter + char] = cost
    return costs


@cache
def _ranks(language: str) -> dict[str, int]:
    return {char: rank for rank, char in enumerate("".join(FREQUENT[language].split()))}


def is_of_two_bytes(encoding: Encoding) -> bool:
    """Whether it is an encoding of Chinese, Japanese or Korean, judged by single characters."""
    return any(name in FREQUENT for name in encoding.home)


def is_strange(word: str) -> bool:
    """Whether a word has a letter beyond ASCII that is neither Latin nor in use where tills are."""
    return not all(char.isascii() or _is_in_use(char) for char in word)


def _is_in_use(char: str) -> bool:
    if not char.isalpha() or unicodedata.name(char, "").split(" ")[0] in _ON_LATIN:
        return True
    small = char.lower()
    return any(small in _pairs(language) for language in PAIRS) or any(
        char in _ranks(language) or _is_in_daily_use(char, language) for language in FREQUENT
    )


def words_beyond_ascii(text: str, at_most: int) -> list[str]:
    """List the distinct words of a text that hold a letter beyond ASCII, in order."""
    words: dict[str, None] = {}
    for found in _WORD.finditer(text):
        word = found[0]
        if not word.isascii() and word not in words:
            words[word] = None
            if len(words) == at_most:
                break
    return list(words)


def _wide_word(word: str, language: str) -> float:
    """Price a word with Chinese, Japanese or Korean characters."""
    cost = 0.0
    for at, char in enumerate(word):
        if char.isascii():
            cost += 5.0 if char.islower() else 2.5  # a Latin letter among them
            continue
        cost += _wide_char(char, language)
        if at == 0 or word[at - 1].isascii():
            cost += _FIRST_OF_WIDE
    return cost


def _wide_char(char: str, language: str) -> float:
    rank = _ranks(language).get(char)
    if rank is not None:
        return 5.0 if rank < _MOST_FREQUENT else 6.5
    if "\u3040" <= char <= "\u30ff":
        return 5.5 if language == "ja" else 11.0  # kana
    if "\uff61" <= char <= "\uff9f":
        return 4.5 if language == "ja" else 11.0  # kana of half the width
    if "\uff00" <= char <= "\uff60":
        return 8.0  # Latin letters of full width
    if char < "\u2e80":
        return 22.0  # a letter of another script
    return 10.5 if _is_in_daily_use(char, language) else 16.0


# The lead bytes of the characters in daily use, in the standards that sort them so.
_DAILY = {
    "zh_CN": ("gb2312", 0xB0, 0xD7),
    "zh_TW": ("big5", 0xA4, 0xC6),
    "ja": ("euc_jp", 0xB0, 0xCF),
    "ko": ("euc_kr", 0xB0, 0xC8),
}


def _is_in_daily_use(char: str, language: str) -> bool:
    encoding, first, last = _DAILY[language]
    try:
        return first <= char.encode(encoding)[0] <= last
    except UnicodeEncodeError:
        return False


# Most encodings give a text many of the same words, and are used for some of the same languages.
@lru_cache(maxsize=1 << 12)
def _word(word: str, language: str) -> float:
    """Price a word in a language: each pair that holds a letter beyond ASCII."""
    if language in FREQUENT:
        return _wide_word(word, language)
    pairs = _pairs(language)
    letters = f"^{_small(word)}$"
    cost = _CHOSEN * math.log(ACCENTED.get(language, 100) / 100)
    if len(word) == 1:
        cost += _LONE if language in ACCENTED else 2 * _LONE
    for at in range(len(letters) - 1):
        pair = letters[at : at + 2]
        if not pair.isascii():
            cost += pairs.get(pair) or _unlisted(pair, pairs)
    return cost


def _unlisted(pair: str, pairs: Mapping[str, float]) -> float:
    """Price a pair that the language hardly has: worst of all are two scripts in one word."""
    first, second = pair[0], pair[1]
    if first.isascii() != second.isascii():
        letter, beyond = (first, second) if first.isascii() else (second, first)
        if letter.isalpha() and unicodedata.name(beyond, "").split()[0] not in _ON_LATIN:
            return _TWO_SCRIPTS
    if all(char.isascii() or char in pairs for char in pair):
        return pairs.get(first, _UNHEARD)
    return _FOREIGN


def _small(word: str) -> str:
    return "".join(char if char == "İ" else char.lower()[0] for char in word).translate(_FLATTENED)


def _shape(word: str) -> float:
    """Price capitals in odd places: 'MaBe' with one beyond ASCII is a word misread."""
    cost = 0.0
    for at, char in enumerate(word):
        if char.isascii() and word[at + 1 : at + 2].isascii():
            continue
        after = word[at + 1 : at + 2]
        in_capitals = char.isupper() and after.islower() and word[max(0, at - 1) : at].isupper()
        if in_capitals or (char.islower() and after.isupper()):
            cost += _ODD_CAPITAL
    return cost


def languages_against(text: str) -> dict[str, float]:
    """Say what each language costs more than the one that the ASCII words of a text speak for.

    Words that tills write in headers and addresses, and codes of currencies, are counted.
    """
    said = set(re.findall("[a-z]+", text.lower()))
    hits = {name: len(said & words) for name, words in _till_words().items()}
    most = max(hits.values())
    return {name: min(_HINTED * (most - count), _HINTED_AT_MOST) for name, count in hits.items()}


@cache
def _till_words() -> dict[str, frozenset[str]]:
    return {name: frozenset(words.split()) for name, words in TILL_WORDS.items()}


def cost_of_words(words: Sequence[str], encoding: Encoding, against: Mapping[str, float]) -> float:
    """Price words in the language that suits them best, of those that the encoding is used for."""
    languages = dict.fromkeys(encoding.home, 0.0) | dict.fromkeys(encoding.also, _NOT_HOME)
    costs = {name: [_word(word, name) for word in words] for name in languages}
    strangers = [min(column) + _OTHER_LANGUAGE for column in zip(*costs.values(), strict=True)]
    best: float = min(
        before
        + _SELDOM.get(name, 0.0)
        + against.get(name, 0.0)
        + sum(min(both) for both in zip(costs[name], strangers, strict=True))
        for name, before in languages.items()
    )
    return best + sum(map(_shape, words))
