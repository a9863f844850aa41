"""init, serve, work and status: setting a home up and running it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from ingest.cli.context import Json, home_path, log_errors_only, opened
from ingest.cli.helping import Command, examples
from ingest.cli.output import show_fields, show_json
from ingest.cli.progress import progress_bar
from ingest.home import Home, make_directories, make_home, open_home
from storage.layout import Layout


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command, shown in (
        (init, examples("dropsafe --home /var/lib/dropsafe init")),
        (
            serve,
            examples("dropsafe serve", "dropsafe serve --ready-file ready.json --workers 2"),
        ),
        (work, examples("dropsafe work --once")),
        (status, examples("dropsafe status", "dropsafe status --json")),
    ):
        app.command(cls=Command, epilog=shown)(command)


def init(context: typer.Context, *, json: Json = False) -> None:
    """Set a home up, or bring one up to date. Doing it again does no harm.

    Makes the directories, a dropsafe.toml with the defaults if there is none, and the database's
    tables.
    """
    from ingest.journalling import adopt, lost_tenants  # noqa: PLC0415 - brings the mappings
    from ingest.settings_file import write_default_settings  # noqa: PLC0415 - only here
    from storage import schema  # noqa: PLC0415 - only here

    layout = Layout(home_path(context).absolute())
    make_home(layout)
    made = write_default_settings(layout)
    home = open_home(layout.home)
    schema.upgrade(home.database)
    home.database.check()
    adopt(home)
    lost = lost_tenants(home)
    home.database.close()
    if json:
        show_json({"home": str(layout.home), "settings": str(layout.settings), "made": made})
        return
    typer.echo(f"{'Made' if made else 'Brought up to date'}: {layout.home}")
    typer.echo(f"Settings are in {layout.settings}")
    if lost:
        typer.echo(f"The database does not know {len(lost):,} of the tenants of the archive.")
    typer.echo(f"Next: {'dropsafe rebuild' if lost else 'dropsafe tenant add NAME'}")


def serve(
    context: typer.Context,
    *,
    ready_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Written as JSON when all front ends listen: name and address of each.",
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=0, help="Worker processes, instead of workers.count of the settings."
        ),
    ] = None,
) -> None:
    """Run the server in the foreground.

    That is SFTP, FTP, email, drop folder and workers. SIGTERM or Ctrl-C ends it gracefully:
    uploads under way may end, deliveries being loaded are finished, what waits is found again at
    the next start.
    """
    from ingest import events, server  # noqa: PLC0415 - asyncio costs time the others need not spend

    home = open_home(home_path(context))
    events.configure(home.settings.log)

    def on_ready(addresses: dict[str, str]) -> None:
        with suppress(OSError):  # a log on a full disk must not keep the server from serving
            for name, address in addresses.items():
                typer.echo(f"{name} listens on {address}")
        if ready_file is not None:
            server.write_ready_file(ready_file, addresses)

    count = home.settings.workers.count if workers is None else workers
    server.serve(home, workers=count, on_ready=on_ready)


def work(
    context: typer.Context,
    *,
    once: Annotated[bool, typer.Option("--once", help="Do all that waits, then exit.")] = False,
    json: Json = False,
) -> None:
    """Read and load what waits in the inbox, until stopped, or once.

    'serve' starts workers by itself; this is for one more, or for a unit of its own.
    """
    if json and not once:
        raise typer.BadParameter("--json goes with --once: there is no end to report else", context)
    with opened(context) as home:
        make_directories(home.layout)
        if not once:
            from ingest import events, worker  # noqa: PLC0415 - watchdog costs time

            events.configure(home.settings.log)
            worker.run_until_told(home)
            return
        done = _work_once(home, json=json) if _anything_to_do(home) else 0
    if json:
        show_json({"worked": done})
    else:
        typer.echo(f"{done:,} worked off." if done else "Nothing waits.")


def _anything_to_do(home: Home) -> bool:
    from ingest import overdue  # noqa: PLC0415 - only here

    waits = any(home.inbox.has_work(tenant) for tenant in home.inbox.tenants())
    return waits or overdue.is_anything_due(home)


def _work_once(home: Home, *, json: bool) -> int:
    from ingest import worker  # noqa: PLC0415 - watchdog costs time

    log_errors_only()
    with progress_bar("Working off the inbox", json=json, deliveries=True) as progress:
        return worker.Worker(home).run_once(progress)


def status(context: typer.Context, *, json: Json = False) -> None:
    """Say how the server is.

    Whether it runs, where it listens, and how many deliveries are in each state.
    """
    from ingest.overview import overview  # noqa: PLC0415 - only here

    document = overview(open_home(home_path(context)))
    if json:
        show_json(document)
        return
    flat = dict(document)
    flat.update(flat.pop("listening"))
    flat.update(flat.pop("deliveries"))
    show_fields(flat)
