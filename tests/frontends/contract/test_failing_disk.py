"""A disk that fails makes a no that may pass."""

from __future__ import annotations

import errno

import pytest

from tests.frontends.conftest import Home
from tests.frontends.contract.answers import Verdict
from tests.frontends.contract.clients import Client, arrived
from tests.frontends.contract.doors import Door
from tests.frontends.contract.everyone import for_clients
from tests.frontends.sftp_faults import break_disk

FAULTS = (("fsync", errno.EIO), ("write", errno.ENOSPC), ("create", errno.ENOSPC))
DATA = b"a,b\n1,2\n" * 20_000


@for_clients()
def test_a_failing_disk_makes_a_no_that_may_pass(
    client: Client, door: Door, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever of the way to the disk fails, the client is told to come again, in words without a
    path of ours; nothing is accepted, and when the disk is well the same server takes files."""
    for place, code in FAULTS:
        mend = break_disk(monkeypatch, place, code)
        answer = client.put(door, "day.csv", DATA)
        mend()
        assert answer.verdict is not Verdict.YES, (place, answer)
        assert answer.verdict is Verdict.LATER or not client.hears_why, (place, answer)
        assert str(home.layout.spool.parent) not in answer.words
        assert home.accepted() == []

    answer = client.put(door, "day.csv", DATA)
    assert answer.verdict is Verdict.YES, answer
    assert arrived(home) == [("day.csv", DATA)]
