"""load: handing a local file in."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from ingest import lookup
from ingest.cli.context import Json, TenantName, log_errors_only, opened
from ingest.cli.helping import Command, examples
from ingest.cli.output import show_fields, show_json, verdict
from ingest.cli.progress import Progress, progress_bar
from ingest.home import Home, make_directories
from storage import tenants
from storage.delivery import Envelope, Origin
from storage.errors import NotAllowed
from storage.ledger import Entry, State

_CHUNK = 1 << 20
_POLL_SECONDS = 0.02


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        cls=Command,
        epilog=examples(
            "dropsafe load corner-shop sales.csv --wait",
            "dropsafe load corner-shop sales.csv --wait --json",
        ),
    )(load)


def load(
    context: typer.Context,
    tenant: TenantName,
    file: Annotated[
        Path,
        typer.Argument(
            exists=True, dir_okay=False, readable=True, help="A local file.", metavar="FILE"
        ),
    ],
    *,
    wait: Annotated[
        bool, typer.Option("--wait", help="Do the work now and say the verdict.")
    ] = False,
    json: Json = False,
) -> None:
    """Hand in a local file through the same spool as every upload.

    Without --wait it is loaded when a worker comes to it. With it, what lies in an archive or a
    workbook is worked off too, and each table has a verdict of its own.
    """
    with opened(context) as home:
        make_directories(home.layout)
        with progress_bar("Storing", json=json) as progress:
            envelope = _hand_in(home, tenant, file, progress)
        if wait:
            log_errors_only()
            with progress_bar("Reading and loading", json=json, deliveries=True) as progress:
                entry = _worked_off(home, envelope, progress)
        else:
            entry = lookup.delivery(home, envelope.id)
        parts = lookup.parts(home, entry)
    if json:
        opened_too = {"parts": [verdict(part) for part in parts]} if parts else {}
        show_json({**verdict(entry), **opened_too})
        return
    show_fields(_fields(entry))
    for part in parts:
        typer.echo()
        show_fields({"file": part.name, **_fields(part)})


def _fields(entry: Entry) -> dict[str, Any]:
    """A verdict for a person, with what was noticed and what to do about it."""
    further = {"ignored": entry.ignored, "notes": entry.notes, "remedy": entry.remedy}
    return {**verdict(entry), **further}


def _hand_in(home: Home, tenant: str, file: Path, progress: Progress) -> Envelope:
    with home.database.reading() as connection:
        account = tenants.find(connection, tenant)
    if not account.enabled:
        raise NotAllowed(
            f"{tenant} is disabled.", hint=f"'dropsafe tenant enable {tenant}' lets it in again."
        )
    limit = account.max_file_size or home.settings.limits.max_file_size
    size = file.stat().st_size
    upload = home.spool.receive(Origin(tenant=tenant, name=file.name, via="load"), limit=limit)
    try:
        with file.open("rb") as source:
            while piece := source.read(_CHUNK):
                upload.write(piece)
                progress(upload.size, size)
        return upload.commit()
    finally:
        upload.abort()


def _worked_off(home: Home, envelope: Envelope, progress: Progress) -> Entry:
    """Work the queue off up to this delivery and its parts, here or by whoever is at it."""
    from ingest.worker import Worker  # noqa: PLC0415 - brings watchdog, and then polars

    worker = Worker(home)
    tenant, last = envelope.origin.tenant, lookup.part_ids(envelope.id)[-1]
    while True:
        worker.run_tenant(tenant, until=last, progress=progress)
        entry = lookup.delivery(home, envelope.id)
        waiting = home.inbox.waiting(tenant)
        if entry.state not in (State.RECEIVED, State.LOADING) and (
            not waiting or waiting[0] > last
        ):
            return entry
        time.sleep(_POLL_SECONDS)
