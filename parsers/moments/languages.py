"""In which language the months of a column are named, where a name in it is two months.

`srp` is July in Croatian and August in Czech. The other names beside it may tell: no Croatian
writes `čvc`. Where they do not, nobody but the shop can say.
"""

from collections.abc import Mapping

import polars as pl

from parsers.moments.month_names import LANGUAGES, full_names, short_names

_WORD = r"[^\W\d_]{3,}"
# English ones, and what else is written in letters in a date of an English till.
_PLAIN = frozenset((*short_names("en"), *full_names("en"), "utc", "gmt"))


def find_languages(texts: pl.Series) -> tuple[str, ...]:
    """Name the languages that are left, one of each reading; none if every name is one month."""
    words = _words(texts) - _PLAIN
    if not words:
        return ()
    spoken = {language: _months(words, language) for language in LANGUAGES}
    named = {word for months in spoken.values() for word in months}
    doubtful = {
        word
        for word in named
        if len({months[word] for months in spoken.values() if word in months}) > 1
    }
    if not doubtful:
        return ()
    readings: dict[tuple[int, ...], str] = {}
    for language, months in spoken.items():
        if months.keys() == named:
            readings.setdefault(tuple(months[word] for word in sorted(doubtful)), language)
    return tuple(readings.values())


def _words(texts: pl.Series) -> set[str]:
    found = texts.str.to_lowercase().str.extract_all(_WORD).explode().unique().drop_nulls()
    return set(found.to_list())


def _months(words: set[str], language: str) -> Mapping[str, int]:
    """The months that these words are in a language, or in English, which is known everywhere."""
    names = {**full_names(language), **short_names(language)}
    return {word: names[word] for word in words if word in names}
