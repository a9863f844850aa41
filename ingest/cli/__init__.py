"""The command line: thin commands over the same few functions that the server calls."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import structlog
import typer

from ingest import events
from ingest.cli import delivering, looking, mapping, replaying, serving, tenant
from ingest.cli.context import CommandFailed, one_line_errors
from ingest.settings import Log

app = typer.Typer(
    name="dropsafe",
    help="A drop safe for retail data: tills put CSV files in over SFTP, FTP or email; nothing "
    "that was acknowledged is ever lost; rows are loaded by each shop's column mapping.",
    epilog="Start with: dropsafe init, dropsafe tenant add NAME, dropsafe mapping set NAME "
    "FILE.toml, dropsafe serve.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _show_version(value: bool) -> None:  # noqa: FBT001 - typer's callback
    if value:
        from importlib.metadata import version  # noqa: PLC0415 - 50 ms that only this needs

        typer.echo(f"dropsafe {version('dropsafe')}")
        raise typer.Exit


@app.callback()
def _root(
    context: typer.Context,
    *,
    home: Annotated[
        Path,
        typer.Option(
            envvar="DROPSAFE_HOME",
            help="The directory that holds settings, inbox, archive and embedded database.",
        ),
    ] = Path("dropsafe-home"),
    show_version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Say the version."),
    ] = False,
) -> None:
    del show_version
    context.obj = home
    events.configure(Log(level="error"))


serving.register(app)
app.add_typer(tenant.app, name="tenant")
app.add_typer(mapping.app, name="mapping")
delivering.register(app)
looking.register(app)
replaying.register(app)


def main() -> None:
    """Run a command: exit status 0, or 1 with one line on standard error, or 2 for usage."""
    try:
        with one_line_errors():
            app()
    except CommandFailed as failure:
        typer.echo(f"dropsafe: {failure}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        # The reader of our output had enough; what is still buffered has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception:  # noqa: BLE001 - the last resort: logged whole, told in one line
        structlog.get_logger().exception("command.failed")
        typer.echo("dropsafe: An error of dropsafe's own; the lines above say where.", err=True)
        sys.exit(1)
