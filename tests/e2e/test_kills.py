"""kill -9 of every process at random moments under load, twenty times: nothing is lost or doubled.

The moments come from a seed that is printed; `DROPSAFE_TEST_SEED` repeats it.
"""

from __future__ import annotations

import ftplib
import hashlib
import io
import os
import random
import shutil
import signal
import smtplib
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from email.message import EmailMessage
from pathlib import Path

import pytest

from ingest.home import Home, open_home
from storage import ledger
from tests import oracle
from tests.e2e.baskets import BASKETS, read_baskets
from tests.e2e.baskets import MAPPING as BASKET_MAPPING
from tests.e2e.running import (
    Server,
    dropsafe,
    dropsafe_json,
    run_server,
    set_mapping,
    sftp,
    start_server,
)
from tests.shop import MAPPING, dump, table
from tests.waiting import eventually

KILLS = 20

# A delivery is held after three attempts, whatever cut them short; on a busy machine the twenty
# kills can meet one delivery that often, and whether a kill loses anything is asked here alone.
_PATIENT = {"DROPSAFE_WORKERS__ATTEMPTS": str(KILLS + 1)}


class Load:
    """Senders that go on through every crash, and remember what was acknowledged."""

    def __init__(self, server: Server, seed: int) -> None:
        self.server = server
        self.key, self.address = "", ""
        self.sent: dict[str, bytes] = {}
        self.acknowledged: set[str] = set()
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._random = random.Random(seed)  # noqa: S311 - chance, not a secret

    @contextmanager
    def running(self) -> Iterator[None]:
        """Send by every protocol at once while the block runs."""
        ways: list[Callable[[str, bytes], bool]] = [self._sftp, self._ftp, self._smtp]
        senders = [threading.Thread(target=self._send, args=(way,)) for way in ways]
        for sender in senders:
            sender.start()
        try:
            yield
        finally:
            self._stopping.set()
            for sender in senders:
                sender.join(30)

    def close(self) -> None:
        """End the server, whatever happened."""
        self.server.process.kill()

    def _send(self, way: Callable[[str, bytes], bool]) -> None:
        while not self._stopping.is_set():
            with self._lock:
                number = len(self.sent)
                data = self._file(number)
                digest = hashlib.sha256(data).hexdigest()
                self.sent[digest] = data
            if way(f"sales-{number}.csv", data):
                self.acknowledged.add(digest)
            else:
                time.sleep(0.05)

    def _file(self, number: int) -> bytes:
        """A file like no other, whose rows overlap those of the files before it."""
        rows = [
            ("A", str(max(0, number - back)), f"{self._random.randrange(-9999, 9999) / 100:.2f}")
            for back in range(self._random.choice([1, 5, 2000]))
        ]
        return table(*rows, ("A", f"own-{number}", "1.00"))

    def _sftp(self, name: str, data: bytes) -> bool:
        return bool(sftp(self.server.address("sftp"), "acme", self.key, {name: data}))

    def _ftp(self, name: str, data: bytes) -> bool:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        try:
            with ftplib.FTP_TLS(context=context, timeout=20) as client:  # noqa: S321 - the point
                client.connect(*self.server.address("ftp"))
                client.login("acme", self.key)
                client.prot_p()
                return client.storbinary(f"STOR {name}", io.BytesIO(data)).startswith("226")
        except (OSError, EOFError, ftplib.Error):
            return False

    def _smtp(self, name: str, data: bytes) -> bool:
        mail = EmailMessage()
        mail["From"], mail["To"] = "shop@example.com", self.address
        mail.set_content("See attached.")
        mail.add_attachment(data, maintype="text", subtype="csv", filename=name)
        try:
            with smtplib.SMTP(*self.server.address("smtp"), timeout=20) as client:
                client.send_message(mail)
        except (OSError, smtplib.SMTPException):
            return False
        return True


@pytest.mark.timeout(400)
def test_every_acknowledged_file_is_loaded_once_and_nothing_else_is(tmp_path: Path) -> None:
    """After twenty kills at random, deliveries and rows are those of the acknowledged files."""
    seed = int(os.environ.get("DROPSAFE_TEST_SEED") or random.SystemRandom().randrange(1 << 32))
    print(f"DROPSAFE_TEST_SEED={seed}")  # noqa: T201 - shown by pytest when the test fails
    chance = random.Random(seed)  # noqa: S311 - chance, not a secret
    home = tmp_path / "home"
    dropsafe(home, "init")
    server = start_server(home, **_PATIENT)
    load = Load(server, seed)
    credentials = dropsafe_json(home, "tenant", "add", "acme")
    load.key, load.address = credentials["upload_key"], credentials["mail_address"]
    set_mapping(home, "acme", MAPPING)

    with ExitStack() as stack:
        stack.callback(load.close)
        with load.running():
            for number in range(KILLS):
                time.sleep(chance.uniform(0.1, 1.2))
                _kill(load, ["server", "ingest.gateway", "ingest.worker"][number % 3], home)
            before = len(load.acknowledged)
            eventually(lambda: len(load.acknowledged) > before + 3, seconds=60)
        eventually(lambda: _nothing_waits(home), seconds=120)
        assert load.server.stop() == 0

    _check(home, load)


@pytest.mark.timeout(200)
def test_a_file_that_kills_its_worker_is_held_and_the_others_go_on(
    fresh_home: Path, tmp_path: Path
) -> None:
    """After three workers that died over it a file is left alone; it can be tried again."""
    home = shutil.copytree(fresh_home, tmp_path / "home")
    keys = {
        name: dropsafe_json(home, "tenant", "add", name)["upload_key"] for name in ("acme", "other")
    }
    set_mapping(home, "acme", BASKET_MAPPING)
    set_mapping(home, "other", MAPPING)
    opened = open_home(home)
    with run_server(home) as server:
        address = server.address("sftp")
        # Large enough to be seen while it is being loaded.
        assert sftp(address, "acme", keys["acme"], {"deadly.csv": read_baskets().data})
        for attempt in (1, 2, 3):
            eventually(lambda n=attempt: _attempt(opened) == ("loading", n))  # type: ignore[misc]  # bound per turn
            _kill_child(server, "ingest.worker")
        eventually(lambda: _attempt(opened) == ("quarantined", 4))
        assert sftp(address, "other", keys["other"], {"good.csv": table(("A", "1", "1"))})
        eventually(lambda: len(dump(opened, "other")) == 1)
        (held,) = dropsafe_json(home, "deliveries", "--tenant", "acme")
        assert (held["reason"], held["attempts"]) == ("fails-repeatedly", 4)
        replayed = dropsafe_json(home, "replay", held["delivery"])
        assert replayed["new"] == BASKETS
    opened.database.close()


def _attempt(home: Home) -> tuple[str, int]:
    with home.database.reading() as connection:
        found = ledger.entries(connection, tenant="acme")
    return (found[0].state.value, found[0].attempts) if found else ("", 0)


def _kill_child(server: Server, what: str) -> None:
    for pid, name in server.children().items():
        if name == what:
            os.kill(pid, signal.SIGKILL)


def _kill(load: Load, what: str, home: Path) -> None:
    if what == "server":
        load.server.kill()
        load.server = start_server(home, **_PATIENT)
        return
    _kill_child(load.server, what)


def _nothing_waits(home: Path) -> bool:
    status = dropsafe_json(home, "status")
    return bool(status["waiting"] == 0 and status["deliveries"]["loading"] == 0)


def _check(home: Path, load: Load) -> None:
    found = [one for one in dropsafe_json(home, "deliveries") if one["name"] != "message.eml"]
    assert load.acknowledged
    by_digest: dict[str, list[str]] = {}
    for one in found:
        assert one["state"] == "loaded", one
        by_digest.setdefault(one["sha256"], []).append(one["delivery"])
    assert all(len(ids) == 1 for ids in by_digest.values()), "a file is there twice"
    assert load.acknowledged <= by_digest.keys(), "an acknowledged file was lost"
    assert by_digest.keys() <= load.sent.keys(), "something is there that was never sent whole"
    expected = oracle.fold((one["delivery"], load.sent[one["sha256"]], "Total") for one in found)
    opened = open_home(home)
    rows = {(row[0], row[1]): (row[4], row[5], row[6]) for row in dump(opened)}
    opened.database.close()
    assert rows == oracle.now(expected)
    assert os.listdir(home / "spool") == []
    assert not list((home / "inbox").glob("*/*"))
