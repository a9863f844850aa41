"""The format of a file's dates and times, decided: what is known of it held against the values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from parsers.moments.clocks import read_written
from parsers.moments.columns import join_texts
from parsers.moments.evidence import Evidence, find_format, fitting, has_time
from parsers.moments.formats import ISO
from parsers.reject import Unreadable, UnreadableCode, clip
from parsers.values.values import Found

_LOADS = "What is held then loads by itself."


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """The format of a file's moments, and whether the file proves it against every other."""

    format: str
    certain: bool


def decide_format(
    found: Sequence[Found],
    lines: pl.Series,
    given: str | None,
    *,
    language: str | None = None,
    latest: datetime | None = None,
) -> Decided:
    """Find the format of a column (or of several, joined by blanks).

    `given` is what the mapping or an earlier file settled, `lines` is where each row starts,
    `latest` the latest time (naive) that can have been written.

    Raises:
        Unreadable: AMBIGUOUS_DATE, CONTRADICTS_MAPPING, UNKNOWN_DATE; with the rows that show it.
    """
    texts = join_texts(found)
    expected = given or ISO
    fits = texts.str.contains(fitting(expected, language))
    unfit = texts.filter(~fits & (texts != ""))
    if unfit.is_empty():
        return Decided(format=expected, certain=True)
    where = _Where(found, texts, lines)
    evidence = find_format(texts, language=language, latest=latest)
    better = evidence.format
    if better is not None and fits.sum() >= texts.str.contains(fitting(better, language)).sum():
        better = None
    if given is not None:
        if better is not None:
            raise _contradiction(where, given, better, unfit[0])
    elif evidence.rivals:
        raise _ambiguous(where, evidence, language)
    elif better is not None and not has_time(better):
        raise _without_time(where, better)
    elif better is None and not fits.any():
        raise _unknown(where, unfit[0])
    return Decided(format=given or better or ISO, certain=evidence.certain or better is None)


@dataclass(frozen=True, slots=True)
class _Where:
    """Names a column, and the line on which a value of it stands."""

    found: Sequence[Found]
    texts: pl.Series
    lines: pl.Series

    def __str__(self) -> str:
        return " and ".join(f"'{clip(one.column)}'" for one in self.found)

    def show(self, text: str) -> str:
        return f"'{clip(text)}' on line {self.lines[self.texts.index_of(text) or 0]}"


def _ambiguous(where: _Where, evidence: Evidence, language: str | None) -> Unreadable:
    text = evidence.example or ""
    readings = [
        read_written(pl.Series([text]), each, language).dt.strftime("%d %B %Y %H:%M")[0]
        for each in evidence.rivals
    ]
    words = " or ".join(
        f"{reading} ({each})" for reading, each in zip(readings, evidence.rivals, strict=True)
    )
    return Unreadable(
        UnreadableCode.AMBIGUOUS_DATE,
        f"The dates in column {where} have two readings: {where.show(text)} may be {words}, and "
        "nothing in the file decides it.",
        remedy="Ask the shop, and write it into the mapping: occurred_at = { ..., format = "
        f'"{evidence.rivals[0]}" }}. {_LOADS}',
    )


def _contradiction(where: _Where, given: str, better: str, text: str) -> Unreadable:
    return Unreadable(
        UnreadableCode.CONTRADICTS_MAPPING,
        f"The dates in column {where} should be written as {given} but are written as {better}: "
        f"{where.show(text)} shows it.",
        remedy=f'If the shop\'s export has changed, write format = "{better}" into the mapping. '
        f"{_LOADS}",
    )


def _unknown(where: _Where, text: str) -> Unreadable:
    return Unreadable(
        UnreadableCode.UNKNOWN_DATE,
        f"How the dates in column {where} are written cannot be told: {where.show(text)}.",
        remedy='Write it into the mapping: occurred_at = { ..., format = "..." }. ' + _LOADS,
    )


def _without_time(where: _Where, found: str) -> Unreadable:
    return Unreadable(
        UnreadableCode.UNKNOWN_DATE,
        f"The dates in column {where} have no time of day.",
        remedy="Name the column with the time in the mapping, or, if midnight will do, write "
        f'format = "{found}". {_LOADS}',
    )
