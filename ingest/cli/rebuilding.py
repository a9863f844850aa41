"""rebuild: the rows made again from the archive, or held against it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from ingest.cli.changes import show_changes
from ingest.cli.context import CommandFailed, Json, home_path, log_errors_only
from ingest.cli.helping import Command, examples
from ingest.cli.output import clean, show_json, show_table
from ingest.cli.progress import progress_bar
from ingest.home import Home, make_home, open_home
from storage.errors import NotFound
from storage.layout import Layout

_COUNTS = ("new", "changed", "unchanged", "gone")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        cls=Command, epilog=examples("dropsafe rebuild --verify", "dropsafe rebuild corner-shop")
    )(rebuild)


def rebuild(
    context: typer.Context,
    tenants: Annotated[
        list[str] | None, typer.Argument(help="Only these tenants.", metavar="[TENANT]...")
    ] = None,
    *,
    verify: Annotated[
        bool, typer.Option("--verify", help="Only say where rows differ; the status is then 1.")
    ] = False,
    json: Json = False,
) -> None:
    """Make all rows again from the archive, and put them in place of those in the database.

    For a database that was lost, or is not trusted: it may be missing or empty. Every file is held
    against its checksum and read as it was last read; mappings, verdicts and what was undone come
    back. Credentials do not: they are in no archive.
    """
    log_errors_only()
    layout = Layout(home_path(context).absolute())
    if layout.settings.is_file():
        make_home(layout)
    home = open_home(layout.home)
    try:
        documents = _rebuild(home, tenants or [], verify=verify)
    finally:
        home.database.close()
    differ = [one["tenant"] for one in documents if one["differs"]]
    if json:
        show_json(documents)
    else:
        _show(documents, verify=verify)
    if verify and differ:
        raise CommandFailed(
            f"Rows of {', '.join(differ)} are not what the archive says. To mend them: "
            f"dropsafe rebuild {' '.join(differ)}"
        )


def _rebuild(home: Home, names: list[str], *, verify: bool) -> list[dict[str, Any]]:
    from ingest import rebuild as rebuilding  # noqa: PLC0415 - brings what reads files
    from storage import schema  # noqa: PLC0415 - Alembic costs 0.1 s

    if not verify:
        schema.upgrade(home.database)
    home.database.check()
    known = rebuilding.all_tenants(home)
    for name in names:
        if name not in known:
            raise NotFound(
                f"There is no tenant {clean(name)}, neither in the database nor in the archive.",
                hint="'dropsafe rebuild' without names does all there are.",
            )
    documents = []
    with progress_bar("Rebuilding") as progress:
        for name in names or known:
            made = asdict(rebuilding.rebuild(home, name, verify=verify, progress=progress))
            effect = made.pop("effect")
            counts = effect["difference"]
            differs = any(counts[key] for key in ("new", "changed", "gone"))
            documents.append({**made, **counts, "differs": differs, "sample": effect["sample"]})
    return documents


def _show(documents: list[dict[str, Any]], *, verify: bool) -> None:
    columns = ("tenant", "deliveries", "restored", "released", *_COUNTS)
    show_table(columns, ([one[name] for name in columns] for one in documents), empty="No tenants.")
    for one in documents:
        changed = one["new"] + one["changed"] + one["gone"]
        if changed:
            typer.echo(f"{one['tenant']}, in the database and in the archive:")
            show_changes(one["sample"], all_changed=changed)
    lost = [one["tenant"] for one in documents if one["no_credentials"]]
    if lost:
        typer.echo("Nobody can log in as these tenants, since credentials are in no archive:")
        for name in lost:
            typer.echo(f"  dropsafe tenant rotate {name}")
    for one in documents:
        _show_pruned(one)
    if verify and not any(one["differs"] for one in documents):
        typer.echo("The rows are what the archive says.")


def _show_pruned(one: dict[str, Any]) -> None:
    """Say what retention has made impossible."""
    if one["taken_as_is"]:
        typer.echo(
            f"{one['tenant']}: the bytes of {one['taken_as_is']:,} deliveries are kept no longer. "
            "What they had brought was taken as it is."
        )
    if one["without_rows"]:
        typer.echo(
            f"{one['tenant']}: the bytes of {one['without_rows']:,} deliveries are kept no longer. "
            "Their rows were lost with the database."
        )
