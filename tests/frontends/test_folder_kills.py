"""A drop folder that is killed at any step brings each file once, and leaves nothing behind."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from storage.archive import Archive
from tests.frontends.conftest import Home
from tests.frontends.drop_folder import CSV, folder_of, look_twice

KILLED = """
import os, signal, sys
from pathlib import Path
from ingest.auth import Gatekeeper
from ingest.frontends.folder import DropFolder
from ingest.settings import Folder
from storage.accounts import Tenant
from storage.layout import Layout
from storage.spool import Spool

home, left = Path(sys.argv[1]), int(sys.argv[2])

def counting(real):
    def step(*arguments, **options):
        global left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments, **options)
    return step

layout = Layout(home)
folder = DropFolder(
    layout,
    settings=Folder(),
    gatekeeper=Gatekeeper([Tenant(name="acme")]),
    spool=Spool(layout),
    limit=1000,
)
folder.look()
for name in ("rename", "replace", "unlink"):
    setattr(Path, name, counting(getattr(Path, name)))
folder.look()
"""


def take(home: Path, kill_at: int) -> int:
    """Take what is there in a process of its own, killed before a change of a name; its status."""
    command = [sys.executable, "-c", KILLED, str(home), str(kill_at)]
    return subprocess.run(command, timeout=30, check=False).returncode


def again(home: Home) -> None:
    """What the next gateway does."""
    home.spool.clear()
    look_twice(folder_of(home))


def drop_one(home: Home) -> Path:
    directory = home.layout.drop / "acme"
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "sales.csv").write_bytes(CSV)
    return directory


def test_a_kill_anywhere_brings_a_file_once(home: Home) -> None:
    """Before acceptance it is taken anew; after it, it is only removed, hidden copies as well."""
    directory = drop_one(home)
    expected, kill_at, after_acceptance = 0, 0, 0
    status = -signal.SIGKILL
    while status == -signal.SIGKILL:
        kill_at += 1
        drop_one(home)
        status = take(home.layout.home, kill_at)
        after_acceptance += len(home.accepted()) > expected and status != 0
        expected += 1
        again(home)
        assert [data for _, data in home.accepted()] == [CSV] * expected, kill_at
        assert list(directory.iterdir()) == []
        assert home.arriving() == []
    assert status == 0
    assert after_acceptance >= 3


def test_the_file_of_a_delivery_that_has_moved_on_is_removed(home: Home) -> None:
    """A worker was quicker than the next gateway."""
    directory = drop_one(home)
    kill_at = 0
    while not home.accepted() or not list(directory.iterdir()):
        kill_at += 1
        take(home.layout.home, kill_at)
    [(envelope, _)] = home.accepted()
    Archive(home.layout).keep("acme", envelope.id)

    again(home)

    assert home.accepted() == []
    assert list(directory.iterdir()) == []


def test_another_file_under_the_same_name_is_not_taken_for_the_first(home: Home) -> None:
    """The till wrote its next file while nobody was there."""
    directory = drop_one(home)
    kill_at = 0
    while not home.accepted() or not (directory / "sales.csv").exists():
        kill_at += 1
        take(home.layout.home, kill_at)
    (directory / ".next").write_bytes(CSV * 2)
    (directory / ".next").rename(directory / "sales.csv")

    again(home)

    assert [data for _, data in home.accepted()] == [CSV, CSV * 2]
    assert list(directory.iterdir()) == []


def test_a_file_that_could_not_be_removed_comes_once_after_a_restart_too(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Although another file was taken since; and it is removed as soon as that can be done."""
    directory = drop_one(home)
    folder = folder_of(home)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", only_into_spool_and_inbox(Path.rename))
        look_twice(folder)
        (directory / "next.csv").write_bytes(CSV * 2)
        look_twice(folder)
        again(home)
    assert [data for _, data in home.accepted()] == [CSV, CSV * 2]
    assert sorted(os.listdir(directory)) == ["next.csv", "sales.csv"]

    look_twice(folder)

    assert [data for _, data in home.accepted()] == [CSV, CSV * 2]
    assert os.listdir(directory) == []
    assert not home.layout.taking.exists()


def only_into_spool_and_inbox(real: Callable[[Path, Path], Path]) -> Callable[[Path, Path], Path]:
    """A rename that fails for what lies in the drop folder."""

    def rename(source: Path, target: Path) -> Path:
        if source.parent.parent.name == "drop":
            raise OSError(errno.EIO, "Input/output error")
        return real(source, target)

    return rename


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"{}"])
def test_a_damaged_memory_keeps_nobody_out(home: Home, damage: bytes) -> None:
    """It is no worse than none."""
    directory = drop_one(home)
    home.layout.taking.write_bytes(damage)
    again(home)
    assert [data for _, data in home.accepted()] == [CSV]
    assert os.listdir(directory) == []
