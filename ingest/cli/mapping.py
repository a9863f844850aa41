"""mapping set, show, history, check."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from ingest import describing
from ingest.cli.context import Json, TenantName, opened
from ingest.cli.output import show_fields, show_json, show_table
from storage import mappings, tenants
from storage.errors import DropsafeError, NotFound
from storage.mappings import DEFAULT_FEED

app = typer.Typer(
    no_args_is_help=True,
    help="Mappings: which columns of a tenant's files mean what. Versioned, never changed.",
)

_Feed = Annotated[str, typer.Option(help="One of several kinds of file of the tenant.")]
_SHOWN_REJECTS = 10


@app.command("set")
def set_mapping(
    context: typer.Context,
    tenant: TenantName,
    file: Annotated[
        Path,
        typer.Argument(exists=True, dir_okay=False, allow_dash=True, help="The mapping in TOML."),
    ],
    *,
    feed: _Feed = DEFAULT_FEED,
    json: Json = False,
) -> None:
    """Set a feed's mapping; deliveries that were held for want of it are tried again."""
    with opened(context) as home:
        version, released = describing.set_mapping(
            home, tenant=tenant, feed=feed, text=_text_of(file)
        )
    document = {"tenant": tenant, "feed": feed, "version": version.version, "released": released}
    if json:
        show_json(document)
        return
    typer.echo(f"{tenant}: feed {feed} has mapping version {version.version}.")
    if released:
        words = "delivery is" if released == 1 else "deliveries are"
        typer.echo(f"{released:,} held {words} tried again.")


@app.command()
def show(
    context: typer.Context, tenant: TenantName, *, feed: _Feed = DEFAULT_FEED, json: Json = False
) -> None:
    """Print the current mapping of a feed, as it was set."""
    with opened(context) as home, home.database.reading() as connection:
        tenants.find(connection, tenant)
        version = mappings.current(connection, tenant).get(feed)
    if version is None:
        raise NotFound(
            f"{tenant} has no mapping for the feed {feed}.",
            hint=f"Set one: dropsafe mapping set {tenant} FILE.toml",
        )
    if json:
        show_json(asdict(version))
    else:
        typer.echo(version.text, nl=not version.text.endswith("\n"))


@app.command()
def history(
    context: typer.Context,
    tenant: TenantName,
    *,
    feed: Annotated[str | None, typer.Option(help="Only the versions of this feed.")] = None,
    json: Json = False,
) -> None:
    """List every version of a tenant's mappings, oldest first."""
    with opened(context) as home, home.database.reading() as connection:
        tenants.find(connection, tenant)
        versions = mappings.history(connection, tenant, feed=feed)
    if json:
        show_json([asdict(version) for version in versions])
        return
    show_table(
        ("feed", "version", "set at", "lines"),
        ((one.feed, one.version, one.created_at, one.text.count("\n")) for one in versions),
        empty="No mappings.",
    )


@app.command()
def check(
    context: typer.Context,
    tenant: TenantName,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A tenant's file.")],
    *,
    feed: Annotated[
        str | None, typer.Option(help="Try this feed; without it the file's name decides.")
    ] = None,
    json: Json = False,
) -> None:
    """Say what would become of a file if it came in now, changing nothing."""
    with opened(context) as home:
        found = describing.check_file(home, tenant=tenant, file=file, feed=feed)
    document: dict[str, Any] = {
        "state": found.state,
        "reason": found.reason,
        "message": found.message,
        **asdict(found.counts),
        "remedy": found.remedy,
        "feed": found.feed,
        "mapping_version": found.mapping_version,
        "rejects": [
            {"line": one.line, "column": one.column, "reason": one.code, "message": one.message}
            for one in found.rejects
        ],
    }
    if json:
        show_json(document)
        return
    show_fields({**document, "rejects": None})
    for one in found.rejects[:_SHOWN_REJECTS]:
        typer.echo(f"  line {one.line}: {one.message}")


def _text_of(file: Path) -> str:
    try:
        return (
            typer.get_text_stream("stdin").read() if str(file) == "-" else file.read_text("utf-8")
        )
    except UnicodeDecodeError as error:
        raise DropsafeError(f"{file.name} is not UTF-8 text.", hint="Save it as UTF-8.") from error
