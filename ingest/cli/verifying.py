"""verify: everything in a home held against everything else."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli.context import CommandFailed, Json, home_path
from ingest.cli.helping import Command, examples
from ingest.cli.output import clean, show_json
from ingest.cli.progress import progress_bar
from ingest.home import open_home

if TYPE_CHECKING:
    from ingest.verify.verifying import Report

_MOST_SHOWN = 10  # of each kind


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        cls=Command,
        epilog=examples("dropsafe verify", "dropsafe verify --tenant corner-shop --json"),
    )(verify)


def verify(
    context: typer.Context,
    *,
    tenant: Annotated[
        str | None, typer.Option("--tenant", metavar="NAME", help="Only this tenant.")
    ] = None,
    quick: Annotated[
        bool,
        typer.Option("--quick", help="Compare names only: read no file, no journal and no row."),
    ] = False,
    json: Json = False,
) -> None:
    """Hold every file on disk, envelope, checksum, ledger state and row against each other.

    Says what is wrong, and what mends it; it changes nothing itself. The status is 1 if anything is
    wrong. Whether each row says what its file says is the question of 'rebuild --verify'.
    """
    from ingest.verify import verifying  # noqa: PLC0415 - only here

    home = open_home(home_path(context))
    try:
        with progress_bar("Verifying", json=json) as progress:
            report = verifying.verify(home, tenant=tenant, quick=quick, progress=progress)
    finally:
        home.database.close()
    if json:
        show_json(
            {
                "deliveries": report.deliveries,
                "bytes": report.bytes,
                "problems": [asdict(one) for one in report.problems],
            }
        )
    else:
        _show(report, quick=quick)
    found = len(report.problems)
    if found:
        raise CommandFailed(
            f"{found:,} {'problem' if found == 1 else 'problems'}; what mends each is said with it."
        )


def _show(report: Report, *, quick: bool) -> None:
    shown: Counter[str] = Counter()
    for one in report.problems:
        shown[one.code] += 1
        if shown[one.code] <= _MOST_SHOWN:
            whose = " ".join(name for name in (one.tenant, one.delivery) if name)
            typer.echo(clean(f"{one.code}  {whose}".rstrip()))
            typer.echo(clean(f"  {one.message}"))
            typer.echo(clean(f"  Remedy: {one.remedy}"))
    for code, count in shown.items():
        if count > _MOST_SHOWN:
            typer.echo(f"{count - _MOST_SHOWN:,} more of {code}: --json has them all.")
    read = "none was read" if quick else f"{report.bytes:,} bytes were read"
    typer.echo(f"{report.deliveries:,} deliveries were looked at, {read}.")
    if not report.problems:
        typer.echo("All is well.")
