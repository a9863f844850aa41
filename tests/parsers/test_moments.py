"""Dates and times against an oracle: datetime.strptime and zoneinfo."""

import random
import re
import zoneinfo
from datetime import UTC, datetime, timedelta, timezone

import polars as pl
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from parsers.moments import formats, month_names
from parsers.moments.clocks import Clocks, canonical_text, read_moments
from parsers.reject import RejectCode

ZONES = (
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",  # summer time of half an hour
    "Asia/Kathmandu",
    "America/Sao_Paulo",  # clocks were put forward at midnight
    "Africa/Casablanca",  # summer time suspended during Ramadan
    "Pacific/Apia",  # skipped a whole day
    "UTC",
)
FORMATS = (
    "%Y-%m-%d %H:%M:%S",
    "%m/%d/%Y %I:%M:%S %p",
    "%d/%m/%y %H:%M",
    "%m/%d/%y %I:%M %p",
    "%d-%b-%Y %I:%M %p",
    "%A, %d %B %Y %H:%M",
    "%a %b %d %H:%M:%S %Y",
    "%Y%m%d%H%M%S",
    "%Y%m%d",
    "%d.%m.%Y, %H:%M",
    "%Y-%m-%dT%H:%M:%S.%f",
    "%Y-%m-%d %H:%M:%S %z",
    "%Y-%m-%dT%H:%M:%S%z",
    "%d%m%y%H%M",
    "(%d) [%m] {%Y} 100%% $^.*+?| %H",
)
DIGITS_SIDE_BY_SIDE = {"%Y%m%d%H%M%S": 14, "%Y%m%d": 8, "%d%m%y%H%M": 10}


# Looked up once a process, which takes longer than any example may.
month_names.short_names(), month_names.full_names()


def _one(text: str, pattern: str, zone: str) -> dict[str, object]:
    clocks = Clocks.of(pl.Series([zone]))
    read = read_moments(pl.Series([text]), pattern, clocks)
    return read.drop("repeated", "named").row(0, named=True)


def _oracle(text: str, pattern: str, zone: str) -> dict[str, object]:
    """What the standard library says, put in the words of read_moments."""

    def reject(code: RejectCode) -> dict[str, object]:
        return {"instant": None, "local": None, "code": code.value}

    try:
        read = datetime.strptime(text, pattern)  # noqa: DTZ007 - the zone comes after
    except ValueError:
        return reject(RejectCode.NOT_A_TIME)
    if len(text) < DIGITS_SIDE_BY_SIDE.get(pattern, 0):
        return reject(RejectCode.NOT_A_TIME)  # where strptime guesses which digit was left out
    if not 1970 <= read.year <= 2099:
        return reject(RejectCode.YEAR_OUT_OF_RANGE)
    home = zoneinfo.ZoneInfo(zone)
    if read.tzinfo is not None:
        instant = read.astimezone(UTC)
    else:
        instant = read.replace(tzinfo=home, fold=0).astimezone(UTC)
        if instant.astimezone(home).replace(tzinfo=None) != read:
            return reject(RejectCode.NO_SUCH_LOCAL_TIME)
    local = instant.astimezone(home).replace(tzinfo=None)
    return {"instant": instant.replace(tzinfo=None), "local": local, "code": None}


def _mutate(text: str, seed: int) -> str:
    """Change one character or two, so that most texts nearly fit."""
    chance = random.Random(seed)  # noqa: S311 - a test's dice
    for _ in range(chance.choice([0, 1, 1, 2])):
        at = chance.randrange(len(text) + 1)
        text = text[:at] + chance.choice([*"0123456789 :/-.+Zap", ""]) + text[at + 1 :]
    return text


moments = st.datetimes(min_value=datetime(1968, 1, 1), max_value=datetime(2102, 1, 1))  # noqa: DTZ001 - a clock on a wall
offsets = st.integers(min_value=-14 * 60, max_value=14 * 60)


@given(moments, offsets, st.sampled_from(FORMATS), st.sampled_from(ZONES), st.integers())
@example(datetime(2023, 3, 12, 2, 30), 0, FORMATS[0], ZONES[0], 0)  # noqa: DTZ001 - a clock on a wall
@example(datetime(2023, 11, 5, 1, 30), 0, FORMATS[0], ZONES[0], 0)  # noqa: DTZ001 - a clock on a wall
@example(datetime(2099, 12, 31, 23, 30), 0, FORMATS[0], "Australia/Lord_Howe", 0)  # noqa: DTZ001 - a clock on a wall
@example(datetime(2011, 12, 30, 12, 0), 0, FORMATS[0], "Pacific/Apia", 0)  # noqa: DTZ001 - a clock on a wall
@example(datetime(2000, 1, 1), 0, "%A, %d %B %Y %H:%M", ZONES[0], 689)  # noqa: DTZ001 - year 0000
def test_reads_what_strptime_reads(
    moment: datetime, offset: int, pattern: str, zone: str, seed: int
) -> None:
    """Every format gives what strptime and zoneinfo give, for good texts and for damaged ones."""
    aware = moment.replace(tzinfo=UTC)
    if "%z" in pattern:
        aware = aware.astimezone(timezone(timedelta(minutes=offset)))
    text = _mutate(aware.strftime(pattern), seed).strip()
    assert _one(text, pattern, zone) == _oracle(text, pattern, zone)


def _changes(zone: str) -> list[datetime]:
    """The days from 1970 to 2099 on which the clocks of a zone are changed, as naive UTC."""
    home = zoneinfo.ZoneInfo(zone)
    days = [datetime(1970, 1, 2, tzinfo=UTC) + timedelta(days=day) for day in range(365 * 130)]
    offsets_ = [day.astimezone(home).utcoffset() for day in days]
    return [
        day.replace(tzinfo=None)
        for day, before, after in zip(days, offsets_, offsets_[1:], strict=False)
        if before != after
    ]


@pytest.mark.parametrize("zone", ZONES)
def test_every_change_of_clocks_is_that_of_the_zone_files(zone: str) -> None:
    """Around each change of the clocks, 1970 to 2099, polars knows the rules that Python knows."""
    texts = [
        (day + timedelta(minutes=20 * step)).strftime(FORMATS[0])
        for day in _changes(zone)
        for step in range(-36, 36 * 4)
    ] or ["2020-01-01 00:00:00"]
    clocks = Clocks.of(pl.Series([zone] * len(texts)))
    got = read_moments(pl.Series(texts), FORMATS[0], clocks).drop("repeated", "named")
    wrong = [
        (text, row)
        for text, row in zip(texts, got.iter_rows(named=True), strict=True)
        if row != _oracle(text, FORMATS[0], zone)
    ]
    assert wrong == []


@given(moments, offsets, st.sampled_from(("none", "colon", "plain", "Z")), st.booleans())
def test_reads_iso_8601_as_the_standard_library_does(
    moment: datetime, offset: int, style: str, blank: bool
) -> None:
    """Without a format, what isoformat writes is read as fromisoformat reads it."""
    aware = (
        moment if style == "none" else moment.replace(tzinfo=timezone(timedelta(minutes=offset)))
    )
    if style == "Z":
        aware = moment.replace(tzinfo=UTC)
    text = aware.isoformat(sep=" " if blank else "T")
    if style == "Z":
        text = text.replace("+00:00", "Z")
    elif style == "plain":
        text = text[:-6] + text[-6:].replace(":", "")
    expected = _oracle(aware.strftime("%Y-%m-%d %H:%M:%S.%f"), "%Y-%m-%d %H:%M:%S.%f", "UTC")
    if style != "none":
        pattern = "%Y-%m-%d %H:%M:%S.%f %z"
        expected = _oracle(aware.strftime(pattern), pattern, "UTC")
    assert _one(text, "iso", "UTC") == expected


@pytest.mark.parametrize(
    "text",
    [
        "2017-01-01",
        "2017-1-1 10:00",
        "01/02/2017 10:00",
        "2017-02-29 10:00",
        "2017-01-01 24:00",
        "",
    ],
)
def test_what_is_not_iso_8601_is_refused(text: str) -> None:
    """A date without a time, and any other order of the parts, is not guessed at."""
    assert _one(text, "iso", "UTC")["code"] == RejectCode.NOT_A_TIME


@given(
    moments.filter(lambda moment: 1970 <= moment.year <= 2068),  # as %y reads them
    st.sampled_from(("%m%d%Y", "%d%m%y", "%Y%m%d%H%M", "%m%d%Y%H%M%S", "%Y-%m-%d %H%M")),
    st.data(),
)
def test_digits_side_by_side_are_all_there_or_nothing_is_read(
    moment: datetime, pattern: str, data: st.DataObject
) -> None:
    """1112026 may be 11 January or 1 December: where a zero was left out, the row is a reject."""
    directives = re.findall("%.|[- ]", pattern)
    pieces = [moment.strftime(directive) for directive in directives]
    assert _one("".join(pieces), pattern, "UTC")["code"] is None
    touching = [
        at
        for at, piece in enumerate(pieces)
        if piece[0] == "0" and any(near.isdigit() for near in pieces[max(at - 1, 0) : at + 2 : 2])
    ]
    assume(touching)
    for at in data.draw(st.sets(st.sampled_from(touching), min_size=1)):
        pieces[at] = pieces[at][1:]
    assert _one("".join(pieces), pattern, "UTC")["code"] == RejectCode.NOT_A_TIME


@pytest.mark.parametrize(
    ("text", "microsecond"), [("09300012", None), ("093000123", 123000), ("093000123456", 123456)]
)
def test_a_fraction_side_by_side_has_three_or_six_digits(
    text: str, microsecond: int | None
) -> None:
    """Tills write milliseconds or microseconds; any other number has lost a zero."""
    row = _one(f"2026-01-31 {text}", "%Y-%m-%d %H%M%S%f", "UTC")
    expected = None if microsecond is None else datetime(2026, 1, 31, 9, 30, 0, microsecond)  # noqa: DTZ001 - a clock on a wall
    assert row["instant"] == expected


def test_a_digit_of_the_format_itself_counts_as_one_side_by_side() -> None:
    """1005 may be 10:05 with the hour 1 and the minute 05, or the hour 10 and the minute 5."""
    pattern = "%Y-%m-%d %H0%M"
    assert _one("2026-01-31 1005", pattern, "UTC")["code"] == RejectCode.NOT_A_TIME
    assert _one("2026-01-31 10005", pattern, "UTC")["code"] is None


def test_an_hour_that_clocks_skip_is_refused() -> None:
    """In New York there was no half past two on 12 March 2017."""
    row = _one("2017-03-12 02:30", "iso", "America/New_York")
    assert row["code"] == RejectCode.NO_SUCH_LOCAL_TIME


def test_of_an_hour_that_clocks_repeat_the_first_is_meant() -> None:
    """Half past one on 5 November 2017 in New York was still summer time: 05:30 UTC."""
    row = _one("2017-11-05 01:30", "iso", "America/New_York")
    assert row["instant"] == datetime(2017, 11, 5, 5, 30)  # noqa: DTZ001 - naive, in UTC


def test_an_offset_wins_over_the_zone_and_moves_the_wall_clock() -> None:
    """A till that writes UTC sold at 16:53Z, when the shop's clock showed 11:53."""
    row = _one("2017-01-01T16:53:26Z", "iso", "America/New_York")
    assert row["instant"] == datetime(2017, 1, 1, 16, 53, 26)  # noqa: DTZ001 - naive, in UTC
    assert row["local"] == datetime(2017, 1, 1, 11, 53, 26)  # noqa: DTZ001 - a clock on a wall


@pytest.mark.parametrize("text", ["1969-12-31 23:59", "2100-01-01 00:00", "0017-01-01 00:00"])
def test_a_year_that_no_till_lives_in_is_refused(text: str) -> None:
    """A reset clock, or a format that fits by accident, must not make a row."""
    assert _one(text, "iso", "UTC")["code"] == RejectCode.YEAR_OUT_OF_RANGE


@given(moments)
def test_canonical_text_is_iso_with_a_fraction_only_if_there_is_one(moment: datetime) -> None:
    """The text is that of isoformat, without the zeros at the end of a fraction."""
    text = moment.isoformat()
    expected = text.rstrip("0") if "." in text else text
    assert canonical_text(pl.Series([moment])).to_list() == [expected]


def test_a_fraction_beyond_microseconds_is_cut() -> None:
    """Seven digits, as .NET writes them, lose the last one."""
    row = _one("2017-01-01T11:53:26.1234567", "iso", "UTC")
    assert row["instant"] == datetime(2017, 1, 1, 11, 53, 26, 123456)  # noqa: DTZ001 - naive, in UTC


@pytest.mark.parametrize("pattern", FORMATS)
def test_good_formats_have_no_problem(pattern: str) -> None:
    """The formats that real tills write are accepted."""
    assert formats.problems(pattern) == []
