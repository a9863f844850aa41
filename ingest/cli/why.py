"""why: where a row comes from, and all that was ever said of it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from ingest.cli.context import Json, TenantName, log_errors_only, opened
from ingest.cli.helping import Command, examples
from ingest.cli.output import clean, show_fields, show_json, show_table, to_seconds
from ingest.cli.progress import progress_bar
from storage import tenants
from storage.errors import NotFound


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(cls=Command, epilog=examples("dropsafe why corner-shop high-street 1017"))(why)


def why(
    context: typer.Context,
    tenant: TenantName,
    location: Annotated[str, typer.Argument(help="The row's location id.", metavar="LOCATION")],
    transaction: Annotated[
        str, typer.Argument(help="The row's transaction id.", metavar="TRANSACTION")
    ],
    *,
    json: Json = False,
) -> None:
    """Say why a row is as it is.

    The row, the delivery and line it comes from, that record as it was sent, the mapping that read
    it, and every delivery that ever said something about it: what it said, and what that changed.
    It is read from the archive, so it also tells of a row that is gone, of a record that was
    rejected, and of files that are held or wait with that id in them.
    """
    from ingest.why import why as find_out  # noqa: PLC0415 - brings what reads files

    log_errors_only()
    with opened(context) as home:
        with home.database.reading() as connection:
            tenants.find(connection, tenant)
        with progress_bar("Looking", json=json, deliveries=True) as progress:
            found = asdict(find_out(home, tenant, location, transaction, progress=progress))
    if not found["history"]:
        raise NotFound(
            f"Nothing that {tenant} sent says anything about transaction {transaction} of "
            f"location {location}.",
            hint=f"'dropsafe rows {tenant}' lists those there are.",
        )
    for one in found["history"]:
        one["received_at"] = to_seconds(one["received_at"])
    if json:
        show_json(found)
    else:
        _show(found)


def _show(found: dict[str, Any]) -> None:
    show_fields({"location": found["location_id"], "transaction": found["transaction_id"]})
    if found["row"] is None:
        typer.echo("There is no such row now.")
    else:
        source = next((one for one in found["history"] if one["is_row"]), None)
        show_fields({**found["row"], "file": source["name"] if source else None})
        if source:
            typer.echo(
                f"Read by version {source['mapping_version']} of the mapping of {source['feed']}, "
                "from the record:"
            )
            typer.echo(f"  {clean(found['raw'] or source['message'])}")
    typer.echo("All that was ever said of it:")
    show_table(
        (
            "delivery",
            "received",
            "file",
            "line",
            "total",
            "local time",
            "effect",
            "mapping",
            "message",
        ),
        (
            (
                one["delivery"],
                one["received_at"][:16].replace("T", " "),
                one["name"],
                one["line"],
                (one["values"] or {}).get("total"),
                (one["values"] or {}).get("local_time"),
                one["effect"],
                f"{one['feed']} {one['mapping_version']}" if one["feed"] else None,
                one["message"],
            )
            for one in found["history"]
        ),
        empty="",
        spare=("message", "mapping", "line"),
        cut=("file",),
    )
