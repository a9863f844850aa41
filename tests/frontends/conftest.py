"""A home with one tenant, for tests of the front ends without a worker or a database."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from ingest.auth import Gatekeeper
from ingest.shelf import Shelves
from storage.accounts import Tenant, upload_key_hash
from storage.delivery import Envelope
from storage.inbox import Inbox
from storage.layout import Layout
from storage.spool import Spool

UPLOAD_KEY = "k3y0fth3sh0pwith26character"
LIMIT = 8 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """A home as a front end sees it, and what the tests look at afterwards."""

    layout: Layout
    spool: Spool
    inbox: Inbox
    gatekeeper: Gatekeeper
    shelves: Shelves
    tenant: Tenant
    client_key: asyncssh.SSHKey

    def accepted(self) -> list[tuple[Envelope, bytes]]:
        """Every accepted delivery, in order of receipt."""
        return [
            (self.inbox.envelope(tenant, one), self.inbox.data(tenant, one).read_bytes())
            for tenant in self.inbox.tenants()
            for one in self.inbox.waiting(tenant)
        ]

    def arriving(self) -> list[Path]:
        """What is in the spool: uploads that were neither accepted nor thrown away."""
        return list(self.layout.spool.glob("*"))

    def change_tenant(self, **changes: object) -> None:
        """Give the gatekeeper the tenant with other settings."""
        self.gatekeeper.replace([replace(self.tenant, **changes)])  # type: ignore[arg-type]  # any field


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """The tenant `acme`: an Upload Key, an ed25519 key, a mail address, no plain FTP."""
    layout = Layout(tmp_path)
    spool = Spool(layout)
    client_key = asyncssh.generate_private_key("ssh-ed25519")
    tenant = Tenant(
        name="acme",
        upload_key_hash=upload_key_hash(UPLOAD_KEY),
        keys=(client_key.export_public_key().decode().strip(),),
        mail_token="3fk9x2m7q4h8tb6z",
    )
    return Home(
        layout=layout,
        spool=spool,
        inbox=Inbox(layout),
        gatekeeper=Gatekeeper([tenant]),
        shelves=Shelves(spool, default_limit=LIMIT),
        tenant=tenant,
        client_key=client_key,
    )


@pytest.fixture
def listening_socket() -> Iterator[socket.socket]:
    """A listening socket on a free loopback port."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        yield sock


def cuts(logs: Iterable[Any]) -> list[tuple[Any, ...]]:
    """What is logged of uploads that were cut: tenant, via, peer, name, reason, bytes."""
    keys = ("tenant", "via", "peer", "name", "reason", "bytes")
    return sorted(tuple(one[key] for key in keys) for one in logs if one["event"] == "upload.cut")
