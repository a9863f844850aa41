"""mapping set, show, history, check."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from ingest.cli.context import Json, TenantName, log_errors_only, opened
from ingest.cli.helping import Command, examples
from ingest.cli.output import show_fields, show_json, show_table
from storage import ledger, mappings, tenants
from storage.errors import DropsafeError
from storage.mappings import DEFAULT_FEED, MappingVersion

app = typer.Typer(
    rich_markup_mode=None,
    help="Mappings: which columns of a tenant's files mean what. Versioned, never changed.",
)

FeedName = Annotated[
    str, typer.Option(metavar="NAME", help="One of several kinds of file of the tenant.")
]
_SHOWN_REJECTS = 10


@app.command(
    "set",
    cls=Command,
    epilog=examples(
        "dropsafe mapping set corner-shop corner-shop.toml",
        "dropsafe mapping set corner-shop old.toml --feed old-tills",
    ),
)
def set_mapping(
    context: typer.Context,
    tenant: TenantName,
    file: Annotated[
        Path,
        typer.Argument(
            exists=True,
            dir_okay=False,
            allow_dash=True,
            path_type=str,  # typer takes no Path for a dash
            metavar="FILE",
            help="The mapping in TOML; - is standard input.",
        ),
    ],
    *,
    feed: FeedName = DEFAULT_FEED,
    json: Json = False,
) -> None:
    """Set a feed's mapping.

    Deliveries that were held for want of it, or because of the one before, are tried again.
    """
    from ingest import describing  # noqa: PLC0415 - reads mappings

    with opened(context) as home:
        version, released = describing.set_mapping(
            home, tenant=tenant, feed=feed, text=text_of(Path(file))
        )
        with home.database.reading() as connection:
            stay = ledger.read_otherwise(connection, tenant=tenant, feed=feed, now=version.version)
    if json:
        show_json(changed(version, released))
        return
    typer.echo(f"{tenant}: feed {feed} has mapping version {version.version}.")
    say_released(released)
    if stay:
        words = "delivery stays as it was" if stay == 1 else "deliveries stay as they were"
        typer.echo(f"{stay:,} loaded {words} read, until: dropsafe replay --tenant {tenant}")


@app.command(cls=Command, epilog=examples("dropsafe mapping remove corner-shop --feed old-tills"))
def remove(
    context: typer.Context,
    tenant: TenantName,
    *,
    feed: Annotated[str, typer.Option(metavar="NAME", help="The feed that is to go.")],
    json: Json = False,
) -> None:
    """Remove a feed; its history stays.

    Files that would have been its own then go to the feed that their names fit, or are held. What
    was read with its mapping stays as it was read.
    """
    from ingest import describing  # noqa: PLC0415 - reads mappings

    with opened(context) as home:
        version, released = describing.remove_feed(home, tenant=tenant, feed=feed)
    if json:
        show_json(changed(version, released))
        return
    typer.echo(f"{tenant}: feed {feed} is removed.")
    say_released(released)


@app.command(cls=Command, epilog=examples("dropsafe mapping show corner-shop > corner-shop.toml"))
def show(
    context: typer.Context, tenant: TenantName, *, feed: FeedName = DEFAULT_FEED, json: Json = False
) -> None:
    """Print the current mapping of a feed, as it was set."""
    with opened(context) as home, home.database.reading() as connection:
        tenants.find(connection, tenant)
        version = mappings.of_feed(connection, tenant, feed)
    if json:
        show_json(asdict(version))
    else:
        typer.echo(version.text, nl=not version.text.endswith("\n"))


@app.command(cls=Command, epilog=examples("dropsafe mapping history corner-shop --json"))
def history(
    context: typer.Context,
    tenant: TenantName,
    *,
    feed: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only the versions of this feed.")
    ] = None,
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
        (
            (
                one.feed,
                one.version,
                one.created_at,
                "removed" if one.is_removal else len(one.text.splitlines()),
            )
            for one in versions
        ),
        empty="No mappings.",
    )


@app.command(cls=Command, epilog=examples("dropsafe mapping check corner-shop sales.csv"))
def check(
    context: typer.Context,
    tenant: TenantName,
    file: Annotated[
        Path,
        typer.Argument(exists=True, dir_okay=False, metavar="FILE", help="A tenant's file."),
    ],
    *,
    feed: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Try this feed; without it the file's name decides."),
    ] = None,
    json: Json = False,
) -> None:
    """Say what would become of a file if it came in now, changing nothing."""
    from ingest import checking  # noqa: PLC0415 - see log_errors_only

    log_errors_only()
    with opened(context) as home:
        found = checking.check_file(home, tenant=tenant, file=file, feed=feed)
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
        "notes": found.notes,
    }
    if json:
        show_json(document)
        return
    show_fields({**document, "rejects": None})
    for one in found.rejects[:_SHOWN_REJECTS]:
        typer.echo(f"  line {one.line}: {one.message}")
    if (more := found.counts.rejected - _SHOWN_REJECTS) > 0:
        typer.echo(f"  and {more:,} more")


def changed(version: MappingVersion, released: int) -> dict[str, Any]:
    return {
        "tenant": version.tenant,
        "feed": version.feed,
        "version": version.version,
        "released": released,
    }


def say_released(released: int) -> None:
    if released:
        words = "delivery is" if released == 1 else "deliveries are"
        typer.echo(f"{released:,} held {words} tried again.")


def text_of(file: Path) -> str:
    """The text of a file that is UTF-8; `-` is standard input. Raises DropsafeError."""
    try:
        return (
            typer.get_text_stream("stdin").read() if str(file) == "-" else file.read_text("utf-8")
        )
    except UnicodeDecodeError as error:
        raise DropsafeError(f"{file.name} is not UTF-8 text.", hint="Save it as UTF-8.") from error
