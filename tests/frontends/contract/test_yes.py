"""A yes means that the file is in the inbox, as it was sent."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from tests.frontends.conftest import Home
from tests.frontends.contract.answers import Verdict
from tests.frontends.contract.clients import Client, all_at_once, arrived
from tests.frontends.contract.doors import KINDS, Door, opened
from tests.frontends.contract.everyone import EVERYONE, WITH_KEYS, for_clients, is_there
from tests.frontends.contract.smtp_clients import raw_message

AT_ONCE = 20

FILES = {
    "binary.csv": bytes(range(256)) * 40,
    "empty.csv": b"",
    "large.csv": os.urandom(3 << 20),
    "ends.csv": b".\r\n..\r\na,b\r\n1,2\n3,4\r5,6\n\r\n\r.\r\n.",
    "Umsätze Mai 2026.csv": "Filiale;Umsatz\nKöln;1,50\n".encode(),
}


@for_clients(*EVERYONE, *WITH_KEYS)
def test_a_yes_means_that_every_byte_is_in_the_inbox(
    client: Client, door: Door, home: Home
) -> None:
    """Any bytes under any name: what was answered with yes lies there as it was sent, with an
    envelope that says what it is and where it came from."""
    for name, data in FILES.items():
        answer = client.put(door, name, data)
        assert answer.verdict is Verdict.YES, (name, answer)

    assert arrived(home) == list(FILES.items())
    for envelope, data in home.accepted():
        assert envelope.size == len(data)
        assert envelope.sha256 == hashlib.sha256(data).hexdigest()
        assert envelope.origin.tenant == "acme"
        assert envelope.origin.via == door.kind
        assert envelope.origin.peer == door.peer
    assert home.arriving() == []


@for_clients(which=lambda client: client.kind == "smtp")
def test_a_message_is_kept_as_it_was_written(client: Client, door: Door, home: Home) -> None:
    """Of an email the delivery is the message, with all that the protocol puts around it undone."""
    assert client.put(door, "day.csv", b"a,b\r\n").verdict is Verdict.YES
    assert [data for _, data in home.accepted()] == [raw_message("day.csv", b"a,b\r\n")]


@for_clients()
def test_the_same_name_twice_makes_two_deliveries(client: Client, door: Door, home: Home) -> None:
    """A name is no place: what came first under it is not touched by what comes later."""
    first, second = b"a,b\n1,2\n" * 50, b"a,b\n"
    assert client.put(door, "day.csv", first).verdict is Verdict.YES
    assert client.put(door, "day.csv", second).verdict is Verdict.YES

    assert arrived(home) == [("day.csv", first), ("day.csv", second)]
    (earlier, _), (later, _) = home.accepted()
    assert earlier.order < later.order


@pytest.mark.parametrize("kind", KINDS)
def test_many_uploads_at_once_are_all_whole(
    kind: str, home: Home, files: Path, certificate: Path
) -> None:
    """Uploads by all the clients of a door at the same time do not disturb one another."""
    clients = [one for one in EVERYONE if one.kind == kind and is_there(one)]
    sent = {f"till-{n:02}.csv": b"%d,total\n" % n * (7919 + n) for n in range(AT_ONCE)}
    with opened(kind, home, files, certificate) as door:
        answers = all_at_once(
            [
                (clients[number % len(clients)], door, name, data)
                for number, (name, data) in enumerate(sent.items())
            ]
        )

    assert [one for one in answers if one.verdict is not Verdict.YES] == []
    assert sorted(arrived(home)) == sorted(sent.items())
    orders = [envelope.order for envelope, _ in home.accepted()]
    assert orders == sorted(set(orders))
