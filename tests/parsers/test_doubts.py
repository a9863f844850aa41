"""Times that a format reads and that are meant otherwise: such a file is held."""

from datetime import datetime

import polars as pl
import pytest

from parsers.moments.clocks import read_written
from parsers.moments.deciding import Decided, decide_format
from parsers.moments.evidence import find_format
from parsers.moments.formats import widths
from parsers.reject import Unreadable, UnreadableCode
from parsers.values.values import Found

_LATEST = datetime(2026, 11, 23)  # noqa: DTZ001 - a clock on a wall
_DAY = "9:15 9:50 10:10 10:30 11:11 11:40 12:05 12:30 1:10 1:45 2:30 4:15"


def _decide(texts: list[str], given: str | None = None, *, said: bool = False) -> Decided:
    found = [Found(column="When", texts=pl.Series(texts, dtype=pl.String))]
    lines = pl.Series(range(2, len(texts) + 2))
    return decide_format(found, lines, given, said=said, latest=_LATEST)


def _refused(texts: list[str], given: str | None = None) -> str:
    with pytest.raises(Unreadable) as caught:
        _decide(texts, given)
    assert caught.value.code is UnreadableCode.AMBIGUOUS_DATE
    return caught.value.message


def _on_a_day(times: str) -> list[str]:
    return [f"2026-10-01 {each}" for each in times.split()]


@pytest.mark.parametrize("days", ["11/{:02d}/2026 10:00", "{:02d}/11/2026 10:00"])
def test_one_clock_that_is_ahead_does_not_turn_all_dates(days: str) -> None:
    """Eleven days of November are not the 11th of eleven months, for one sale of tomorrow."""
    texts = [days.format(day) for day in range(1, 12)]
    ahead = days.replace("11/", "12/", 1).replace("/11", "/12").format(5)
    assert f"'{ahead}' on line 13" in _refused([*texts, ahead])


def test_a_month_read_the_other_way_reaches_into_the_future_and_decides() -> None:
    """The twelfth of November is no 11th of December; and most times of a file are no mistake."""
    texts = [f"{day:02d}/11/2026 10:00" for day in range(1, 13)]
    assert _decide(texts).format == "%d/%m/%Y %H:%M"
    assert _decide(["02/12/2025 10:00", "12/02/2026 10:00"]).format  # either is of some weeks


def test_thousands_of_times_of_one_day_hide_no_other_day() -> None:
    """The third of March reads the same either way, and the fourth does not."""
    day = [f"03/03/2026 {at // 3600:02d}:{at // 60 % 60:02d}:{at % 60:02d}" for at in range(2_100)]
    assert find_format(pl.Series([*day, "03/04/2026 10:00:00"])).rivals


def test_a_day_that_has_just_been_is_no_day_of_another_year() -> None:
    """A day's file of 22.10.26 is not of 2022; where it may be, or the file is old, it is held."""

    def found(text: str, latest: datetime) -> str | None:
        return find_format(pl.Series([f"{text} 10:00"]), latest=latest).format

    received = datetime(2026, 10, 24)  # noqa: DTZ001 - a clock on a wall
    assert found("22.10.26", received) == "%d.%m.%y %H:%M"
    assert found("26.10.22", received) is None
    assert found("22.10.26", _LATEST) is None
    assert found("25.10.26", datetime(2026, 10, 27)) is None  # noqa: DTZ001 - or of last year


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("given", [None, "%Y-%m-%d %H:%M"])
def test_a_clock_of_twelve_hours_is_not_read_as_one_of_24(
    given: str | None, *, backwards: bool
) -> None:
    """Behind 12:30 comes 1:10 of the afternoon; what the mapping says goes before."""
    texts = _on_a_day(_DAY)[:: -1 if backwards else 1]
    message = _refused(texts, given)
    assert "12:30' on line" in message
    assert "1:10' on line" in message
    assert _decide(texts, "%Y-%m-%d %H:%M", said=True).format


@pytest.mark.parametrize(
    "times",
    [
        _DAY + " 17:10",
        "0:15 " + _DAY,
        "1:10 1:45 2:30 4:15 9:15 9:50 10:10 11:11 12:30 1:05",  # a shop of the night, two tills
        "12:10 11:40 10:05 9:30 4:15 2:10",  # the newest first
        "7:10 8:05 9:30 11:10 12:20 7:05 8:10 9:10 10:10",  # two tills of a morning
        "11:50 4:15",
    ],
)
def test_times_of_24_hours_stay_what_they_are(times: str) -> None:
    """Hours of the night, tills one after the other, and files from the end."""
    assert _decide(_on_a_day(times)).format in ("iso", "%Y-%m-%d %H:%M")


def test_times_without_am_and_pm_beside_some_that_have_it_are_held() -> None:
    """The rows that say which half of the day are rejects, and the others are read as night."""
    times = _DAY.replace("9:15", "9:15 AM", 1).replace("12:05", "12:05 PM")
    texts = [f"10/13/2026 {each}" for each in times.replace(" AM", "_AM").split()]
    texts = [each.replace("_", " ") for each in texts if each != "10/13/2026 PM"]
    assert "'10/13/2026 9:15 AM' on line 2" in _refused(texts)
    assert _decide([*texts, "10/13/2026 15:05"]).format == "%m/%d/%Y %H:%M"


_TURNED = [f"2026-{month:02d}-10 10:00" for month in range(5, 12)]


def test_dates_that_a_spreadsheet_turned_are_held() -> None:
    """The fifth of October is 2026-05-10 there, and the 13th, which is no month, stays."""
    texts = [*_TURNED, "13/10/2026 10:00", "14/10/2026 10:00"]
    message = _refused(texts)
    assert "'2026-05-10 10:00' on line 2" in message
    assert "'13/10/2026 10:00' on line 9" in message
    assert _decide(texts, "iso", said=True).format == "iso"
    year = [f"2026-{day:02d}-{month:02d} 10:00" for month in range(1, 9) for day in (1, 6, 9)]
    _refused([*year, *(f"{day}/0{month}/2026 10:00" for day in (13, 28) for month in range(1, 9))])


@pytest.mark.parametrize(
    "others",
    [
        ["10/10/2026 10:00"],  # a day that could have been turned, and was not
        ["13/10/2026 10:00", "2026-11-13 10:00"],
        ["25/01/2026 10:00"],  # turned, the dates lie no closer together
        ["n/a"],
    ],
)
def test_dates_beside_others_of_another_layout_are_rejects_alone(others: list[str]) -> None:
    """Two tills of which each writes in its own way."""
    assert _decide([*_TURNED, *others]).format == "iso"


def test_a_till_that_writes_otherwise_from_the_13th_on_is_believed() -> None:
    """The days lie close together as they stand."""
    texts = [f"2026-10-{day:02d} 10:00" for day in range(1, 13)]
    texts += [f"{day}/10/2026 10:00" for day in range(13, 20)]
    assert _decide(texts).format == "iso"


def test_minutes_behind_a_point_have_two_digits() -> None:
    """9.5 is what a spreadsheet leaves of 9.50, and 09:05 is another time."""
    texts = pl.Series(["01.10.2026 9.15", "01.10.2026 9.5", "01.10.2026 9.15.5", "1.1.2026 9.05"])
    read = read_written(texts, "%d.%m.%Y %H.%M")
    assert read.is_null().to_list() == [False, True, True, False]
    assert read_written(texts, "%d.%m.%Y %H.%M.%S").null_count() == len(texts)
    assert read_written(pl.Series(["1.1.2026 9:5"]), "%d.%m.%Y %H:%M").null_count() == 0
    assert "2 of the minute" in widths("%d.%m.%Y %H.%M")
