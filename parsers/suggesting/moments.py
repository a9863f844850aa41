"""Which columns have the date and time of a sale, and how they are written."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import polars as pl

from parsers.headings.names import Heading
from parsers.headings.words import Concept
from parsers.moments.clocks import read_written
from parsers.moments.evidence import find_format, fitting, has_time
from parsers.records.cells import Look
from parsers.suggesting.facts import Facts

_MOST = 0.9
_LOOKED_AT = 2_000  # different values
_OF_THE_FORMAT = ("am", "pm", "z", "a.m.", "p.m.", "utc", "gmt", "日", "일")
_FEW_OTHERS = 0.1  # of the rows must have a date; the others may be lines of the same sale
_PARTS = (
    (Concept.YEAR, 1970, 2099),
    (Concept.MONTH, 1, 12),
    (Concept.DAY, 1, 31),
    (Concept.HOUR, 0, 23),
    (Concept.MINUTE, 0, 59),
    (Concept.SECOND, 0, 59),
)
_LEAST_PARTS = 4  # year, month, day and hour
_OF_OTHERS = (
    *(Concept.LATER, Concept.PAYOUT, Concept.REFUND, Concept.VOID, Concept.SHIPPING),
    *(Concept.CUSTOMER, Concept.DURATION, Concept.OTHER, Concept.NOTE, Concept.ITEM),
)
_OF_SALES = (
    *(Concept.TRANSACTION, Concept.RECEIPT, Concept.CHECK, Concept.ORDER, Concept.SALE),
    *(Concept.OPENED, Concept.INVOICE),
)
_IN_A_NAME = re.compile(
    r"(?<![0-9])(?P<y>20[0-9]{2})[-_.]?(?P<m>0[1-9]|1[0-2])[-_.]?(?P<d>0[1-9]|[12][0-9]|3[01])"
    r"(?![0-9])"
)
# 20261118, or seconds or milliseconds since 1970 between 2001 and 2033.
_DIGITS_OF_A_DAY = r"^(?:(?:19|20)[0-9]{2}[01][0-9][0-3][0-9]|1[0-9]{9}|1[0-9]{12})$"
_DIGITS_OF_A_TIME = r"^(?:[01][0-9]|2[0-3])[0-5][0-9](?:[0-5][0-9])?$"
_ZONE = re.compile("[A-Z]{3,5}")
_NEAR = timedelta(days=2)  # a range in a name may name the day after the last one


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """Columns that may have the date and time of a sale.

    `texts` are their cells with a blank between them. `formats` is one, or several that the files
    do not decide between; `because` says what decided it if that was not the values.
    """

    names: tuple[str, ...]
    score: float
    texts: pl.Series
    formats: tuple[str, ...]
    example: str | None = None
    because: str = ""

    @property
    def with_time(self) -> bool:
        """Whether the time of day is there."""
        return has_time(self.formats[0])


def rank_moments(
    facts: Sequence[Facts], places: pl.Series, names: Sequence[str], latest: datetime | None
) -> list[When]:
    """Rank what may be the date and time of a sale, the best first.

    `places` says of which file each row is, `names` are the files' names.
    """
    if parts := _in_parts(facts):
        return [parts]
    times = [one for one in facts if _is_time(one)]
    found = []
    likely = [one for one in facts if _may_be_date(one)] or [one for one in facts if _counts(one)]
    for one in likely:
        when = _when((one,), _by_name(one.heading), latest)
        if when is not None and not when.with_time and (time := _partner(one, times)):
            when = _when((one, time), _by_name(one.heading), latest) or when
        if when is not None:
            found.append(_by_file_names(when, places, names))
    ranked = sorted(found, key=lambda when: -when.score)
    if any(when.with_time for when in ranked):
        return [when for when in ranked if when.with_time]
    return ranked


def with_some_time(day: When, facts: Sequence[Facts], latest: datetime | None) -> list[When]:
    """What a date may be with a column that could have the time of day, though none is called so.

    That is one of hours, or one whose digits all read as times beside the date.
    """
    [date_column] = [one for one in facts if one.name == day.names[0]]
    found = []
    for one in facts:
        if one is date_column or one.share_filled < date_column.share_filled:
            continue
        if one.heading.has(Concept.HOUR) and _is_within(one, 0, 23):
            texts = pl.DataFrame({"day": day.texts, "hour": one.texts}).select(
                pl.concat_str("day", "hour", separator=" ")
            )
            formats = tuple(f"{each} %H" for each in day.formats)
            found.append(
                When(
                    names=(date_column.name, one.name),
                    score=day.score,
                    texts=texts.to_series(),
                    formats=formats,
                )
            )
        elif not one.heading.concepts and bool(one.distinct.str.contains(_DIGITS_OF_A_TIME).all()):
            when = _when((date_column, one), day.score, latest)
            found += [when] if when is not None and when.with_time else []
    return found


def days(when: When) -> pl.Series:
    """The day of each row as it is written, by the first of the formats; null if there is none."""
    return read_written(when.texts, when.formats[0]).dt.date()


def _may_be_date(one: Facts) -> bool:
    if one.share_filled < _FEW_OTHERS or one.mostly(Look.TIME):
        return False
    if one.heading.any_of(Concept.ID) and not one.heading.any_of(Concept.DATE, Concept.MOMENT):
        return False
    named = one.heading.any_of(
        Concept.DATE, Concept.MOMENT, Concept.TIME, Concept.OPENED, Concept.PAID
    )
    return one.mostly(Look.DATE) or (named and not one.heading.has(Concept.ZONE))


def _counts(one: Facts) -> bool:
    """Whether the numbers of a column may be days or seconds, each written alike."""
    lengths = one.distinct.str.len_chars()
    alike = len(one.distinct) > 1 and lengths.min() == lengths.max()
    return alike and bool(one.distinct.str.contains(_DIGITS_OF_A_DAY).all())


def _is_time(one: Facts) -> bool:
    if one.share_filled < _FEW_OTHERS:
        return False
    if one.mostly(Look.TIME):
        return not one.heading.has(Concept.DURATION)
    digits = one.distinct.str.contains(
        r"^(?:(?:[01][0-9]|2[0-3])[0-5][0-9](?:[0-5][0-9])?|[0-2]?[0-9]\.[0-5][0-9])$"
    )
    return one.heading.any_of(Concept.TIME, Concept.HOUR) and bool(digits.all())


def _partner(day: Facts, times: Sequence[Facts]) -> Facts | None:
    """The time that belongs to a date: with a name that is as near as can be, then the nearest."""
    about = day.heading.concepts - {Concept.DATE}
    fitting_ones = [
        one
        for one in times
        if not one.heading.any_of(*_OF_OTHERS) or one.heading.any_of(*about & set(_OF_OTHERS))
    ]
    return min(
        fitting_ones,
        key=lambda one: (
            -len(one.heading.concepts & about),
            len(one.heading.concepts - about),
            abs(one.position - day.position),
        ),
        default=None,
    )


def _when(columns: tuple[Facts, ...], score: float, latest: datetime | None) -> When | None:
    """Weigh how the values of a column, or of a date and a time, are written."""
    day, *time = columns
    word = _word_behind(day)
    texts = day.texts
    if word:
        texts = texts.str.strip_suffix(word)
    if time:
        both = pl.DataFrame({"day": texts, "time": time[0].texts})
        texts = both.select(
            pl.when((pl.col("day") == "") | (pl.col("time") == ""))
            .then(pl.lit(""))
            .otherwise(pl.concat_str("day", "time", separator=" "))
        ).to_series()
    evidence = find_format(texts, latest=latest)
    formats = (evidence.format,) if evidence.format else _likelier_first(texts, evidence.rivals)
    distinct = texts.filter(texts != "").unique().head(_LOOKED_AT)
    if not formats or distinct.is_empty():
        return None
    formats = tuple(each for each in formats if _is_of_our_time(distinct, each)) or formats
    if int(distinct.str.contains(fitting(formats[0])).sum()) < _MOST * len(distinct):
        return None
    example = evidence.example
    if word:
        if example is not None:
            example = _put_back(word, pl.Series([example]), with_time=bool(time))[0]
        texts = _put_back(word, texts, with_time=bool(time))
        formats = tuple(_with_word(word, each, with_time=bool(time)) for each in formats)
    return When(
        names=tuple(one.name for one in columns),
        score=score + min(one.share_filled for one in columns),
        texts=texts,
        formats=formats,
        example=example,
    )


def _is_of_our_time(texts: pl.Series, pattern: str) -> bool:
    """Whether a format reads most values as years that can be: 20100421 is not of the year 421."""
    return 2 * read_written(texts, pattern).is_not_null().sum() >= len(texts)


def _word_behind(one: Facts) -> str:
    """A word that stands behind every value, as Uhr does; mostly none."""
    found = one.distinct.str.extract(r"[0-9](\s*[^\W\d_]+\.?)$").unique()
    word = found[0] if len(found) == 1 else None
    if word is None or word.strip().casefold() in _OF_THE_FORMAT:
        return ""
    return "" if _ZONE.fullmatch(word.strip()) else str(word)


def _put_back(word: str, texts: pl.Series, *, with_time: bool) -> pl.Series:
    """Put a word back behind the values, or behind the date of a date and a time."""
    if with_time:
        return texts.str.replace(r" (\S+(?: [AaPp]\.?[Mm]\.?)?)$", f"{word} $1")
    return pl.select(pl.when(texts != "").then(texts + word).otherwise(pl.lit(""))).to_series()


def _with_word(word: str, pattern: str, *, with_time: bool) -> str:
    literal = word.replace("%", "%%")
    return _behind_date(pattern, literal) if with_time else pattern + literal


def _behind_date(pattern: str, word: str) -> str:
    hour = min(at for at in (pattern.find("%H"), pattern.find("%I")) if at >= 0)
    return f"{pattern[: hour - 1]}{word} {pattern[hour:]}"


def _likelier_first(texts: pl.Series, formats: Sequence[str]) -> tuple[str, ...]:
    """Put first the format under which the files reach over the shortest time."""
    some = texts.filter(texts != "").unique().head(_LOOKED_AT)

    def reach(pattern: str) -> tuple[float, bool]:
        read = read_written(some, pattern)
        span = read.max(), read.min()
        last, first = (one.timestamp() if isinstance(one, datetime) else 0.0 for one in span)
        return last - first, ("%p" in pattern) != pattern.startswith("%m/")

    return tuple(sorted(formats, key=reach))


def _by_name(about: Heading) -> float:
    """How much a name is that of the moment of a sale."""
    if about.any_of(*_OF_OTHERS):
        return -3
    if about.any_of(*_OF_SALES):
        return 4
    if about.any_of(Concept.PAID, Concept.PAYMENT):
        return 2
    if about.has(Concept.CLOSED):
        return 1
    if about.any_of(Concept.DATE, Concept.MOMENT, Concept.TIME):
        return 4 - 0.5 * about.unknown
    return 0


def _in_parts(facts: Sequence[Facts]) -> When | None:
    """Find a date and time in columns of its own for year, month, day, hour and minute."""
    chosen: list[Facts] = []
    for concept, least, most in _PARTS:
        fits = [
            one
            for one in facts
            if one.heading.has(concept) and one not in chosen and _is_within(one, least, most)
        ]
        if not fits:
            break
        chosen.append(min(fits, key=lambda one: len(one.heading.concepts)))
    if len(chosen) < _LEAST_PARTS:
        return None
    parts = pl.DataFrame([one.texts.alias(one.name) for one in chosen])
    texts = parts.select(pl.concat_str(pl.all(), separator=" ")).to_series()
    directives = ("%Y", "%m", "%d", "%H", "%M", "%S")[: len(chosen)]
    return When(
        names=tuple(one.name for one in chosen),
        score=5,
        texts=texts,
        formats=(" ".join(directives),),
    )


def _is_within(one: Facts, least: int, most: int) -> bool:
    numbers = one.distinct.cast(pl.Int64, strict=False)
    return len(numbers) > 0 and bool(numbers.is_between(least, most).fill_null(value=False).all())


def _by_file_names(when: When, places: pl.Series, names: Sequence[str]) -> When:
    """Decide between formats by the dates in the names of the files, if they tell."""
    if len(when.formats) < 2:  # noqa: PLR2004 - nothing to decide
        return when
    left = list(when.formats)
    told = ""
    for place, name in enumerate(names):
        dates = list(_dates_in(name))
        if not dates:
            continue
        texts = when.texts.filter(places == place)
        left = [each for each in left if _is_of(texts, each, dates)]
        told = f"The name of the file says {max(dates):%d %B %Y}, so the day is where it is here."
    if len(left) != 1:
        return when
    return When(
        names=when.names,
        score=when.score,
        texts=when.texts,
        formats=(left[0],),
        because=told,
    )


def _dates_in(name: str) -> Iterator[date]:
    for found in _IN_A_NAME.finditer(name):
        try:
            yield date(int(found["y"]), int(found["m"]), int(found["d"]))
        except ValueError:
            continue


def _is_of(texts: pl.Series, pattern: str, dates: Sequence[date]) -> bool:
    """Whether the moments of a column are of the days in the name of its file.

    One day is that of the last moment, or near it; of two no moment is before or after.
    """
    read = read_written(texts.filter(texts != ""), pattern)
    first, last = read.min(), read.max()
    if not isinstance(first, datetime) or not isinstance(last, datetime):
        return False
    if len(dates) == 1:
        return abs(last.date() - dates[0]) <= _NEAR
    return min(dates) - _NEAR <= first.date() and last.date() <= max(dates) + _NEAR
