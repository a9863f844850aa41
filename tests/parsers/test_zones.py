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


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("46204.695833333", "16:42:00"),
        ("46204.6958333", "16:42:00"),
        ("46204,69583", "16:42:00"),
        ("46204.6958", "16:41:57"),
        ("46204.999999999", "00:00:00"),
        ("46204.6958391204", "16:42:00.5"),
    ],
)
def test_a_serial_number_is_read_as_closely_as_it_is_written(text: str, local: str) -> None:
    """A second in a fraction of a day is cut somewhere: the nearest one is meant."""
    day = "2026-07-02" if local.startswith("00") else "2026-07-01"
    for pattern in (', format = "excel"', ""):
        reading = _read(f'1,1,2.50,"{text}",\n', f'{{ column = "When"{pattern} }}')
        assert reading.rows["local_time"].to_list() == [f"{day}T{local}"]


@pytest.mark.parametrize(
    ("given", "text", "found"),
    [
        ("epoch_ms", "1782900000", "epoch"),
        ("epoch", "1782900000500", "epoch_ms"),
        ("epoch", "46204.25", "excel"),
    ],
)
def test_a_count_is_not_taken_for_another(given: str, text: str, found: str) -> None:
    """Seconds as milliseconds would all be of January 1970."""
    with pytest.raises(Unreadable) as caught:
        _read(f"1,1,2.50,{text},\n", f'{{ column = "When", format = "{given}" }}')
    assert caught.value.code is UnreadableCode.CONTRADICTS_MAPPING
    assert f"are written as {found}" in caught.value.message


def test_an_abbreviation_that_the_clocks_do_not_bear_on_that_day_is_held() -> None:
    """EST in July is what the clock showed, or an hour off: who wrote it, and the mapping, know."""
    july = "1,1,2.50,2026-07-01 10:00 EST,\n"
    with pytest.raises(Unreadable) as caught:
        _read(july, ABBREVIATED)
    assert caught.value.code is UnreadableCode.UNKNOWN_ZONE
    shown = _read(july, ABBREVIATED, extra='[zones]\nEST = "America/New_York"')
    assert _instants(shown) == ["2026-07-01T14:00:00Z"]
    standard = _read(july, ABBREVIATED, extra='[zones]\nEST = "Etc/GMT+5"')
    assert _instants(standard) == ["2026-07-01T15:00:00Z"]
    january = "1,1,2.50,2026-01-01 10:00 EST,\n"
    assert _instants(_read(january, ABBREVIATED)) == ["2026-01-01T15:00:00Z"]


def test_utc_beside_the_time_is_utc_in_summer_too() -> None:
    """It is what it is called everywhere and always."""
    for name in ("UTC", "GMT", "Z"):
        reading = _read(f"1,1,2.50,2026-07-01 10:00,{name}\n", BESIDE, zone="Europe/London")
        assert _instants(reading) == ["2026-07-01T10:00:00Z"]
