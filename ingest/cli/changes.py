"""Rows before and after, as replay, undo and redo show some of those that they change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import typer

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


def _line(change: dict[str, Any]) -> tuple[str, str, str, str]:
    before, after = change["before"], change["after"]
    key = "total"
    if before and after and before["total"] == after["total"]:
        key = "local_time"
    return (
        change["location_id"],
        change["transaction_id"],
        before[key] if before else _NOTHING,
        after[key] if after else _NOTHING,
    )
