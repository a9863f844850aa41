"""What is said of a date and time that cannot be read: the column to blame, the day that is not."""

import pytest

from parsers.delimited import read
from parsers.mappings.mapping import parse_mapping
from parsers.moments.blame import day_that_never_was
from parsers.reject import Reject

_MAPPING = """
timezone = "Europe/Berlin"
[columns]
location_id = "Shop"
transaction_id = "No"
total = "Sum"
occurred_at = { date = "Date", time = "Time", format = "%d/%m/%Y %H:%M" }
"""
_GOOD = "1,1,1.00,30/03/2026,09:00\n"


def _reject(date: str, time: str, *, good: str = _GOOD, mapping: str = _MAPPING) -> Reject:
    data = f"Shop,No,Sum,Date,Time\n{good}1,2,2.00,{date},{time}\n"
    (reject,) = read(data.encode(), parse_mapping(mapping)).rejects
    return reject


@pytest.mark.parametrize(
    ("date", "time", "column"),
    [
        ("31/03/2026", "9.20", "Time"),
        ("31/03/2026", "25:10", "Time"),
        ("31.03.2026", "09:20", "Date"),
        ("31/11/2026", "09:20", "Date"),
        ("01/01/1900", "09:20", "Date"),  # a year in which no till stood
        ("yesterday", "noon", "Date, Time"),
        ("29/03/2026", "02:30", "Date, Time"),  # skipped by the clocks of that day alone
    ],
)
def test_the_column_whose_cell_is_wrong_is_named(date: str, time: str, column: str) -> None:
    """And both, where it is both, or their combination."""
    assert _reject(date, time).column == column


@pytest.mark.parametrize(
    ("date", "time", "column"),
    [("31/03/2026", "25:10", "Time"), ("31/11/2026", "09:20", "Date")],
)
def test_without_a_good_row_an_example_stands_beside_the_cell(
    date: str, time: str, column: str
) -> None:
    """A file may have nothing but bad rows."""
    assert _reject(date, time, good="").column == column


def test_a_zone_that_nobody_knows_is_the_fault_of_its_column() -> None:
    """The times beside it are right."""
    mapping = _MAPPING.replace('"%d/%m/%Y %H:%M"', '"iso", timezone = { column = "Zone" }')
    data = (
        b"Shop,No,Sum,Date,Time,Zone\n"
        b"1,1,1.00,2026-03-30,09:00,Europe/Berlin\n"
        b"1,2,1.00,2026-03-30,09:05,Nowhere\n"
        b"1,3,1.00,2026-03-30,25:00,Europe/Berlin\n"
    )
    rejects = read(data, parse_mapping(mapping)).rejects
    assert [reject.column for reject in rejects] == ["Zone", "Time"]


def test_a_day_that_is_in_no_calendar_is_said_to_be_none() -> None:
    """A shopkeeper need not count the days of a month."""
    assert _reject("31/11/2026", "09:30").message == (
        "The date and time of the transaction '31/11/2026 09:30' does not exist: "
        "there is no 31 November"
    )


@pytest.mark.parametrize(
    ("text", "pattern", "language", "day"),
    [
        ("30/02/2028 10:00", "%d/%m/%Y %H:%M", None, "30 February"),
        ("29/02/2026 10:00", "%d/%m/%Y %H:%M", None, "29 February 2026"),
        ("31 juin 2026", "%d %B %Y", "fr", "31 June"),
        ("31-SEP-26", "%d-%b-%y", None, "31 September"),
        ("2026-04-31T10:00:00Z", "iso", None, "31 April"),
        ("31/13/2026 10:00", "%d/%m/%Y %H:%M", None, None),
        ("31/11/2026 10:00 x", "%d/%m/%Y %H:%M", None, None),
        ("soon", "iso", None, None),
        ("17", "excel", None, None),
    ],
)
def test_only_a_day_that_fits_its_format_and_is_none_is_named(
    text: str, pattern: str, language: str | None, day: str | None
) -> None:
    """All else is said not to be a date."""
    assert day_that_never_was(text, pattern, language) == day
