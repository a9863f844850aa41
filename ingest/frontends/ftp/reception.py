"""What all FTP sessions share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ingest.auth import Gatekeeper
from ingest.frontends.ftp.jobs import Jobs
from ingest.frontends.ftp.tls import Contexts
from ingest.shelf import Shelves


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long the server waits, in seconds.

    `idle`: for a command, or for the next bytes of a file; `login`: for a login, whatever else is
    said meanwhile; `connect`: for a data connection that was announced; `refusal`: before a
    refused login is answered, so that guessing takes long.
    """

    idle: float
    login: float = 60.0
    connect: float = 30.0
    refusal: float = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """What all sessions of a front end share.

    `protocol` says which commands there are, as the library's `proto_cmds`; `commands` what is
    done for those that are not left to the library.
    """

    gatekeeper: Gatekeeper
    shelves: Shelves
    jobs: Jobs
    patience: Patience
    tls: Contexts
    passive_ports: range
    advertised_address: str
    protocol: Mapping[str, Mapping[str, Any]]
    commands: Mapping[str, Callable[[Any, str], None]]
