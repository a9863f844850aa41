"""A yes is said only when a power cut cannot take the file back any more."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait

import pytest

from storage.delivery import Origin
from storage.spool import Spool
from tests.frontends.conftest import Home
from tests.frontends.contract.answers import Login, Source, Verdict
from tests.frontends.contract.clients import Client, arrived
from tests.frontends.contract.doors import Door
from tests.frontends.contract.everyone import for_clients

TOO_SOON = 0.3  # seconds in which a yes that does not wait would come
DATA = b"a,b\n1,2\n" * 500


class Syncs:
    """Counts every os.fsync, and holds one of them back."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        self.held = threading.Event()
        self._hold_at = 0
        self._go_on = threading.Event()
        real = os.fsync

        def fsync(descriptor: int) -> None:
            self.count += 1
            if self.count == self._hold_at:
                self.held.set()
                assert self._go_on.wait(20)
            real(descriptor)

        monkeypatch.setattr(os, "fsync", fsync)

    def hold(self, nth: int) -> None:
        """Hold back the nth from now on."""
        self._hold_at = self.count + nth

    def release(self) -> None:
        """Let it go on."""
        self._go_on.set()


@pytest.fixture
def syncs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Syncs]:
    """The disk, under observation."""
    syncs = Syncs(monkeypatch)
    yield syncs
    syncs.release()


def syncs_of_a_commit(spool: Spool, syncs: Syncs) -> int:
    """How many fsyncs there are from the first byte to the acceptance."""
    for _ in range(2):  # the first makes directories, once for all
        upload = spool.receive(Origin(tenant="acme", name="any", via="load"), limit=100)
        upload.write(b"any")
        before = syncs.count
        upload.commit()
    return syncs.count - before


@for_clients()
def test_a_yes_waits_for_the_last_fsync(
    client: Client, door: Door, home: Home, syncs: Syncs
) -> None:
    """While the last fsync of the last directory has not returned, no client has its answer."""
    source = Source(DATA)
    syncs.hold(syncs_of_a_commit(home.spool, syncs))
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(client.send, door, Login(), "day.csv", source)
        try:
            assert syncs.held.wait(10)
            wait([answer], TOO_SOON)
            assert not answer.done(), answer.result()
            assert not source.answered.is_set()
        finally:
            syncs.release()

    assert answer.result().verdict is Verdict.YES
    assert arrived(home)[-1] == ("day.csv", DATA)
