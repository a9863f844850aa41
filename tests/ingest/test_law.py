"""Rows equal the fold of the deliveries in order of receipt, whatever order the work was done in.

Hypothesis sends files, works them off in any order and in parallel, sets mappings, replays, undoes
and rebuilds, and strikes any of it on its way; after every step the real rows are held against the
oracle of a dict that is folded in order. `DROPSAFE_STORIES` is how many stories are told.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from ingest.home import Home
from storage.ledger import State
from tests.crashing import Blow
from tests.shop import dump, entry
from tests.story import NET, TOTAL, WIDE, Story, emptied

_STORIES = int(os.environ.get("DROPSAFE_STORIES", "20"))

_row = st.tuples(
    st.sampled_from("AB"),
    st.sampled_from("12"),
    st.sampled_from(["1.00", "2.00", "-2.00", "bad"]),
    st.sampled_from(["1.00", "3.00"]),
)


def _as_file(rows: list[tuple[str, str, str, str]], total: str) -> bytes:
    lines = (f"{s},{r},2026-03-01 10:00:00,{amount},{net}" for s, r, amount, net in rows)
    net = "Net" if total == "Total" else "Other"
    return "".join(f"{line}\n" for line in (f"Store,Receipt,When,{total},{net}", *lines)).encode()


# A file with the heading Sum is held until a mapping knows it.
_file = st.builds(
    _as_file, st.lists(_row, max_size=3), st.sampled_from(["Total", "Total", "Total", "Sum"])
)
_which = st.integers(0, 5)


def _blow(most: int) -> st.SearchStrategy[Blow | None]:
    """Nothing, or a blow at one of so many calls."""
    blow = st.builds(Blow, st.sampled_from(["kill", "kill", "fail"]), st.integers(0, most))
    return st.one_of(st.none(), st.none(), blow)


_step = st.one_of(
    st.tuples(st.just("deliver"), _file, _blow(20)),
    st.tuples(st.just("send"), _file, st.none()),
    st.tuples(st.just("deliver again"), _which, st.none()),
    st.tuples(st.just("load"), _which, _blow(25)),
    st.tuples(st.just("load"), _which, _blow(60)),
    st.tuples(st.sampled_from(["replay", "undo", "redo"]), _which, _blow(70)),
    st.tuples(st.sampled_from(["replay from", "undo all", "redo all"]), _which, _blow(100)),
    st.tuples(st.just("in parallel"), _which, st.none()),
    st.tuples(st.sampled_from(["pack", "rebuild"]), st.none(), _blow(100)),
    st.tuples(st.just("lose the database"), st.none(), _blow(150)),
    st.tuples(st.just("map"), st.sampled_from([TOTAL, NET, WIDE]), _blow(12)),
)
_steps = st.tuples(
    st.lists(
        st.tuples(st.sampled_from(["deliver", "send"]), _file, st.none()), min_size=2, max_size=5
    ),
    st.lists(_step, min_size=4, max_size=12),
).map(lambda both: [*both[0], *both[1]])


_TAKE: dict[str, Callable[[Story, Any, Blow | None], None]] = {
    "deliver": lambda story, data, blow: story.deliver(data, blow=blow),
    "send": lambda story, data, _: story.send(data),
    "deliver again": lambda story, at, _: story.deliver(_pick(list(story.files.values()), at)),
    "load": lambda story, at, blow: story.load(_pick(story.waiting, at), blow=blow),
    "replay": lambda story, at, blow: story.replay([_pick(story.known, at)], blow=blow),
    "undo": lambda story, at, blow: story.undo([_pick(story.known, at)], blow=blow),
    "redo": lambda story, at, blow: story.redo([_pick(story.known, at)], blow=blow),
    "replay from": lambda story, at, blow: story.replay(story.known[at:], blow=blow),
    "undo all": lambda story, _, blow: story.undo(story.known, blow=blow),
    "redo all": lambda story, _, blow: story.redo(story.known, blow=blow),
    "in parallel": lambda story, at, _: story.in_parallel(story.known[at:]),
    "pack": lambda story, _, blow: story.pack(blow=blow),
    "rebuild": lambda story, _, blow: story.rebuild(blow=blow),
    "lose the database": lambda story, _, blow: story.lose_database(blow=blow),
    "map": lambda story, text, blow: story.map(text, blow=blow),
}
_NEEDS: dict[str, Callable[[Story], object]] = {
    "deliver again": lambda story: story.files,
    "load": lambda story: story.waiting,
    "replay": lambda story: story.known,
    "undo": lambda story: story.known,
    "redo": lambda story: story.known,
}


def _pick(choices: list[Any], number: int) -> Any:
    return choices[number % len(choices)]


@pytest.mark.timeout(60 + 10 * _STORIES)
@settings(
    max_examples=_STORIES,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a failure is short as it is
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=_steps)
def test_rows_are_the_fold_of_the_deliveries(
    loading_home: Home, steps: list[tuple[str, Any, Blow | None]]
) -> None:
    """After every step of every story, on both databases, rows equal the oracle's."""
    story = Story(emptied(loading_home))
    for what, argument, blow in steps:
        note(f"{what} {argument!r} {blow}")
        if what not in _NEEDS or _NEEDS[what](story):
            _TAKE[what](story, argument, blow)
            story.check()
    story.work_off()
    story.check()


def test_an_unchanged_row_does_not_lose_to_an_older_file(loading_home: Home) -> None:
    """The corner: a row that was left unwritten, since it was the same, still outranks."""
    story = Story(loading_home)
    same, other = (
        b"Store,Receipt,When,Total,Net\nA,1,2026-03-01 10:00:00,1.00,1\n",
        b"Store,Receipt,When,Total,Net\nA,1,2026-03-01 10:00:00,9.00,1\n",
    )
    for data in (same, other, same):
        story.deliver(data)
    first, between, last = story.waiting

    for delivery in (first, last, between):
        story.load(delivery)
        story.check()

    assert [row[4] for row in dump(loading_home)] == ["1.00"]
    held = entry(loading_home, loading_home.archive.envelope("acme", between))
    assert held.state is State.LOADED
