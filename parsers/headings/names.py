"""What the name of a column is about, in whatever language it is.

A name is taken apart into words, at blanks, signs and capital letters; a word that is not known is
taken for several in one, as `Belegnummer` and `kvittonummer` are.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from parsers.headings.more_words import MORE_WORDS
from parsers.headings.words import WORDS, Concept
from parsers.money.currency import CODES

_WORD = re.compile(r"[^\W_]+|[#№]|n°")
_SIGNS = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z][a-z]{2}|[A-Z]{2})")  # of orderTotal, not of MwSt
_LONGEST_PHRASE = 4  # words
_SHORTEST_PART = 3  # letters of a word inside of another
_SHORTEST_SIGNS = 2  # of a script in which two signs are a word
_LONGEST_LINK = 2  # letters between two of them, as the s in Transaktionsnummer
_LETTERS = str.maketrans(
    {"ß": "ss", "ł": "l", "ø": "o", "æ": "ae", "å": "a", "đ": "d", "œ": "oe", "№": "#"}
    | {"\N{LATIN SMALL LETTER DOTLESS I}": "i", "\N{MASCULINE ORDINAL INDICATOR}": "°"}
)


@dataclass(frozen=True, slots=True)
class Heading:
    """What is known of a name: its concepts, and how many of its words are not known at all."""

    concepts: frozenset[Concept]
    unknown: int

    def has(self, *concepts: Concept) -> bool:
        """Whether the name is about all of these."""
        return self.concepts.issuperset(concepts)

    def any_of(self, *concepts: Concept) -> bool:
        """Whether the name is about one of these."""
        return not self.concepts.isdisjoint(concepts)


def plain(text: str) -> str:
    """Write a text in small letters without accents, with one blank between words."""
    folded = _HUMP.sub(" ", text).casefold().translate(_LETTERS)
    decomposed = unicodedata.normalize("NFD", folded)
    letters = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(_WORD.findall(letters))


@lru_cache(maxsize=4096)  # the same columns come with every file of a feed
def heading(name: str) -> Heading:
    """Say what a name is about."""
    words = plain(name).split()
    found: set[Concept] = set()
    unknown = 0
    at = 0
    while at < len(words):
        size, concepts = _phrase(words[at : at + _LONGEST_PHRASE])
        if not concepts and not words[at].isdigit():
            concepts = _compound(words[at])
            unknown += not concepts and words[at].upper() not in CODES
        found |= concepts
        at += size
    return Heading(frozenset(found), unknown)


def _phrase(words: list[str]) -> tuple[int, frozenset[Concept]]:
    """Find the longest known phrase at the beginning of some words."""
    for size in range(len(words), 0, -1):
        if concepts := _known().get(" ".join(words[:size])):
            return size, concepts
    return 1, frozenset()


def _compound(word: str) -> frozenset[Concept]:
    """Take a word apart into known ones, the longest first; nothing if too much is left over."""
    found: set[Concept] = set()
    at = left = 0
    while at < len(word):
        end = next(
            (
                end
                for end in range(len(word), at + _SHORTEST_SIGNS - 1, -1)
                if word[at:end] in _parts()
            ),
            None,
        )
        if end is None:
            left += 1
            at += 1
        else:
            found |= _known()[word[at:end]]
            at = end
    return frozenset(found) if left <= _LONGEST_LINK else frozenset()


@cache
def _known() -> dict[str, frozenset[Concept]]:
    known: dict[str, frozenset[Concept]] = {}
    for concept, words in (*WORDS.items(), *MORE_WORDS.items()):
        for word in words.split():
            phrase = plain(word.replace("_", " "))
            known[phrase] = known.get(phrase, frozenset()) | {concept}
    return known


@cache
def _parts() -> frozenset[str]:
    return frozenset(
        word
        for word in _known()
        if " " not in word and len(word) >= (_SHORTEST_SIGNS if signs(word) else _SHORTEST_PART)
    )


def signs(word: str) -> bool:
    """Whether a word is of a script without blanks between words: Chinese, Japanese."""
    return bool(_SIGNS.match(word))
