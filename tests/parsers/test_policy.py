"""How many rejects a feed bears before its file is held."""

from decimal import Decimal

import pytest

from parsers.policy import too_many
from parsers.reject import UnreadableCode


@pytest.mark.parametrize(
    ("rejects", "records", "at_most", "held"),
    [
        (5, 5, None, False),
        (0, 0, "0", False),
        (0, 9, "0", False),
        (1, 10**6, "0", True),
        (5, 100, "5", False),
        (6, 100, "5", True),
        (1, 3, "33.4", False),
        (1, 3, "33.3", True),
        (3, 3, "100", False),
    ],
)
def test_a_file_is_held_above_the_share(
    rejects: int, records: int, at_most: str | None, held: bool
) -> None:
    """Exactly, and without a limit never."""
    verdict = too_many(rejects, records, at_most and Decimal(at_most))  # type: ignore[arg-type]  # "" is not among them
    assert (verdict is not None) is held


def test_both_figures_are_told() -> None:
    """And what to do."""
    verdict = too_many(1200, 12000, Decimal("5.0"))
    assert verdict is not None
    assert verdict.code is UnreadableCode.TOO_MANY_REJECTS
    assert verdict.message == (
        "1,200 of 12,000 rows (10 %) cannot be loaded; the mapping allows at most 5 %."
    )
    assert "raise at_most in [rejects]" in verdict.remedy
    all_or_nothing = too_many(1, 3, Decimal(0))
    assert all_or_nothing is not None
    assert "1 of 3 rows (33.3 %) cannot be loaded; the mapping allows none" in (
        all_or_nothing.message
    )
