"""The same header twice in a file: the next page of a report, or a table of something else."""

import pytest

from parsers.delimited import read
from parsers.mappings.mapping import parse_mapping
from parsers.reading import Reading
from parsers.reject import Unreadable, UnreadableCode

_MAPPING = """
timezone = "Europe/London"
[columns]
location_id = { constant = "PIER" }
transaction_id = "Receipt"
total = "Amount"
occurred_at = { column = "Date", format = "%d/%m/%Y %H:%M" }
"""
_HEADER = "Receipt,Date,Amount\n"
_SALES = "1,14/03/2026 10:00,5.00\n2,14/03/2026 10:05,6.00\n"
_MORE = "3,14/03/2026 11:00,7.00\n4,14/03/2026 11:05,8.00\n"


def _read(first: str, between: str, form: str = "") -> Reading:
    text = f"{first}{_HEADER}{_SALES}{between}{_HEADER}{_MORE}"
    return read(text.encode(), parse_mapping(_MAPPING + form))


@pytest.mark.parametrize(
    ("first", "between", "caption"),
    [
        ("Section,Sales\n", "\nSection,Refunds\n", "Section Refunds"),
        ("Sales\n", "Refunds\n", "Refunds"),
        ("", "Refunds\n", "Refunds"),
        ("Shop 1 High Street\n", "Shop 2 Pier\n", "Shop 2 Pier"),
    ],
)
def test_the_header_again_under_another_caption_holds_the_file(
    first: str, between: str, caption: str
) -> None:
    """Refunds would be loaded as sales, and one shop's sales as another's."""
    with pytest.raises(Unreadable) as caught:
        _read(first, between)
    assert caught.value.code is UnreadableCode.HEADER
    assert f"again, with '{caption}' above it" in caught.value.message


@pytest.mark.parametrize(
    ("first", "between"),
    [
        ("", ""),
        ("Sales\n", ""),
        ("Sales\n", "Sales\n"),
        ("Sales, page 1\n", "Sales, page 2\n"),
        ("Sales report\n", "Page 2 of 3\n"),
        ("Sales report\n", "Total,,11.00\n"),
        ("Sales report\n", "Sales report, page 2\n"),
        ("Sales of 14/03\n", "Sales of 15/03\n"),
        ("Sales report\n", "Printed by Anna\n\n"),  # a blank line keeps it apart
    ],
)
def test_the_next_page_is_read(first: str, between: str) -> None:
    """With the same caption, with a number, or with none."""
    assert _read(first, between).rows.height == 4


def test_a_line_of_the_mapping_says_that_a_caption_means_nothing() -> None:
    """As the remedy has it."""
    assert _read("", "Continued\n", '[format]\ncomment = "Continued"\n').rows.height == 4
