"""A real home with one tenant, what was sent to it, and what was acknowledged."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ingest import describing, tenancy
from ingest.certificate import certificate
from ingest.home import Home, make_directories, open_home
from ingest.hostkey import hostkey_of
from storage.accounts import Tenant
from storage.delivery import Origin
from storage.layout import Layout
from tests.databases import Databases
from tests.e2e.running import Server, dropsafe, dropsafe_json, run_server
from tests.faults.senders import TENANT, Till, receipts, stored
from tests.shop import MAPPING
from tests.waiting import eventually

SETTINGS = """\
[database]
url = "{url}"
[sftp]
listen = "127.0.0.1:0"
[ftp]
listen = "127.0.0.1:0"
[smtp]
listen = "127.0.0.1:0"
[folder]
quiet_seconds = 0.1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One file that was sent whole.

    `data` is what a delivery of it holds; `files` are the tables in it: itself, or the parts of an
    email or an archive. `acknowledged` once the sender was told yes, `parked` if that was under a
    temporary name, and the rename was not answered.
    """

    way: str
    data: bytes
    files: tuple[bytes, ...]
    acknowledged: bool = False
    parked: bool = False

    @property
    def sha256(self) -> str:
        """The checksum of what a delivery of it holds."""
        return digest(self.data)


@dataclass(slots=True, kw_only=True)
class Scene:
    """A home on one kind of database, and the record of what was sent to it.

    `undone` are deliveries that were undone on purpose, unless it is open yet whether they are;
    `environment` is given to each server.
    """

    path: Path
    kind: str
    key: str
    mail: str
    sent: list[Sent] = field(default_factory=list)
    undone: set[str] = field(default_factory=set)
    is_undone_open: bool = False
    environment: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def home(self) -> Iterator[Home]:
        """The home, opened in this process."""
        home = open_home(self.path)
        try:
            yield home
        finally:
            home.database.close()

    @property
    def log(self) -> str:
        """What forked processes of this home logged and said."""
        return (self.path / "forked.log").read_text(errors="replace")

    @contextmanager
    def serving(self, **environment: str) -> Iterator[Server]:
        """A real server on the home, stopped at the end if it still runs."""
        with run_server(self.path, **self.environment, **environment) as server:
            yield server

    def send(
        self,
        way: str,
        data: bytes | None = None,
        *,
        addresses: Mapping[str, str] | None = None,
        alive: Callable[[], bool] = lambda: True,
        name: str = "",
        files: tuple[bytes, ...] | None = None,
    ) -> bool:
        """Send a file and note whether it was acknowledged.

        `data` is a file like no other unless given; `files` are the tables in it, if it is none
        itself. What lies in the drop folder counts as acknowledged from the start: the server may
        take it away from there only by keeping it.
        """
        number = len(self.sent)
        name = name or f"sales-{number}.csv"
        data = receipts(number) if data is None else data
        sent = Sent(way=way, data=stored(way, name, data), files=files or (data,))
        self.sent.append(replace(sent, acknowledged=way == "folder"))
        till = Till(self.path, addresses or {}, key=self.key, mail=self.mail)
        yes = till.send(way, name, data, alive=alive)
        if yes or till.parked:
            self.sent[number] = replace(sent, acknowledged=True, parked=till.parked)
        return yes

    def accept(
        self,
        data: bytes | None = None,
        *,
        name: str = "",
        files: tuple[bytes, ...] | None = None,
        via: str = "load",
        order: int | None = None,
    ) -> str:
        """Put a file straight into the inbox, acknowledged; its delivery's id.

        `order` is its place in the order of receipt, if it is not to be the last.
        """
        number = len(self.sent)
        data = receipts(number) if data is None else data
        self.sent.append(Sent(way=via, data=data, files=files or (data,), acknowledged=True))
        origin = Origin(tenant=TENANT, name=name or f"sales-{number}.csv", via=via)
        with self.home() as home:
            if order is not None:
                home.spool.sequence.allot()  # a home that has files has given numbers
            upload = home.spool.receive(origin, limit=1 << 30, order=order)
            upload.write(data)
            return upload.commit().id

    def work(self) -> int:
        """`dropsafe work --once`; how many deliveries were worked off."""
        worked: int = dropsafe_json(self.path, "work", "--once")["worked"]
        return worked

    def recover(self) -> None:
        """What happens without a human hand: a plain start, and `work --once`."""
        with self.serving():
            eventually(self.nothing_waits, seconds=60)
        dropsafe(self.path, "work", "--once")

    def nothing_waits(self) -> bool:
        """Whether drop folder and inbox are empty."""
        dropped = [one for one in (self.path / "drop").glob("*/*") if not one.name.startswith(".")]
        with self.home() as home:
            return not dropped and not any(
                home.inbox.has_work(tenant) for tenant in home.inbox.tenants()
            )


def digest(data: bytes) -> str:
    """A checksum as envelopes have it."""
    return hashlib.sha256(data).hexdigest()


def furnish(path: Path, *, kind: str, url: str = "", keys: Path | None = None) -> Scene:
    """Make a scene in a directory, where the database (`url`, or the embedded one) has its schema.

    `keys` is a directory of host key and certificate to copy, which saves the time to make them.
    """
    layout = Layout(path)
    make_directories(layout)
    layout.settings.write_text(SETTINGS.format(url=url))
    if keys is not None:
        shutil.copytree(keys, layout.keys, dirs_exist_ok=True)
    home = open_home(path)
    hostkey_of(layout, home.settings.sftp)
    certificate(layout, home.settings.tls)
    credentials = tenancy.add(home, Tenant(name=TENANT, plain_ftp=True))
    describing.set_mapping(home, tenant=TENANT, feed="default", text=MAPPING)
    home.database.close()
    return Scene(path=path, kind=kind, key=credentials.upload_key, mail=credentials.mail_address)


@contextmanager
def copied(scene: Scene, databases: Databases, path: Path) -> Iterator[Scene]:
    """The same scene in another directory, on a copy of its database; for the time of the block."""
    shutil.copytree(scene.path, path)
    copy = replace(scene, path=path, sent=list(scene.sent), undone=set(scene.undone))
    if scene.kind == "sqlite":
        yield copy
        shutil.rmtree(path)
        return
    with scene.home() as home:
        url = home.settings.database.url
    with databases.copy(url) as copy_url:
        Layout(path).settings.write_text(SETTINGS.format(url=copy_url))
        yield copy
    shutil.rmtree(path)


def wait_for(what: Callable[[], Any], *, seconds: float = 20.0) -> None:
    """Poll often until something holds; fails at the deadline."""
    assert until(what, seconds=seconds), "it did not come true in time"


def until(what: Callable[[], Any], *, seconds: float) -> bool:
    """Poll often until something holds, or the time is over; whether it holds."""
    deadline = time.monotonic() + seconds
    while not what():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True
