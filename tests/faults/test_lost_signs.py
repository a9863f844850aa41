"""Signs that are lost or wrong: the bell's events, and a clock that is set back."""

from __future__ import annotations

import os
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from storage.layout import Layout
from tests.databases import KINDS
from tests.e2e.running import Server, dropsafe_json
from tests.faults import sweeps
from tests.faults.conftest import MakeScene, Tally, check_kept, needs
from tests.faults.power import child
from tests.faults.scene import Scene
from tests.faults.senders import NETWORK, TENANT, WAYS
from tests.waiting import eventually

QUEUE = Path("/proc/sys/fs/inotify/max_queued_events")
A_CLOCK_WITH_HANDS = """
import os, time

def stepped(real, unit):
    def clock():
        with open(os.environ["CLOCK_HANDS"]) as hands:
            return real() + int(hands.read()) * unit
    return clock

time.time = stepped(time.time, 1)
time.time_ns = stepped(time.time_ns, 10**9)
"""
"""A `sitecustomize` that shifts the clock by as many seconds as a file says. libfaketime would do
it for every program, but with it Python's threads sleep for ever or not at all."""

HOUR = 3600
SWEEPS = {"DROPSAFE_WORKERS__SWEEP_SECONDS": "1"}


@contextmanager
def short_queue() -> Iterator[None]:
    """Watchers that begin in the block are told of 16 events at a time, and lose the others."""
    before = QUEUE.read_text()
    QUEUE.write_text("16")
    try:
        yield
    finally:
        QUEUE.write_text(before)


def test_what_the_bell_did_not_tell_the_sweep_finds(make_scene: MakeScene, tally: Tally) -> None:
    """The kernel's queue of events runs over while the worker is held still."""
    needs(root=True)
    scene = make_scene("sqlite")
    with short_queue(), scene.serving(**SWEEPS) as server:
        worker = child(server, "worker")
        _worked_off(scene, server)
        os.kill(worker, signal.SIGSTOP)
        for number in range(100):
            (Layout(scene.path).bell / f"somebody-{number}").touch()
        for way in WAYS:
            assert scene.send(way, addresses=server.addresses), way
        os.kill(worker, signal.SIGCONT)
        eventually(scene.nothing_waits)
        assert child(server, "worker") == worker
        _worked_off(scene, server)
    check_kept(scene, tally, "The bell's queue runs over", len(WAYS))


def test_without_a_bell_the_sweep_finds_all(make_scene: MakeScene, tally: Tally) -> None:
    """Somebody removes the bell's directory under a running server."""
    scene = make_scene("sqlite")
    with scene.serving(**SWEEPS) as server:
        _worked_off(scene, server)
        shutil.rmtree(Layout(scene.path).bell)
        for way in WAYS:
            assert scene.send(way, addresses=server.addresses), way
        eventually(scene.nothing_waits)
    check_kept(scene, tally, "The bell is removed", len(WAYS))


def test_the_order_of_receipt_rises_while_the_clock_steps_back(
    make_scene: MakeScene, tmp_path: Path, tally: Tally
) -> None:
    """An hour ahead under a running server, two hours back, and one more at the next start: who
    came later is later, and says the last word."""
    scene = make_scene("sqlite")
    hands = tmp_path / "hands"
    (tmp_path / "sitecustomize.py").write_text(A_CLOCK_WITH_HANDS)
    scene.environment.update(CLOCK_HANDS=str(hands), PYTHONPATH=str(tmp_path))
    starts = ((0, HOUR, -HOUR), (-2 * HOUR, 0))
    for steps in starts:
        hands.write_text(str(steps[0]))
        with scene.serving() as server:
            for step in steps:
                hands.write_text(str(step))
                for way in NETWORK:
                    assert scene.send(way, addresses=server.addresses), (way, step)
            eventually(scene.nothing_waits)
    scene.environment.clear()
    told = [one for one in dropsafe_json(scene.path, "deliveries") if not one["parent"]]
    assert [one["sha256"] for one in told] == [one.sha256 for one in scene.sent]
    with scene.home() as home:
        orders = [home.archive.envelope(TENANT, one["delivery"]).order for one in told]
    assert orders == sorted(set(orders))
    assert orders[-1] > time.time_ns() + HOUR * 10**9 // 2, "the clock did not step"
    check_kept(scene, tally, "The clock steps back", sum(map(len, starts)) - 2)


@pytest.mark.parametrize("kind", KINDS)
def test_processes_that_stand_still_for_a_while_lose_nothing(
    kind: str, make_scene: MakeScene, tally: Tally
) -> None:
    """Gateway and worker in turn are stopped (SIGSTOP) at random moments, and go on (SIGCONT)."""
    scene = make_scene(kind)
    chance = sweeps.chance()
    done = threading.Event()

    def send() -> None:
        while not done.is_set():
            assert scene.send(chance.choice(WAYS), addresses=server.addresses)

    with scene.serving() as server:
        sender = threading.Thread(target=send)
        sender.start()
        try:
            for number in range(10):
                process = child(server, ("gateway", "worker")[number % 2])
                os.kill(process, signal.SIGSTOP)
                time.sleep(chance.uniform(0.05, 0.4))
                os.kill(process, signal.SIGCONT)
                time.sleep(chance.uniform(0.0, 0.2))
        finally:
            done.set()
            sender.join(60)
        eventually(scene.nothing_waits)
    assert all(one.acknowledged for one in scene.sent)
    check_kept(scene, tally, "SIGSTOP of gateway or worker, then SIGCONT", 10)


def _worked_off(scene: Scene, server: Server) -> None:
    assert scene.send("sftp", addresses=server.addresses)
    eventually(scene.nothing_waits)
