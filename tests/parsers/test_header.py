"""The header, its delimiter and the mapped columns are found by evidence."""

import pytest

from parsers.header.check import COLUMNS_MAX
from parsers.header.finding import read_header
from parsers.reject import Unreadable, UnreadableCode


def _refusal(text: str, names: list[str], pinned: str | None = None) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        read_header(text, names, pinned)
    return caught.value


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_finds_the_columns(delimiter: str) -> None:
    """Even if others divide the header into more."""
    text = delimiter.join(("Store", "Total (a,b;c|d|e|f)", "Id"))
    assert read_header(text, ["Store", "Id"], None).delimiter == delimiter


def test_the_header_is_the_first_line_that_is_not_blank() -> None:
    """And the body begins right after it, also after a name of two lines."""
    header = read_header('\r\n \r\n"Sto\r\nre",Id\r\n1,2', ["Id"], None)
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
    assert read_header(f"Other,{written},X\n", ["Store ID"], None).find("Store ID") == [1]


def test_a_name_holds_nothing_that_a_terminal_obeys() -> None:
    """Names are shown in messages and tables."""
    assert read_header("a\x1b[2J,b\x00\n", ["b"], None).columns == ("a[2J", "b")


def test_an_exact_name_goes_before_one_in_another_case() -> None:
    """'total' and 'Total' may both be there."""
    assert read_header("total,Total,TOTAL", ["Total"], None).find("Total") == [1]


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
    assert read_header("Store,Total,X,X\n", ["Store", "Total"], None).columns[2:] == ("X", "X")


def test_a_header_that_nothing_divides_holds_the_file() -> None:
    """It may be divided by something else, or be no header at all."""
    refusal = _refusal("Store^Total\n", ["Store", "Total"])
    assert refusal.code is UnreadableCode.DELIMITER
    assert "delimiter" in refusal.remedy
    assert read_header("Store^Total\n", ["Store", "Total"], "^").columns == ("Store", "Total")


def test_a_pin_that_the_file_contradicts_holds_it() -> None:
    """The file is not bent to fit, nor the pin."""
    refusal = _refusal("Store\tTotal\n", ["Store", "Total"], ";")
    assert refusal.code is UnreadableCode.DELIMITER
    assert "divided by ; but are divided by tab" in refusal.message


def test_more_columns_than_any_table_has_are_refused() -> None:
    """A header of commas must not cost gigabytes."""
    refusal = _refusal("Store,Total" + "," * COLUMNS_MAX, ["Store", "Total"])
    assert refusal.code is UnreadableCode.TOO_WIDE


def test_a_quote_that_the_header_does_not_close_is_located() -> None:
    """On whatever line the header is."""
    refusal = _refusal('\n"Store,Total\n1,2\n', ["Store", "Total"])
    assert refusal.code is UnreadableCode.UNCLOSED_QUOTE
    assert "line 2" in refusal.message
