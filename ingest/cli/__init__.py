"""The command line: thin commands over the same few functions that the server calls."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from ingest.cli import (
    delivering,
    looking,
    mapping,
    reading,
    rebuilding,
    replaying,
    serving,
    settling,
    suggesting,
    tenant,
    undoing,
    verifying,
    why,
)
from ingest.cli.context import CommandFailed, log_errors_only, one_line_errors
from ingest.cli.helping import examples, usage_line

app = typer.Typer(
    name="dropsafe",
    help="A drop safe for retail data: tills put CSV files in over SFTP, FTP or email; nothing "
    "that was acknowledged is ever lost; rows are loaded by each shop's column mapping.",
    epilog=examples(
        "dropsafe init",
        "dropsafe tenant add corner-shop",
        "dropsafe mapping set corner-shop corner-shop.toml",
        "dropsafe serve",
    ),
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
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
        str,  # a Path would make the directory at hand of one that is empty
        typer.Option(
            envvar="DROPSAFE_HOME",
            metavar="DIR",
            help="The directory that holds settings, inbox, archive and embedded database.",
        ),
    ] = "dropsafe-home",
    show_version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Say the version."),
    ] = False,
) -> None:
    del show_version
    if not home.strip():
        raise typer.BadParameter("--home is empty: name a directory, or leave it out", context)
    context.obj = Path(home)


serving.register(app)
app.add_typer(tenant.app, name="tenant")
settling.register(mapping.app)
suggesting.register(mapping.app)
app.add_typer(mapping.app, name="mapping")
delivering.register(app)
reading.register(app)
looking.register(app)
replaying.register(app)
undoing.register(app)
rebuilding.register(app)
why.register(app)
verifying.register(app)


def main() -> None:
    """Run a command: exit status 0, or 1 with one line on standard error, or 2 for usage."""
    try:
        status = _run(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of our output had enough: end as every Unix tool does, without a word.
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGPIPE)
    else:
        sys.exit(status)


def _run(arguments: list[str]) -> int:
    """Run a command; returns its exit status. Raises BrokenPipeError."""
    # Not app(): that ends the process with a silent status of its own for a closed pipe, and with
    # several lines for an error of usage.
    command = typer.main.get_command(app)
    try:
        with one_line_errors(), command.make_context("dropsafe", arguments) as context:
            command.invoke(context)
    except typer.Exit as done:
        return done.exit_code
    except typer.TyperException as error:
        typer.echo(f"dropsafe: {usage_line(error)}", err=True)
        return error.exit_code
    except CommandFailed as failure:
        typer.echo(f"dropsafe: {failure}", err=True)
        return 1
    except BrokenPipeError:
        raise
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except Exception:  # noqa: BLE001 - the last resort: logged whole, told in one line
        import structlog  # noqa: PLC0415 - see log_errors_only

        log_errors_only()
        structlog.get_logger().exception("command.failed")
        typer.echo("dropsafe: An error of dropsafe's own; the lines above say where.", err=True)
        return 1
    return 0
