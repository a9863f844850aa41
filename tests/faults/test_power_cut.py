"""The power goes: whatever was acknowledged before is there afterwards, and nothing is half there.

The disk is an ext4 file system in an image whose kernel is told to shut it down. That loses all
that is only in memory; it does not model a disk that lies about its own cache.
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.databases import KINDS
from tests.e2e.running import (
    Server,
    dropsafe,
    dropsafe_json,
    set_mapping,
    sftp,
)
from tests.faults import promises, sweeps
from tests.faults.conftest import Tally, needs
from tests.faults.disks import Disk, mounted
from tests.faults.power import Powered, child, cut_under, doomed_server, powered
from tests.faults.scene import Scene
from tests.faults.senders import WAYS, receipts
from tests.faults.sweeps import ALL
from tests.shop import MAPPING, table
from tests.waiting import eventually

NO_FSYNC = "libeatmydata.so"
CUTS = 40 if ALL else 4


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("when", ["received", "loaded"])
def test_what_was_acknowledged_survives_a_power_cut(
    kind: str, when: str, keys: Path, tally: Tally
) -> None:
    """A file by each way in, and the power goes when the last one was told yes.

    While the worker is held still they only wait; otherwise most of them are loaded.
    """
    needs("mkfs.ext4", root=True)
    with powered(kind, keys) as on_disk:
        _send_by_all_ways_and_cut(on_disk, held=when == "received")
        on_disk.scene.recover()
        promises.check(on_disk.scene)
        lost = promises.lost(on_disk.scene)
        tally("Power cut after the yes of each way in", len(WAYS), lost=lost)


def test_without_fsync_the_same_power_cut_loses_files(keys: Path) -> None:
    """The same again with an fsync that does nothing: it must lose what was acknowledged.

    So the test above would notice an fsync that is missing.
    """
    needs("mkfs.ext4", root=True)
    _needs_library(NO_FSYNC)
    with powered("sqlite", keys) as on_disk:
        _send_by_all_ways_and_cut(on_disk, held=True, LD_PRELOAD=NO_FSYNC)
        assert promises.lost(on_disk.scene) > 0


def test_a_home_survives_from_its_first_minute(tmp_path: Path, tally: Tally) -> None:
    """Power lost right after the set-up: the Upload Key that was shown works, and the host key and
    the certificate that clients have seen are the same."""
    needs("mkfs.ext4", root=True)
    disk = Disk(tmp_path / "image", tmp_path / "disk")
    disk.make(megabytes=64)
    with mounted(disk):
        home = disk.path / "home"
        dropsafe(home, "init")
        key = dropsafe_json(home, "tenant", "add", "acme")["upload_key"]
        set_mapping(home, "acme", MAPPING)
        with doomed_server(home) as server:
            seen = _secrets(home)
            on_disk = Powered(scene=Scene(path=home, kind="sqlite", key=key, mail=""), disk=disk)
            cut_under(on_disk, server)

        with doomed_server(home) as server:
            assert _secrets(home) == seen
            assert sftp(server.address("sftp"), "acme", key, {"1.csv": table(("A", "1", "1"))})
            assert server.stop() == 0
        assert dropsafe_json(home, "work", "--once")["worked"] in (0, 1)
        [delivery] = dropsafe_json(home, "deliveries")
        assert delivery["state"] == "loaded"
        tally("Power cut after the set-up", 1)


@pytest.mark.timeout(3600 if ALL else 300)
@pytest.mark.parametrize("kind", KINDS)
def test_power_cuts_in_the_middle_of_sending_and_loading(
    kind: str, keys: Path, tally: Tally
) -> None:
    """Again and again at a moment by chance, while files come in by every way and are loaded."""
    needs("mkfs.ext4", root=True)
    chance = sweeps.chance()
    with powered(kind, keys) as on_disk:
        scene = on_disk.scene
        for _ in range(CUTS):
            with doomed_server(scene.path) as server:
                eventually(scene.nothing_waits, seconds=60)
                promises.check(scene, verify=False)
                with _sending(scene, server, chance):
                    time.sleep(chance.uniform(0.1, 1.5))
                    cut_under(on_disk, server)
            for half in (scene.path / "drop").glob("*/.*.part"):
                half.unlink()  # which its sender, not the server, left there
        scene.recover()
        promises.check(scene)
        assert any(one.acknowledged for one in scene.sent)
        lost = promises.lost(scene)
        tally("Power cut at random while files come and are loaded", CUTS, lost=lost)


def _send_by_all_ways_and_cut(on_disk: Powered, *, held: bool, **environment: str) -> None:
    scene = on_disk.scene
    with doomed_server(scene.path, **environment) as server:
        if held:
            os.kill(child(server, "worker"), signal.SIGSTOP)
        for way in WAYS:
            assert scene.send(way, addresses=server.addresses), way
        if held:
            assert not scene.nothing_waits()
        cut_under(on_disk, server)


@contextmanager
def _sending(scene: Scene, server: Server, chance: random.Random) -> Iterator[None]:
    """Files by every way in turn, one after the other, until the server dies."""

    def alive() -> bool:
        return server.process.poll() is None

    def send() -> None:
        while alive():
            data = receipts(len(scene.sent), chance.choice([2, 30, 3000]))
            way = chance.choice(WAYS)
            try:
                scene.send(way, data, addresses=server.addresses, alive=alive)
            except OSError:  # the drop folder is on the same disk: it was not put there for sure
                scene.sent[-1] = replace(scene.sent[-1], acknowledged=False)

    sender = threading.Thread(target=send)
    sender.start()
    try:
        yield
    finally:
        sender.join(60)
        assert not sender.is_alive()


def _secrets(home: Path) -> dict[str, bytes]:
    """What clients know the server by."""
    return {path.name: path.read_bytes() for path in (home / "keys").iterdir()}


def _needs_library(name: str) -> None:
    if not any(Path(one).glob(f"**/{name}") for one in ("/usr/lib", "/lib")):
        pytest.skip(f"LOUD: not run, for want of {name} (Debian's libeatmydata1)")
