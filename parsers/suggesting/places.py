"""Which shop a row is of: a column, the name of the file, or nothing that stands in it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from parsers.headings.names import heading
from parsers.headings.words import Concept
from parsers.mappings.patterns import take
from parsers.moments.month_names import full_names, short_names
from parsers.records.cells import Look
from parsers.suggesting.facts import Facts

_NOT_A_PLACE = (
    *(Concept.TILL, Concept.STAFF, Concept.ITEM, Concept.DATE, Concept.TIME, Concept.MOMENT),
    *(Concept.SHIPPING, Concept.AMOUNT, Concept.TOTAL, Concept.TYPE, Concept.STATUS),
    *(Concept.TAX, Concept.CURRENCY, Concept.QUANTITY, Concept.TENDER, Concept.PAYMENT),
    *(Concept.REFUND, Concept.TRANSACTION, Concept.RECEIPT, Concept.ORDER, Concept.INVOICE),
    *(Concept.NOTE, Concept.ZONE),
)
_MOSTLY_FILLED = 0.9
_MOST_PATTERNS = 2
_FEW = 3  # different shops that even a short file may have
_SHARE_OF_PLACES = 0.3  # of the rows: more different texts name no shops
_MARGIN = 1.0
_DATE = re.compile(
    r"(?<![0-9])20[0-9]{2}[-_.][01][0-9](?:[-_.][0-3][0-9])?(?![0-9])"
    r"|(?<![0-9])[0-3]?[0-9][-_.][0-3]?[0-9][-_.]20[0-9]{2}(?![0-9])"
)
_DATE_DIGITS = re.compile(r"[0-9]{6}|[0-9]{8}|20[0-9]{2}|[0-9]{10,14}")

_MONTHS = frozenset((*short_names("en"), *full_names("en")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A column that may name the shop."""

    name: str
    score: float
    different: int
    first: str


def rank_places(facts: Sequence[Facts], known: frozenset[str], rows: int) -> list[Place]:
    """Rank the columns that may name the shop, the best first."""
    found = []
    for one in facts:
        about = one.heading
        if not about.has(Concept.STORE) or about.any_of(*_NOT_A_PLACE) or one.is_blank:
            continue
        if one.has_lines or one.mostly(Look.DATE, Look.TIME) or _is_of_each_row(one, rows):
            continue
        score = 5.0 - about.unknown - 2 * about.has(Concept.CUSTOMER)
        # What is a number or a code stays the same when the shop is renamed.
        score += 1.0 * about.has(Concept.ID) - 3 * (one.share_filled < _MOSTLY_FILLED)
        score += 3.0 * (not known.isdisjoint(one.distinct.to_list()))
        found.append(
            Place(name=one.name, score=score, different=len(one.distinct), first=one.distinct[0])
        )
    return sorted(found, key=lambda place: -place.score)


def as_good(ranked: Sequence[Place]) -> list[Place]:
    """Those that are about as good as the best."""
    return [place for place in ranked if place.score > ranked[0].score - _MARGIN]


def may_name_places(facts: Sequence[Facts], rows: int) -> list[str]:
    """Columns whose names say nothing, or a till, and that have few different texts."""
    return [
        one.name
        for one in facts
        if one.mostly(Look.TEXT)
        and one.share_filled >= _MOSTLY_FILLED
        and len(one.distinct) <= max(_FEW, rows * _SHARE_OF_PLACES)
        and not one.has_lines
        and (one.heading.has(Concept.TILL) or not one.heading.concepts)
    ]


def name_patterns(names: Sequence[str]) -> list[str]:
    """Patterns that take the shop out of the names of files, the likeliest first.

    It is a number or a word that says nothing else, or what differs between the names. What looks
    like a date is no shop. Each of the files must fit.
    """
    patterns = []
    for signs in ("_ ", "_ -"):
        parts = [[piece.group() for piece in _pieces(name, signs)] for name in names]
        alike = len({len(each) for each in parts}) == 1
        for at, piece in enumerate(_pieces(names[0], signs)):
            differs = alike and len({each[at] for each in parts}) > 1
            if not _may_be_shop(piece.group(), parts[0][max(at - 1, 0) : at + 2], differs=differs):
                continue
            pattern = _pattern(names[0], piece)
            if pattern is not None and len({_ending(name) for name in names}) > 1:
                pattern = pattern.rsplit(".", 1)[0]
                pattern += "" if pattern.endswith("*") else "*"
            if pattern is not None and all(len(take(pattern, name)) == 1 for name in names):
                patterns.append(pattern)
    return list(dict.fromkeys(patterns))[:_MOST_PATTERNS]


def _may_be_shop(text: str, near: Sequence[str], *, differs: bool) -> bool:
    if _DATE_DIGITS.fullmatch(text) or any(one.casefold() in _MONTHS for one in near):
        return False
    says_nothing = not heading(text).concepts and any(map(str.isalpha, text))
    return differs or text.isdigit() or (says_nothing and len(near) > 1)


def _pattern(name: str, token: re.Match[str]) -> str | None:
    """Write the name with {} for one of its parts and * for what else is of numbers."""
    before = re.sub(r"[0-9]+(?:[-_.][0-9]+)*", "*", name[: token.start()])
    after = re.sub(r"[0-9]+(?:[-_.][0-9]+)*", "*", name[token.end() :])
    if before.endswith("*") or after.startswith("*"):
        return None
    return f"{before}{{}}{after}"


def files_pattern(names: Sequence[str]) -> str:
    """A pattern that the names of the files fit, and those of their successors."""
    patterns = {re.sub(r"[0-9]+(?:[-_. ][0-9]+)*", "*", name) for name in names}
    if len(patterns) == 1:
        return patterns.pop()
    endings = {name.rsplit(".", 1)[-1] for name in names if "." in name}
    return f"*.{endings.pop()}" if len(endings) == 1 else "*"


def _ending(name: str) -> str:
    return name.rsplit(".", 1)[-1] if "." in name else ""


def _pieces(name: str, signs: str) -> list[re.Match[str]]:
    """The parts of a name between some signs, without its ending; dates are none."""
    stem = name.rsplit(".", 1)[0] if "." in name else name
    plain = _DATE.sub(lambda date: signs[0] * len(date.group()), stem)
    return list(re.finditer(f"[^{re.escape(signs)}]+", plain))


def _is_of_each_row(one: Facts, rows: int) -> bool:
    """Whether every row names another: that is no shop."""
    return rows > 4 and len(one.distinct) == rows  # noqa: PLR2004 - a few rows may be of as many
