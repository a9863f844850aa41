"""A year of a supermarket chain in one file; a database that goes away; a disk that fills up."""

from __future__ import annotations

import contextlib
import csv
import io
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest

from ingest.home import open_home
from storage.layout import Layout
from tests.databases import KINDS, Databases
from tests.e2e.baskets import BASKETS, MAPPING, read_baskets
from tests.e2e.running import (
    all_settled,
    dropsafe,
    dropsafe_json,
    run_server,
    set_mapping,
    sftp,
)
from tests.shop import MAPPING as SHOP_MAPPING
from tests.shop import table
from tests.waiting import eventually


def add_shop(home: Path, mapping: str) -> str:
    """A tenant with a mapping; gives its Upload Key."""
    key: str = dropsafe_json(home, "tenant", "add", "acme")["upload_key"]
    set_mapping(home, "acme", mapping)
    return key


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", KINDS)
def test_all_baskets_in_one_file_add_up_to_the_cent(
    kind: str, tmp_path: Path, databases: Databases
) -> None:
    """155,848 baskets over SFTP: as many rows, and the sum that the source has by another way."""
    home = tmp_path / "home"
    home.mkdir()
    with databases.fresh(kind, Layout(home)) as url:
        (home / "dropsafe.toml").write_text(f'[database]\nurl = "{url}"\n')
        dropsafe(home, "init")
        key = add_shop(home, MAPPING)
        baskets = read_baskets()
        assert baskets.count == BASKETS
        with run_server(home) as server:
            assert sftp(server.address("sftp"), "acme", key, {"year.csv": baskets.data})
            eventually(lambda: all_settled(home), seconds=120)
        (delivery,) = dropsafe_json(home, "deliveries")
        assert (delivery["new"], delivery["rejected"], delivery["duplicates"]) == (BASKETS, 0, 0)
        rows = list(csv.DictReader(io.StringIO(dropsafe(home, "rows", "acme"))))
    assert len(rows) == BASKETS
    assert sum(Decimal(row["total"]) for row in rows) == baskets.total
    keys = [(row["location_id"].encode(), row["transaction_id"].encode()) for row in rows]
    assert keys == sorted(keys)


@pytest.mark.timeout(200)
def test_reception_goes_on_while_the_database_is_away(tmp_path: Path, databases: Databases) -> None:
    """Nothing is refused, a restart included; loading resumes by itself when it is back."""
    home = tmp_path / "home"
    home.mkdir()
    with databases.fresh("postgresql", Layout(home)) as url:
        (home / "dropsafe.toml").write_text(f'[database]\nurl = "{url}"\n')
        dropsafe(home, "init")
        key = add_shop(home, SHOP_MAPPING)
        with run_server(home) as server:
            sftp(server.address("sftp"), "acme", key, {"1.csv": table(("A", "1", "1"))})
            eventually(lambda: all_settled(home))
            with databases.away(url):
                assert sftp(server.address("sftp"), "acme", key, {"2.csv": table(("A", "2", "1"))})
                assert dropsafe_json(home, "status")["database_state"] == "away"
                assert "does not answer" in dropsafe(home, "deliveries", status=1)
                server.stop()
                with run_server(home) as again:
                    file = {"3.csv": table(("A", "3", "1"))}
                    assert sftp(again.address("sftp"), "acme", key, file)
                    assert dropsafe_json(home, "status")["waiting"] == 2
            with run_server(home):
                eventually(lambda: all_settled(home), seconds=60)
        states = {one["name"]: one["state"] for one in dropsafe_json(home, "deliveries")}
        assert states == dict.fromkeys(("1.csv", "2.csv", "3.csv"), "loaded")
        assert len(dropsafe(home, "rows", "acme").splitlines()) == 1 + 3


@pytest.mark.timeout(200)
def test_loading_resumes_in_the_same_server_when_the_database_is_back(
    tmp_path: Path, databases: Databases
) -> None:
    """The worker waits and tries again; nobody has to restart anything, no attempt is counted."""
    home = tmp_path / "home"
    home.mkdir()
    with databases.fresh("postgresql", Layout(home)) as url:
        (home / "dropsafe.toml").write_text(f'[database]\nurl = "{url}"\n')
        dropsafe(home, "init")
        key = add_shop(home, SHOP_MAPPING)
        with run_server(home) as server:
            with databases.away(url):
                sftp(server.address("sftp"), "acme", key, {"1.csv": table(("A", "1", "1"))})
                eventually(lambda: server.log.count("worker.waits") >= 3, seconds=30)
            eventually(lambda: all_settled(home), seconds=60)
        (delivery,) = dropsafe_json(home, "deliveries")
        assert (delivery["state"], delivery["attempts"]) == ("loaded", 1)


@contextmanager
def small_disk(path: Path, size: str) -> Iterator[None]:
    """A file system of a few MB, which only root can mount."""
    path.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", path], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", path], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="SKIPPED LOUDLY: only root can mount a full disk")
def test_a_full_disk_refuses_for_a_while_and_recovers_without_a_restart(tmp_path: Path) -> None:
    """What was acknowledged before is there, what did not fit was refused, and then all goes on."""
    home = tmp_path / "home"
    with small_disk(home, "24m"):
        dropsafe(home, "init")
        key = add_shop(home, SHOP_MAPPING)
        with run_server(home) as server:
            address = server.address("sftp")
            assert sftp(address, "acme", key, {"1.csv": table(("A", "1", "1"))})
            eventually(lambda: all_settled(home))
            _fill(home / "ballast")
            big = table(*(("A", str(number), "1") for number in range(20_000)))
            assert not sftp(address, "acme", key, {"2.csv": big})
            assert not sftp(address, "acme", key, {"3.csv": big})
            (home / "ballast").unlink()
            assert sftp(address, "acme", key, {"4.csv": table(("A", "4", "1"))})
            eventually(lambda: all_settled(home), seconds=60)
            opened = open_home(home)
            assert os.listdir(opened.layout.spool) == []
            opened.database.close()
        names = [one["name"] for one in dropsafe_json(home, "deliveries")]
        assert names == ["1.csv", "4.csv"]


def _fill(file: Path) -> None:
    with file.open("wb", buffering=0) as ballast, contextlib.suppress(OSError):
        while True:
            ballast.write(bytes(1 << 12))
