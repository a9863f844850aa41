"""deliveries, show, rejects, cat and rows: looking up what came and what became of it."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from ingest import lookup
from ingest.cli.context import DeliveryId, Json, TenantName, log_errors_only, opened
from ingest.cli.helping import Command, examples
from ingest.cli.output import details, show_fields, show_json, show_table, write_csv
from ingest.cli.progress import progress_bar
from ingest.home import Home
from parsers.canonical import TRANSACTIONS
from storage import rejects as rejects_of
from storage import rows as rows_of
from storage import tenants
from storage.ledger import Entry, State


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command, shown in (
        (
            deliveries,
            examples(
                "dropsafe deliveries --state quarantined",
                "dropsafe deliveries --tenant corner-shop --json",
            ),
        ),
        (show, examples("dropsafe show 1htfj5nsh5b82")),
        (
            rejects,
            examples(
                "dropsafe rejects 1htfj5nsh5b82 > rejects.csv",
                "dropsafe rejects 1htfj5nsh5b82 --as-sent > to-mend.csv",
            ),
        ),
        (cat, examples("dropsafe cat 1htfj5nsh5b82 > sales.csv")),
        (rows, examples("dropsafe rows corner-shop > rows.csv")),
    ):
        app.command(cls=Command, epilog=shown)(command)


def deliveries(
    context: typer.Context,
    *,
    tenant: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only those of this tenant.")
    ] = None,
    state: Annotated[
        State | None,
        typer.Option(metavar="STATE", help=f"Only those in this state: {', '.join(State)}."),
    ] = None,
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
            (entry.id, entry.received_at[:16].replace("T", " "), entry.tenant, entry.via,
             entry.name, entry.state, entry.new, entry.changed, entry.unchanged, entry.rejected,
             entry.reason)
            for entry in found
        ),
        empty="No deliveries.",
        spare=("via", "unchanged", "changed", "new", "rejected"),
        cut=("file", "tenant"),
    )  # fmt: skip


def show(context: typer.Context, delivery: DeliveryId, *, json: Json = False) -> None:
    """Show all about one delivery. Where it came from, its verdict, and what to do."""
    with opened(context) as home:
        entry = lookup.delivery(home, delivery)
        document = {**details(entry), "pruned": lookup.is_pruned(home, entry)}
    if json:
        show_json(document)
    else:
        show_fields(document)


def rejects(
    context: typer.Context,
    delivery: DeliveryId,
    *,
    as_sent: Annotated[
        bool,
        typer.Option(
            "--as-sent",
            help="A file as the sender writes them, with nothing but the bad records and one "
            "column more that says what to mend.",
        ),
    ] = False,
    json: Json = False,
) -> None:
    """Print a delivery's rejected records as CSV.

    The columns are line, column, reason, message and the record's raw text. With --as-sent it is a
    file to mend and send back: in the sender's own columns, delimiter and encoding, all records.
    """
    if as_sent and json:
        raise typer.BadParameter("--as-sent gives a file, not JSON: leave one of them out", context)
    with opened(context) as home:
        entry = lookup.delivery(home, delivery)
        if as_sent:
            _write_as_sent(home, entry)
            return
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


def _write_as_sent(home: Home, entry: Entry) -> None:
    from ingest.returning import rejects_as_sent  # noqa: PLC0415 - brings what reads files

    log_errors_only()
    with progress_bar("Reading"):
        data = rejects_as_sent(home, entry)
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
    if entry.state is State.QUARANTINED:
        typer.echo(
            "dropsafe: The delivery is held: its good rows are not loaded either. Mend these rows "
            "in the whole file (dropsafe cat ID), and send that.".replace("ID", entry.id),
            err=True,
        )


def cat(context: typer.Context, delivery: DeliveryId) -> None:
    """Write a delivery's original bytes, exactly as they came."""
    with opened(context) as home:
        entry = lookup.delivery(home, delivery)
        sys.stdout.buffer.write(home.archive.read(entry.tenant, entry.id))
        sys.stdout.buffer.flush()


def rows(context: typer.Context, tenant: TenantName, *, json: Json = False) -> None:
    """Print a tenant's rows as CSV.

    They are sorted by location and transaction id in byte order. Each row names the delivery and
    the line that gave it its present value.
    """
    with opened(context) as home, home.database.reading() as connection:
        tenants.find(connection, tenant)
        found = rows_of.dump(connection, tenant, TRANSACTIONS.name)
        if json:
            show_json([dict(zip(rows_of.DUMP_COLUMNS, row, strict=True)) for row in found])
        else:
            write_csv(rows_of.DUMP_COLUMNS, found)
