"""mapping pin, repair: how a feed's files are written, and what a column is called now."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli.context import Json, TenantName, log_errors_only, opened
from ingest.cli.helping import Command, examples
from ingest.cli.mapping import FeedName, changed, say_released
from ingest.cli.output import show_json
from storage import mappings, tenants
from storage.errors import DropsafeError
from storage.mappings import DEFAULT_FEED

if TYPE_CHECKING:
    from ingest.drift import Drift

_MOST_SHOWN = 5


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(
        cls=Command,
        epilog=examples(
            "dropsafe mapping pin corner-shop decimal=,",
            "dropsafe mapping pin corner-shop header_line=any final_line_end=",
        ),
    )(pin)
    app.command(
        cls=Command,
        epilog=examples(
            "dropsafe mapping repair 1htfj5nsh5b82",
            "dropsafe mapping repair 1htfj5nsh5b82 --yes",
            'dropsafe mapping repair 1htfj5nsh5b82 --column "Total=Amount"',
        ),
    )(repair)


def pin(
    context: typer.Context,
    tenant: TenantName,
    settled: Annotated[
        list[str] | None, typer.Argument(metavar="[KEY=VALUE]...", help="What is to hold.")
    ] = None,
    *,
    feed: FeedName = DEFAULT_FEED,
    json: Json = False,
) -> None:
    """Say how a feed's files are written, or show what they have settled so far.

    What the mapping leaves open, a file that proves it settles for those after it; one that
    contradicts it is held. KEY= takes a pin away, KEY=any lets each file decide for itself.
    """
    from ingest import settling  # noqa: PLC0415 - reads mappings
    from parsers.mappings.pins import PinError  # noqa: PLC0415 - as above

    changes = dict(_pair(one) for one in settled or ())
    with opened(context) as home:
        if changes:
            try:
                version, released = settling.pin(home, tenant=tenant, feed=feed, changes=changes)
            except PinError as error:
                raise DropsafeError(f"{error}.") from error
        else:
            with home.database.reading() as connection:
                tenants.find(connection, tenant)
                version, released = mappings.of_feed(connection, tenant, feed), 0
    if json:
        show_json({**changed(version, released), "pins": dict(version.pins)})
        return
    for key, value in sorted(version.pins.items()):
        typer.echo(f"{key} = {value!r}")
    if not version.pins:
        typer.echo("Nothing is settled yet.")
    say_released(released)


def repair(
    context: typer.Context,
    delivery: Annotated[str, typer.Argument(metavar="ID", help="A delivery that is held.")],
    *,
    column: Annotated[
        list[str] | None,
        typer.Option(metavar="OLD=NEW", help="What a missing column is called now."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Confirm what is proved.")] = False,
    json: Json = False,
) -> None:
    """Find what a missing column is called now, and have it so from now on.

    Transactions that earlier files brought, and the held one brings again, must say the same in the
    new column. Confirmed, the name is added to the mapping, and what was held loads.
    """
    from ingest import drift  # noqa: PLC0415 - see log_errors_only

    log_errors_only()
    with opened(context) as home:
        found = drift.look(home, delivery)
        chosen = dict(_pair(one) for one in column or ())
        if not chosen and found.proved is not None:
            sure = yes or _confirmed(found)
            chosen = found.proved.names if sure else {}
        version, released = drift.confirm(home, found, chosen) if chosen else (None, 0)
    if json:
        show_json(
            {
                "delivery": delivery,
                "missing": list(found.missing),
                "proposals": [{**asdict(one), "proved": one.proved} for one in found.proposals],
                "applied": chosen,
                "version": version.version if version else None,
                "released": released,
            }
        )
        return
    if version is None:
        _propose(found)
        return
    names = ", ".join(f"'{new}' for '{old}'" for old, new in chosen.items())
    typer.echo(f"{version.tenant}: feed {version.feed} takes {names}, version {version.version}.")
    say_released(released)


def _confirmed(found: Drift) -> bool:
    """Ask whether a proved proposal shall be taken; no, where nobody can answer."""
    if not sys.stdin.isatty() or found.proved is None:
        return False
    names = ", ".join(f"'{old}' is '{new}' now" for old, new in found.proved.names.items())
    return typer.confirm(f"{names}: {found.proved.same:,} transactions say so. Take it?", err=True)


def _propose(found: Drift) -> None:
    for one in found.proposals[:_MOST_SHOWN]:
        names = ", ".join(f"'{old}' = '{new}'" for old, new in one.names.items())
        typer.echo(f"{names}: {one.same:,} transactions say the same, {one.other:,} another thing")
    if found.proved is not None:
        typer.echo(f"Take it: dropsafe mapping repair {found.entry.id} --yes")
    else:
        typer.echo("Nothing is proved. If you know: --column OLD=NEW")


def _pair(text: str) -> tuple[str, str]:
    key, sign, value = text.partition("=")
    if not sign:
        raise typer.BadParameter(f"{text!r} is not KEY=VALUE, such as decimal=,")
    return key.strip(), value
