"""undo and redo: a delivery counts no more, or counts again."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from ingest import lookup
from ingest.cli.changes import fail_if_left, show_changes
from ingest.cli.context import Json, log_errors_only, opened
from ingest.cli.helping import Command, examples
from ingest.cli.output import show_fields, show_json, show_table
from ingest.cli.progress import progress_bar
from ingest.home import Home
from storage.effect import NO_EFFECT, Effect, together
from storage.ledger import COUNTED, State

Deliveries = Annotated[list[str], typer.Argument(help="Ids of deliveries.", metavar="ID...")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command, shown in (
        (undo, examples("dropsafe undo 1htfj5nsh5b82 --dry-run", "dropsafe undo 1htfj5nsh5b82")),
        (redo, examples("dropsafe redo 1htfj5nsh5b82")),
    ):
        app.command(cls=Command, epilog=shown)(command)


def undo(
    context: typer.Context, deliveries: Deliveries, *, dry_run: DryRun = False, json: Json = False
) -> None:
    """Take deliveries out of the rows, as if they had never come.

    Rows that only they brought vanish, rows that they had changed go back to what an earlier file
    said, and rows about which a later file had the last word stay. Nothing is deleted: the file is
    still in the archive, and 'redo' has it count again. Of an email or a container all parts go.
    """
    said, effect = _turn(context, deliveries, "undo", dry_run=dry_run, json=json)
    difference, back = effect.difference, effect.back
    document: dict[str, Any] = {
        "dry_run": dry_run,
        "deliveries": said,
        "vanished": difference.gone,
        "went_back": back,
        "stayed": difference.new + difference.changed + difference.unchanged - sum(back.values()),
        "sample": [asdict(one) for one in effect.sample],
    }
    rows = {
        "vanished": document["vanished"],
        **{f"went back to {delivery}": count for delivery, count in back.items()},
        "stayed": document["stayed"],
    }
    _answer(document, rows, json=json, all_changed=difference.gone + sum(back.values()))
    _fail_if_left(deliveries, said, State.UNDONE, done="undone")


def redo(
    context: typer.Context, deliveries: Deliveries, *, dry_run: DryRun = False, json: Json = False
) -> None:
    """Have deliveries that were undone count again, each in its own place in the order."""
    said, effect = _turn(context, deliveries, "redo", dry_run=dry_run, json=json)
    difference = effect.difference
    document: dict[str, Any] = {
        "dry_run": dry_run,
        "deliveries": said,
        "new": difference.new,
        "changed": difference.changed,
        "stayed": difference.unchanged,
        "sample": [asdict(one) for one in effect.sample],
    }
    rows = {key: document[key] for key in ("new", "changed", "stayed")}
    _answer(document, rows, json=json, all_changed=difference.new + difference.changed)
    _fail_if_left(deliveries, said, *COUNTED, done="redone")


def _turn(
    context: typer.Context, ids: list[str], what: str, *, dry_run: bool, json: bool
) -> tuple[list[dict[str, Any]], Effect]:
    log_errors_only()
    with opened(context) as home:
        return _of_each_tenant(home, ids, what, dry_run=dry_run, json=json)


def _of_each_tenant(
    home: Home, ids: list[str], what: str, *, dry_run: bool, json: bool
) -> tuple[list[dict[str, Any]], Effect]:
    from ingest import refolding  # noqa: PLC0415 - costs time
    from ingest import undo as turning  # noqa: PLC0415 - costs time

    entries = [lookup.delivery(home, one) for one in ids]
    said: list[dict[str, Any]] = []
    effect = NO_EFFECT
    with progress_bar("Folding", json=json, deliveries=True) as progress:
        for owner in sorted({entry.tenant for entry in entries}):
            theirs = {entry.id for entry in entries if entry.tenant == owner}
            turn = turning.undo if what == "undo" else turning.redo
            result = turn(home, owner, theirs, dry_run=dry_run, progress=progress)
            said += [asdict(one) for one in result.deliveries]
            effect = together(effect, result.effect, shown=refolding.SHOWN)
    return said, effect


def _answer(
    document: dict[str, Any], rows: dict[str, int], *, json: bool, all_changed: int
) -> None:
    """Show what was done, or would be, to the deliveries and to the rows."""
    if json:
        show_json(document)
        return
    said = document["deliveries"]
    columns = ("delivery", "applied", "state", "message")
    show_table(columns, ([one[name] for name in columns] for one in said), empty="No deliveries.")
    if not any(one["applied"] for one in said):
        typer.echo("There is nothing to do: no row changes.")
        return
    typer.echo("Rows, if it were done:" if document["dry_run"] else "Rows:")
    show_fields(rows)
    show_changes(document["sample"], all_changed=all_changed)


def _fail_if_left(ids: list[str], said: list[dict[str, Any]], *wanted: State, done: str) -> None:
    """End with status 1 if one that was named is not as it was asked to be; parts were not."""
    named = {one.strip().lower() for one in ids}
    asked = [one for one in said if one["delivery"] in named]
    left = [one for one in asked if not one["applied"] and one["state"] not in wanted]
    fail_if_left(left, all_asked=len(asked), done=done)
