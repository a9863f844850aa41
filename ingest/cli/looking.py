"""deliveries, show, rejects, cat and rows: looking up what came and what became of it."""

from __future__ import annotations

import shutil
import sys
from typing import Annotated

import typer

from ingest import lookup
from ingest.cli.context import DeliveryId, Json, TenantName, opened
from ingest.cli.output import details, show_fields, show_json, show_table, write_csv
from parsers.canonical import TRANSACTIONS
from storage import rejects as rejects_of
from storage import rows as rows_of
from storage import tenants
from storage.ledger import State


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(deliveries)
    app.command()(show)
    app.command()(rejects)
    app.command()(cat)
    app.command()(rows)


def deliveries(
    context: typer.Context,
    *,
    tenant: Annotated[str | None, typer.Option(help="Only those of this tenant.")] = None,
    state: Annotated[State | None, typer.Option(help="Only those in this state.")] = None,
    json: Json = False,
) -> None:
    """List deliveries in order of receipt, the newest last."""
    with opened(context) as home:
        if tenant is not None:
            with home.database.reading() as connection:
                tenants.find(connection, tenant)
        found = lookup.deliveries(home, tenant=tenant, state=state)
    if json:
        show_json([details(entry) for entry in found])
        return
    show_table(
        ("delivery", "received", "tenant", "via", "file", "state", "new", "changed",
         "unchanged", "rejected", "reason"),
        (
            (entry.id, entry.received_at[:19] + "Z", entry.tenant, entry.via, entry.name,
             entry.state, entry.new, entry.changed, entry.unchanged, entry.rejected, entry.reason)
            for entry in found
        ),
        empty="No deliveries.",
    )  # fmt: skip


def show(context: typer.Context, delivery: DeliveryId, *, json: Json = False) -> None:
    """Show everything about one delivery: where it came from, its verdict, and what to do."""
    with opened(context) as home:
        document = details(lookup.delivery(home, delivery))
    if json:
        show_json(document)
    else:
        show_fields(document)


def rejects(context: typer.Context, delivery: DeliveryId, *, json: Json = False) -> None:
    """Print a delivery's rejected records as CSV: line, column, reason, message, raw text."""
    with opened(context) as home:
        entry = lookup.delivery(home, delivery)
        with home.database.reading() as connection:
            found = rejects_of.of(connection, entry.id)
    if json:
        show_json(
            [
                {
                    "line": reject.line,
                    "column": reject.column,
                    "reason": reject.code,
                    "message": reject.message,
                    "raw": reject.raw,
                }
                for reject in found
            ]
        )
        return
    write_csv(
        ("line", "column", "reason", "message", "raw"),
        ((one.line, one.column or "", one.code, one.message, one.raw) for one in found),
    )


def cat(context: typer.Context, delivery: DeliveryId) -> None:
    """Write a delivery's original bytes to standard output, exactly as they came."""
    with opened(context) as home:
        entry = lookup.delivery(home, delivery)
        with lookup.original(home, entry).open("rb") as source:
            shutil.copyfileobj(source, sys.stdout.buffer)
            sys.stdout.buffer.flush()


def rows(context: typer.Context, tenant: TenantName, *, json: Json = False) -> None:
    """Print a tenant's rows as CSV, sorted by location and transaction id in byte order.

    Each row names the delivery and the line that gave it its present value.
    """
    with opened(context) as home, home.database.reading() as connection:
        tenants.find(connection, tenant)
        found = rows_of.dump(connection, tenant, TRANSACTIONS.name)
        if json:
            show_json([dict(zip(rows_of.DUMP_COLUMNS, row, strict=True)) for row in found])
        else:
            write_csv(rows_of.DUMP_COLUMNS, found)
