"""What looks like a cell is told at once, however the cell is made."""

import time

import pytest

from parsers.dialects.likeness import is_value, likeness


@pytest.mark.parametrize("sign", "_-./#+&@'*(, ")
def test_a_long_run_of_a_sign_takes_no_time(sign: str) -> None:
    """Tables are filled up with underscores and dots: no run of them is tried in every way."""
    start = time.process_time()
    for text in (sign * 60, f"name{sign * 60}end", f"a{sign}" * 30 + "$ "):
        likeness(text.strip() or "x")
    assert time.process_time() - start < 0.5


@pytest.mark.parametrize(
    "cell", ["12,34,567.89", "₹ 1,23,456.00", "2026.03.14. 09:47", "2026年3月14日", "14. 3. 2026"]
)
def test_numbers_and_dates_of_other_countries_are_values(cell: str) -> None:
    """In groups as India has them, and with the dots or signs of Hungary, Japan and others."""
    assert is_value(cell)


def test_a_cell_with_two_wide_gaps_is_several_columns() -> None:
    """They stand under each other; one gap is a slip of the hand."""
    assert likeness("R-1  High St  2.50") < likeness("R-1  High St 2.50")
