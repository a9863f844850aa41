"""Tables whose columns are laid out with blanks: which blanks divide, and which are in a value."""

from parsers.delimited import read
from parsers.mappings.mapping import parse_mapping

MAPPING = """
timezone = "America/New_York"
[columns]
location_id = "Store"
transaction_id = "Receipt"
total = "Total"
occurred_at = { date = "Date", time = "Time" }
"""
TABLE = """\
Store  Receipt  Date        Time      Total   Note
1556   7917     2024-10-23  08:22 PM   48.52  ok
1556   7918     2024-10-23  09:05 PM  112.00
1556   7919     2024-10-23  10:40 PM    7.25  gift
"""


def test_a_blank_in_the_value_of_every_row_divides_no_columns() -> None:
    """08:22 PM under Time is one value: cut in two, it would be the morning."""
    reading = read(TABLE.encode(), parse_mapping(MAPPING))
    assert reading.rows["local_time"].to_list() == [
        "2024-10-23T20:22:00",
        "2024-10-23T21:05:00",
        "2024-10-23T22:40:00",
    ]
    assert reading.rows["total"].to_list() == ["48.52", "112.00", "7.25"]


def test_a_pinned_layout_of_blanks_is_that_in_which_the_names_stand() -> None:
    """The second file of a feed, with the pin of the first: a date and time are still one value."""
    text = (
        "Store  Receipt ID  Created at           Total\n"
        "1484   8143        2024-01-05 22:20:19  2616.83\n"
        "1484   8144        2024-01-08 13:14:22  108.45\n"
    )
    mapping = MAPPING.replace('"Receipt"', '"Receipt ID"').replace(
        '{ date = "Date", time = "Time" }', '"Created at"'
    )
    reading = read(text.encode(), parse_mapping(mapping), pins={"delimiter": "  "})
    assert reading.rows["total"].to_list() == ["2616.83", "108.45"]
    assert reading.rows["local_time"].to_list()[0] == "2024-01-05T22:20:19"
