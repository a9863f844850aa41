"""Settings: one dropsafe.toml, each key overridable from the environment, parsed once.

`[sftp] listen` is overridden by `DROPSAFE_SFTP__LISTEN`, and so on: the section, two underscores,
the key.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from ipaddress import IPv4Address
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from storage.errors import DropsafeError
from storage.layout import Layout

MIB = 1 << 20
_PREFIX = "DROPSAFE_"  # of the environment's variables


class SettingsError(DropsafeError):
    """The settings cannot be used; the message names each key at fault."""


def _listen_address(value: str) -> str:
    host, colon, port = value.rpartition(":")
    if value and not (colon and host and port.isdigit() and int(port) < 1 << 16):
        raise ValueError("an address is host:port, as in 0.0.0.0:2022; empty is off")
    return value


def _port_range(value: str) -> str:
    low, _, high = value.partition("-")
    if not (low.isdigit() and high.isdigit() and 0 < int(low) <= int(high) < 1 << 16):
        raise ValueError("a range of ports is low-high, as in 50000-50099")
    return value


def _ipv4_address(value: str) -> str:
    if value:
        try:
            IPv4Address(value)
        except ValueError as error:
            raise ValueError("the reply to PASV can only hold an IPv4 address") from error
    return value


AdvertisedAddress = Annotated[str, AfterValidator(_ipv4_address)]
ListenAddress = Annotated[str, AfterValidator(_listen_address)]
PortRange = Annotated[str, AfterValidator(_port_range)]


class Section(BaseModel):
    """A table of the settings file: frozen, and without unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Database(Section):
    """Where ledger and rows are kept."""

    url: str = Field(
        default="",
        repr=False,
        description="Empty for the embedded SQLite database in the home, or "
        "postgresql://user:password@host/name. A password is better kept out of this file: set "
        "DROPSAFE_DATABASE__URL.",
    )


class Sftp(Section):
    """The SFTP front end."""

    listen: ListenAddress = Field(
        default="127.0.0.1:2022", description="host:port; port 0 takes a free one; empty is off."
    )
    host_key: str = Field(
        default="",
        description="Path of the private host key; empty for keys/ssh_host_ed25519_key in the "
        "home, which is made at the first start.",
    )
    idle_seconds: int = Field(
        default=600, ge=10, description="A connection that says nothing for so long is closed."
    )
    max_connections: int = Field(default=500, ge=1, description="Connections at a time.")


class Ftp(Section):
    """The FTP front end: explicit TLS, and plain where a tenant's setting allows it."""

    listen: ListenAddress = Field(
        default="127.0.0.1:2121", description="host:port; port 0 takes a free one; empty is off."
    )
    passive_ports: PortRange = Field(
        default="50000-50099",
        description="Ports for data connections; open them in the firewall.",
    )
    advertised_address: AdvertisedAddress = Field(
        default="",
        description="IPv4 address told to clients for data connections, where NAT hides the one "
        "of this machine. Empty for the address that the client reached.",
    )
    idle_seconds: int = Field(
        default=300, ge=10, description="A connection that says nothing for so long is closed."
    )
    max_connections: int = Field(
        default=500, ge=1, description="Sockets at a time, those of data connections included."
    )


class Smtp(Section):
    """The email front end."""

    listen: ListenAddress = Field(
        default="127.0.0.1:2525", description="host:port; port 0 takes a free one; empty is off."
    )
    domain: str = Field(
        default="drop.localhost",
        description="What stands behind the @ in the tenants' addresses. Its MX record leads here.",
    )
    max_message_size: int = Field(
        default=64 * MIB,
        ge=1024,
        description="Bytes of a message; attachments count as encoded, a third more.",
    )
    idle_seconds: int = Field(
        default=300, ge=10, description="A connection that says nothing for so long is closed."
    )
    max_connections: int = Field(default=200, ge=1, description="Connections at a time.")


class Tls(Section):
    """The certificate of FTP and SMTP."""

    certificate: str = Field(
        default="",
        description="Path of the certificate chain in PEM; empty for a self-signed one in the "
        "home, made at the first start.",
    )
    private_key: str = Field(
        default="",
        description="Path of its private key in PEM; empty if it is in the certificate's file.",
    )


class Folder(Section):
    """The drop folder: drop/<tenant>/ in the home, for files put there by hand or by a server."""

    enabled: bool = Field(default=True, description="Whether the drop folder is looked at.")
    path: str = Field(
        default="",
        description="Directory in which each tenant has a folder of its own; empty for drop/ in "
        "the home, which only the server's user can write to. The server's user must be able to "
        "read and remove files there.",
    )
    quiet_seconds: float = Field(
        default=5.0,
        ge=0.1,
        description="A file is taken when its size and time have not changed for so long.",
    )


class Limits(Section):
    """What a single sender may cost."""

    max_file_size: int = Field(
        default=128 * MIB, ge=1, description="Bytes of one file, where a tenant has no own limit."
    )
    rename_grace_seconds: int = Field(
        default=3600,
        ge=1,
        description="How long an upload under a temporary name may wait for its rename; then it "
        "is held under that name.",
    )


class Workers(Section):
    """The processes that read and load."""

    count: int = Field(default=1, ge=0, description="Processes that 'serve' starts and watches.")
    attempts: int = Field(
        default=3, ge=1, description="How often one delivery is begun before it is held."
    )
    memory: int = Field(
        default=3072, ge=256, description="MiB of memory that reading one file may take."
    )
    seconds: int = Field(
        default=300, ge=1, description="Processor time in s that reading one file may take."
    )
    sweep_seconds: float = Field(
        default=10.0,
        ge=0.1,
        description="How often the whole inbox is looked at, for what the bell missed.",
    )


class Log(Section):
    """The log on standard error."""

    level: str = Field(
        default="info",
        pattern="^(debug|info|warning|error)$",
        description="The least that is logged: debug, info, warning or error.",
    )
    format: str = Field(
        default="text", pattern="^(text|json)$", description="text for people, json for machines."
    )


class Settings(BaseModel):
    """All settings of one home."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    database: Database = Database()
    sftp: Sftp = Sftp()
    ftp: Ftp = Ftp()
    smtp: Smtp = Smtp()
    tls: Tls = Tls()
    folder: Folder = Folder()
    limits: Limits = Limits()
    workers: Workers = Workers()
    log: Log = Log()


def load_settings(layout: Layout) -> Settings:
    """Read the home's dropsafe.toml, if there is one, and the environment over it.

    Raises:
        SettingsError: not TOML, an unknown key or a bad value; each key at fault is named.
    """
    try:
        text = layout.settings.read_bytes()
    except FileNotFoundError:
        text = b""
    try:
        stored = tomllib.loads(text.decode())
        return Settings.model_validate(_overridden(stored, os.environ))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{layout.settings.name} is not TOML: {error}.",
            hint="Mend that line; deploy/dropsafe.toml shows every setting.",
        ) from error
    except ValidationError as error:
        raise SettingsError(
            "; ".join(_said_of(problem) for problem in error.errors()) + ".",
            hint=f"Mend it in {layout.settings.name} or in the environment.",
        ) from error


def _overridden(stored: dict[str, Any], environment: Mapping[str, str]) -> dict[str, Any]:
    """What the file says, with what the environment says of single keys over it.

    pydantic-settings would do it as well, but it takes 0.08 s of every command to be imported.
    """
    for variable, value in environment.items():
        section, separator, key = variable.removeprefix(_PREFIX).lower().partition("__")
        if variable.startswith(_PREFIX) and separator:
            keys = stored.setdefault(section, {})
            if isinstance(keys, dict):  # else the file is wrong there, and is told so
                keys[key] = value
    return stored


def _said_of(problem: Any) -> str:  # noqa: ANN401 - pydantic's own dict of an error
    key = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        return f"{key}: there is no such setting"
    said = problem["msg"].removeprefix("Value error, ")  # pydantic's, before each of our own
    return f"{key}: {said}{_from_environment(key)}"


def _from_environment(key: str) -> str:
    variable = _PREFIX + key.upper().replace(".", "__")
    return f" (from {variable})" if variable in os.environ else ""


def address_of(listen: str) -> tuple[str, int]:
    """Split host:port; brackets around an IPv6 host are taken off."""
    host, _, port = listen.rpartition(":")
    return host.strip("[]"), int(port)


def path_of(layout: Layout, setting: str, default: Path) -> Path:
    """A path from the settings: relative ones start at the home."""
    return layout.home / setting if setting else default
