"""Times of a column that a program took for numbers: the zero of the hour is missing."""

import pytest

from parsers.delimited import read
from parsers.mappings.mapping import parse_mapping
from parsers.reading import Reading
from parsers.reject import RejectCode

_MAPPING = parse_mapping(
    """timezone = "Europe/Berlin"
[columns]
location_id = "Store"
transaction_id = "Receipt"
total = "Total"
occurred_at = { date = "Date", time = "Time" }
"""
)


def _read(times: str) -> Reading:
    rows = (f"A,{at},2026-10-13,{time},1.50\n" for at, time in enumerate(times.split()))
    return read(("Store,Receipt,Date,Time,Total\n" + "".join(rows)).encode(), _MAPPING)


@pytest.mark.parametrize(
    ("times", "first"),
    [("93534 101500 120509 165959", "09:35:34"), ("935 1015 1205 1659", "09:35:00")],
)
def test_the_zero_of_an_hour_is_put_back(times: str, first: str) -> None:
    """All others are there, and some stand in the minutes and the seconds."""
    reading = _read(times)
    assert reading.rejected == 0
    assert reading.rows["local_time"][0] == f"2026-10-13T{first}"


@pytest.mark.parametrize(
    ("times", "bad"),
    [
        ("935 1015 1215 1659", 1),  # where no minute has a zero: 105 may be 10:05 or 1:05
        ("93534 101511 120559 165959", 1),  # or no second
        ("935 1015 0905 1705", 1),  # where the zero is written elsewhere
        ("93534 101500 120509 500", 2),  # where more than one is missing
        ("935 1075 1205 1659", 1),  # which is no time
    ],
)
def test_a_time_that_may_be_another_is_a_reject(times: str, bad: int) -> None:
    """As it may be 10:05 or 1:05."""
    reading = _read(times)
    assert [each.code for each in reading.rejects] == [RejectCode.NOT_A_TIME] * bad
    assert reading.rows.height == len(times.split()) - bad
