"""The header, its delimiter and the mapped columns are found by evidence."""

import pytest

from parsers.delimited import read
from parsers.dialects.evidence import find_dialect
from parsers.header.check import COLUMNS_MAX
from parsers.header.finding import Header, find_header
from parsers.mappings.format import Format
from parsers.mappings.mapping import Mapping, parse_mapping
from parsers.records.dialect import Dialect
from parsers.reject import Unreadable, UnreadableCode


def _find(text: str, names: list[str]) -> Header:
    return find_header(text, Dialect(delimiter=","), names=names)


def _refusal(text: str, names: list[str]) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        _find(text, names)
    return caught.value


def _mapping(layout: str) -> Mapping:
    return parse_mapping(
        f"""
timezone = "Europe/Berlin"
[columns]
location_id = "Store"
transaction_id = "Receipt"
total = "Total"
occurred_at = {{ column = "When", format = "%Y-%m-%d" }}
[format]
{layout}
"""
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_finds_the_columns(delimiter: str) -> None:
    """Even if others divide the header into more."""
    text = delimiter.join(("Store", "Total (a,b;c|d|e|f)", "Id"))
    assert find_dialect(text, Format(), ["Store", "Id"]).delimiter == delimiter


def test_the_header_is_the_first_line_that_is_not_blank() -> None:
    """And the body begins right after it, also after a name of two lines."""
    header = _find('\r\n \r\n"Sto\r\nre",Id\r\n1,2', ["Id"])
    assert (header.line, header.next_line, header.body) == (3, 5, 19)
    assert header.columns == ("Sto re", "Id")


@pytest.mark.parametrize(
    "written",
    [
        "Store ID",
        " Store ID ",
        '"Store ID"',
        "\N{NO-BREAK SPACE}Store ID",
        "store id",
        "STORE ID",
        "Store\N{NO-BREAK SPACE}ID",
        "\ufeffStore ID",
        '\ufeff"Store ID"',
    ],
)
def test_names_match_but_for_blanks_quotes_and_case(written: str) -> None:
    """What nobody sees in a spreadsheet does not make a column missing."""
    assert _find(f"Other,{written},X\n", ["Store ID"]).find("Store ID") == [1]


def test_a_name_holds_nothing_that_a_terminal_obeys() -> None:
    """Names are shown in messages and tables."""
    assert _find("a\x1b[2J,b\x00\n", ["b"]).columns == ("a[2J", "b")


def test_an_exact_name_goes_before_one_in_another_case() -> None:
    """'total' and 'Total' may both be there."""
    assert _find("total,Total,TOTAL", ["Total"]).find("Total") == [1]


def test_a_missing_column_is_named_with_what_was_found_and_the_nearest() -> None:
    """So that support can mend the mapping without opening the file."""
    refusal = _refusal("Store,Totl,When\n", ["Store", "Total", "When"])
    assert refusal.code is UnreadableCode.MISSING_COLUMN
    assert "'Total' (the nearest is 'Totl') is missing" in refusal.message
    assert "'Store', 'Totl', 'When'" in refusal.message
    assert "mapping" in refusal.remedy


def test_two_columns_of_the_mapped_name_hold_the_file() -> None:
    """Which one is meant cannot be known; others may be doubled as they like."""
    refusal = _refusal("Store,Total,Total,X,X\n", ["Store", "Total"])
    assert refusal.code is UnreadableCode.HEADER
    assert "2 columns called 'Total'" in refusal.message
    assert _find("Store,Total,X,X\n", ["Store", "Total"]).columns[2:] == ("X", "X")


@pytest.mark.parametrize("pin", ["", "header_line = 1"])
def test_a_header_that_nothing_divides_holds_the_file(pin: str) -> None:
    """All mapped names are in one line, so none is missing; naming the delimiter helps."""
    text = b"Store_Receipt_Total_When\n7_1_1.50_2026-01-01\n7_2_2.50_2026-01-02\n"
    with pytest.raises(Unreadable) as held:
        read(text, _mapping(pin))
    assert held.value.code is UnreadableCode.DELIMITER
    assert "Line 1 should be the header" in held.value.message
    assert 'delimiter = "..."' in held.value.remedy
    assert read(text, _mapping(f'delimiter = "_"\n{pin}')).rows.height == 2


@pytest.mark.parametrize("line", ["Report", "Store", "Store_Receipt_Total"])
def test_a_line_in_which_not_all_names_are_is_not_called_undivided(line: str) -> None:
    """As that of a day without sales; what is missing is named."""
    with pytest.raises(Unreadable) as held:
        read(line.encode() + b"\n", _mapping(""))
    assert held.value.code is UnreadableCode.MISSING_COLUMN
    assert "'When'" in held.value.message


def test_more_columns_than_any_table_has_are_refused() -> None:
    """A header of commas must not cost gigabytes."""
    refusal = _refusal("Store,Total" + "," * COLUMNS_MAX, ["Store", "Total"])
    assert refusal.code is UnreadableCode.TOO_WIDE


def test_a_quote_that_the_header_does_not_close_is_located() -> None:
    """On whatever line the header is."""
    refusal = _refusal('\n"Store,Total\n1,2\n', ["Store", "Total"])
    assert refusal.code is UnreadableCode.UNCLOSED_QUOTE
    assert "line 2" in refusal.message


@pytest.mark.parametrize("mark", ["> {}", "'{}", "*{}*", "[{}]", "_{}", "={}"])
def test_a_mark_beside_each_name_is_said(mark: str) -> None:
    """The nearest name alone would look like the one that is missing."""
    names = ["Store", "Receipt", "Total", "When"]
    refusal = _refusal(",".join(map(mark.format, names)) + "\nA,1,2.50,2026-01-01\n", names)
    assert f"'Store' (with a mark beside it there is '{mark.format('Store')}')" in refusal.message
    assert "A mark stands beside the names" in refusal.remedy


@pytest.mark.parametrize("row", ["A,1011,2026-10-01 10:10,5.00", "A,1011,7,5.00"])
def test_a_row_where_the_header_should_be_is_said(row: str) -> None:
    """There are no new names to be written into the mapping."""
    refusal = _refusal(f"{row}\n{row}\n", ["Store", "Receipt", "When", "Total"])
    assert "header_line = 0" in refusal.remedy
    assert "'column 1'" in refusal.remedy
    named = _refusal("Shop,No,When,2026\n" + row, ["Store", "Receipt", "When", "Total"])
    assert "name the new column" in named.remedy
