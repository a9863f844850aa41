"""A transfer that was cut is never accepted."""

from __future__ import annotations

from tests.frontends.conftest import Home
from tests.frontends.contract.answers import Verdict
from tests.frontends.contract.clients import Client, under_way
from tests.frontends.contract.doors import Door
from tests.frontends.contract.everyone import for_clients, on_the_wire
from tests.frontends.contract.ftp_clients import Ftplib
from tests.waiting import eventually

DATA = b"a,b\n1,2\n" * 50_000


@for_clients(Ftplib("ftps", loses_data_only=True), Ftplib("ftp", loses_data_only=True))
def test_a_broken_data_connection_is_no_end_of_file(client: Client, door: Door, home: Home) -> None:
    """In FTP the end of the data connection is the end of the file, but not any end: when it breaks
    and its client is still there, the client is told that nothing was accepted."""
    with under_way(client, door, "day.csv", DATA, seconds=5) as upload:
        upload.source.cut()
        answer = upload.answer.result(15)

    assert answer.verdict is Verdict.LATER, answer
    eventually(lambda: home.arriving() == [])
    assert home.accepted() == []


@for_clients(which=on_the_wire)
def test_an_upload_that_was_cut_leaves_nothing(client: Client, door: Door, home: Home) -> None:
    """A library whose connection is reset, and a program that is killed, in the middle of an
    upload: nothing is accepted, nothing stays in the spool, and the next upload is taken."""
    with under_way(client, door, "day.csv", DATA, seconds=5) as upload:
        upload.source.cut()
        answer = upload.answer.result(15)
        assert answer.verdict is Verdict.LOST, answer

    eventually(lambda: home.arriving() == [])
    assert home.accepted() == []
    assert client.put(door, "day.csv", b"a,b\n").verdict is Verdict.YES
    assert len(home.accepted()) == 1
