"""A file that contradicts what its feed had settled is held, also where it leaves two readings."""

import pytest

from parsers.delimited import read
from parsers.mappings.mapping import parse_mapping
from parsers.reject import Unreadable, UnreadableCode

MAPPING = """
timezone = "Europe/Berlin"
[columns]
location_id = "Store"
transaction_id = "Receipt"
total = "Total"
occurred_at = {{ column = "Date"{more} }}
"""
ROWS = "Store,Receipt,Date,Total\nA,1,11.12.25 08:00,4.00\nA,2,15.12.25 08:00,5.00\n"


@pytest.mark.parametrize(
    ("more", "pins"),
    [("", {"date_format": "%m.%d.%y %H:%M"}), (', format = "%m.%d.%y %H:%M"', {})],
    ids=["pinned", "in the mapping"],
)
def test_dates_that_two_other_orders_fit_better_hold_the_file(
    more: str, pins: dict[str, str]
) -> None:
    """15.12.25 has its day first or its year; under the pin 11.12.25 alone would load, wrongly."""
    with pytest.raises(Unreadable) as held:
        read(ROWS.encode(), parse_mapping(MAPPING.format(more=more)), pins=pins)
    assert held.value.code is UnreadableCode.CONTRADICTS_MAPPING
    assert "%d.%m.%y %H:%M" in held.value.remedy
    assert "%y.%m.%d %H:%M" in held.value.remedy
