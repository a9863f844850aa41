"""replay: reading deliveries again with today's mapping."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from ingest import lookup
from ingest.cli.context import Json, opened
from ingest.cli.output import show_fields, show_json, show_table
from ingest.cli.progress import progress_bar
from ingest.home import Home
from storage import tenants
from storage.ledger import Entry


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(replay)


def replay(
    context: typer.Context,
    deliveries: Annotated[
        list[str] | None, typer.Argument(help="Ids of deliveries.", metavar="[ID]...")
    ] = None,
    *,
    tenant: Annotated[
        str | None, typer.Option(help="All deliveries of this tenant, instead of ids.")
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            help="With --tenant: only those received at or after this time, ISO 8601, "
            "in UTC unless it has an offset."
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
    if bool(deliveries) == (tenant is not None):
        raise typer.BadParameter("give ids of deliveries, or --tenant")
    if since is not None and tenant is None:
        raise typer.BadParameter("--since goes with --tenant")
    with opened(context) as home:
        chosen = _chosen(home, deliveries or [], tenant, _utc(since) if since else "")
        document = _replay(home, chosen, dry_run=dry_run)
    if json:
        show_json(document)
        return
    show_table(
        ("delivery", "state", "records", "rejected", "message"),
        (
            (one["delivery"], one["state"], one["records"], one["rejected"], one["message"])
            for one in document["deliveries"]
        ),
        empty="No deliveries.",
    )
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


def _utc(text: str) -> str:
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(
            f"--since: {text!r} is not a time; write 2026-11-21 or 2026-11-21T08:30:00Z"
        ) from error
    if time.tzinfo is None:
        time = time.replace(tzinfo=UTC)
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
