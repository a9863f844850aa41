"""kill -9 before a call: each way in and each command is killed at one call after the other."""

from __future__ import annotations

from itertools import count

import pytest

from tests.databases import KINDS
from tests.faults.acts import Act
from tests.faults.conftest import MakeSweep, Tally
from tests.faults.repertoire import LOADING, RECEPTION
from tests.faults.strikes import DISK, SAYING, Strike
from tests.faults.sweeps import ALL, Sweep, kills

MOST = 12
"""Points of each act where not every one is tried."""


@pytest.mark.timeout(3600 if ALL else 600)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("act", [*RECEPTION, *LOADING], ids=lambda act: act.name)
def test_nothing_is_lost_whenever_it_is_killed(
    act: Act, kind: str, make_sweep: MakeSweep, tally: Tally
) -> None:
    """After a start and what the sender does anyway, every promise holds."""
    sweep = make_sweep(act, kind)
    if ALL:
        points = sum(_until_it_ends_clean(sweep, call) for call in (*DISK, *SAYING))
    else:
        points = sum(sweep.kill(strike) for strike in kills(sweep.calls(), MOST))
    assert points
    tally(f"kill -9: {act.name}", points)


def _until_it_ends_clean(sweep: Sweep, call: str) -> int:
    for number in count(1):
        if not sweep.kill(Strike(call, number)):
            return number - 1
    raise AssertionError  # count has no end
