"""What replay and undo show of a row that changes."""

from __future__ import annotations

import pytest

from ingest.cli.changes import show_changes

ROW = {
    "occurred_at": "2026-03-01T15:00:00Z",
    "local_time": "2026-03-01T10:00:00",
    "total": "1.00",
}


@pytest.mark.parametrize(
    ("after", "words"),
    [
        ({"total": "2.00", "local_time": "x"}, ["1.00", "2.00"]),
        ({"local_time": "2026-03-01T11:00:00"}, ["2026-03-01T10:00:00", "2026-03-01T11:00:00"]),
        # In another time zone, at the same time on its clock.
        ({"occurred_at": "2026-03-01T09:00:00Z"}, ["2026-03-01T15:00:00Z", "2026-03-01T09:00:00Z"]),
    ],
)
def test_what_differs_is_shown(
    capsys: pytest.CaptureFixture[str], after: dict[str, str], words: list[str]
) -> None:
    """The total if it is another, else the time on the clock, else the instant."""
    change = {"location_id": "A", "transaction_id": "1", "before": ROW, "after": {**ROW, **after}}
    show_changes([change], all_changed=1)
    assert capsys.readouterr().out.splitlines()[1].split() == ["A", "1", *words]
