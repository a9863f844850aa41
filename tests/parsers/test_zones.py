"""Names of time zones in a file: understood, decided by the mapping, or held."""

import pytest

from parsers.delimited import read
from parsers.mappings.mapping import parse_mapping
from parsers.reading import Reading
from parsers.reject import RejectCode, Unreadable, UnreadableCode

HEADER = "Store,Id,Total,When,Zone\n"


def _read(rows: str, moment: str, extra: str = "", zone: str = "America/New_York") -> Reading:
    mapping = parse_mapping(
        f"""
timezone = "{zone}"
{extra}
[columns]
location_id = "Store"
transaction_id = "Id"
total = "Total"
occurred_at = {moment}
"""
    )
    return read((HEADER + rows).encode(), mapping)


ABBREVIATED = '{ column = "When", format = "%Y-%m-%d %H:%M %Z" }'
BESIDE = '{ column = "When", timezone = { column = "Zone" } }'


def _instants(reading: Reading) -> list[str]:
    return reading.rows["occurred_at"].to_list()


def test_an_abbreviation_of_the_shops_own_clocks_tells_the_repeated_hour_apart() -> None:
    """Half past one came twice that night: EDT is the first, EST the second."""
    reading = _read("1,1,2.50,2026-11-01 01:30 EDT,\n1,2,2.50,2026-11-01 01:30 EST,\n", ABBREVIATED)
    assert _instants(reading) == ["2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z"]
    assert not reading.notes


def test_a_repeated_hour_without_one_is_taken_as_the_first_and_marked() -> None:
    """By one rule, and the line is told."""
    reading = _read("1,1,2.50,2026-11-01 01:30,\n", '"When"')
    assert _instants(reading) == ["2026-11-01T05:30:00Z"]
    assert any("twice" in note and "line 2" in note for note in reading.notes)


def test_an_abbreviation_of_several_continents_is_held() -> None:
    """In Berlin nothing tells which EST it is: those that bear the name are listed."""
    with pytest.raises(Unreadable) as caught:
        _read("1,1,2.50,2026-11-01 01:30 CST,\n", ABBREVIATED, zone="Europe/Berlin")
    assert caught.value.code == UnreadableCode.UNKNOWN_ZONE
    assert "America/Chicago" in caught.value.message
    assert "Asia/Shanghai" in caught.value.message
    assert '"CST" = ' in caught.value.remedy


def test_the_mapping_decides_what_an_abbreviation_means() -> None:
    """The shop's clock in Berlin then showed seven hours more."""
    reading = _read(
        "1,1,2.50,2026-11-02 01:30 CST,\n",
        ABBREVIATED,
        extra='[zones]\n"CST" = "America/Chicago"',
        zone="Europe/Berlin",
    )
    assert _instants(reading) == ["2026-11-02T07:30:00Z"]
    assert reading.rows["local_time"].to_list() == ["2026-11-02T08:30:00"]


@pytest.mark.parametrize(
    "name", ["Pacific Time (US & Canada)", "Pacific Standard Time", "America/Los_Angeles"]
)
def test_zones_by_the_names_of_rails_windows_and_iana(name: str) -> None:
    """Square writes those of Rails."""
    reading = _read(f"1,1,2.50,2026-07-01 10:00,{name}\n", BESIDE)
    assert _instants(reading) == ["2026-07-01T17:00:00Z"]
    assert reading.rows["local_time"].to_list() == ["2026-07-01T13:00:00"]


def test_a_name_that_nobody_has_heard_of_is_that_rows_trouble() -> None:
    """The other rows load."""
    reading = _read("1,1,2.50,2026-07-01 10:00,EDT\n1,2,2.50,2026-07-01 10:00,Atlantis\n", BESIDE)
    assert [reject.code for reject in reading.rejects] == [RejectCode.UNKNOWN_ZONE]
    assert _instants(reading) == ["2026-07-01T14:00:00Z"]


def test_a_file_that_writes_utc_is_shown_on_the_shops_clock() -> None:
    """Stripe's zone stands in the header only."""
    reading = _read("1,1,2.50,2026-07-01 10:00,\n", '{ column = "When", timezone = "UTC" }')
    assert reading.rows["local_time"].to_list() == ["2026-07-01T06:00:00"]


@pytest.mark.parametrize(
    ("text", "pattern", "instant"),
    [
        ("1782900000", "epoch", "2026-07-01T10:00:00Z"),
        ("1782900000500", "epoch_ms", "2026-07-01T10:00:00.5Z"),
        ("46204.25", "excel", "2026-07-01T10:00:00Z"),
        ("44742.25", "excel_1904", "2026-07-01T10:00:00Z"),
    ],
)
def test_counts_since_a_first_day(text: str, pattern: str, instant: str) -> None:
    """Epochs are UTC, serial numbers of spreadsheets are the shop's clock."""
    reading = _read(f"1,1,2.50,{text},\n", f'{{ column = "When", format = "{pattern}" }}')
    assert _instants(reading) == [instant]
