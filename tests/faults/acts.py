"""What dropsafe does while it is struck: each act is one process on a scene that was made ready."""

from __future__ import annotations

import json
import os
import signal
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from storage.files import names_in
from tests.faults.forker import ADDRESSES, READY, Forker
from tests.faults.scene import Scene, Sent, until, wait_for
from tests.faults.senders import RENAMED, TENANT, put, receipts
from tests.faults.strikes import Strike, struck

_GRACE = 1  # s


class Act(ABC):
    """One process that does one thing.

    `threads` says whether its other threads are struck too. `is_whole_between` is False if the
    rows are whole again only when the one who asked for it has asked again; `excused` is what
    verify may say until then.
    """

    name: str
    threads = False
    is_whole_between = True
    excused: frozenset[str] = frozenset()

    def prepare(self, scene: Scene, forker: Forker) -> None:  # noqa: B027 - most need nothing
        """Bring a fresh scene to where the act begins."""

    @abstractmethod
    def begin(self, scene: Scene, forker: Forker) -> int:
        """Start the process, and give its id; what it does from now on is struck."""

    @abstractmethod
    def perform(self, scene: Scene, pid: int) -> None:
        """Have it do its thing."""

    def ended(self, scene: Scene, status: int) -> None:  # noqa: B027 - most need nothing
        """Note what its end tells the one who asked for it."""

    def again(self, scene: Scene, forker: Forker) -> bool:
        """What the one who asked does next: ask again, if there is need; whether there was."""
        return False


class Upload(Act):
    """A till sends a file over a protocol; if it is not told yes, it sends the file again later."""

    threads = True

    def __init__(self, way: str) -> None:
        self.name = way

    def begin(self, scene: Scene, forker: Forker) -> int:
        return start_gateway(scene, forker)

    def perform(self, scene: Scene, pid: int) -> None:
        self.send(scene, pid)
        stop(pid)

    def send(self, scene: Scene, pid: int) -> bool:
        """Send a file like no other; whether it was taken."""
        return self._send(scene, receipts(len(scene.sent)), pid)

    def again(self, scene: Scene, forker: Forker) -> bool:
        last = scene.sent[-1]
        if last.acknowledged and not last.parked:
            return False
        pid = start_gateway(scene, forker)
        assert self._send(scene, scene.sent[-1].files[0], pid), "a healthy gateway took no file"
        stop(pid)
        assert forker.wait(pid) == 0
        return True

    def _send(self, scene: Scene, data: bytes, pid: int) -> bool:
        return scene.send(self.name, data, addresses=addresses(scene), alive=lambda: is_alive(pid))


class Renamed(Upload):
    """A till sends a file under a temporary name, and renames it."""

    def __init__(self) -> None:
        super().__init__(RENAMED)

    def ended(self, scene: Scene, status: int) -> None:
        """If it never comes back to rename it: the server's patience with it ends soon."""
        with (scene.path / "dropsafe.toml").open("a") as settings:
            settings.write(f"[limits]\nrename_grace_seconds = {_GRACE}\n")
        if is_any_parked(scene):
            time.sleep(_GRACE)


class Start(Act):
    """The gateway starts after a crash: half an upload is in the spool, and a file of the drop
    folder is accepted and still there, and another one waits."""

    name = "start after a crash"
    threads = True

    def begin(self, scene: Scene, forker: Forker) -> int:
        upload = Upload("folder")
        pid = upload.begin(scene, forker)
        with struck(
            pid, Strike("unlink", 3), scene.path, threads=True
        ):  # the one of the accepted file
            upload.perform(scene, pid)
            assert forker.wait(pid) == -signal.SIGKILL
        assert (scene.path / "taking.json").exists()
        half = scene.path / "spool" / ("0" * 32)
        half.mkdir()
        (half / "data").write_bytes(b"Store,Rec")
        data = receipts(len(scene.sent))
        put(scene.path / "drop" / TENANT / "next.csv", data)
        scene.sent.append(Sent(way="folder", data=data, files=(data,), acknowledged=True))
        (scene.path / READY).unlink(missing_ok=True)
        return forker.start("gateway", scene.path)

    def perform(self, scene: Scene, pid: int) -> None:
        os.kill(pid, signal.SIGCONT)
        # What cannot be made sure of stays in the drop folder until the next start.
        until(lambda: not is_alive(pid) or (is_ready(scene) and is_drop_empty(scene)), seconds=2)
        stop(pid)


class Command(Act):
    """A command, called again after it failed or was killed; `prepare` gives its arguments."""

    def __init__(
        self,
        name: str,
        prepare: Callable[[Scene], list[str]],
        *,
        is_whole_between: bool = True,
        excused: frozenset[str] = frozenset(),
    ) -> None:
        self.name = name
        self.is_whole_between = is_whole_between
        self.excused = excused
        self._prepare = prepare
        self._arguments: list[str] = []

    def prepare(self, scene: Scene, forker: Forker) -> None:
        self._arguments = self._prepare(scene)

    def begin(self, scene: Scene, forker: Forker) -> int:
        return forker.start("command", scene.path, *self._arguments)

    def perform(self, scene: Scene, pid: int) -> None:
        os.kill(pid, signal.SIGCONT)

    def again(self, scene: Scene, forker: Forker) -> bool:
        status = run(scene, forker, *self._arguments)
        assert status == 0, f"{self._arguments} gave {status}: {scene.log[-2000:]}"
        return True


class Turn(Command):
    """`undo` or `redo` of one delivery, after which it is undone or not."""

    def begin(self, scene: Scene, forker: Forker) -> int:
        scene.is_undone_open = True  # until it is asked for again
        return super().begin(scene, forker)

    def again(self, scene: Scene, forker: Forker) -> bool:
        super().again(scene, forker)
        what, delivery = self._arguments
        scene.is_undone_open = False
        scene.undone = {delivery} if what == "undo" else set()
        return True


class Load(Command):
    """`dropsafe load`, which has the file in safety when it ends with 0."""

    def __init__(self) -> None:
        super().__init__("load", _mine)

    def begin(self, scene: Scene, forker: Forker) -> int:
        data = (scene.path / "mine.csv").read_bytes()
        scene.sent.append(Sent(way="load", data=data, files=(data,)))
        return forker.start("command", scene.path, "load", TENANT, str(scene.path / "mine.csv"))

    def ended(self, scene: Scene, status: int) -> None:
        scene.sent[-1] = replace(scene.sent[-1], acknowledged=status == 0)

    def again(self, scene: Scene, forker: Forker) -> bool:
        if scene.sent[-1].acknowledged:
            return False
        pid = self.begin(scene, forker)
        self.perform(scene, pid)
        status = forker.wait(pid)
        assert status == 0, scene.log[-2000:]
        self.ended(scene, status)
        return True


def _mine(scene: Scene) -> list[str]:
    (scene.path / "mine.csv").write_bytes(receipts(0))
    return []


def run(scene: Scene, forker: Forker, *arguments: str) -> int:
    """Run a command to its end, without a strike; its exit status."""
    pid = forker.start("command", scene.path, *arguments)
    os.kill(pid, signal.SIGCONT)
    return forker.wait(pid)


def start_gateway(scene: Scene, forker: Forker) -> int:
    """Start the gateway and wait until it listens; its process id."""
    (scene.path / READY).unlink(missing_ok=True)
    pid = forker.start("gateway", scene.path)
    os.kill(pid, signal.SIGCONT)
    wait_for(lambda: is_ready(scene) or not is_alive(pid))
    return pid


def recover(scene: Scene, forker: Forker) -> None:
    """What happens without a human hand: gateway and worker start, and work off what waits."""
    pid = start_gateway(scene, forker)
    wait_for(lambda: is_drop_empty(scene) and not is_any_parked(scene))
    stop(pid)
    assert forker.wait(pid) == 0
    work(scene, forker)


def work(scene: Scene, forker: Forker) -> None:
    """`dropsafe work --once`."""
    assert run(scene, forker, "work", "--once") == 0, scene.log[-2000:]


def stop(pid: int) -> None:
    """Ask a process to end."""
    if is_alive(pid):
        os.kill(pid, signal.SIGTERM)


def is_alive(pid: int) -> bool:
    """Whether a process has not ended yet; it may be waited for."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] not in "ZX"


def is_ready(scene: Scene) -> bool:
    """Whether the gateway listens."""
    ready = scene.path / READY
    return ready.exists() and ready.stat().st_size > 0


def is_drop_empty(scene: Scene) -> bool:
    """Whether everything in the drop folder was taken."""
    return not names_in(scene.path / "drop" / TENANT)


def is_any_parked(scene: Scene) -> bool:
    """Whether an upload waits for its final name."""
    return any((scene.path / "parked").glob("*/*"))


def addresses(scene: Scene) -> dict[str, str]:
    """Where the front ends listen."""
    found: dict[str, str] = json.loads((scene.path / ADDRESSES).read_text())
    return found
