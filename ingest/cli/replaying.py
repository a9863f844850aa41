"""replay: reading deliveries again with today's mapping."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from ingest import lookup
from ingest.cli.context import Json, log_errors_only, opened
from ingest.cli.helping import Command, examples
from ingest.cli.output import clean, show_fields, show_json, show_table
from ingest.cli.progress import progress_bar
from ingest.home import Home
from storage import tenants
from storage.ledger import Entry


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        cls=Command,
        epilog=examples(
            "dropsafe replay --tenant corner-shop --since 2026-11-01 --dry-run",
            "dropsafe replay 1htfj5nsh5b82 1htfj5ntcbzdw",
        ),
    )(replay)


def replay(
    context: typer.Context,
    deliveries: Annotated[
        list[str] | None, typer.Argument(help="Ids of deliveries.", metavar="[ID]...")
    ] = None,
    *,
    tenant: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="All deliveries of this tenant, instead of ids."),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="With --tenant: only those received at or after this time, as 2026-11-21 or "
            "2026-11-21T08:30:00+01:00; UTC unless it has an offset.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")
    ] = False,
    json: Json = False,
) -> None:
    """Read deliveries again from the archive with today's mapping.

    Each stays in its own place in the order: what newer files said is never overwritten. It can be
    repeated without effect. A held delivery that can now be read is loaded.
    """
    if since is not None and tenant is None:
        raise typer.BadParameter("--since goes with --tenant: say whose deliveries", context)
    if bool(deliveries) == (tenant is not None):
        raise typer.BadParameter("Give either ids of deliveries, or --tenant", context)
    after = "" if since is None else _utc(context, since)
    log_errors_only()
    with opened(context) as home:
        chosen = _chosen(home, deliveries or [], tenant, after)
        document = _replay(home, chosen, dry_run=dry_run)
    if json:
        show_json(document)
        return
    columns = ("delivery", "applied", "state", "records", "rejected", "ignored", "message")
    show_table(
        columns,
        ([one[name] for name in columns] for one in document["deliveries"]),
        empty="No deliveries.",
    )
    for one in document["deliveries"]:
        if one["notes"]:
            typer.echo(f"{one['delivery']}:")
            for note in one["notes"]:
                typer.echo(f"  {clean(note)}")
    counts = {key: document[key] for key in ("new", "changed", "unchanged", "gone")}
    typer.echo("Rows, if it were done:" if dry_run else "Rows:")
    show_fields(counts)


def _chosen(home: Home, ids: list[str], tenant: str | None, since: str) -> list[Entry]:
    if tenant is None:
        found = {one: lookup.delivery(home, one) for one in ids}
        return sorted(found.values(), key=lambda entry: entry.id)
    with home.database.reading() as connection:
        tenants.find(connection, tenant)
    return lookup.deliveries(home, tenant=tenant, since=since)


def _replay(home: Home, chosen: list[Entry], *, dry_run: bool) -> dict[str, Any]:
    from ingest.replay import replay as replay_deliveries  # noqa: PLC0415 - costs time

    total = {"new": 0, "changed": 0, "unchanged": 0, "gone": 0}
    said: list[dict[str, Any]] = []
    with progress_bar("Replaying") as progress:
        for owner in sorted({entry.tenant for entry in chosen}):
            theirs = {entry.id for entry in chosen if entry.tenant == owner}
            result = replay_deliveries(home, owner, theirs, dry_run=dry_run, progress=progress)
            said += [asdict(one) for one in result.deliveries]
            for key in total:
                total[key] += getattr(result.difference, key)
    return {"dry_run": dry_run, "deliveries": said, **total}


def _utc(context: typer.Context, text: str) -> str:
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(
            f"--since: {text!r} is not a time; write 2026-11-21 or 2026-11-21T08:30:00Z", context
        ) from error
    if time.tzinfo is None:
        time = time.replace(tzinfo=UTC)
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
