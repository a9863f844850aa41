"""The format of a file's dates and times, decided: what is known of it held against the values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from parsers.moments.clocks import read_written
from parsers.moments.columns import join_texts
from parsers.moments.doubts import half_converted, without_half_of_day
from parsers.moments.evidence import Evidence, find_format, fitting, has_time
from parsers.moments.formats import ISO
from parsers.moments.languages import find_languages
from parsers.moments.possible import is_impossible
from parsers.reject import Unreadable, UnreadableCode, clip
from parsers.values.values import Found

_LOADS = "What is held then loads by itself."


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """The format of a file's moments, and whether the file proves it against every other.

    `language` is that of the names of months, None where each name is one month in any of them.
    """

    format: str
    certain: bool
    language: str | None = None


@dataclass(frozen=True, slots=True)
class _Where:
    """Names a column, and the line on which a value of it stands."""

    found: Sequence[Found]
    texts: pl.Series
    lines: pl.Series

    def __str__(self) -> str:
        return " and ".join(f"'{clip(one.column)}'" for one in self.found)

    def unfit(self, pattern: str, language: str | None) -> pl.Series:
        """The values that a format does not fit."""
        return self.texts.filter(
            ~self.texts.str.contains(fitting(pattern, language)) & (self.texts != "")
        )

    def show(self, text: str) -> str:
        return f"'{clip(text)}' on line {self.lines[self.texts.index_of(text) or 0]}"


def decide_format(
    found: Sequence[Found],
    lines: pl.Series,
    given: str | None,
    *,
    said: bool = False,
    language: str | None = None,
    latest: datetime | None = None,
) -> Decided:
    """Find the format of a column (or of several, joined by blanks).

    `given` is what the mapping (then it is `said`) or an earlier file settled, `lines` is where
    each row starts, `latest` the latest time (naive) that can have been written.

    Raises:
        Unreadable: AMBIGUOUS_DATE, CONTRADICTS_MAPPING, UNKNOWN_DATE; with the rows that show it.
    """
    where = _Where(found, _complete(found), lines)
    unfit = where.unfit(given or ISO, language)
    if unfit.is_empty():
        decided = Decided(format=given or ISO, certain=True, language=language)
    else:
        decided = _weigh(where, given, str(unfit[0]), language=language, latest=latest)
        unfit = where.unfit(decided.format, decided.language)
    if not said:
        _refuse_other_times(where, decided, unfit)
    return decided


def _weigh(
    where: _Where,
    given: str | None,
    unfit: str,
    *,
    language: str | None,
    latest: datetime | None,
) -> Decided:
    """Weigh the values against what is given, or ISO 8601; `unfit` is one that does not fit it."""
    texts = where.texts
    language = language or _language(where, given, latest)
    fits = texts.str.contains(fitting(given or ISO, language))
    evidence = find_format(texts, language=language, latest=latest)
    better = evidence.format
    if better is not None and not _fits_more(texts, better, fits, language):
        better = None
    if given is not None:
        # Two that fit better speak against it no less than one does.
        others = [each for each in evidence.rivals if _fits_more(texts, each, fits, language)]
        if better is not None or others:
            raise _contradiction(where, given, others or [better or ""], unfit)
    elif evidence.rivals:
        raise _ambiguous(where, evidence, language)
    elif better is not None and not has_time(better):
        raise _without_time(where, better)
    elif better is None and not fits.any():
        raise _unknown(where, unfit)
    return Decided(
        format=given or better or ISO,
        certain=evidence.certain or better is None,
        language=language,
    )


def _fits_more(texts: pl.Series, pattern: str, fits: pl.Series, language: str | None) -> bool:
    """Whether a format fits more of the texts than those that `fits` tells."""
    return bool(texts.str.contains(fitting(pattern, language)).sum() > fits.sum())


def _complete(found: Sequence[Found]) -> pl.Series:
    """The texts of the columns joined, blank where a part is: that row is a reject in any case."""
    blank = pl.any_horizontal(pl.Series(one.texts == "") for one in found)
    return join_texts(found).set(pl.select(blank).to_series(), "")


def _language(where: _Where, given: str | None, latest: datetime | None) -> str | None:
    """The language of the months' names, where one of them is two months; None if none is.

    Raises Unreadable (AMBIGUOUS_DATE) if two languages are left.
    """
    formats: dict[str, str] = {}
    for each in find_languages(where.texts):
        pattern = given or find_format(where.texts, language=each, latest=latest).format
        if pattern is not None and ("%b" in pattern or "%B" in pattern):
            formats[each] = pattern
    possible = [
        each
        for each, pattern in formats.items()
        if not is_impossible(where.texts, pattern, each, latest)
    ] or list(formats)
    if len(possible) > 1:
        raise _of_two_languages(where, {each: formats[each] for each in possible})
    return possible[0] if possible else None


def _of_two_languages(where: _Where, formats: Mapping[str, str]) -> Unreadable:
    read = {each: read_written(where.texts, one, each) for each, one in formats.items()}
    one, other, *_ = read
    at = (read[one] != read[other]).fill_null(value=False).arg_max() or 0
    words = " or ".join(
        f"{months.dt.strftime('%Y-%m-%d')[at]} (in the language '{each}')"
        for each, months in read.items()
    )
    return Unreadable(
        UnreadableCode.AMBIGUOUS_DATE,
        f"The dates in column {where} have two readings: {where.show(where.texts[at])} may be "
        f"{words}, and nothing in the file decides it.",
        remedy="Write the language of the months into the mapping: occurred_at = { ..., format = "
        f'"{formats[one]}", language = "{one}" }}. {_LOADS}',
    )


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


def _contradiction(where: _Where, given: str, better: Sequence[str], text: str) -> Unreadable:
    written = " or ".join(better)
    lines = " or ".join(f'format = "{each}"' for each in better)
    return Unreadable(
        UnreadableCode.CONTRADICTS_MAPPING,
        f"The dates in column {where} should be written as {given} but are written as {written}: "
        f"{where.show(text)} shows it.",
        remedy=f"If the shop's export has changed, write {lines} into the mapping. {_LOADS}",
    )


def _unknown(where: _Where, text: str) -> Unreadable:
    return Unreadable(
        UnreadableCode.UNKNOWN_DATE,
        f"How the dates in column {where} are written cannot be told: {where.show(text)}.",
        remedy='Write it into the mapping: occurred_at = { ..., format = "..." }. ' + _LOADS,
    )


def _refuse_other_times(where: _Where, decided: Decided, unfit: pl.Series) -> None:
    """Refuse times that the format reads, and that are meant otherwise. Raises Unreadable."""
    texts, pattern, language = where.texts, decided.format, decided.language
    shown = without_half_of_day(texts, unfit, pattern, language)
    if shown:
        raise Unreadable(
            UnreadableCode.AMBIGUOUS_DATE,
            f"The times in column {where} seem to be of a clock of twelve hours, and do not say "
            f"AM or PM: {' and '.join(where.show(each) for each in shown)} show it.",
            remedy="Ask the shop for times with AM and PM, or of 24 hours. If they are, write it "
            f'into the mapping: occurred_at = {{ ..., format = "{pattern}" }}. {_LOADS}',
        )
    shown = () if unfit.is_empty() else half_converted(texts, unfit, pattern, language)
    if shown:
        raise Unreadable(
            UnreadableCode.AMBIGUOUS_DATE,
            f"In the dates in column {where} day and month seem to be exchanged, where both are "
            f"at most 12: {' and '.join(where.show(each) for each in shown)} show it.",
            remedy="A spreadsheet may have done so: ask for the till's own export. If they are "
            f'right, write it into the mapping: occurred_at = {{ ..., format = "{pattern}" }}. '
            f"{_LOADS}",
        )


def _without_time(where: _Where, found: str) -> Unreadable:
    return Unreadable(
        UnreadableCode.UNKNOWN_DATE,
        f"The dates in column {where} have no time of day.",
        remedy="Name the column with the time in the mapping, or, if midnight will do, write "
        f'format = "{found}". {_LOADS}',
    )
