"""tenant add, list, show, change, rotate, disable, enable."""

from __future__ import annotations

import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from ingest import tenancy
from ingest.cli.context import Json, TenantName, opened
from ingest.cli.helping import Command, examples
from ingest.cli.output import show_fields, show_json, show_table
from ingest.home import Home
from ingest.tenancy import Credentials
from storage import mappings, tenants
from storage.accounts import Tenant
from storage.errors import NotFound

app = typer.Typer(
    rich_markup_mode=None, help="Tenants: who may send, how, and within which limits."
)

_Keys = Annotated[
    list[Path] | None,
    typer.Option(
        "--key",
        metavar="FILE",
        exists=True,
        dir_okay=False,
        help="A public SSH key file (ed25519, ECDSA or RSA); may be given several times.",
    ),
]
_Senders = Annotated[
    list[str] | None,
    typer.Option(
        "--sender",
        metavar="PATTERN",
        help="A sender who may email, as in *@shop.example; may be given several times. Without "
        "any, whoever knows the address may.",
    ),
]
_Password = Annotated[
    bool,
    typer.Option(
        "--password-stdin",
        help="Read a password from standard input, accepted beside the Upload Key.",
    ),
]
_PlainFtp = Annotated[
    bool | None,
    typer.Option("--plain-ftp/--no-plain-ftp", help="Allow FTP without TLS. Off by default."),
]
_LaxTls = Annotated[
    bool | None,
    typer.Option(
        "--lax-tls/--no-lax-tls",
        help="Take a TLS upload that ends without close_notify for complete, for clients that "
        "never send one. Off by default: a cut looks just like it.",
    ),
]
_MaxFileSize = Annotated[
    int | None,
    typer.Option(
        metavar="BYTES", min=1, help="Bytes of one file, instead of limits.max_file_size."
    ),
]

_KeepDays = Annotated[
    int | None,
    typer.Option(
        metavar="DAYS",
        min=1,
        max=36_500,
        help="Keep the bytes of settled files for so many days after they came, instead of for "
        "ever. Rows, envelopes and verdicts stay; such files can no longer be replayed.",
    ),
]


@app.command(
    cls=Command,
    epilog=examples(
        "dropsafe tenant add corner-shop",
        "dropsafe tenant add corner-shop --key till.pub --sender '*@corner.example'",
    ),
)
def add(
    context: typer.Context,
    name: TenantName,
    *,
    key: _Keys = None,
    sender: _Senders = None,
    password_stdin: _Password = False,
    plain_ftp: _PlainFtp = None,
    lax_tls: _LaxTls = None,
    max_file_size: _MaxFileSize = None,
    keep_days: _KeepDays = None,
    json: Json = False,
) -> None:
    """Make a tenant.

    Says its user name, its Upload Key (this once) and its mail address.
    """
    tenant = _changed(
        Tenant(name=name),
        key=key,
        sender=sender,
        password_stdin=password_stdin,
        plain_ftp=plain_ftp,
        lax_tls=lax_tls,
        max_file_size=max_file_size,
        keep_days=keep_days,
    )
    with opened(context) as home:
        credentials = tenancy.add(home, tenant)
        is_archived = home.journal.exists(name)
    following = f"rebuild {name}" if is_archived else f"mapping set {name} FILE.toml"
    _tell(credentials, json=json, following=following)


@app.command("list", cls=Command, epilog=examples("dropsafe tenant list"))
def list_tenants(context: typer.Context, *, json: Json = False) -> None:
    """List all tenants."""
    with opened(context) as home:
        with home.database.reading() as connection:
            everyone = tenants.everyone(connection)
        documents = [_document(home, tenant) for tenant in everyone]
    if json:
        show_json(documents)
        return
    columns = ("tenant", "enabled", "mail_address", "plain_ftp")
    show_table(columns, ([one[name] for name in columns] for one in documents), empty="No tenants.")


@app.command(cls=Command, epilog=examples("dropsafe tenant show corner-shop"))
def show(context: typer.Context, name: TenantName, *, json: Json = False) -> None:
    """Show one tenant: how it may come in, its limits and its feeds."""
    with opened(context) as home:
        with home.database.reading() as connection:
            tenant = tenants.find(connection, name)
            feeds = mappings.current(connection, name)
        document = _document(home, tenant)
    document["feeds"] = {feed: version.version for feed, version in feeds.items()}
    if json:
        show_json(document)
        return
    words = [f"{feed} (mapping version {version})" for feed, version in document["feeds"].items()]
    show_fields({**document, "feeds": words})


@app.command(
    cls=Command,
    epilog=examples(
        "dropsafe tenant change corner-shop --plain-ftp --max-file-size 20000000",
        "dropsafe tenant change corner-shop --no-password --no-max-file-size",
    ),
)
def change(
    context: typer.Context,
    name: TenantName,
    *,
    key: _Keys = None,
    remove_key: Annotated[
        list[str] | None,
        typer.Option(metavar="FINGERPRINT", help="As 'tenant show' prints it: SHA256:…"),
    ] = None,
    sender: _Senders = None,
    remove_sender: Annotated[
        list[str] | None,
        typer.Option(metavar="PATTERN", help="As 'tenant show' prints it: *@shop.example."),
    ] = None,
    password_stdin: _Password = False,
    no_password: Annotated[
        bool, typer.Option("--no-password", help="Take the password away; the Upload Key stays.")
    ] = False,
    plain_ftp: _PlainFtp = None,
    lax_tls: _LaxTls = None,
    max_file_size: _MaxFileSize = None,
    keep_days: _KeepDays = None,
    no_max_file_size: Annotated[
        bool, typer.Option("--no-max-file-size", help="Let limits.max_file_size hold again.")
    ] = False,
    keep_for_ever: Annotated[
        bool, typer.Option("--keep-for-ever", help="Let no more bytes be taken away.")
    ] = False,
    json: Json = False,
) -> None:
    """Change a tenant. What no option names stays as it is."""
    if password_stdin and no_password:
        raise typer.BadParameter("Give --password-stdin or --no-password, not both", context)
    if max_file_size is not None and no_max_file_size:
        raise typer.BadParameter("Give --max-file-size or --no-max-file-size, not both", context)
    if keep_days is not None and keep_for_ever:
        raise typer.BadParameter("Give --keep-days or --keep-for-ever, not both", context)
    with opened(context) as home:
        with home.database.writing() as connection:
            tenant = _without(
                tenants.find(connection, name, to_change=True),
                keys=remove_key or [],
                senders=remove_sender or [],
                password=no_password,
                limit=no_max_file_size,
                retention=keep_for_ever,
            )
            tenant = _changed(
                tenant,
                key=key,
                sender=sender,
                password_stdin=password_stdin,
                plain_ftp=plain_ftp,
                lax_tls=lax_tls,
                max_file_size=max_file_size,
                keep_days=keep_days,
            )
            tenants.change(connection, tenant)
        document = _document(home, tenant)
    show_json(document) if json else show_fields(document)


@app.command(
    cls=Command,
    epilog=examples(
        "dropsafe tenant rotate corner-shop",
        "dropsafe tenant rotate corner-shop --mail-address",
    ),
)
def rotate(
    context: typer.Context,
    name: TenantName,
    *,
    mail_address: Annotated[
        bool, typer.Option("--mail-address", help="Make a new mail address as well.")
    ] = False,
    json: Json = False,
) -> None:
    """Give a tenant a new Upload Key; the old one stops within about two seconds.

    Sessions that came in with the old one are closed then, and what they have not been told yes
    for is refused.
    """
    with opened(context) as home:
        _tell(tenancy.rotate(home, name, mail_address=mail_address), json=json)


@app.command(cls=Command, epilog=examples("dropsafe tenant disable corner-shop"))
def disable(context: typer.Context, name: TenantName, *, json: Json = False) -> None:
    """Let a tenant in no more; what it sent stays and goes on being loaded."""
    _enable(context, name, enabled=False, json=json)


@app.command(cls=Command, epilog=examples("dropsafe tenant enable corner-shop"))
def enable(context: typer.Context, name: TenantName, *, json: Json = False) -> None:
    """Let a disabled tenant in again."""
    _enable(context, name, enabled=True, json=json)


def _enable(context: typer.Context, name: str, *, enabled: bool, json: bool) -> None:
    with opened(context) as home:
        with home.database.writing() as connection:
            tenant = replace(tenants.find(connection, name, to_change=True), enabled=enabled)
            tenants.change(connection, tenant)
        document = _document(home, tenant)
    if json:
        show_json(document)
    else:
        typer.echo(f"{name} is {'enabled' if enabled else 'disabled'}.")


def _changed(
    tenant: Tenant,
    *,
    key: list[Path] | None,
    sender: list[str] | None,
    password_stdin: bool,
    plain_ftp: bool | None,
    lax_tls: bool | None,
    max_file_size: int | None,
    keep_days: int | None,
) -> Tenant:
    """The tenant with what the options add or set."""
    keys = [one for file in key or [] for one in tenancy.public_keys(file)]
    senders = [tenancy.sender_pattern(one) for one in sender or []]
    changes: dict[str, Any] = {
        "keys": tuple(dict.fromkeys([*tenant.keys, *keys])),
        "senders": tuple(dict.fromkeys([*tenant.senders, *senders])),
    }
    if password_stdin:
        changes["password_hash"] = tenancy.password_hash(sys.stdin.readline().rstrip("\r\n"))
    given = {
        "plain_ftp": plain_ftp,
        "lax_tls": lax_tls,
        "max_file_size": max_file_size,
        "keep_days": keep_days,
    }
    changes.update({name: value for name, value in given.items() if value is not None})
    return replace(tenant, **changes)


def _without(
    tenant: Tenant,
    *,
    keys: list[str],
    senders: list[str],
    password: bool,
    limit: bool,
    retention: bool,
) -> Tenant:
    """The tenant without these, and on request without password and limits. Raises NotFound."""
    known = {tenancy.fingerprint(one): one for one in tenant.keys}
    for one in [*(set(keys) - known.keys()), *(set(senders) - set(tenant.senders))]:
        raise NotFound(
            f"{tenant.name} has no {one}.", hint=f"'dropsafe tenant show {tenant.name}' lists them."
        )
    return replace(
        tenant,
        keys=tuple(one for print_, one in known.items() if print_ not in keys),
        senders=tuple(one for one in tenant.senders if one not in senders),
        password_hash="" if password else tenant.password_hash,
        max_file_size=None if limit else tenant.max_file_size,
        keep_days=None if retention else tenant.keep_days,
    )


def _document(home: Home, tenant: Tenant) -> dict[str, Any]:
    return {
        "tenant": tenant.name,
        "user": tenant.name,
        "enabled": tenant.enabled,
        "mail_address": tenancy.mail_address(home, tenant),
        "keys": [tenancy.fingerprint(key) for key in tenant.keys],
        "senders": list(tenant.senders),
        "password": bool(tenant.password_hash),
        "plain_ftp": tenant.plain_ftp,
        "lax_tls": tenant.lax_tls,
        "max_file_size": tenant.max_file_size,
        "keep_days": tenant.keep_days,
    }


def _tell(credentials: Credentials, *, json: bool, following: str = "") -> None:
    if json:
        show_json(asdict(credentials))
        return
    show_fields(asdict(credentials))
    typer.echo("\nThe Upload Key is the password for SFTP and FTP. It is not shown again.")
    if following:
        typer.echo(f"Next: dropsafe {following}")
