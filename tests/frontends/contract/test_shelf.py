"""What is put can be looked at, and nothing else can be done with it."""

from __future__ import annotations

from tests.frontends.conftest import Home
from tests.frontends.contract.answers import Login, Source, Verdict
from tests.frontends.contract.clients import ShelfClient, arrived
from tests.frontends.contract.doors import Door
from tests.frontends.contract.everyone import for_clients, sees_a_shelf
from tests.frontends.contract.ftp_clients import LftpFtp

DATA = b"secret,total\n1,2\n" * 7001
FORBIDDEN = ("read", "remove", "rename", "append")


@for_clients(which=sees_a_shelf)
def test_what_was_accepted_cannot_be_touched(client: ShelfClient, door: Door, home: Home) -> None:
    """Neither read back, nor removed, nor renamed, nor changed in place: each is refused, and
    the delivery is what it was."""
    assert client.put(door, "day.csv", DATA).verdict is Verdict.YES
    for verb in FORBIDDEN:
        if verb in client.verbs:
            answer = client.ask(door, verb, "day.csv", "other.csv")
            assert answer.verdict is not Verdict.YES, (verb, answer)
            assert "secret,total" not in answer.words

    assert arrived(home) == [("day.csv", DATA)]
    assert home.arriving() == []


@for_clients(which=sees_a_shelf)
def test_what_was_accepted_is_seen_with_its_size(
    client: ShelfClient, door: Door, home: Home
) -> None:
    """Clients look at what they put, and set its time and mode: all of that succeeds, though the
    file has moved on, and it makes no second delivery."""
    assert client.put(door, "day.csv", DATA).verdict is Verdict.YES
    for verb in ("touch", "size", "list"):
        if verb in client.verbs:
            answer = client.ask(door, verb, "day.csv")
            assert answer.verdict is Verdict.YES, (verb, answer)
            if verb != "touch":
                assert str(len(DATA)) in answer.words

    assert arrived(home) == [("day.csv", DATA)]


@for_clients(which=sees_a_shelf)
def test_a_temporary_name_becomes_a_final_one(client: ShelfClient, door: Door, home: Home) -> None:
    """An upload under a temporary name waits, and is one delivery with the final name when it is
    renamed: in the same connection, as WinSCP does, or in another."""
    answer = client.send(door, Login(), "one.csv.filepart", Source(DATA), rename_to="one.csv")
    assert answer.verdict is Verdict.YES, answer
    assert arrived(home) == [("one.csv", DATA)]

    assert client.put(door, ".two.csv", DATA).verdict is Verdict.YES
    assert len(home.accepted()) == 1
    answer = client.ask(door, "rename", ".two.csv", "two.csv")
    assert answer.verdict is Verdict.YES, answer
    assert arrived(home) == [("one.csv", DATA), ("two.csv", DATA)]


@for_clients(LftpFtp("ftps"), LftpFtp("ftp"))
def test_lftp_uses_a_temporary_name_by_itself(client: LftpFtp, door: Door, home: Home) -> None:
    """With `xfer:use-temp-file` it uploads, renames and sets the time, and is content."""
    local = door.files / "day.csv"
    local.write_bytes(DATA)
    settings = "set xfer:use-temp-file yes; set xfer:temp-file-name *.part; "
    answer = client.script(door, f"{settings} put {local}")

    assert answer.verdict is Verdict.YES, answer
    assert arrived(home) == [("day.csv", DATA)]


@for_clients(LftpFtp("ftps"), LftpFtp("ftp"))
def test_lftp_that_would_continue_sends_the_whole_again(
    client: LftpFtp, door: Door, home: Home
) -> None:
    """`put -c` of a file that has grown is refused its REST, and falls back to a new upload: the
    first delivery is what it was, and the second is the whole file."""
    local = door.files / "day.csv"
    local.write_bytes(DATA * 2)
    assert client.put(door, "day.csv", DATA).verdict is Verdict.YES
    answer = client.script(door, f"put -c {local}")

    assert answer.verdict is Verdict.YES, answer
    assert arrived(home) == [("day.csv", DATA), ("day.csv", DATA * 2)]
