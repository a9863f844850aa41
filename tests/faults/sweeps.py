"""Sweeps: one act is done over and over, and struck at one call after the other."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from tests.faults import promises
from tests.faults.acts import Act, Upload, recover, stop, work
from tests.faults.forker import LOG, Forker
from tests.faults.scene import Scene
from tests.faults.senders import NETWORK, RENAMED
from tests.faults.strikes import DISK, Call, Strike, most_by_thread, struck, watched

Copies = Callable[[Scene], AbstractContextManager[Scene]]

ALL = os.environ.get("DROPSAFE_TEST_FAULTS") == "all"
"""Strike at every call, not at a choice."""


@dataclass(slots=True)
class Sweep:
    """One act on one prepared scene; every point gets a copy of it."""

    act: Act
    scene: Scene
    forker: Forker
    copies: Copies

    def calls(self) -> list[Call]:
        """The calls of the act when nobody strikes."""
        with self.copies(self.scene) as scene:
            pid = self.act.begin(scene, self.forker)
            with watched(pid, scene.path.parent / "calls", threads=self.act.threads) as calls:
                self.act.perform(scene, pid)
                status = self.forker.wait(pid)
            assert status == 0, scene.log[-2000:]
            self.act.ended(scene, status)
            self._check(scene)
        return calls

    def kill(self, strike: Strike) -> bool:
        """Kill it before one call and see that nothing is lost; False if it did not come to it."""
        with self.copies(self.scene) as scene, _told(self.act, strike, scene):
            pid = self.act.begin(scene, self.forker)
            with struck(pid, strike, scene.path, threads=self.act.threads):
                self.act.perform(scene, pid)
                status = self.forker.wait(pid)
            assert status in (0, -signal.SIGKILL), status
            self.act.ended(scene, status)
            self._check(scene)
        return status != 0

    def fail(self, strike: Strike) -> None:
        """Have one call fail and see that nothing is lost, and that the process goes on."""
        with self.copies(self.scene) as scene, _told(self.act, strike, scene):
            pid = self.act.begin(scene, self.forker)
            if isinstance(self.act, Upload):
                self._fail_upload(self.act, scene, strike, pid)
                status = self.forker.wait(pid)
            else:
                with struck(pid, strike, scene.path, threads=self.act.threads):
                    self.act.perform(scene, pid)
                    status = self.forker.wait(pid)
            assert status >= 0, status
            self.act.ended(scene, status)
            self._check(scene)

    def _fail_upload(self, act: Upload, scene: Scene, strike: Strike, pid: int) -> None:
        with struck(pid, strike, scene.path, threads=True) as outcome:
            was_taken = act.send(scene, pid)
        if outcome.failed and strike.call == "fsync" and act.name in (*NETWORK, RENAMED):
            assert not was_taken, "the till was told yes, although the disk had refused"
        assert act.send(scene, pid), "the file after the error was not taken"
        stop(pid)

    def _check(self, scene: Scene) -> None:
        if self.act.is_whole_between:
            recover(scene, self.forker)
            promises.check(scene, excused=self.act.excused)
        if self.act.again(scene, self.forker):
            work(scene, self.forker)
            promises.check(scene)


def chance() -> random.Random:
    """What chooses points; `DROPSAFE_TEST_SEED` repeats a choice."""
    seed = os.environ.get("DROPSAFE_TEST_SEED") or str(random.SystemRandom().randrange(1 << 32))
    print(f"DROPSAFE_TEST_SEED={seed}")  # noqa: T201 - pytest shows it when a test fails
    return random.Random(seed)  # noqa: S311 - chance, not a secret


def kills(calls: list[Call], most: int) -> list[Strike]:
    """Some of the points at which a process can be killed, of each kind of call at least one."""
    points = [
        Strike(kind, number)
        for kind, count in most_by_thread(calls).items()
        for number in range(1, count + 1)
    ]
    return _choice(points, most, kind=lambda point: point.call)


def failures(calls: list[Call], error: str, most: int) -> list[Strike]:
    """Some of the calls that can fail for want of a disk; of each kind at least one.

    `write` is for sockets as well, and on a file only for the log.
    """
    on_files = [one for one in calls if one.kind in DISK and one.kind != "write"]
    log = [one for one in calls if one.kind == "write" and one.path.endswith(f"/{LOG}")]
    points = [
        Strike(kind, number, f"error={error}", LOG if kind == "write" else "")
        for kind, count in most_by_thread([*on_files, *log]).items()
        for number in range(1, count + 1)
    ]
    return _choice(points, most, kind=lambda point: point.call)


def _choice(points: list[Strike], most: int, kind: Callable[[Strike], str]) -> list[Strike]:
    if ALL or len(points) <= most:
        return points
    shuffled = list(points)
    chance().shuffle(shuffled)
    one_of_each = {kind(point): point for point in shuffled}
    others = [point for point in shuffled if point not in one_of_each.values()]
    return [*one_of_each.values(), *others][:most]


@contextmanager
def _told(act: Act, strike: Strike, scene: Scene) -> Iterator[None]:
    """Say of whatever fails in the block what was struck."""
    try:
        yield
    except BaseException as error:
        error.add_note(f"{act.name} on {scene.kind}, {strike}")
        raise
