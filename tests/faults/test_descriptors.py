"""No file descriptors left, for gateway, worker and supervisor, and then enough of them again."""

from __future__ import annotations

import os
import resource
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest

from tests.databases import KINDS
from tests.faults import senders
from tests.faults.conftest import MakeScene, Tally, check_kept
from tests.faults.power import child
from tests.faults.senders import NETWORK
from tests.waiting import eventually

LEFT = (0, 2, 5, 9)
"""Descriptors that the gateway may still open: for no connection, or for some and then no file."""


@contextmanager
def descriptors(pid: int, most: int) -> Iterator[None]:
    """A process may have only so many while the block runs; those that it has it keeps."""
    before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (most, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, before)


def _in_use(pid: int) -> int:
    """One more than the highest."""
    return 1 + max(int(name) for name in os.listdir(f"/proc/{pid}/fd"))


@pytest.mark.timeout(200)
def test_a_gateway_without_descriptors_takes_files_again_when_it_has_some(
    make_scene: MakeScene, monkeypatch: pytest.MonkeyPatch, tally: Tally
) -> None:
    """Who is told yes meanwhile was heard; afterwards every way in is open without a restart."""
    scene = make_scene("sqlite")
    with scene.serving() as server:
        gateway = child(server, "gateway")
        with monkeypatch.context() as patch:
            patch.setattr(senders, "SECONDS", 2)
            for left in LEFT:
                with descriptors(gateway, _in_use(gateway) + left):
                    for way in NETWORK:
                        scene.send(way, addresses=server.addresses)
                assert child(server, "gateway") == gateway
        for way in NETWORK:
            eventually(partial(scene.send, way, addresses=server.addresses))
        assert child(server, "gateway") == gateway
    check_kept(scene, tally, "No descriptors for the gateway, then some", len(LEFT) * len(NETWORK))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("left", [0, 1, 3])
def test_a_worker_without_descriptors_waits_and_goes_on(
    kind: str, left: int, make_scene: MakeScene, tally: Tally
) -> None:
    """What waits is loaded when there are descriptors again, by the same worker."""
    scene = make_scene(kind)
    with scene.serving() as server:
        worker = child(server, "worker")
        with descriptors(worker, _in_use(worker) + left):
            for way in ("sftp", "smtp", "sftp"):
                assert scene.send(way, addresses=server.addresses)
            time.sleep(1.5)
        eventually(scene.nothing_waits, seconds=30)
        assert child(server, "worker") == worker
    check_kept(scene, tally, "No descriptors for the worker, then some", 1)


def test_a_server_without_descriptors_starts_its_children_again_later(
    make_scene: MakeScene, tally: Tally
) -> None:
    """The supervisor cannot start a child that died; it goes on trying, and the other one works."""
    scene = make_scene("sqlite")
    with scene.serving() as server:
        with descriptors(server.process.pid, 4):
            os.kill(child(server, "worker"), signal.SIGKILL)
            eventually(lambda: "child.not_started" in server.log)
            assert scene.send("ftps", addresses=server.addresses)
        eventually(scene.nothing_waits, seconds=30)
    check_kept(scene, tally, "No descriptors for the supervisor, then some", 1)
