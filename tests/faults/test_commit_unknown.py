"""The database fails in the middle of a COMMIT, or its answer is lost: nobody knows the outcome.

Each command is done again until it has gone through, as a worker or a person does, and the rows are
what they would have been: for every COMMIT on its way in turn, and each fate of it.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from ingest import describing, pipeline
from ingest.home import Home
from ingest.rebuild import rebuild
from ingest.replay import replay
from ingest.undo import redo, undo
from ingest.worker import Worker
from storage import schema
from storage.database import Database
from storage.delivery import Envelope
from storage.errors import DatabaseAway
from storage.layout import Layout
from tests.faults import promises
from tests.faults.conftest import Tally, needs
from tests.faults.postgres import running_postgres
from tests.faults.power import public_place
from tests.faults.scene import Scene, Sent, furnish
from tests.faults.senders import TENANT, receipts, stored
from tests.faults.wire import Fate, Wire
from tests.shop import MAPPING, deliver

Act = Callable[[], object]
SECONDS = 30.0


class Day:
    """What a shop and its helpers do; each method prepares something, and gives what is left."""

    def __init__(self, scene: Scene, home: Home) -> None:
        self._scene = scene
        self._home = home
        self._worker = Worker(home)

    def load(self) -> Act:
        """A file that is loaded in its order, with a row that is rejected."""
        self._deliver(self._file() + b"A,x,2026-03-01 10:00:00,no money\n")
        return self._worker.run_once

    def duplicate(self) -> Act:
        """The same file a second time."""
        data = self._file()
        self._deliver(data)
        self._worker.run_once()
        self._deliver(data)
        return self._worker.run_once

    def late(self) -> Act:
        """A file that is loaded after a newer one."""
        self._deliver(self._file())
        newer = self._deliver(self._file())
        pipeline.process(self._home, TENANT, newer.id)
        return self._worker.run_once

    def email(self) -> Act:
        """A file attached to an email, which is opened."""
        data = self._file()
        self._deliver(stored("smtp", "sales.csv", data), files=(data,), name="mail", via="smtp")
        return self._worker.run_once

    def release(self) -> Act:
        """A new version of the mapping, for which a held file waits."""
        describing.set_mapping(self._home, tenant=TENANT, feed="default", text=MAPPING)
        self._deliver(self._file(), name="sales.txt")
        self._deliver(self._file())
        self._worker.run_once()
        wider = MAPPING.replace('["*.csv"]', '["*.csv", "*.txt"]')

        def describe() -> None:
            describing.set_mapping(self._home, tenant=TENANT, feed="default", text=wider)
            self._worker.run_once()

        return describe

    def replay(self) -> Act:
        """Some files again, in their own places."""
        ids = self._loaded(3)
        return lambda: replay(self._home, TENANT, ids)

    def undo(self) -> Act:
        """A file out of the rows that a later one has changed."""
        gone, _ = self._loaded(2)
        self._scene.undone.add(gone)
        return lambda: undo(self._home, TENANT, [gone])

    def redo(self) -> Act:
        """One that was undone into the rows again."""
        back, _ = self._loaded(2)
        undo(self._home, TENANT, [back])
        return lambda: redo(self._home, TENANT, [back])

    def rebuild(self) -> Act:
        """All rows made again from the archive."""
        self._loaded(2)
        return lambda: rebuild(self._home, TENANT)

    def hold(self) -> Act:
        """A file that nothing can be made of: it is held."""
        self._deliver(f"Nothing,known\n{len(self._scene.sent)},2\n".encode())
        return self._worker.run_once

    def acts(self) -> list[Callable[[], Act]]:
        """All of these, those that read everything again first, while there is little to read."""
        again = [self.rebuild, self.replay, self.undo, self.redo]
        return [*again, self.load, self.duplicate, self.late, self.email, self.release, self.hold]

    def _file(self) -> bytes:
        return receipts(len(self._scene.sent))

    def _deliver(
        self,
        data: bytes,
        *,
        files: tuple[bytes, ...] = (),
        name: str = "sales.csv",
        via: str = "load",
    ) -> Envelope:
        envelope = deliver(self._home, data, name=name, via=via)
        sent = Sent(way=via, data=data, files=files or (data,), acknowledged=True)
        self._scene.sent.append(sent)
        return envelope

    def _loaded(self, files: int) -> list[str]:
        """Some files that are loaded; their deliveries."""
        deliveries = [self._deliver(self._file()).id for _ in range(files)]
        self._worker.run_once()
        return deliveries


@pytest.mark.timeout(300)
@pytest.mark.parametrize("fate", Fate, ids=lambda fate: fate.name.lower())
def test_whatever_becomes_of_a_commit_the_rows_are_right(
    fate: Fate, keys: Path, tally: Tally
) -> None:
    """Loading in order and late, a duplicate, an email, a held file, a new mapping, replay, undo,
    redo and rebuild; each with its first COMMIT hit, then its second, and so on."""
    needs("strace")
    with scene_on_a_wire(keys) as (scene, wire), scene.home() as home:
        for prepare in Day(scene, home).acts():
            for nth in itertools.count(1):
                act = prepare()
                wire.meet(fate, nth)
                until_done(act)
                met = wire.met
                wire.meet(fate, 0)
                promises.check(scene, verify=False)
                if not met:
                    break
        points = wire.struck
        promises.check(scene)
        assert points
        tally(f"PostgreSQL, a COMMIT: {fate.value}", points, lost=promises.lost(scene))


def until_done(act: Act) -> None:
    """Do something as often as it takes."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        with suppress(DatabaseAway):
            act()
            return
        time.sleep(0.05)
    raise AssertionError("the database is well, and it still cannot be done")


@contextmanager
def scene_on_a_wire(keys: Path) -> Iterator[tuple[Scene, Wire]]:
    """A scene whose database is behind a wire that can be cut."""
    with public_place(in_memory=True) as place, running_postgres(place / "data") as postgres:
        postgres.create("dropsafe")
        wire = Wire(postgres.sockets)
        url = postgres.url(host=wire.directory, name="dropsafe")
        home = place / "home"
        home.mkdir()
        database = Database(Layout(home), url)
        schema.upgrade(database)
        database.close()
        try:
            yield furnish(home, kind="postgresql", url=url, keys=keys), wire
        finally:
            wire.close()
