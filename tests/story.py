"""A real home and the model of it, side by side: what is done to the one is held to the other.

The model is which delivery counts, read by which mapping, and which are undone. The rows that
follow from it are the oracle's. What is struck on its way has either happened or not: as a whole.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any, Protocol

from ingest import describing, lookup
from ingest.claiming import claimed
from ingest.home import Home, make_directories
from ingest.rebuild import rebuild
from ingest.replay import replay
from ingest.undo import redo, undo
from ingest.verdicts import HoldCode
from storage import mappings
from storage.effect import Effect
from storage.ledger import SETTLED, State
from storage.tables import metadata
from tests import oracle
from tests.crashing import ACTIONS, Blow, Struck, ended
from tests.shop import MAPPING, deliver, dump, load, open_shop, superseded, work_off

TOTAL = MAPPING
NET = MAPPING.replace('"Total"', '"Net"')
WIDE = MAPPING + '[aliases]\n"Total" = ["Sum"]\n'
COLUMNS = {TOTAL: ("Total",), NET: ("Net",), WIDE: ("Total", "Sum")}
"""What the mappings take for the total: the first of these that a file has, else it is held."""


def column_of(data: bytes, text: str) -> str | None:
    """The column of a file's totals by a mapping; None if it cannot be read by it."""
    header = data.split(b"\n", 1)[0].decode().split(",")
    return next((one for one in COLUMNS[text] if one in header), None)


@dataclass(frozen=True, slots=True)
class Model:
    """Which deliveries were loaded, by the text of which mapping, and which are undone."""

    read_with: dict[str, str]
    undone: frozenset[str] = frozenset()

    def reads(self, ids: Collection[str], text: str) -> Model:
        """These are read by this mapping."""
        return replace(self, read_with=self.read_with | dict.fromkeys(ids, text))


class _Turn(Protocol):
    def __call__(self, home: Home, tenant: str, ids: Collection[str], *, dry_run: bool) -> Any: ...


class Story:
    """The real home and the model of it."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.files: dict[str, bytes] = {}
        self.model = Model({})
        self.today = TOTAL
        self.was_struck = False  # whether the last blow fell before all was done
        self._struck = Struck(home.layout.home)
        self._tries: Counter[str] = Counter()
        open_shop(home, mapping=TOTAL)

    @property
    def waiting(self) -> list[str]:
        """What is in the inbox, in order of receipt."""
        return self.home.inbox.waiting("acme")

    @property
    def known(self) -> list[str]:
        """All that was loaded or is held."""
        return sorted({*self.model.read_with, *self.home.inbox.held("acme")})

    def deliver(self, data: bytes, *, blow: Blow | None = None) -> None:
        """A file comes in; one that was cut off may have come in all the same."""
        before = set(self.waiting)
        if blow is None:
            deliver(self.home, data)
        else:
            self.was_struck = not self._struck.run("deliver", data, blow=blow)
        new = set(self.waiting) - before
        assert len(new) == 1 or (blow is not None and not new)
        self.files |= dict.fromkeys(new, data)

    def send(self, data: bytes) -> None:
        """A file comes in and is loaded."""
        self.deliver(data)
        self.load(max(self.waiting))

    def load(self, delivery: str, *, blow: Blow | None = None) -> None:
        """A worker takes one delivery; it may have been loaded before, but for its move."""
        after = self._loaded([delivery])
        if blow is None:
            found = load(self.home, self.home.inbox.envelope("acme", delivery))
            assert (found.state in SETTLED) == (delivery in after.read_with)
            self._is(after)
        else:
            self._tries[delivery] += 1
            self._strike(after, blow, "load", delivery)

    def replay(self, ids: list[str], *, blow: Blow | None = None) -> None:
        """Deliveries are read by the mapping of today, those that were held too."""
        after = self._replayed(ids)
        if blow is None:
            tried, before = replay(self.home, "acme", ids, dry_run=True), len(dump(self.home))
            done = replay(self.home, "acme", ids)
            assert tried.effect.difference == done.effect.difference
            assert len(dump(self.home)) == before + _grown(done.effect)
            self._is(after)
            assert _moved(replay(self.home, "acme", ids).effect) == (0, 0, 0)
        else:
            self._strike(after, blow, "replay", ids)

    def undo(self, ids: list[str], *, blow: Blow | None = None) -> None:
        """Deliveries count no more."""
        gone = self.model.undone | (set(ids) & self.model.read_with.keys())
        self._turn("undo", undo, ids, replace(self.model, undone=gone), blow)

    def redo(self, ids: list[str], *, blow: Blow | None = None) -> None:
        """Deliveries count again."""
        back = self.model.undone - set(ids)
        self._turn("redo", redo, ids, replace(self.model, undone=back), blow)

    def _turn(
        self, what: str, turn: _Turn, ids: list[str], after: Model, blow: Blow | None
    ) -> None:
        if blow is None:
            tried, before = turn(self.home, "acme", ids, dry_run=True), len(dump(self.home))
            done = turn(self.home, "acme", ids, dry_run=False)
            assert tried == done
            assert len(dump(self.home)) == before + _grown(done.effect)
            self._is(after)
            assert _moved(turn(self.home, "acme", ids, dry_run=False).effect) == (0, 0, 0)
        else:
            self._strike(after, blow, what, ids)

    def map(self, text: str, *, blow: Blow | None = None) -> None:
        """A mapping is set; what is held is tried again."""
        before = self.today
        if blow is None:
            describing.set_mapping(self.home, tenant="acme", feed="default", text=text)
            assert self._text_now() == text
            assert not self._held_for_mapping()
        else:
            self.was_struck = not self._struck.run("map", text, blow=blow)
            assert self._text_now() in (before, text)
        self.today = self._text_now()
        self._is(self.model)

    def rebuild(self, *, blow: Blow | None = None) -> None:
        """The rows are made again, and are the same."""
        if blow is None:
            assert _moved(rebuild(self.home, "acme").effect) == (0, 0, 0)
            self._is(self.model)
        else:
            self._strike(self.model, blow, "rebuild")

    def lose_database(self, *, blow: Blow | None = None) -> None:
        """The database is gone; everything comes back, if need be at the second try.

        But not before somebody has worked for the tenant once more: only the database knows whether
        what was intended was done.
        """
        with claimed(self.home, "acme"):
            pass
        for delivery in set(self.waiting) & self.model.read_with.keys():
            self.load(delivery)  # else it is loaded anew, maybe by another mapping
        before = dump(self.home)
        forget(self.home)
        assert dump(self.home) == []
        if blow is not None:
            self.was_struck = not self._struck.run("rebuild", blow=blow)
        rebuild(self.home, "acme")
        assert dump(self.home) == before
        self._is(self.model)

    def pack(self, *, blow: Blow | None = None) -> None:
        """A day has passed: what is settled is packed."""
        if blow is None:
            ACTIONS["pack"](self.home)
            assert not self.home.archive.loose("acme")
            self._is(self.model)
        else:
            self._strike(self.model, blow, "pack")

    def in_parallel(self, ids: list[str]) -> None:
        """Two workers and a replay are at it at once."""
        after = self._loaded(self.waiting)
        after = replace(after, read_with=after.read_with | self._replayed(ids).read_with)
        running = [self._struck.start("work") for _ in range(2)]
        running.append(self._struck.start("replay", ids))
        assert [ended(process) for process in running] == [True, True, True]
        work_off(self.home)
        self._is(after)

    def work_off(self) -> None:
        """All that waits is worked off."""
        after = self._loaded(self.waiting)
        work_off(self.home)
        self._is(after)

    def _loaded(self, ids: Collection[str]) -> Model:
        """What is to be, once these of the inbox were worked off."""
        new = [one for one in set(ids) - self.model.read_with.keys() if not self._gives_up(one)]
        return self.model.reads([one for one in new if self._readable(one)], self.today)

    def _gives_up(self, delivery: str) -> bool:
        """Whether it will be held, since every try so far was struck."""
        most = self.home.settings.workers.attempts
        gives_up = lookup.delivery(self.home, delivery).attempts >= most
        assert not gives_up or self._tries[delivery] >= most
        return gives_up

    def _replayed(self, ids: Collection[str]) -> Model:
        others = self.model.undone | (set(self.waiting) - self.model.read_with.keys())
        return self.model.reads(
            [one for one in set(ids) - others if self._readable(one)], self.today
        )

    def _readable(self, delivery: str) -> bool:
        return column_of(self.files[delivery], self.today) is not None

    def _strike(self, after: Model, blow: Blow, action: str, *given: Any) -> None:
        """Do it in a process that is struck: all of it has happened, or nothing."""
        self.was_struck = not self._struck.run(action, *given, blow=blow)
        found = self._found()
        assert found in ((self.model, after) if self.was_struck else (after,))
        self._is(found)

    def _is(self, model: Model) -> None:
        """The model is this from now on, and the ledger says the same."""
        self.model = model
        assert self._found() == model

    def _found(self) -> Model:
        """What the ledger says."""
        with self.home.database.reading() as connection:
            texts = {one.version: one.text for one in mappings.history(connection, "acme")}
        settled = [
            one for one in lookup.deliveries(self.home, tenant="acme") if one.state in SETTLED
        ]
        return Model(
            {one.id: texts[one.mapping_version or 0] for one in settled},
            frozenset(one.id for one in settled if one.state is State.UNDONE),
        )

    def _text_now(self) -> str:
        with self.home.database.reading() as connection:
            return mappings.of_feed(connection, "acme", "default").text

    def _held_for_mapping(self) -> list[str]:
        held = lookup.deliveries(self.home, tenant="acme", state=State.QUARANTINED)
        return [one.id for one in held if one.reason != HoldCode.FAILS_REPEATEDLY]

    def check(self) -> None:
        """The rows are those of the oracle, to the delivery and the line, and what they were.

        And every delivery is in one place.
        """
        said = [
            (delivery, self.files[delivery], column_of(self.files[delivery], text) or "")
            for delivery, text in sorted(self.model.read_with.items())
            if delivery not in self.model.undone
        ]
        expected = oracle.fold(said)
        found = {(row[0], row[1]): (row[4], row[5], row[6]) for row in dump(self.home)}
        assert found == oracle.now(expected)
        assert superseded(self.home) == {
            (*key, *value) for key, values in expected.items() for value in values[:-1]
        }
        waiting, held = self.waiting, self.home.inbox.held("acme")
        kept = self.home.archive.deliveries("acme")
        assert sorted([*waiting, *held, *kept]) == sorted(self.files)
        assert set(kept) <= self.model.read_with.keys()


def _moved(effect: Effect) -> tuple[int, int, int]:
    difference = effect.difference
    return (difference.new, difference.changed, difference.gone)


def _grown(effect: Effect) -> int:
    return effect.difference.new - effect.difference.gone


def emptied(home: Home) -> Home:
    """A home as if it were new, but for the settings: nothing came in, nothing is known."""
    for one in home.layout.home.iterdir():
        if one.is_dir():
            shutil.rmtree(one)
    make_directories(home.layout)
    forget(home)
    return home


def forget(home: Home) -> None:
    """Everything that the database knew is lost."""
    with home.database.writing() as connection:
        for table in metadata.tables.values():
            connection.execute(table.delete())
