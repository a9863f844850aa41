"""load: handing a local file in."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from ingest import lookup
from ingest.cli.context import Json, TenantName, opened
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
    app.command()(load)


def load(
    context: typer.Context,
    tenant: TenantName,
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="A local file.")
    ],
    *,
    wait: Annotated[
        bool, typer.Option("--wait", help="Do the work now and say the verdict.")
    ] = False,
    json: Json = False,
) -> None:
    """Hand in a local file through the same spool as every upload.

    Without --wait it is loaded when a worker comes to it.
    """
    with opened(context) as home:
        make_directories(home.layout)
        with progress_bar("Storing") as progress:
            envelope = _hand_in(home, tenant, file, progress)
        entry = _worked_off(home, envelope) if wait else lookup.delivery(home, envelope.id)
    if json:
        show_json(verdict(entry))
        return
    fields = verdict(entry)
    if entry.remedy:
        fields["remedy"] = entry.remedy
    show_fields(fields)


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


def _worked_off(home: Home, envelope: Envelope) -> Entry:
    """Work the tenant's queue off up to this delivery, here or by whoever is at it."""
    from ingest.worker import Worker  # noqa: PLC0415 - brings watchdog, and then polars

    worker = Worker(home)
    tenant = envelope.origin.tenant
    while True:
        worker.run_tenant(tenant, until=envelope.id)
        entry = lookup.delivery(home, envelope.id)
        if entry.state not in (State.RECEIVED, State.LOADING):
            return entry
        time.sleep(_POLL_SECONDS)
