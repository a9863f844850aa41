"""Finding the format of dates: one that all values prove, or two whose readings are named."""

from datetime import datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.moments import month_names
from parsers.moments.clocks import read_written
from parsers.moments.deciding import decide_format
from parsers.moments.evidence import find_format
from parsers.reject import Unreadable, UnreadableCode
from parsers.values.values import Found

month_names.short_names(), month_names.full_names()  # slow once a process

WRITTEN = (
    "%Y-%m-%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%y %I:%M %p",
    "%d.%m.%Y, %H:%M",
    "%d.%m.%y %H:%M:%S",
    "%d-%m-%Y %H.%M",
    "%d-%b-%Y %I:%M %p",
    "%b %d, %Y %I:%M:%S %p",
    "%d %B %Y %H:%M",
    "%A, %d. %B %Y %H:%M",
    "%Y%m%d%H%M%S",
    "%Y%m%d %H%M",
    "%d%m%Y %H:%M",
    "%Y-%m-%dT%H:%M:%S.%f",
    "%Y %m %d %H %M",
)
days = st.datetimes(min_value=datetime(2001, 1, 1), max_value=datetime(2060, 1, 1))  # noqa: DTZ001 - a clock on a wall


def _decide(texts: list[str], given: str | None = None, **known: datetime) -> str:
    lines = pl.Series(range(2, len(texts) + 2))
    return decide_format(
        [Found(column="When", texts=pl.Series(texts, dtype=pl.String))],
        lines,
        given,
        latest=known.get("latest"),
    ).format


@given(st.lists(days, min_size=1, max_size=12), st.sampled_from(WRITTEN))
def test_what_is_found_reads_every_value_as_it_was_meant(
    moments: list[datetime], pattern: str
) -> None:
    """Whatever is decided reads all values rightly; else two readings are left that do differ."""
    texts = [moment.strftime(pattern).strip() for moment in moments]
    meant = pl.Series([datetime.strptime(text, pattern) for text in texts]).cast(  # noqa: DTZ007 - no zone is written
        pl.Datetime("us")
    )
    evidence = find_format(pl.Series(texts))
    if evidence.format is not None:
        assert read_written(pl.Series(texts), evidence.format).to_list() == [
            one.replace(tzinfo=None) for one in meant.to_list()
        ]
    else:
        readings = [read_written(pl.Series(texts), each).to_list() for each in evidence.rivals]
        assert len(readings) > 1
        assert readings[0] != readings[1]


@given(st.lists(days.filter(lambda day: day.day > 12), min_size=1, max_size=5))
def test_a_day_beyond_the_twelfth_decides(moments: list[datetime]) -> None:
    """The 13th month does not exist: day and month are told apart by any such value."""
    for pattern in ("%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M"):
        assert _decide([moment.strftime(pattern) for moment in moments]) == pattern


def test_the_future_decides() -> None:
    """A sale of 3 April is not reported on 4 March."""
    latest = datetime(2026, 3, 6)  # noqa: DTZ001 - a clock on a wall
    assert _decide(["03/04/2026 10:00"], latest=latest) == "%m/%d/%Y %H:%M"


def test_a_year_that_no_till_lives_in_is_no_reading() -> None:
    """20100421 is not the 20th of October 421."""
    assert _decide(["20100421 10:00", "20101112 10:00"]) == "%Y%m%d %H:%M"


def test_two_readings_are_both_named_with_a_row() -> None:
    """Somebody who knows the shop is asked, with what there is to choose from."""
    with pytest.raises(Unreadable) as caught:
        _decide(["03/03/2026 10:00", "03/04/2026 10:00"])
    assert caught.value.code == UnreadableCode.AMBIGUOUS_DATE
    assert "'03/04/2026 10:00' on line 3" in caught.value.message
    assert "03 April 2026" in caught.value.message
    assert "04 March 2026" in caught.value.message
    assert 'format = "%d/%m/%Y %H:%M"' in caught.value.remedy


def test_readings_that_agree_are_no_doubt() -> None:
    """3 March is 3 March in either order."""
    evidence = find_format(pl.Series(["03/03/2026 10:00"]))
    assert evidence.format is not None
    assert not evidence.certain  # the next file is not to be read by it


def test_dots_stand_between_day_and_month_in_this_order() -> None:
    """Nobody writes the month first with dots."""
    assert _decide(["03.04.2026 10:00"]) == "%d.%m.%Y %H:%M"


def test_values_of_both_orders_leave_a_doubt() -> None:
    """Two tills in one file, one American: what the other values mean nobody knows."""
    with pytest.raises(Unreadable) as caught:
        _decide(["25/12/2026 10:00", "12/25/2026 10:00", "01/02/2026 10:00"])
    assert caught.value.code == UnreadableCode.AMBIGUOUS_DATE


def test_a_given_format_that_the_file_refutes_is_not_bent() -> None:
    """With months and days swapped, those up to the twelfth would be misread in silence."""
    with pytest.raises(Unreadable) as caught:
        _decide(["25/12/2026 10:00", "03/04/2026 10:00"], "%m/%d/%Y %H:%M")
    assert caught.value.code == UnreadableCode.CONTRADICTS_MAPPING
    assert "'25/12/2026 10:00' on line 2" in caught.value.message
    assert "%d/%m/%Y %H:%M" in caught.value.remedy


def test_a_few_bad_values_do_not_refute_a_given_format() -> None:
    """They become rejects, each on its own."""
    texts = ["12/25/2026 10:00", "12/26/2026 10:00", "n/a", "25/12/2026 10:00"]
    assert _decide(texts, "%m/%d/%Y %H:%M") == "%m/%d/%Y %H:%M"


def test_a_few_bad_values_do_not_hide_the_format() -> None:
    """A word in place of a date is that row's trouble."""
    assert _decide(["25/12/2026 10:00", "cancelled", "26/12/2026 10:00"]) == "%d/%m/%Y %H:%M"


@pytest.mark.parametrize("pattern", ["%a, %d %b %Y %H%M", "%A, %d.%m.%Y %H%M%S", "%d %b %Y %H%M"])
def test_a_time_in_a_run_of_digits_stands_below_any_date(pattern: str) -> None:
    """As when date and time are joined from two columns, and a weekday stands before the date."""
    days = [datetime(2023, 12, 19, 23, 16), datetime(2024, 2, 3, 8, 5)]  # noqa: DTZ001 - a clock on a wall
    texts = pl.Series([day.strftime(pattern) for day in days])
    assert read_written(texts, _decide(texts.to_list())).to_list() == days


def test_iso_8601_needs_no_format() -> None:
    """It is read as ever, and blanks say nothing."""
    assert _decide(["2026-03-04 10:00", "", "2026-03-04T10:00:01Z"]) == "iso"


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["soon"], "cannot be told"),
        (["2026-03-04"], "no time of day"),
    ],
)
def test_what_no_format_reads_is_held(texts: list[str], words: str) -> None:
    """A column of words, dates without a time."""
    with pytest.raises(Unreadable) as caught:
        _decide(texts)
    assert caught.value.code == UnreadableCode.UNKNOWN_DATE
    assert words in caught.value.message


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("16-Dec-2023 02:44 AM EST", "%d-%b-%Y %I:%M %p %Z"),
        ("16. März 2023 14:30", "%d. %b %Y %H:%M"),
        ("16 mars 2023 14:30", "%d %b %Y %H:%M"),
        ("16 września 2023 14:30", "%d %B %Y %H:%M"),
        ("16 Haziran 2023 14:30", "%d %B %Y %H:%M"),
        ("11/21/2026 9:05:00 a.m.", "%m/%d/%Y %I:%M:%S %p"),
        ("1700000000", "epoch"),
        ("1700000000123", "epoch_ms"),
        ("45292.6958333333", "excel"),
        ("45292,6958", "excel"),
        ("20.11.2026, 9:30 Uhr", "%d.%m.%Y, %H:%M Uhr"),
    ],
)
def test_layouts_of_real_tills_are_found(text: str, pattern: str) -> None:
    """Month names of many languages, abbreviated zones, counts since a first day."""
    assert find_format(pl.Series([text])).format == pattern


_IN_2026 = datetime(2026, 11, 21)  # noqa: DTZ001 - a clock on a wall


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("1312251530", "%d%m%y%H%M"),  # or 2 August 2011
        ("1763735496", "epoch"),
        ("1612051530", "epoch"),  # or 5 December 2016, 16 December 2005
    ],
)
def test_ten_digits_are_of_late_years(text: str, pattern: str) -> None:
    """Seconds since 1970, or a date with its time: only one of them is a time of these years."""
    latest = datetime(2027, 1, 21)  # noqa: DTZ001 - a clock on a wall
    assert find_format(pl.Series([text]), latest=latest).format == pattern


@pytest.mark.parametrize("text", ["1710251230", "0101000005", "2511211446"])
def test_ten_digits_of_two_late_years_or_of_none_are_held(text: str) -> None:
    """2025 or 2024; 2000 or 1973; and two dates, of which none is a count of seconds."""
    assert len(find_format(pl.Series([text]), latest=_IN_2026).rivals) > 1


def test_a_date_without_a_clock_beside_it_is_not_judged_by_its_years() -> None:
    """What the latest time is must be known."""
    assert len(find_format(pl.Series(["1312251530"])).rivals) > 1
    assert find_format(pl.Series(["26/03/04 10:00"]), latest=_IN_2026).rivals


@pytest.mark.parametrize(
    ("texts", "pattern"),
    [
        (["01.04.26 10:05"], "%d.%m.%y %H:%M"),  # or 26 April 2001
        (["13/04/26 10:05"], "%d/%m/%y %H:%M"),
        (["31.12.25 10:05", "01.01.26 10:05"], "%d.%m.%y %H:%M"),
        (["20.11.20 1:00", "21.11.20 1:00", "22.11.20 1:00"], "%d.%m.%y %H:%M"),
        (["20.11.20 1:00", "20.11.21 1:00", "20.11.22 1:00"], "%y.%m.%d %H:%M"),
    ],
)
def test_days_are_not_taken_for_years(texts: list[str], pattern: str) -> None:
    """No file has times of a quarter of a century ago, or of one day of many years."""
    assert find_format(pl.Series(texts), latest=_IN_2026).format == pattern


@pytest.mark.parametrize(
    "texts",
    [
        ["26.03.04 10:00"],  # of 2004, as it may be, and not of 2026
        ["01.04.04 10:00"],
        ["20.11.26 10:00"],  # or of 2020
        ["20.11.20 10:00", "21.11.20 10:00"],
        ["03/04/26 10:00"],
        ["03/12/16 10:00"],  # of which the third of December alone is less than ten years past
    ],
)
def test_days_that_may_be_years_are_held(texts: list[str]) -> None:
    """An old file of a till that writes the day first is none of these days."""
    assert len(find_format(pl.Series(texts), latest=datetime(2026, 11, 28)).rivals) > 1  # noqa: DTZ001 - a clock on a wall


@pytest.mark.parametrize(
    ("texts", "pattern"),
    [
        (["10/21/2026, 9:05:00\u202fAM", "10/22/2026, 9:05:00 PM"], "%m/%d/%Y, %I:%M:%S %p"),
        (["21/10/2026 9:05 a.\xa0m.", "22/10/2026 9:05 p. m."], "%d/%m/%Y %I:%M %p"),
        (["21.10.2026\xa09:05", "22.10.2026 9:05"], "%d.%m.%Y %H:%M"),
        (["21-10-2026 9:05 uur"], "%d-%m-%Y %H:%M uur"),
        (["21/10/2026 9:05 h"], "%d/%m/%Y %H:%M h"),
        (["21/10/2026 9:05 hrs"], "%d/%m/%Y %H:%M hrs"),
        (["October 21, 2026 at 9:05\u202fPM"], "%B %d, %Y at %I:%M %p"),
        (["21. Oktober 2026 um 9:05"], "%d. %B %Y um %H:%M"),
        (["2026-10-21 00:00:00 9:05"], "%Y-%m-%d 00:00:00 %H:%M"),
        (["21.10.2026 0:00 9:05"], "%d.%m.%Y 0:00 %H:%M"),
        (["10/21/2026 12:00:00 AM 9:05"], "%m/%d/%Y 12:00:00 AM %H:%M"),
    ],
)
def test_what_stands_between_day_and_time(texts: list[str], pattern: str) -> None:
    """Blanks of any kind, words for o'clock, and the midnight of a column of days."""
    assert _decide(texts) == pattern
    assert read_written(pl.Series(texts), pattern).null_count() == 0


def test_a_name_behind_an_offset_may_be_another_in_winter() -> None:
    """As JavaScript writes a date: the offset says it all."""
    texts = [
        "Sat Oct 24 2026 10:05:00 GMT+0100 (British Summer Time)",
        "Sun Oct 25 2026 10:05:00 GMT+0000 (Greenwich Mean Time)",
    ]
    pattern = _decide(texts)
    assert pattern == "%a %b %d %Y %H:%M:%S GMT%z (British Summer Time)"
    assert read_written(pl.Series(texts), pattern).null_count() == 0
    others = ["Sat Oct 24 2026 10:05:00 GMT+0100 (a) (b)", "Sat Oct 24 2026 10:05:00 GMT+0100"]
    assert read_written(pl.Series(others), pattern).null_count() == len(others)


def test_a_day_with_another_time_than_midnight_has_two() -> None:
    """Which of the two is meant cannot be told."""
    with pytest.raises(Unreadable) as caught:
        _decide(["2026-10-21 09:05:00 10:05"])
    assert caught.value.code == UnreadableCode.UNKNOWN_DATE


def test_a_row_without_a_time_says_nothing_of_the_format() -> None:
    """It is a reject in any case; the other row is a date with a time."""
    parts = {"Date": ["11/20/2026", "11/20/2026"], "Time": ["", "12:05 PM"]}
    found = [Found(column=name, texts=pl.Series(texts)) for name, texts in parts.items()]
    decided = decide_format(found, pl.Series([2, 3]), None)
    assert decided.format == "%m/%d/%Y %I:%M %p"


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("Fri, 03/04/2026 10:00", "%a, %d/%m/%Y %H:%M"),
        ("Wednesday 03/04/2026 10:00", "%A %m/%d/%Y %H:%M"),
        ("Sat 07/03/26 10:00", "%a %d/%m/%y %H:%M"),
        ("Fri, 9 srp 2024 10:00", "%a, %d %b %Y %H:%M"),
    ],
)
def test_the_day_of_the_week_decides(text: str, pattern: str) -> None:
    """The third of April 2026 was a Friday, the fourth of March a Wednesday."""
    assert _decide([text]) == pattern


def test_a_day_of_the_week_that_fits_no_reading_decides_nothing() -> None:
    """The calendar of the till is wrong, or its words are."""
    with pytest.raises(Unreadable) as caught:
        _decide(["Mon, 03/04/2026 10:00"])
    assert caught.value.code == UnreadableCode.AMBIGUOUS_DATE


@pytest.mark.parametrize(
    ("texts", "pattern"),
    [
        (["2026年3月14日 10:05", "2026年12月01日 9:00"], "%Y年%m月%d日 %H:%M"),
        (["2026년 3월 14일 10:05", "2026년 11월 1일 9:00"], "%Y년 %m월 %d일 %H:%M"),
        (["2026년3월14일 10:05"], "%Y년%m월%d일 %H:%M"),
        (["14. 3. 2026 10:05", "01. 02. 2026 9:00"], "%d. %m. %Y %H:%M"),
        (["2026.03.14. 10:05", "2026.2.1. 9:00"], "%Y.%m.%d. %H:%M"),
        (["2026. 03. 14. 10:05"], "%Y. %m. %d. %H:%M"),
    ],
)
def test_dates_that_only_one_country_writes_so(texts: list[str], pattern: str) -> None:
    """Japan, China, Korea, the Czech Republic, Hungary: the order leaves no doubt."""
    assert _decide(texts) == pattern
