"""The inbox is the queue: in order, one worker a tenant, and nothing stays with the dead."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from storage.archive import Archive
from storage.delivery import Envelope, Origin
from storage.errors import NotFound
from storage.inbox import Inbox
from storage.layout import Layout
from storage.spool import Spool


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(tmp_path / "home")


def deliver(layout: Layout, data: bytes = b"x") -> Envelope:
    upload = Spool(layout).receive(Origin(tenant="acme", name="a.csv", via="load"), limit=100)
    upload.write(data)
    return upload.commit()


def test_deliveries_wait_in_order_of_receipt(layout: Layout) -> None:
    """Directory order and clock do not matter, the id does."""
    ids = [deliver(layout).id for _ in range(20)]
    assert Inbox(layout).waiting("acme") == ids


def test_what_is_not_a_delivery_is_not_in_the_queue(layout: Layout) -> None:
    """A stray file in the inbox holds nobody up."""
    envelope = deliver(layout)
    (layout.inbox / "acme" / ".DS_Store").touch()
    (layout.inbox / "acme" / "notes.txt").touch()
    (layout.inbox / "Not A Tenant").mkdir()

    assert Inbox(layout).tenants() == ["acme"]
    assert Inbox(layout).waiting("acme") == [envelope.id]


def test_a_tenant_is_claimed_by_one_worker_at_a_time(layout: Layout) -> None:
    """A second claim is told no at once; after the first ends it is granted."""
    deliver(layout)
    inbox = Inbox(layout)
    with inbox.claim("acme") as first, inbox.claim("acme") as second:
        assert (first, second) == (True, False)
    with inbox.claim("acme") as third:
        assert third


def test_a_tenant_without_an_inbox_can_be_claimed(layout: Layout) -> None:
    """As after a restore: its deliveries are all in the archive, to be replayed."""
    with Inbox(layout).claim("nobody") as claimed:
        assert claimed


def test_the_claim_of_a_killed_worker_is_free_at_once(layout: Layout) -> None:
    """kill -9 leaves nothing to sweep up: the kernel gives the claim back."""
    deliver(layout)
    program = (
        "import sys, time; from pathlib import Path; from storage.inbox import Inbox\n"
        "from storage.layout import Layout\n"
        "with Inbox(Layout(Path(sys.argv[1]))).claim('acme') as claimed:\n"
        "    print(claimed, flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(layout.home)], stdout=subprocess.PIPE, text=True
    ) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "True\n"
        with Inbox(layout).claim("acme") as claimed:
            assert not claimed
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
        with Inbox(layout).claim("acme") as claimed:
            assert claimed


def test_a_held_delivery_comes_back_to_its_own_place(layout: Layout) -> None:
    """Quarantine and release change neither the bytes nor the order."""
    inbox = Inbox(layout)
    first, second = deliver(layout, b"1"), deliver(layout, b"2")

    inbox.quarantine("acme", first.id)
    assert inbox.waiting("acme") == [second.id]
    assert Archive(layout).read("acme", first.id) == b"1"

    assert inbox.release("acme", first.id)
    assert inbox.waiting("acme") == [first.id, second.id]
    assert not inbox.release("acme", first.id)


def test_a_commit_and_a_release_ring_the_bell(layout: Layout) -> None:
    """Whoever watches the bell hears which tenant has something waiting."""
    layout.bell.mkdir(parents=True)
    envelope = deliver(layout)
    assert os.listdir(layout.bell) == ["acme"]
    (layout.bell / "acme").unlink()

    Inbox(layout).quarantine("acme", envelope.id)
    Inbox(layout).release("acme", envelope.id)

    assert os.listdir(layout.bell) == ["acme"]


def test_keeping_twice_keeps_once(layout: Layout) -> None:
    """A part that was made again after a crash does not disturb the one that is kept."""
    archive, spool = Archive(layout), Spool(layout)
    envelope = deliver(layout, b"kept")
    archive.keep("acme", envelope.id)
    again = spool.receive(envelope.origin, limit=100, order=envelope.order)
    again.write(b"kept")
    again.commit()

    archive.keep("acme", envelope.id)

    assert Inbox(layout).waiting("acme") == []
    assert archive.read("acme", envelope.id) == b"kept"
    assert archive.envelope("acme", envelope.id) == envelope


def test_an_unknown_delivery_is_not_found(layout: Layout) -> None:
    """The archive says so in words, not with a path."""
    with pytest.raises(NotFound, match="There is no delivery 0000000000000"):
        Archive(layout).read("acme", "0000000000000")
