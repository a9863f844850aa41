"""Killed before each lasting call in turn, a command has done all or nothing, and is done again.

After each kill the rows are the oracle's; then the database is lost as well and made again from the
archive; then what was killed is done to its end. `DROPSAFE_POINTS=all` tries every call, else some
are left out.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from ingest.home import Home
from tests.crashing import Blow
from tests.story import NET, TOTAL, Story

_ALL = os.environ.get("DROPSAFE_POINTS") == "all"
_STRIDES = {"load": 2, "map": 2, "pack": 2}
_STRIDE = 7  # of what takes longer

_FEWEST = {"load": 20, "late load": 30, "replay": 40, "undo": 30, "redo": 30, "map": 5,
           "pack": 10, "rebuild": 30}  # fmt: skip


def _file(number: int) -> bytes:
    return (
        "Store,Receipt,When,Total,Net\n"
        f"A,1,2026-03-01 10:00:00,{number}.00,{number}.50\n"
        f"A,{number},2026-03-01 10:00:00,1.00,2.00\n"
    ).encode()


def _load(story: Story, at: int) -> Callable[[Blow | None], None]:
    story.deliver(_file(at + 10))
    [delivery] = story.waiting
    return lambda blow: _load_if_it_waits(story, delivery, blow)


def _load_if_it_waits(story: Story, delivery: str, blow: Blow | None) -> None:
    if delivery in story.waiting:
        story.load(delivery, blow=blow)


def _late_load(story: Story, at: int) -> Callable[[Blow | None], None]:
    story.deliver(_file(at + 10))
    story.send(_file(at + 11))
    [delivery] = story.waiting
    return lambda blow: _load_if_it_waits(story, delivery, blow)


def _replay(story: Story, at: int) -> Callable[[Blow | None], None]:
    story.map(NET if at % 2 else TOTAL)
    return lambda blow: story.replay(story.known, blow=blow)


def _undo(story: Story, _at: int) -> Callable[[Blow | None], None]:
    story.redo(story.known)
    return lambda blow: story.undo(story.known[:2], blow=blow)


def _redo(story: Story, _at: int) -> Callable[[Blow | None], None]:
    story.undo(story.known[:2])
    return lambda blow: story.redo(story.known, blow=blow)


def _map(story: Story, at: int) -> Callable[[Blow | None], None]:
    return lambda blow: story.map(NET if at % 2 else TOTAL, blow=blow)


def _pack(story: Story, at: int) -> Callable[[Blow | None], None]:
    story.send(_file(at + 10))
    return lambda blow: story.pack(blow=blow)


def _rebuild(story: Story, _at: int) -> Callable[[Blow | None], None]:
    return lambda blow: story.rebuild(blow=blow)


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("what", "begin"),
    [("load", _load), ("late load", _late_load), ("replay", _replay), ("undo", _undo),
     ("redo", _redo), ("map", _map), ("pack", _pack), ("rebuild", _rebuild)],
)  # fmt: skip
def test_all_or_nothing_at_every_call(
    loading_home: Home, what: str, begin: Callable[[Story, int], Callable[[Blow | None], None]]
) -> None:
    """Until a run comes to its end before the blow falls."""
    story = Story(loading_home)
    for number in (1, 2, 2, 3):
        story.send(_file(number))
    at = 0
    while True:
        do = begin(story, at)
        do(Blow("kill", at))
        struck = story.was_struck
        story.check()
        story.lose_database()
        story.check()
        do(None)
        story.check()
        if not struck:
            break
        at += 1 if _ALL else _STRIDES.get(what, _STRIDE)
    assert at >= _FEWEST[what]
