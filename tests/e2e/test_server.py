"""The server as a whole: starting, stopping, refusing, and rising again after any kill."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
from pathlib import Path

import pytest

from tests.e2e.running import (
    all_settled,
    dropsafe,
    dropsafe_json,
    run_server,
    set_mapping,
    sftp,
    start_server,
)
from tests.shop import MAPPING, table
from tests.waiting import eventually


@pytest.fixture
def home(fresh_home: Path, tmp_path: Path) -> Path:
    return shutil.copytree(fresh_home, tmp_path / "home")


def add_shop(home: Path, name: str = "acme", *, mapping: str | None = MAPPING) -> str:
    """A tenant with a mapping; gives its Upload Key."""
    key: str = dropsafe_json(home, "tenant", "add", name)["upload_key"]
    if mapping is not None:
        set_mapping(home, name, mapping)
    return key


def test_from_a_closed_upload_to_a_row(home: Path) -> None:
    """The whole way, with nobody's hand on it; a tenant that was just made can log in at once."""
    with run_server(home) as server:
        key = add_shop(home)
        assert sftp(server.address("sftp"), "acme", key, {"a.csv": table(("A", "1", "5"))})
        eventually(lambda: all_settled(home))
        (delivery,) = dropsafe_json(home, "deliveries")
        assert (delivery["state"], delivery["new"], delivery["via"]) == ("loaded", 1, "sftp")
        assert dropsafe(home, "rows", "acme").splitlines()[1].startswith("A,1,2026-03-01T15:00:00Z")
        assert dropsafe(home, "cat", delivery["delivery"]).encode() == table(("A", "1", "5"))


def test_the_ready_file_and_status_tell_the_addresses(home: Path) -> None:
    """A script that asked for port 0 learns where to connect, and from when on."""
    with run_server(home) as server:
        assert set(server.addresses) == {"sftp", "ftp", "smtp"}
        for front_end in server.addresses:
            socket.create_connection(server.address(front_end), timeout=5).close()
        status = dropsafe_json(home, "status")
        assert (status["running"], status["listening"]) == (True, server.addresses)
    assert dropsafe_json(home, "status")["running"] is False


def test_a_second_server_on_the_same_home_refuses_to_start(home: Path) -> None:
    """One clear line, and the first is not disturbed."""
    with run_server(home) as server:
        said = dropsafe(home, "serve", status=1)
        assert "already running" in said
        assert f"process {server.process.pid}" in said
        assert len(said.splitlines()) == 1


def test_an_address_that_is_taken_is_named(home: Path) -> None:
    """The line names the setting."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"
        environment = {**os.environ, "DROPSAFE_SFTP__LISTEN": address}
        said = dropsafe(home, "serve", status=1, env=environment)
    assert "sftp.listen" in said
    assert address in said


@pytest.mark.parametrize("host", ["nowhere.invalid", "no..where"])
def test_an_address_that_is_none_is_named(home: Path, host: str) -> None:
    """A name that nobody knows, or can have: there is nothing to stop, but something to set."""
    environment = {**os.environ, "DROPSAFE_SFTP__LISTEN": f"{host}:2022"}
    said = dropsafe(home, "serve", status=1, env=environment).splitlines()[-1]
    assert f"sftp.listen: cannot listen on {host}:2022: " in said
    assert "Unknown error" not in said
    assert "Set an address of this machine" in said


def test_a_stopped_server_leaves_no_process_and_exits_cleanly(home: Path) -> None:
    """SIGTERM ends everything in good order."""
    with run_server(home) as server:
        children = server.children()
        assert set(children.values()) == {"ingest.gateway", "ingest.worker"}
        assert server.stop() == 0
        eventually(lambda: not any(_alive(pid) for pid in children))


def test_a_killed_gateway_comes_back_on_the_same_ports(home: Path) -> None:
    """Its sockets belong to the server, so that clients need not be told anything."""
    key = add_shop(home)
    with run_server(home) as server:
        half = home / "spool" / ("0" * 32)
        half.mkdir()
        (half / "data").write_bytes(b"half")
        (gateway,) = (pid for pid, name in server.children().items() if name == "ingest.gateway")
        os.kill(gateway, signal.SIGKILL)
        file = {"a.csv": table(("A", "1", "5"))}
        eventually(lambda: bool(sftp(server.address("sftp"), "acme", key, file)), seconds=30)
        eventually(lambda: all_settled(home))
        assert os.listdir(home / "spool") == [], "what the dead one was receiving is still there"


def test_a_killed_worker_is_replaced(home: Path) -> None:
    """What it was at is worked on by the next."""
    key = add_shop(home)
    with run_server(home) as server:
        (worker,) = (pid for pid, name in server.children().items() if name == "ingest.worker")
        os.kill(worker, signal.SIGKILL)
        sftp(server.address("sftp"), "acme", key, {"a.csv": table(("A", "1", "5"))})
        eventually(lambda: all_settled(home))


def test_a_killed_server_takes_its_children_along_and_can_be_started_again(home: Path) -> None:
    """kill -9 of the server leaves no gateway behind that holds its ports or its home."""
    server = start_server(home)
    children = server.children()
    server.kill()
    eventually(lambda: not any(_alive(pid) for pid in children), seconds=5)
    with run_server(home) as again:
        assert again.addresses


def test_what_a_crash_left_is_found_at_the_next_start(home: Path) -> None:
    """Half uploads go, accepted files load, without a human hand."""
    add_shop(home)
    file = home / "sales.csv"
    file.write_bytes(table(("A", "1", "5")))
    dropsafe(home, "load", "acme", str(file))
    half = home / "spool" / ("0" * 32)
    half.mkdir()
    (half / "data").write_bytes(b"half")
    with run_server(home):
        eventually(lambda: all_settled(home))
    assert os.listdir(home / "spool") == []
    assert dropsafe_json(home, "deliveries")[0]["state"] == "loaded"


def test_a_disabled_tenant_is_out_within_seconds(home: Path) -> None:
    """The gateway looks for changes by itself."""
    key = add_shop(home)
    with run_server(home) as server:
        address = server.address("sftp")
        file = {"a.csv": table(("A", "1", "5"))}
        assert sftp(address, "acme", key, file)
        dropsafe(home, "tenant", "disable", "acme")
        eventually(lambda: not sftp(address, "acme", key, file), seconds=10)
        dropsafe(home, "tenant", "enable", "acme")
        eventually(lambda: bool(sftp(address, "acme", key, file)), seconds=10)


def test_a_held_file_loads_by_itself_once_its_mapping_is_set(home: Path) -> None:
    """In the running server, with nothing but the one command."""
    key = add_shop(home, mapping=None)
    with run_server(home) as server:
        sftp(server.address("sftp"), "acme", key, {"a.csv": table(("A", "1", "5"))})
        eventually(lambda: all_settled(home))
        assert dropsafe_json(home, "deliveries")[0]["reason"] == "no-mapping"
        assert set_mapping(home, "acme", MAPPING)["released"] == 1
        eventually(lambda: dropsafe_json(home, "deliveries")[0]["state"] == "loaded")


def test_the_log_is_one_event_a_line_and_holds_no_secret(home: Path) -> None:
    """Machines can read it, and nobody finds a key or a row in it."""
    key = add_shop(home)
    with run_server(home, DROPSAFE_LOG__FORMAT="json") as server:
        sftp(server.address("sftp"), "acme", key, {"a.csv": table(("A", "1", "77.77"))})
        sftp(server.address("sftp"), "nobody", "wrong-secret", {"a.csv": b""})
        eventually(lambda: all_settled(home))
    lines = [
        line for line in server.log.splitlines() if not line.startswith(("sftp ", "ftp ", "smtp "))
    ]
    events = [json.loads(line)["event"] for line in lines]
    assert {"delivery.accepted", "delivery.loaded", "login.refused"} <= set(events)
    assert key not in server.log
    assert "wrong-secret" not in server.log
    assert "77.77" not in server.log


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_certificate_that_cannot_be_used_is_said_at_once(home: Path) -> None:
    """One line that names the setting, instead of a gateway that dies again and again."""
    environment = {**os.environ, "DROPSAFE_TLS__CERTIFICATE": "nope.pem"}
    said = dropsafe(home, "serve", status=1, env=environment)
    assert "tls.certificate" in said
    assert len(said.splitlines()) == 1


def test_who_needs_no_certificate_starts_without_one(home: Path) -> None:
    """SFTP alone: one that cannot be used is in nobody's way, and none is made."""
    off = {"DROPSAFE_FTP__LISTEN": "", "DROPSAFE_SMTP__LISTEN": ""}
    with run_server(home, **off, DROPSAFE_TLS__CERTIFICATE="nope.pem") as server:
        assert set(server.addresses) == {"sftp"}
    with run_server(home, **off):
        pass
    assert not list((home / "keys").glob("tls_*"))
