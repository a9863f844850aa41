"""A row that is a reject takes its own transaction with it, and no other if its id can be read."""

import pytest

from parsers.delimited import read
from parsers.mappings.mapping import parse_mapping
from parsers.reading import Reading

_MAPPING = """
timezone = "Europe/Berlin"

[columns]
location_id = {{ column = "Shop", mask = "S{{}}" }}
transaction_id = {{ column = "Id", mask = "R-{{}}" }}
total = "Total"
occurred_at = "When"

[rows]
keep.Status = ["ok"]
drop.Status = ["void"]
lines = "{lines}"
"""


def _read(*rows: str, lines: str = "sum") -> Reading:
    """Read rows of a shop, a receipt, an amount and a status, from line 2."""
    text = "".join(f"{row};2026-11-20 10:00\n" for row in ("Shop;Id;Total;Status;When", *rows))
    text = text.replace("When;2026-11-20 10:00", "When")
    return read(text.encode(), parse_mapping(_MAPPING.format(lines=lines)))


def _totals(reading: Reading) -> list[tuple[str, str]]:
    return reading.rows.select("transaction_id", "total").rows()


@pytest.mark.parametrize(
    ("row", "whole"),
    [
        ("S1;R-2;9;Refnded", ["1", "3"]),  # a status that the mapping does not know
        ("S1;R-3;9;Refnded", ["1"]),
        ("S2;R-3;9;Refnded", ["1", "3"]),  # of another shop
        ("S1;P-2;9;ok", ["1", "3"]),  # an id of another kind
        ("S1;R3;9;ok", ["1"]),  # one that may be that of the row below
        ("S1;r-3;9;ok", ["1"]),
        ("S1;3;9;ok", ["1"]),
        ("S1;3;9;Refnded", ["1"]),
        ("S1;P-2;9;Refnded", ["1", "3"]),
        ("S1;13;9;ok", ["1", "3"]),
        ("S2;3;9;ok", ["1", "3"]),
        (";R-3;9;ok", ["1"]),  # of whatever shop
        ("1;R-3;9;ok", ["1"]),
        (";R-2;9;ok", ["1", "3"]),
        ("S1;;9;ok", []),  # of a row without an id nothing tells whose it is
        ("S1;1.3E+18;9;ok", []),
        ("S1;R-1.3E+18;9;ok", []),
        ("S1;;9;Refnded", []),
    ],
)
def test_only_the_transactions_it_may_be_of_are_taken_along(row: str, whole: list[str]) -> None:
    """By the id that is there; of a row without one those above and below."""
    reading = _read("S1;R-1;1;ok", "S1;R-1;2;ok", row, "S1;R-3;4;ok", "S1;R-3;5;ok")
    assert _totals(reading) == [(name, {"1": "3.00", "3": "9.00"}[name]) for name in whole]
    assert reading.rejected == 5 - 2 * len(whole)


def test_rows_that_are_scattered_are_no_obstacle_where_the_id_is_there() -> None:
    """Only a row without an id may be of any of them."""
    reading = _read("S1;R-1;1;ok", "S1;R-2;2;ok", "S1;R-1;4;ok", "S1;P-9;4;ok", "S1;R-2;4;what")
    assert _totals(reading) == [("1", "5.00")]
    assert [each.line for each in reading.rejects] == [3, 5, 6]


def test_a_row_of_the_wrong_width_takes_along_whose_id_stands_in_it() -> None:
    """Wherever its other rows are; and its neighbours, since another cell may be lost."""
    short = ("S1;R-1;1;ok", "S1;R-2;2;ok", "S1;R-1;4;x;y;z", "S1;R-3;3;ok", "S1;R-4;2;ok")
    reading = _read(*short)
    assert _totals(reading) == [("4", "2.00")]
    assert "'1' may be incomplete: the row on line 4" in reading.rejects[0].message


def test_the_words_name_the_row_that_is_missing() -> None:
    """So that it can be mended, and the transaction be sent again."""
    reading = _read("S1;R-1;1;ok", "S1;R-1;2;what", "S1;R-3;4;ok", ";R-3;5;ok")
    said = {each.line: each.message for each in reading.rejects}
    assert "'1' would be incomplete: its row on line 3 was rejected" in said[2]
    assert "'3' may be incomplete: the row on line 5 was rejected, and it may be one" in said[4]


def test_an_order_whose_first_row_does_not_count_for_sure_has_no_total_for_sure() -> None:
    """Another of its rows with a total must not step into its place."""
    reading = _read("S1;R-1;1;what", "S1;R-1;2;ok", "S1;R-3;4;ok", "S1;R-3;;ok", lines="first")
    assert _totals(reading) == [("3", "4.00")]
    assert [each.line for each in reading.rejects] == [2, 3]
