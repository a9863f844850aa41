"""A machine that has run out of something: the log cannot be written, no child can be started."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from tests.e2e.running import Server, all_settled, command, run_server, sftp
from tests.shop import table
from tests.waiting import eventually

FRONT_ENDS = ("SFTP", "FTP", "SMTP")


@pytest.fixture
def shop(fresh_shop: tuple[Path, str], tmp_path: Path) -> tuple[Path, str]:
    """A home with a tenant, and the tenant's Upload Key."""
    home, key = fresh_shop
    return shutil.copytree(home, tmp_path / "home"), key


def test_a_log_that_cannot_be_written_stops_nothing(shop: tuple[Path, str]) -> None:
    """The disk under the log is full from the start: files come in and are loaded, and SIGTERM
    ends the server."""
    home, key = shop
    ready = home / "ready.json"
    with Path("/dev/full").open("wb") as full:
        process = subprocess.Popen(
            [*command(home), "serve", "--ready-file", str(ready)],
            env=os.environ | {f"DROPSAFE_{one}__LISTEN": "127.0.0.1:0" for one in FRONT_ENDS},
            stdout=full,
            stderr=full,
        )
    try:
        eventually(ready.exists)
        server = Server(home, process, json.loads(ready.read_text()))
        assert sftp(server.address("sftp"), "acme", key, {"1.csv": table(("A", "1", "1"))})
        eventually(lambda: all_settled(home))
        server.stop()
    finally:
        process.kill()
        process.wait(10)


def test_a_child_that_cannot_be_started_is_started_later(shop: tuple[Path, str]) -> None:
    """No descriptor is left when worker and gateway die; when there are some again, both are back,
    and nobody had to start the server again."""
    home, key = shop
    with run_server(home) as server:
        before = resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (4, before[1]))
        for child in server.children():
            os.kill(child, signal.SIGKILL)
        eventually(lambda: all(_not_started(server, name) for name in ("gateway", "worker")))
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, before)
        assert sftp(server.address("sftp"), "acme", key, {"1.csv": table(("A", "1", "1"))})
        eventually(lambda: all_settled(home))


def _not_started(server: Server, name: str) -> bool:
    assert server.process.poll() is None, server.log
    return f"event=child.not_started child={name}" in server.log
