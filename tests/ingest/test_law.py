"""Rows equal the fold of the deliveries in order of receipt, whatever order the work was done in.

Hypothesis sends files, works them off in any order, sets mappings and replays; after every step
the real rows are held against the oracle of a dict that is folded in order.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from ingest import describing, lookup
from ingest.home import Home
from ingest.rebuild import rebuild
from ingest.replay import replay
from ingest.undo import redo, undo
from storage.effect import Effect
from storage.ledger import COUNTED, SETTLED, State
from storage.tables import metadata
from tests import oracle
from tests.conftest import MakeHome
from tests.databases import KINDS
from tests.shop import MAPPING, deliver, dump, entry, load, open_shop, superseded

NET = MAPPING.replace('"Total"', '"Net"')

_row = st.tuples(
    st.sampled_from("AB"),
    st.sampled_from("12"),
    st.sampled_from(["1.00", "2.00", "-2.00", "bad"]),
    st.sampled_from(["1.00", "3.00"]),
)
_file = st.lists(_row, max_size=3).map(
    lambda rows: "".join(
        f"{line}\n"
        for line in (
            "Store,Receipt,When,Total,Net",
            *(f"{s},{r},2026-03-01 10:00:00,{total},{net}" for s, r, total, net in rows),
        )
    ).encode()
)
_step = st.one_of(
    st.tuples(st.just("deliver"), _file),
    st.tuples(st.just("deliver again"), st.integers(0, 5)),
    st.tuples(st.just("load"), st.integers(0, 5)),
    st.tuples(st.just("load"), st.integers(0, 5)),
    st.tuples(st.just("replay"), st.integers(0, 5)),
    st.tuples(st.just("replay all"), st.just(0)),
    st.tuples(st.just("undo"), st.integers(0, 5)),
    st.tuples(st.just("undo all"), st.just(0)),
    st.tuples(st.just("redo"), st.integers(0, 5)),
    st.tuples(st.just("redo all"), st.just(0)),
    st.tuples(st.just("rebuild"), st.just(0)),
    st.tuples(st.just("lose the database"), st.just(0)),
    st.tuples(st.just("map total"), st.just(0)),
    st.tuples(st.just("map net"), st.just(0)),
)


class Story:
    """The real home and the model of it, side by side."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.files: dict[str, bytes] = {}
        self.waiting: list[str] = []
        self.column = "Total"
        self.read_with: dict[str, str] = {}
        self.undone: set[str] = set()
        open_shop(home, mapping=MAPPING)

    def step(self, what: str, argument: bytes | int) -> None:
        """Do one step on both."""
        if isinstance(argument, bytes):
            self._deliver(argument)
        elif what == "deliver again" and self.files:
            self._deliver(_pick(list(self.files.values()), argument))
        elif what == "load" and self.waiting:
            self._load(_pick(self.waiting, argument))
        elif what in ("replay", "undo", "redo") and self.read_with:
            self._again(what, [_pick(sorted(self.read_with), argument)])
        elif what in ("replay all", "undo all", "redo all"):
            self._again(what.removesuffix(" all"), sorted(self.read_with))
        elif what in ("map total", "map net"):
            self._map("Net" if what == "map net" else "Total")
        elif what == "rebuild":
            assert _moved(rebuild(self.home, "acme").effect) == (0, 0, 0)
        elif what == "lose the database":
            self._lose_database()

    def _map(self, column: str) -> None:
        self.column = column
        text = NET if column == "Net" else MAPPING
        describing.set_mapping(self.home, tenant="acme", feed="default", text=text)

    def _again(self, what: str, ids: list[str]) -> None:
        if what == "replay":
            self._replay(ids)
        else:
            self._turn(what, ids)

    def _deliver(self, data: bytes) -> None:
        envelope = deliver(self.home, data)
        self.files[envelope.id] = data
        self.waiting.append(envelope.id)

    def _load(self, delivery: str) -> None:
        envelope = self.home.inbox.envelope("acme", delivery)
        assert load(self.home, envelope).state in SETTLED
        self.waiting.remove(delivery)
        self.read_with[delivery] = self.column

    def _replay(self, ids: list[str]) -> None:
        tried = replay(self.home, "acme", ids, dry_run=True)
        before = dump(self.home)
        done = replay(self.home, "acme", ids)
        assert tried.effect.difference == done.effect.difference
        difference = done.effect.difference
        assert len(dump(self.home)) == len(before) + difference.new - difference.gone
        again = replay(self.home, "acme", ids)
        assert _moved(again.effect) == (0, 0, 0)
        for delivery in set(ids) - self.undone:
            self.read_with[delivery] = self.column

    def _turn(self, what: str, ids: list[str]) -> None:
        turn = undo if what == "undo" else redo
        tried = turn(self.home, "acme", ids, dry_run=True)
        before = dump(self.home)
        done = turn(self.home, "acme", ids)
        assert tried == done
        difference = done.effect.difference
        assert len(dump(self.home)) == len(before) + difference.new - difference.gone
        assert _moved(turn(self.home, "acme", ids).effect) == (0, 0, 0)
        self.undone = self.undone | set(ids) if what == "undo" else self.undone - set(ids)

    def _lose_database(self) -> None:
        before = dump(self.home)
        states = {one.id: one.state for one in lookup.deliveries(self.home, tenant="acme")}
        with self.home.database.writing() as connection:
            for table in metadata.tables.values():
                connection.execute(table.delete())
        assert dump(self.home) == []
        made = rebuild(self.home, "acme")
        assert made.no_credentials
        assert dump(self.home) == before
        assert {
            one.id: one.state in COUNTED for one in lookup.deliveries(self.home, tenant="acme")
        } == {one: state in COUNTED for one, state in states.items()}

    def check(self) -> None:
        """The rows are those of the oracle, to the delivery and the line, and what they were."""
        said = [
            (delivery, self.files[delivery], column)
            for delivery, column in sorted(self.read_with.items())
            if delivery not in self.undone
        ]
        expected = oracle.fold(said)
        found = {(row[0], row[1]): (row[4], row[5], row[6]) for row in dump(self.home)}
        assert found == oracle.now(expected)
        assert superseded(self.home) == {
            (*key, *value) for key, values in expected.items() for value in values[:-1]
        }


def _moved(effect: Effect) -> tuple[int, int, int]:
    difference = effect.difference
    return (difference.new, difference.changed, difference.gone)


def _pick(choices: list[Any], number: int) -> Any:
    return choices[number % len(choices)]


@contextmanager
def _story(make_home: MakeHome, kind: str) -> Iterator[Story]:
    with TemporaryDirectory() as directory:
        home = make_home(kind, Path(directory) / "home")
        yield Story(home)
        home.database.close()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", KINDS)
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(_step, min_size=4, max_size=14))
def test_rows_are_the_fold_of_the_deliveries(
    make_home: MakeHome, kind: str, steps: list[tuple[str, bytes | int]]
) -> None:
    """After every step of every story, on both databases, rows equal the oracle's."""
    with _story(make_home, kind) as story:
        for what, argument in steps:
            note(f"{what} {argument!r}")
            story.step(what, argument)
            story.check()


def test_an_unchanged_row_does_not_lose_to_an_older_file(loading_home: Home) -> None:
    """The corner: a row that was left unwritten, since it was the same, still outranks."""
    story = Story(loading_home)
    same, other = (
        b"Store,Receipt,When,Total,Net\nA,1,2026-03-01 10:00:00,1.00,1\n",
        b"Store,Receipt,When,Total,Net\nA,1,2026-03-01 10:00:00,9.00,1\n",
    )
    for data in (same, other, same):
        story.step("deliver", data)
    first, between, last = story.waiting

    for delivery in (first, last, between):
        story._load(delivery)
        story.check()

    assert [row[4] for row in dump(loading_home)] == ["1.00"]
    held = entry(loading_home, loading_home.archive.envelope("acme", between))
    assert held.state is State.LOADED
