"""Processes that are ended: for want of memory, or by SIGTERM in the middle of uploads."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import pytest

from tests.databases import KINDS
from tests.e2e.running import Server, dropsafe_json
from tests.faults.conftest import MakeScene, Tally, check_kept, needs
from tests.faults.power import child, with_children
from tests.faults.scene import Scene, Sent
from tests.faults.senders import TENANT, receipts, stored
from tests.frontends.conftest import Home
from tests.frontends.contract.answers import Login, Source, Verdict
from tests.frontends.contract.clients import Client
from tests.frontends.contract.doors import Door
from tests.frontends.contract.ftp_clients import Ftplib
from tests.frontends.contract.sftp_libraries import Asyncssh
from tests.frontends.contract.smtp_clients import Smtplib
from tests.frontends.serving import HOST_KEY
from tests.frontends.smtp_serving import DOMAIN
from tests.waiting import eventually

CLIENTS = (Asyncssh(), Ftplib("ftps"), Ftplib("ftp"), Smtplib())
MEMORY = Path("/sys/fs/cgroup/memory")
LITTLE = 4 << 20  # bytes; too few to read MANY rows
MANY = 200_000


@pytest.mark.parametrize("kind", KINDS)
def test_sigterm_in_the_middle_of_uploads_lets_them_end_and_throws_halves_away(
    kind: str, make_scene: MakeScene, tmp_path: Path, tally: Tally
) -> None:
    """Two uploads by each way: one goes on and is told yes, the other stands still and is lost."""
    scene = make_scene(kind)
    scene.environment["DROPSAFE_SMTP__DOMAIN"] = DOMAIN
    going, standing = _sources("going"), _sources("standing")
    login = _login(scene)
    _be_known(scene)
    with ThreadPoolExecutor(2 * len(CLIENTS)) as pool, scene.serving() as server:
        try:
            answers = [
                pool.submit(client.send, _door(scene, server, client, tmp_path), login, *named)
                for sources in (going, standing)
                for client, named in zip(CLIENTS, sources, strict=True)
            ]
            eventually(
                lambda: _arriving(scene) == len(answers) or any(one.done() for one in answers)
            )
            assert not [one.result() for one in answers if one.done()]
            server.process.send_signal(signal.SIGTERM)
            eventually(lambda: "gateway.stopping" in server.log)
            for _, source in going:
                source.go_on()
            assert server.process.wait(30) == 0
        finally:
            for _, source in (*going, *standing):
                source.cut()
    verdicts = [answer.result().verdict for answer in answers]
    for client, (name, _), verdict in zip(CLIENTS, going, verdicts, strict=False):
        data = _data(name)
        sent = Sent(
            way=client.kind,
            data=stored(client.kind, name, data),
            files=(data,),
            acknowledged=verdict is Verdict.YES,
        )
        scene.sent.append(sent)
    assert verdicts[: len(going)] == [Verdict.YES] * len(going)
    assert Verdict.YES not in verdicts[len(going) :]
    check_kept(scene, tally, "SIGTERM in the middle of uploads", len(answers))


@pytest.mark.parametrize("kind", KINDS)
def test_a_worker_that_is_killed_for_memory_is_replaced(
    kind: str, make_scene: MakeScene, tally: Tally
) -> None:
    """The kernel ends the worker over a large file; the next one, which has memory, loads it."""
    scene = make_scene(kind)
    with scene.serving() as server:
        worker = _warm(scene, server)
        Path(f"/proc/{worker}/oom_score_adj").write_text("1000")
        with _little_memory(worker):
            assert scene.send("sftp", receipts(0, MANY), addresses=server.addresses)
            eventually(lambda: f"child=worker status={-signal.SIGKILL}" in server.log)
            eventually(scene.nothing_waits, seconds=60)
    check_kept(scene, tally, "A worker is killed for memory", 1)


@pytest.mark.parametrize("kind", KINDS)
def test_a_reader_that_is_killed_for_memory_is_replaced(
    kind: str, make_scene: MakeScene, tally: Tally
) -> None:
    """The kernel ends the process that reads a large file; the next attempt loads it."""
    scene = make_scene(kind)
    with scene.serving() as server:
        worker = _warm(scene, server)
        [reader] = with_children(worker)[1:]
        with _little_memory(reader):
            assert scene.send("sftp", receipts(0, MANY), addresses=server.addresses)
            eventually(scene.nothing_waits, seconds=60)
        assert child(server, "worker") == worker
    [loaded] = [one for one in dropsafe_json(scene.path, "deliveries") if one["attempts"] > 1]
    assert (loaded["state"], loaded["attempts"]) == ("loaded", 2)
    check_kept(scene, tally, "A reader is killed for memory", 1)


def _warm(scene: Scene, server: Server) -> int:
    """Have the worker import all that it needs; its process id."""
    needs(root=True)
    if not (MEMORY / "cgroup.procs").exists():
        pytest.skip("LOUD: not run, for want of the memory controller of cgroup v1")
    assert scene.send("sftp", addresses=server.addresses)
    eventually(scene.nothing_waits)
    return child(server, "worker")


@contextmanager
def _little_memory(pid: int) -> Iterator[None]:
    """A process, and what it starts from now on, get little more memory than they have."""
    group = MEMORY / f"dropsafe-{os.getpid()}"
    group.mkdir()
    try:
        (group / "cgroup.procs").write_text(str(pid))
        (group / "memory.limit_in_bytes").write_text(str(LITTLE))
        yield
    finally:
        for one in (group / "cgroup.procs").read_text().split():
            (MEMORY / "cgroup.procs").write_text(one)
        group.rmdir()


def _sources(what: str) -> list[tuple[str, Source]]:
    names = [f"{what}-{number}.csv" for number in range(len(CLIENTS))]
    return [(name, Source(_data(name), held=True)) for name in names]


def _data(name: str) -> bytes:
    return receipts(10_000 + sum(name.encode()), 8000)


def _door(scene: Scene, server: Server, client: Client, files: Path) -> Door:
    front_end = {"ftps": "ftp"}.get(client.kind, client.kind)
    return Door(
        kind=client.kind,
        home=cast("Home", None),  # these clients ask for nothing in it
        files=files,
        port=server.address(front_end)[1],
        certificate=scene.path / "keys" / "tls_certificate.pem",
    )


def _login(scene: Scene) -> Login:
    token = scene.mail.partition("@")[0].removeprefix(f"{TENANT}-")
    return Login(user=TENANT, secret=scene.key, token=token)


def _be_known(scene: Scene) -> None:
    """Give the server the host key that these clients know."""
    path = scene.path / "keys" / "ssh_host_ed25519_key"
    path.write_bytes(HOST_KEY.export_private_key())


def _arriving(scene: Scene) -> int:
    """How many uploads have some bytes in the spool."""
    return sum(data.stat().st_size > 0 for data in (scene.path / "spool").glob("*/data"))
