"""Which of two readings of a column of dates can be: by the clock, the calendar and the week.

`latest` is always the latest wall-clock time (naive) that can have been written; None if nobody
knows.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import polars as pl

from parsers.moments.clocks import read_written

_LONG_PAST = timedelta(days=10 * 365)  # before the newest time that can be: none of a till's files
_YEARS_ON_END = 3  # in a file of which another reading is of a single year
_LATE = timedelta(days=7)  # before the newest time that can be: a file that was sent at once
_OTHER_YEARS = timedelta(days=500)
_APART = timedelta(days=7)  # by which the days of one reading must lie closer than those of another
_DAY_SAID = r"\b(mon|tue|wed|thu|fri|sat|sun)"


def is_impossible(
    distinct: pl.Series, pattern: str, language: str | None, latest: datetime | None
) -> bool:
    """Whether a format reads some value as a time that is still to come, or as another day of the
    week than stands beside it (in English)."""
    read = read_written(distinct, pattern, language)
    if latest is not None and (read > latest).any():
        return True
    return _is_other_weekday(distinct, pattern, read)


def _is_other_weekday(distinct: pl.Series, pattern: str, read: pl.Series) -> bool:
    if "%a" not in pattern and "%A" not in pattern:
        return False
    said = distinct.str.to_lowercase().str.extract(_DAY_SAID)
    return bool((said != read.dt.strftime("%a").str.to_lowercase()).any())


def of_late_years(
    distinct: pl.Series, patterns: Sequence[str], language: str | None, latest: datetime | None
) -> list[str]:
    """Those of the formats that read no value as a time that is long past.

    Ten digits are seconds since 1970 or a date with its time, and the years then lie far apart.
    """
    if latest is None:
        return []
    earliest = latest - _LONG_PAST
    return [
        each for each in patterns if not (read_written(distinct, each, language) < earliest).any()
    ]


def of_usual_years(
    distinct: pl.Series, patterns: Sequence[str], language: str | None, latest: datetime | None
) -> list[str]:
    """Those of the formats that do not make years of days.

    Dates of one year, day by day, are read as years on end by a format that takes the day for the
    year. And two digits of the year are seldom first: a format that has them there and reads times
    long past gives way to one that reads late ones. Never the other way round, as that would take
    the sales of an old year for some of these days.
    """
    late = of_late_years(distinct, patterns, language, latest)
    first = [each for each in patterns if _year_is_first(each)]
    if any(each not in first for each in late):
        patterns = [each for each in patterns if each in late or each not in first]
    years = {
        each: read_written(distinct, each, language).dt.year().drop_nulls().n_unique()
        for each in patterns
    }
    in_one_year = [each for each in patterns if years[each] == 1]
    if not in_one_year:
        return list(patterns)
    return [each for each in patterns if years[each] < _YEARS_ON_END]


def _year_is_first(pattern: str) -> bool:
    return "%y" in pattern and pattern.find("%y") < pattern.find("%m")


def of_late_days(
    distinct: pl.Series, patterns: Sequence[str], language: str | None, latest: datetime | None
) -> str | None:
    """The format that reads all values as days right before `latest`; None if there is none.

    Only where each other one has two digits of the year first and reads days of other years: so
    22.10.26, when it comes in, is no day of 2022.
    """
    if latest is None:
        return None
    late, others = [], []
    for each in patterns:
        read = read_written(distinct, each, language)
        reach = _reach(read)
        if reach is not None and reach[0] >= latest - _LATE and read.drop_nulls().len():
            late.append(each)
        elif _year_is_first(each) and not (read > latest - _OTHER_YEARS).any():
            others.append(each)
    return late[0] if len(late) == 1 and len(others) == len(patterns) - 1 else None


def few_are_ahead(
    distinct: pl.Series,
    pattern: str,
    others: Sequence[str],
    language: str | None,
    latest: datetime | None,
) -> str | None:
    """A value that a format reads as a time to come, if few are so; None if that refutes it.

    One clock may be ahead. The days of all the rest then lie closer together than they do under
    any of the `others`, which turn a week into so many months.
    """
    if latest is None or not others:
        return None
    read = read_written(distinct, pattern, language)
    ahead = (read > latest).fill_null(value=False)
    if (
        not ahead.any()
        or 2 * ahead.sum() >= len(distinct)
        or _is_other_weekday(distinct, pattern, read)
    ):
        return None
    span = _span(read.filter(~ahead))
    if any(_span(read_written(distinct, each, language)) <= span + _APART for each in others):
        return None
    return str(distinct.filter(ahead)[0])


def _reach(read: pl.Series) -> tuple[datetime, datetime] | None:
    first, last = read.min(), read.max()
    if isinstance(first, datetime) and isinstance(last, datetime):
        return first, last
    return None


def _span(read: pl.Series) -> timedelta:
    reach = _reach(read)
    return timedelta() if reach is None else reach[1] - reach[0]
