"""What replay, undo and redo say: rows before and after, and what was not done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import typer

from ingest.cli.context import CommandFailed
from ingest.cli.output import show_table

MOST_CHANGES = 20
"""How many of the rows that change are shown."""

_NOTHING = "-"


def show_changes(sample: Sequence[dict[str, Any]], *, all_changed: int) -> None:
    """Print some of the rows that change: of each the old total beside the new one.

    Where the total stays, it is the time that changes. `all_changed` is how many rows change.
    """
    if not sample:
        return
    columns = ("location", "transaction", "before", "after")
    show_table(columns, (_line(one) for one in sample), empty="")
    if all_changed > len(sample):
        typer.echo(f"… and {all_changed - len(sample):,} more.")


def fail_if_left(left: Sequence[dict[str, Any]], *, all_asked: int, done: str) -> None:
    """End with status 1 if deliveries that were asked for were left as they were, and say why.

    `done` is what should have been done to them.
    """
    if not left:
        return
    first = f"{left[0]['delivery']}: {left[0]['message']}"
    if all_asked == 1:
        raise CommandFailed(f"Not {done}: {first}")
    raise CommandFailed(f"{len(left):,} of {all_asked:,} were not {done}; {first}")


def _line(change: dict[str, Any]) -> tuple[str, str, str, str]:
    before, after = change["before"], change["after"]
    key = "total"
    if before and after and before["total"] == after["total"]:
        key = "local_time"
        if before[key] == after[key]:  # the same on the clock, but in another time zone
            key = "occurred_at"
    return (
        change["location_id"],
        change["transaction_id"],
        before[key] if before else _NOTHING,
        after[key] if after else _NOTHING,
    )
