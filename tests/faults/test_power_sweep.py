"""The power goes after each fsync in turn, while a command is on the way of a file.

Between two fsyncs the disk does not change, so these are all the states that a cut can leave. The
process is stopped by strace when the fsync has returned, and the power is cut then.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from storage import schema
from storage.database import Database
from storage.layout import Layout
from tests.faults import promises
from tests.faults.acts import Act, Command, Load, is_alive, recover, work
from tests.faults.conftest import Tally, needs
from tests.faults.disks import Disk, mounted
from tests.faults.forker import Forker
from tests.faults.power import public_place
from tests.faults.repertoire import LOADING
from tests.faults.scene import Scene, furnish, wait_for
from tests.faults.strikes import Strike, struck
from tests.faults.sweeps import ALL, chance

MOST = 3
"""Points of each act where not every one is tried."""

ACTS = [Load(), *(act for act in LOADING if isinstance(act, Command))]
SYNCS = ("fsync", "fdatasync")
_NEVER = 65_535  # strace's highest
_STOPPED = "si_code=SI_KERNEL"  # as strace notes the signal that it sent


@pytest.mark.timeout(3600 if ALL else 300)
@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.name)
def test_a_power_cut_after_any_fsync_loses_nothing(
    act: Act, keys: Path, forker: Forker, tally: Tally
) -> None:
    """After a start and what the sender does anyway, every promise holds."""
    needs("strace", "mkfs.ext4", root=True)
    with public_place() as place:
        sweep = _Sweep(act, forker, place, keys)
        points = [
            Strike(call, number, "signal=STOP")
            for call in SYNCS
            for number in range(1, sweep.count(call) + 1)
        ]
        chosen = points if ALL else chance().sample(points, min(MOST, len(points)))
        for point in chosen:
            sweep.cut(point)
        sweep.cut_at_the_end()
    tally("Power cut after an fsync, or after the end", len(chosen) + 1)


class _Sweep:
    """One act on a home that is a disk; every point gets a copy of the disk, in the same place."""

    def __init__(self, act: Act, forker: Forker, place: Path, keys: Path) -> None:
        self._act, self._forker, self._place = act, forker, place
        self._disk = Disk(place / "prepared", place / "home")
        self._log = place / "struck"
        self._disk.make(megabytes=48)
        with mounted(self._disk):
            home = self._disk.path
            (home / "lost+found").rmdir()
            database = Database(Layout(home))
            schema.upgrade(database)
            database.close()
            self._scene = furnish(home, kind="sqlite", keys=keys)
            act.prepare(self._scene, forker)

    def count(self, call: str) -> int:
        """How often the act makes a call."""
        with self._begun() as (scene, _, pid):
            with struck(pid, Strike(call, _NEVER), scene.path):
                self._act.perform(scene, pid)
                assert self._forker.wait(pid) == 0
            log = self._log.read_text()
        return sum(line.startswith(f"{call}(") for line in log.splitlines())

    def cut(self, point: Strike) -> None:
        """Cut the power at one point, and see that nothing is lost."""
        with self._begun() as (scene, disk, pid):
            with struck(pid, point, scene.path):
                self._act.perform(scene, pid)
                wait_for(lambda: _STOPPED in self._log.read_text() or not is_alive(pid))
                assert is_alive(pid), f"it did not come to {point}"
                disk.cut()
                os.kill(pid, signal.SIGKILL)
            status = self._forker.wait(pid)
            disk.come_back()
            self._act.ended(scene, status)
            self._check(scene, point)

    def cut_at_the_end(self) -> None:
        """Cut the power when the act is done, and the one who asked for it knows."""
        with self._begun() as (scene, disk, pid):
            self._act.perform(scene, pid)
            status = self._forker.wait(pid)
            assert status == 0
            disk.cut()
            disk.come_back()
            self._act.ended(scene, status)
            self._check(scene, "its end")

    def _check(self, scene: Scene, point: Strike | str) -> None:
        try:
            if self._act.is_whole_between:
                recover(scene, self._forker)
                promises.check(scene, excused=self._act.excused)
            if self._act.again(scene, self._forker):
                work(scene, self._forker)
                promises.check(scene)
        except BaseException as error:
            error.add_note(f"{self._act.name}, power cut after {point}")
            raise

    @contextmanager
    def _begun(self) -> Iterator[tuple[Scene, Disk, int]]:
        """The act's process, about to do its thing on a copy of the disk."""
        copy = self._disk.copy_to(self._place / "copy", self._disk.path)
        scene = replace(self._scene, sent=list(self._scene.sent), undone=set(self._scene.undone))
        with mounted(copy):
            pid = self._act.begin(scene, self._forker)
            try:
                yield scene, copy, pid
            finally:
                if is_alive(pid):
                    os.kill(pid, signal.SIGKILL)
                    self._forker.wait(pid)
