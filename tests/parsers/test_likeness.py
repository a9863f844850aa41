"""What looks like a cell is told at once, however the cell is made."""

import time

import pytest

from parsers.dialects.likeness import likeness


@pytest.mark.parametrize("sign", "_-./#+&@'*(, ")
def test_a_long_run_of_a_sign_takes_no_time(sign: str) -> None:
    """Tables are filled up with underscores and dots: no run of them is tried in every way."""
    start = time.process_time()
    for text in (sign * 60, f"name{sign * 60}end", f"a{sign}" * 30 + "$ "):
        likeness(text.strip() or "x")
    assert time.process_time() - start < 0.5
