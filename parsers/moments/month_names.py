"""The names of the months in the languages that tills are sold in, from the Unicode CLDR (Babel).

Names are compared without regard to case, and an abbreviation with or without its dot. Where the
same name means two months ("listopad" is October in Croatian, November in Polish) it means none
until the mapping says the language. Names are also known without their accents, and in capital
letters, as tills print them: in Turkish that is NİSAN, but MAYIS.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Literal

LANGUAGES = (
    *("en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "da", "nb", "fi", "cs", "sk"),
    *("hu", "ro", "hr", "sl", "tr", "el", "ru", "uk", "bg", "lt", "lv", "et"),
)
MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august"),
    *("september", "october", "november", "december"),
)
_Width = Literal["wide", "abbreviated"]
# What tills print and the CLDR does not have.
_MORE_SHORT = {
    "en": {"sept": 9},
    "de": {"mrz": 3, "mär": 3, "sep": 9},
    "fr": {"fév": 2, "aou": 8},
    "el": {"μαϊ": 5},
}
_MORE_FULL = {
    "de": {"jänner": 1, "feber": 2},
    "es": {"setiembre": 9},
    "el": {"μάϊος": 5, "μαϊου": 5},
}


def full_names(language: str | None = None) -> Mapping[str, int]:
    """The full names and their months from 1; of one language (and English), or of all."""
    return _names("wide", language)


def short_names(language: str | None = None) -> Mapping[str, int]:
    """The abbreviations, without their dots, and their months from 1."""
    return _names("abbreviated", language)


@cache
def _names(width: _Width, language: str | None) -> dict[str, int]:
    if language is not None:
        return _of_language(width, "en") | _of_language(width, language)
    together: dict[str, set[int]] = {}
    for each in LANGUAGES:
        for name, month in _of_language(width, each).items():
            together.setdefault(name, set()).add(month)
    return {name: months.pop() for name, months in together.items() if len(months) == 1}


@cache
def _of_language(width: _Width, language: str) -> dict[str, int]:
    if language == "en":
        names = [name if width == "wide" else name[:3] for name in MONTHS]
        return _spelled(enumerate(names, start=1), "en") | (
            _MORE_SHORT["en"] if width == "abbreviated" else {}
        )
    from babel.dates import get_month_names  # noqa: PLC0415 - 0.1 s for all, rarely needed

    found: dict[str, int] = {}
    # In a date many languages write the genitive ("listopada"), alone the nominative.
    for context in ("stand-alone", "format"):
        found |= _spelled(get_month_names(width, context, locale=language).items(), language)
    more = (_MORE_FULL if width == "wide" else _MORE_SHORT).get(language, {})
    return found | _spelled(((month, name) for name, month in more.items()), language)


def _spelled(names: Iterable[tuple[int, str]], language: str) -> dict[str, int]:
    # In small letters, not folded: the readers of columns leave a Greek ς at the end as it is.
    return {
        spelling: month
        for month, name in names
        for plain in _in_small_letters(name.rstrip("."), language)
        for spelling in (plain, _without_accents(plain))
    }


def _in_small_letters(name: str, language: str) -> Iterator[str]:
    """A name as it is written, and what becomes of it in capitals that are made small again."""
    plain = name.lower()
    yield from (plain, plain.replace("\N{LATIN SMALL LETTER DOTLESS I}", "i"))
    if language == "tr":
        # İ is no other case of i to an expression, and two characters when it is made small.
        yield from (plain.replace("i", "İ"), plain.replace("i", "İ".lower()))


def _without_accents(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(char for char in decomposed if not unicodedata.combining(char))
