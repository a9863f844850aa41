"""Who may not come in, and what is too large, is refused; and that is all that is told."""

from __future__ import annotations

from functools import partial

import asyncssh
from structlog.testing import capture_logs

from tests.frontends.conftest import Home
from tests.frontends.contract.answers import Login, Verdict
from tests.frontends.contract.clients import Client, arrived
from tests.frontends.contract.doors import Door
from tests.frontends.contract.everyone import EVERYONE, WITH_KEYS, for_clients, on_the_wire
from tests.waiting import eventually

LIMIT = 4000
LARGE = b"a,b\n1,2\n" * 100_000


@for_clients(*EVERYONE, *WITH_KEYS, which=on_the_wire)
def test_a_stranger_learns_nothing(client: Client, door: Door, home: Home) -> None:
    """An unknown user, a wrong secret and a disabled tenant are refused in the same words, and
    each is logged with its peer. In email the address is user and secret in one."""
    other = asyncssh.generate_private_key("ssh-ed25519")
    strangers = {
        "unknown": Login(user="nobody"),
        "wrong": Login(secret="wrong", token="0000000000000000", key=other),
        "disabled": Login(),
    }
    words: dict[str, str] = {}
    with capture_logs() as logs:
        for which, login in strangers.items():
            door.change_tenant(enabled=which != "disabled")
            before = len(_refusals(logs))
            answer = client.put(door, "day.csv", b"a,b\n", login=login)
            assert answer.verdict is Verdict.NEVER, (which, answer)
            words[which] = answer.words.replace(login.user, "USER")
            eventually(partial(_more_than, before, logs))

    assert len(set(words.values())) == 1, words
    assert {(line["peer"], line["via"]) for line in _refusals(logs)} == {("127.0.0.1", door.kind)}
    assert home.accepted() == []
    assert home.arriving() == []


@for_clients()
def test_a_file_above_the_limit_is_refused(client: Client, door: Door, home: Home) -> None:
    """Nothing of it is kept, and the next file is taken."""
    door.change_tenant(max_file_size=LIMIT)
    answer = client.put(door, "large.csv", LARGE)
    assert answer.verdict is not Verdict.YES, answer
    if door.kind != "sftp" and client.hears_why:  # SFTP has no code for it
        assert answer.verdict is Verdict.NEVER, answer

    eventually(lambda: home.arriving() == [])
    assert home.accepted() == []
    answer = client.put(door, "small.csv", b"a,b\n1,2\n")
    assert answer.verdict is Verdict.YES, answer
    assert arrived(home) == [("small.csv", b"a,b\n1,2\n")]


def _more_than(before: int, logs: object) -> bool:
    return len(_refusals(logs)) > before


def _refusals(logs: object) -> list[dict[str, str]]:
    assert isinstance(logs, list)
    return [line for line in logs if line["event"] in {"login.refused", "recipient.refused"}]
