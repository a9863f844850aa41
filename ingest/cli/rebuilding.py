"""rebuild: the rows made again from the archive, or held against it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingest.cli.changes import show_changes
from ingest.cli.context import CommandFailed, Json, home_path, log_errors_only
from ingest.cli.helping import Command, examples
from ingest.cli.output import clean, show_json, show_table
from ingest.cli.progress import progress_bar
from ingest.home import Home, make_home, open_home
from ingest.verdicts import Held
from storage.errors import DatabaseAway, DropsafeError, NotFound
from storage.layout import Layout

if TYPE_CHECKING:
    from ingest.rebuild import Rebuilt

_COUNTS = ("new", "changed", "unchanged", "gone")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        cls=Command,
        epilog=examples(
            "dropsafe rebuild --verify",
            "dropsafe rebuild corner-shop",
            "dropsafe rebuild corner-shop --without 1htfj5nsh5b82",
        ),
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
    without: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ID",
            help="A delivery of the tenant that is lost: it counts no more; may be given several "
            "times.",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Make all rows again from the archive, and put them in place of those in the database.

    For a database that was lost, or is not trusted: it may be missing or empty. Every file is held
    against its checksum and read as it was last read; mappings, verdicts and what was undone come
    back. Credentials and settings of tenants do not: they are in no archive. A tenant of which
    something cannot be read is left as it is; the others are done, and the status is 1.
    """
    if without and len(set(tenants or [])) != 1:
        raise typer.BadParameter(
            "--without takes the one tenant whose delivery it is: dropsafe rebuild TENANT "
            "--without ID",
            context,
        )
    log_errors_only()
    layout = Layout(home_path(context).absolute())
    if layout.settings.is_file():
        make_home(layout)
    home = open_home(layout.home)
    try:
        documents = _rebuild(home, tenants or [], without or [], verify=verify, json=json)
    finally:
        home.database.close()
    if json:
        show_json(documents)
    else:
        _show(documents, verify=verify)
    _complain(documents, verify=verify)


def _complain(documents: list[dict[str, Any]], *, verify: bool) -> None:
    """Raise CommandFailed if a tenant could not be done, or differs."""
    failed = [one for one in documents if one["failed"]]
    if len(documents) == len(failed) == 1:
        raise CommandFailed(_why_not(failed[0]))
    wrong: list[str] = []
    if failed:
        for one in failed:
            typer.echo(f"{one['tenant']}: {_why_not(one)}", err=True)
        names = ", ".join(one["tenant"] for one in failed)
        wrong.append(f"Left as they are: {names}. All others are done.")
    differ = [one["tenant"] for one in documents if one["differs"]]
    if verify and differ:
        wrong.append(
            f"Rows of {', '.join(differ)} are not what the archive says. To mend them: "
            f"dropsafe rebuild {' '.join(differ)}"
        )
    if wrong:
        raise CommandFailed(" ".join(wrong))


def _why_not(one: dict[str, Any]) -> str:
    return f"{one['failed']['message']} {one['failed']['remedy']}".strip()


def _rebuild(
    home: Home, names: list[str], without: list[str], *, verify: bool, json: bool
) -> list[dict[str, Any]]:
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
    with progress_bar("Rebuilding", json=json) as progress:
        for name in dict.fromkeys(names) or known:
            try:
                made = rebuilding.rebuild(
                    home, name, verify=verify, without=without, progress=progress
                )
            except DatabaseAway:
                raise
            except (Held, DropsafeError) as error:
                documents.append(_failed(name, error))
            else:
                documents.append(_document(made))
    return documents


def _document(made: Rebuilt) -> dict[str, Any]:
    found = asdict(made)
    effect = found.pop("effect")
    counts = effect["difference"]
    keys = ("new", "changed", "gone", "misattributed", "superseded")
    differs = any({**found, **counts}[key] for key in keys)
    return {**found, **counts, "differs": differs, "sample": effect["sample"], "failed": None}


def _failed(tenant: str, error: Held | DropsafeError) -> dict[str, Any]:
    remedy = error.remedy if isinstance(error, Held) else error.hint
    failed = {"message": error.message, "remedy": remedy}
    return {"tenant": tenant, "differs": False, "failed": failed}


def _show(documents: list[dict[str, Any]], *, verify: bool) -> None:
    documents = [one for one in documents if not one["failed"]]
    if not documents:
        return
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
        typer.echo(
            "Nor are their settings: they are enabled, with those of a new tenant. What was set "
            "otherwise (keys, senders, plain FTP, lax TLS, the largest file, how long bytes are "
            "kept), or disabled, set again with: dropsafe tenant change, dropsafe tenant disable"
        )
    for one in documents:
        _show_beneath(one)
        _show_pruned(one)
    if verify and documents and not any(one["differs"] for one in documents):
        typer.echo("The rows are what the archive says.")


def _show_beneath(one: dict[str, Any]) -> None:
    """Say what rows alone do not show."""
    if one["misattributed"]:
        typer.echo(
            f"{one['tenant']}: {one['misattributed']:,} rows say what the archive says, but bore "
            "another delivery or line."
        )
    if one["superseded"]:
        typer.echo(
            f"{one['tenant']}: {one['superseded']:,} of the values that rows had before, to which "
            "an undo goes back, were not what the archive says."
        )


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
    if one["fell_back"]:
        typer.echo(
            f"{one['tenant']}: {one['fell_back']:,} deliveries were replayed since the database "
            "was dumped, and their bytes are kept no longer. They are as they had been read before."
        )
    if one["in_doubt"]:
        typer.echo(
            f"{one['tenant']}: {one['in_doubt']:,} rows may be otherwise. What said them was "
            "undone since the database was dumped; whether newer ones said the same is not known."
        )
