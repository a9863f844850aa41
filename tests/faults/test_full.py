"""A disk without room for bytes, or for files: nobody hears yes; with room again all goes on."""

from __future__ import annotations

import ftplib
import io
import itertools
import os
import shutil
import signal
import smtplib
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from storage import schema
from storage.database import Database
from storage.layout import Layout
from tests.databases import KINDS, Databases
from tests.e2e.running import Server
from tests.faults import promises
from tests.faults.conftest import Tally, needs
from tests.faults.disks import small_disk
from tests.faults.power import child
from tests.faults.scene import Scene, Sent, furnish
from tests.faults.senders import NETWORK, TENANT, WAYS, receipts
from tests.waiting import eventually

FULL = {"bytes": "size=24m", "files": "size=200m,nr_inodes=400"}


@pytest.fixture
def small_scene(
    databases: Databases, keys: Path, tmp_path: Path
) -> Iterator[Callable[[str, str], Scene]]:
    """Makes a scene whose home, with the embedded database if that is the kind, is a small disk."""
    needs("mount", root=True)
    with ExitStack() as stack:

        def make(kind: str, options: str) -> Scene:
            home = tmp_path / "home"
            stack.enter_context(small_disk(home, options))
            url = ""
            if kind == "postgresql":
                url = stack.enter_context(databases.fresh(kind, Layout(home)))
            else:
                database = Database(Layout(home))
                schema.upgrade(database)
                database.close()
            return furnish(home, kind=kind, url=url, keys=keys)

        yield make


@pytest.mark.timeout(200)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("what", FULL)
def test_a_full_disk_is_a_no_that_may_pass_and_nothing_more(
    what: str, kind: str, small_scene: Callable[[str, str], Scene], tally: Tally
) -> None:
    """While the disk is full: files wait in the inbox and one in the drop folder, tills send by
    every way, and the worker tries. Then there is room, for the same server. Its log is on the full
    disk too."""
    scene = small_scene(kind, FULL[what])
    with scene.serving() as server:
        worker = child(server, "worker")
        _send_by_every_way(scene, server)
        eventually(scene.nothing_waits)
        os.kill(worker, signal.SIGSTOP)
        for way in NETWORK:
            assert scene.send(way, addresses=server.addresses)
        with _full(scene, what):
            _refused(scene, server)
            os.kill(worker, signal.SIGCONT)
            time.sleep(2)
            _refused(scene, server)
        eventually(scene.nothing_waits, seconds=60)
        _send_by_every_way(scene, server)
        eventually(scene.nothing_waits)
        assert child(server, "worker") == worker
    scene.recover()
    promises.check(scene)
    tally(f"No room for {what}, then room again", 2 * len(WAYS), lost=promises.lost(scene))


def _send_by_every_way(scene: Scene, server: Server) -> None:
    for way in WAYS:
        assert scene.send(way, addresses=server.addresses), way


def _refused(scene: Scene, server: Server) -> None:
    """Send by every way but the drop folder: a no each time, which says that it may pass."""
    for way in ("sftp", "ftps", "load"):
        assert not scene.send(way, addresses=server.addresses), way
    with ftplib.FTP(timeout=20) as client:  # noqa: S321 - the point
        client.connect(*server.address("ftp"))
        client.login(TENANT, scene.key)
        with pytest.raises(ftplib.error_temp):
            client.storbinary("STOR no.csv", io.BytesIO(receipts(0)))
    with smtplib.SMTP(*server.address("smtp"), timeout=20) as mail:
        with pytest.raises((smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused)) as no:
            mail.sendmail("till@shop.example", [scene.mail], b"Subject: no\r\n\r\nno\r\n")
        assert "(4" in repr(no.value), repr(no.value)


@contextmanager
def _full(scene: Scene, what: str) -> Iterator[None]:
    """No room while the block runs, in which a file appears in the drop folder that was there."""
    data = receipts(len(scene.sent))
    path = scene.path / "drop" / TENANT / "dropped.csv"
    hidden = path.with_name(".dropped.csv")
    hidden.write_bytes(data)
    ballast = scene.path / "ballast"
    ballast.mkdir()
    with suppress(OSError):
        _take_room(ballast, what)
    scene.sent.append(Sent(way="folder", data=data, files=(data,), acknowledged=True))
    hidden.rename(path)
    try:
        yield
    finally:
        shutil.rmtree(ballast)


def _take_room(ballast: Path, what: str) -> None:
    """Fill the disk until it refuses. Raises OSError."""
    if what == "files":
        for number in itertools.count():
            (ballast / str(number)).touch()
    with (ballast / "bytes").open("wb", buffering=0) as file:
        while True:
            file.write(bytes(1 << 12))
