"""Deliveries received in one order and worked off in many: they end in one and the same dump.

`python -m tests.orders` works off as many orders as you like.
"""

from __future__ import annotations

import pytest

from ingest.home import Home
from tests.orders import run

_ORDERS = {"sqlite": 12, "postgresql": 6}


@pytest.mark.timeout(600)
def test_every_order_of_the_work_ends_in_the_same_rows(loading_home: Home) -> None:
    """With crashes, repeated loads, replays, and pairs of undo and redo in between."""
    orders = _ORDERS[loading_home.database.engine.dialect.name]
    heard: list[int] = []
    wrong = run(
        loading_home,
        range(orders),
        files=4,
        told=lambda _done, tally, _wrong: heard.append(tally["killed"]),
    )
    assert wrong == []
    assert len(heard) == orders
    assert heard[-1] >= orders  # processes that were killed on their way
