"""Undo of some files among many equals a rebuild without them.

`DROPSAFE_DELIVERIES` is how many there are; one in a hundred is undone, but at least twelve.
"""

from __future__ import annotations

import os
import random
from dataclasses import replace

import pytest

from ingest.home import Home
from ingest.rebuild import rebuild
from ingest.undo import redo, undo
from tests import oracle
from tests.orders import Remembers, sales
from tests.shop import deliver, dump, open_shop, superseded, work_off
from tests.story import WIDE, column_of, emptied, forget

_DELIVERIES = int(os.environ.get("DROPSAFE_DELIVERIES", "150"))
_UNDONE = max(12, _DELIVERIES // 100)


@pytest.mark.timeout(3600)
def test_an_undo_of_many_equals_a_rebuild_without_them(loading_home: Home) -> None:
    """The oracle, the undo, and a rebuild with the database lost: to the last byte the same."""
    home = replace(loading_home, reader=Remembers(loading_home.reader))
    open_shop(emptied(home), mapping=WIDE)
    files = {deliver(home, data).id: data for data in sales(3, _DELIVERIES)}
    loaded = [one.id for one in work_off(home) if one.feed is not None]
    before = (dump(home), superseded(home))
    gone = random.Random(5).sample(loaded, _UNDONE)  # noqa: S311 - no secret

    done = undo(home, "acme", gone)

    assert [one.applied for one in done.deliveries] == [True] * _UNDONE
    undone = (dump(home), superseded(home))
    assert undone != before
    assert _values(home) == _folded({one: files[one] for one in loaded if one not in gone})
    forget(home)
    rebuild(home, "acme")
    assert (dump(home), superseded(home)) == undone
    redo(home, "acme", gone)
    assert (dump(home), superseded(home)) == before


def _values(home: Home) -> list[tuple[object, ...]]:
    now = {(row[0], row[1], *row[4:]) for row in dump(home)}
    return sorted({*now, *superseded(home)})


def _folded(files: dict[str, bytes]) -> list[tuple[object, ...]]:
    said = [(one, data, column_of(data, WIDE) or "") for one, data in sorted(files.items())]
    values = oracle.fold(said)
    return sorted((*key, *value) for key, history in values.items() for value in history)
