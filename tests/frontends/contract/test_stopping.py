"""A front end that stops leaves no upload in doubt."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait

from tests.frontends.conftest import Home
from tests.frontends.contract.answers import Verdict
from tests.frontends.contract.clients import Client, arrived, under_way
from tests.frontends.contract.doors import Door
from tests.frontends.contract.everyone import for_clients, on_the_wire
from tests.waiting import eventually

DATA = b"a,b\n1,2\n" * 50_000


@for_clients(which=on_the_wire)
def test_an_upload_under_way_may_end(client: Client, door: Door, home: Home) -> None:
    """With time to drain, the upload is completed, accepted and answered with yes."""
    with (
        ThreadPoolExecutor(1) as pool,
        under_way(client, door, "day.csv", DATA, seconds=1) as upload,
    ):
        stopped = pool.submit(door.stop, 15)
        upload.source.go_on()
        answer = upload.answer.result(15)
        stopped.result(15)

    assert answer.verdict is Verdict.YES, answer
    assert arrived(home) == [("day.csv", DATA)]


@for_clients(which=on_the_wire)
def test_an_upload_that_takes_too_long_is_cut(client: Client, door: Door, home: Home) -> None:
    """Without time to drain, the upload is cut: its client hears no yes, and nothing is kept."""
    with under_way(client, door, "day.csv", DATA, seconds=10) as upload:
        door.stop(0)
        upload.source.go_on()
        wait([upload.answer], 1)
        upload.source.cut()  # lftp would try to connect again for a while
        answer = upload.answer.result(20)

    assert answer.verdict is not Verdict.YES, answer
    eventually(lambda: home.arriving() == [])
    assert home.accepted() == []
