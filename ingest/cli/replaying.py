"""replay: reading deliveries again with today's mapping."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingest import lookup
from ingest.cli.changes import MOST_CHANGES, fail_if_left, show_changes
from ingest.cli.context import Json, log_errors_only, opened
from ingest.cli.helping import Command, examples
from ingest.cli.output import clean, show_fields, show_json, show_table
from ingest.cli.progress import Progress, progress_bar
from ingest.home import Home
from storage import tenants
from storage.ledger import Entry

if TYPE_CHECKING:
    from ingest.replay import Replay


class Mapping(StrEnum):
    """Which version of the mapping reads a delivery again."""

    TODAY = "today"
    THEN = "then"


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
    mapping: Annotated[
        Mapping,
        typer.Option(
            metavar="WHICH",
            help="'today': the mapping as it is now. 'then': as it was when each file came.",
        ),
    ] = Mapping.TODAY,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")
    ] = False,
    json: Json = False,
) -> None:
    """Read deliveries again from the archive, with today's mapping or that of their time.

    Each stays in its own place in the order: what newer files said is never overwritten. It can be
    repeated without effect. A held delivery that can now be read is loaded.
    """
    if since is not None and tenant is None:
        raise typer.BadParameter("--since goes with --tenant: say whose deliveries", context)
    if bool(deliveries) == (tenant is not None):
        raise typer.BadParameter("Give either ids of deliveries, or --tenant", context)
    after = "" if since is None else _utc(context, since)
    with opened(context) as home:
        chosen = _chosen(home, deliveries or [], tenant, after)
        with progress_bar("Replaying", json=json, deliveries=True) as progress:
            document = _replay(home, chosen, mapping, progress, dry_run=dry_run)
    if json:
        show_json(document)
    else:
        _show(document)
    if deliveries:  # those that were named; of all of a tenant's, some may well be left
        left = [one for one in document["deliveries"] if not one["applied"]]
        fail_if_left(left, all_asked=len(document["deliveries"]), done="replayed")


def _show(document: dict[str, Any]) -> None:
    columns = ("delivery", "applied", "state", "records", "new", "changed", "unchanged",
               "rejected", "ignored", "message")  # fmt: skip
    show_table(
        columns,
        ([one[name] for name in columns] for one in document["deliveries"]),
        empty="No deliveries.",
        spare=("ignored", "unchanged", "records"),
    )
    for one in document["deliveries"]:
        if one["notes"]:
            typer.echo(f"{one['delivery']}:")
            for note in one["notes"]:
                typer.echo(f"  {clean(note)}")
    counts = {key: document[key] for key in ("new", "changed", "unchanged", "gone")}
    if not any(one["applied"] for one in document["deliveries"]):
        typer.echo("There is nothing to do: no row changes.")
        return
    typer.echo("Rows, if it were done:" if document["dry_run"] else "Rows:")
    show_fields(counts)
    show_changes(
        document["sample"], all_changed=document["new"] + document["changed"] + document["gone"]
    )


def _chosen(home: Home, ids: list[str], tenant: str | None, since: str) -> list[Entry]:
    if tenant is None:
        named = [lookup.delivery(home, one) for one in ids]
        # Of what was opened there is nothing to be read anew but what came out of it.
        found = {part.id: part for one in named for part in lookup.parts(home, one) or [one]}
        return sorted(found.values(), key=lambda entry: entry.id)
    with home.database.reading() as connection:
        tenants.find(connection, tenant)
    return lookup.deliveries(home, tenant=tenant, since=since)


def _replay(
    home: Home, chosen: list[Entry], mapping: Mapping, progress: Progress, *, dry_run: bool
) -> dict[str, Any]:
    total = {"new": 0, "changed": 0, "unchanged": 0, "gone": 0}
    said: list[dict[str, Any]] = []
    sample: list[dict[str, Any]] = []
    read = 0
    progress(0, len(chosen))
    for owner in sorted({entry.tenant for entry in chosen}):
        rows = sum(one["records"] for one in said)

        def told(done: int, _all: int, more: int, at: int = len(said), rows: int = rows) -> None:
            nonlocal read
            read = rows + more
            progress(at + done, len(chosen), read)

        def folding(done: int, total: int) -> None:
            progress(done, total, read, "Folding")

        ids = {entry.id for entry in chosen if entry.tenant == owner}
        result = _replay_of(home, owner, ids, mapping, (told, folding), dry_run=dry_run)
        said += [asdict(one) for one in result.deliveries]
        for key in total:
            total[key] += getattr(result.effect.difference, key)
        sample += [asdict(one) for one in result.effect.sample]
    return {"dry_run": dry_run, "deliveries": said, **total, "sample": sample[:MOST_CHANGES]}


def _replay_of(
    home: Home,
    tenant: str,
    ids: set[str],
    mapping: Mapping,
    told: tuple[Callable[[int, int, int], None], Callable[[int, int], None]],
    *,
    dry_run: bool,
) -> Replay:
    from ingest.replay import replay as replay_deliveries  # noqa: PLC0415 - see log_errors_only

    log_errors_only()
    of_its_time = mapping is Mapping.THEN
    return replay_deliveries(
        home,
        tenant,
        ids,
        dry_run=dry_run,
        of_its_time=of_its_time,
        progress=told[0],
        folding=told[1],
    )


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
