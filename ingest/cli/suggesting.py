"""mapping suggest: a mapping for files never seen."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from ingest.cli.context import Json, home_path, log_errors_only, opened
from ingest.cli.helping import Command, examples
from ingest.cli.output import clean, show_json
from ingest.home import reader_at
from storage.errors import DropsafeError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        cls=Command,
        epilog=examples(
            "dropsafe mapping suggest monday.csv tuesday.csv > corner-shop.toml",
            "dropsafe mapping suggest sales.xlsx --tenant corner-shop",
        ),
    )(suggest)


def suggest(
    context: typer.Context,
    files: Annotated[
        list[Path],
        typer.Argument(
            exists=True, dir_okay=False, metavar="FILE...", help="Files of one kind, as they come."
        ),
    ],
    *,
    tenant: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Use what is known of this tenant already."),
    ] = None,
    json: Json = False,
) -> None:
    """Propose a mapping for files of one kind, with what speaks for each line.

    What the files do not prove is a question in it, with the lines to choose from. Several files
    tell more than one: best are those of two days. Without --tenant it needs no home.
    """
    from ingest import suggesting  # noqa: PLC0415 - see log_errors_only
    from parsers.reject import Unreadable  # noqa: PLC0415 - as above

    log_errors_only()
    if tenant is None:
        known = suggesting.known_of_nobody()
    else:
        with opened(context) as home:
            known = suggesting.known_of(home, tenant)
    try:
        with reader_at(home_path(context)) as reader:
            found = suggesting.suggest_mapping(reader, files, known)
    except Unreadable as error:
        raise DropsafeError(error.message, hint=error.remedy) from error
    if json:
        show_json(asdict(found))
    else:
        typer.echo(clean(found.mapping) if sys.stdout.isatty() else found.mapping, nl=False)
