"""A disk that fails: each write, fsync and rename on the way of a file fails once."""

from __future__ import annotations

import pytest

from tests.databases import KINDS
from tests.faults.acts import Act
from tests.faults.conftest import MakeSweep, Tally
from tests.faults.repertoire import LOADING, RECEPTION
from tests.faults.sweeps import ALL, failures

MOST = 5
"""Points of each act where not every one is tried."""


@pytest.mark.timeout(3600 if ALL else 600)
@pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("act", [*RECEPTION, *LOADING], ids=lambda act: act.name)
def test_nothing_is_lost_whatever_fails(
    act: Act, kind: str, error: str, make_sweep: MakeSweep, tally: Tally
) -> None:
    """The process goes on, the next file is taken, and every promise holds."""
    sweep = make_sweep(act, kind)
    points = failures(sweep.calls(), error, MOST)
    assert points
    for strike in points:
        sweep.fail(strike)
    what = "reception" if act in RECEPTION else "loading"
    tally(f"{error} at a call of {what}", len(points))
