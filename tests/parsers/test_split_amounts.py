"""Amounts that a comma cuts in two, in rows that have the header's width by accident."""

import pytest

from parsers.delimited import read
from parsers.mappings.mapping import parse_mapping
from parsers.reading import Reading
from parsers.reject import RejectCode, Unreadable, UnreadableCode
from tests.parsers.dialects import PLAIN_MAPPING, plain_mapping

WHEN = "2026-01-05 12:00"
NOTE = "Store,Receipt,When,Total,Note\n"
UNNAMED = "Store,Receipt,When,Total,\n"
QUANTITY = "Store,Receipt,When,Total,Qty\n"


def _text(header: str, ends: list[str]) -> str:
    return header + "".join(f"7,R{at},{WHEN},{end}\n" for at, end in enumerate(ends))


def _read(header: str, ends: list[str]) -> Reading:
    return read(_text(header, ends).encode(), plain_mapping())


@pytest.mark.parametrize(
    ("header", "ends"),
    [
        (UNNAMED, ["12,50", "7,25", "3,10"]),
        (UNNAMED, ["12,5", "7,25 €", "-3,1"]),
        (NOTE, ["12,50", "7,25", "1250,00"]),
        (NOTE, ["12,00", "7,00"]),
        (NOTE, ["12,50"]),
        (NOTE, ["1.250,00", "7,25"]),
        (NOTE, ["1,250.00", "$12,345.50"]),
        (NOTE, ["12,50", "7,25", "-,", ",", "3,10"]),
    ],
)
def test_a_file_whose_amounts_may_all_be_cut_is_held(header: str, ends: list[str]) -> None:
    """Where the header has one column more than the rows, as one that ends in a delimiter."""
    with pytest.raises(Unreadable) as caught:
        _read(header, ends)
    assert caught.value.code is UnreadableCode.AMBIGUOUS_DECIMAL


def test_who_has_no_decimal_commas_may_say_so() -> None:
    """As the remedy says: the numbers beside the amounts are then what they seem to be."""
    mapping = plain_mapping('[format]\ndecimal = "."')
    reading = read(_text(QUANTITY, ["1250,12", "300,25"]).encode(), mapping)
    assert reading.rows["total"].to_list() == ["1250.00", "300.00"]


def test_whole_cents_are_never_cut() -> None:
    """The mapping says that there is no decimal sign in them."""
    written = PLAIN_MAPPING.replace('"Total"', '{ column = "Total", minor_units = 2 }')
    reading = read(_text(QUANTITY, ["1250,12", "300,25"]).encode(), parse_mapping(written))
    assert reading.rows["total"].to_list() == ["12.50", "3.00"]


def test_that_earlier_files_had_points_says_nothing_of_this_one() -> None:
    """The shop's export may have changed."""
    data = _text(UNNAMED, ["12,50", "7,25"]).encode()
    with pytest.raises(Unreadable) as caught:
        read(data, plain_mapping(), pins={"decimal": "."})
    assert caught.value.code is UnreadableCode.AMBIGUOUS_DECIMAL


@pytest.mark.parametrize(
    "ends",
    [
        ["1,5,", "2,5,", "3,25,"],
        ["1,5,", "2,5,", "1250,00,"],
        ["1,250,", "2,5,", "-,,", "3,50,"],
        ["1,5,", "2,5,", ",,", "3,25,"],
        ["1,50,", "2,50,", "1.250,00,"],
    ],
)
def test_rows_that_may_end_in_a_cut_amount_are_no_wider_than_the_header(ends: list[str]) -> None:
    """A blank amount, and one of thousands, leave it in doubt: each row is a field too long."""
    reading = _read(NOTE, ends)
    assert reading.rows.is_empty()
    assert {one.code for one in reading.rejects} == {RejectCode.TOO_MANY_FIELDS}


@pytest.mark.parametrize(
    ("header", "ends"),
    [
        (QUANTITY, ["1250,2", "300,12", "80,10"]),
        (QUANTITY, ["1250,10", "300,10", "80,10"]),
        (QUANTITY, ["1250,12", "300,25", '80,"7"']),
        (QUANTITY, ["1250,01", "300,02", "80,01"]),
        (QUANTITY, ["12.50,10", "3.00,12", "8.95,11"]),
        (QUANTITY, ['"1250","10"', '"300","12"']),
        (QUANTITY, ["9.99,1", "20,12", "14.95,2", "8.50,1"]),
        (QUANTITY, ["5,250.75", "12.50,100.00", "8.95,80.00", "7.25,9.50"]),
        (QUANTITY, ["12.50,2", "7,25", "9.10,1"]),
        (QUANTITY, ["1.00,1.50", "1,1"]),
        (QUANTITY, ["12.50,2", "7.25,", "7,2", "9.10,1", "3.30,"]),
        (NOTE, ["12.50,", "20,", "50,10", "9.90,"]),
        (NOTE, ["1250,", "300,12", "80,x"]),
        ("Store,Receipt,Total,When\n", []),
    ],
)
def test_ordinary_numbers_beside_whole_amounts_are_no_cents(header: str, ends: list[str]) -> None:
    """As a quantity, a till, a balance."""
    reading = _read(header, ends)
    assert reading.rows.height == len(ends)
    assert not reading.rejects


@pytest.mark.parametrize(
    ("header", "ends", "bad"),
    [
        (NOTE, ["12.50,", "7,25", "$1,250.00", "9.10,x"], [3, 4]),
        (NOTE, ['"12,50",', '"3,10",x', "7,25", '"9,10",y'], [4]),
        (NOTE, ["12.50,x", "20,y", "7,25", "9.90,z"], [4]),
        (QUANTITY, ['"12,50",2', "7,25", '"9,10",1'], [3]),
        (QUANTITY, ["12.50,2", "7.25,", "7,25", "9.10,1", "3.30,"], [4]),
        ("Store,Receipt,When,Total,Qty,Note\n", ["1.50,2,x", "2.50,1,", "7,25,3", "4.50,1,x"], [4]),
    ],
)
def test_a_single_row_whose_amount_may_be_cut_is_a_reject(
    header: str, ends: list[str], bad: list[int]
) -> None:
    """Its last field, a blank one, was left out, so that its width is right."""
    reading = _read(header, ends)
    assert [(one.line, one.code) for one in reading.rejects] == [
        (line, RejectCode.TOO_MANY_FIELDS) for line in bad
    ]
    assert not set(bad) & set(reading.rows["line"])


def test_other_delimiters_cut_no_amount() -> None:
    """Nor does a comma where the date stands on the right of the amount."""
    text = _text(UNNAMED, ["12,50", "7,25"]).replace(",", ";")
    assert read(text.encode(), plain_mapping()).rows.height == 2
    text = f"Total,Qty,When,Store,Receipt\n12,50,{WHEN},7,R1\n7,25,{WHEN},7,R2\n"
    assert read(text.encode(), plain_mapping()).rows.height == 2
