"""Why a row is as it is: nothing that was ever said of it is left out, nothing else is in it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ingest import describing
from ingest.home import Home
from ingest.undo import undo
from ingest.why import why
from tests.e2e.running import dropsafe, dropsafe_json
from tests.shop import MAPPING, deliver, open_shop, send, table

COMBINED = MAPPING.replace(
    'transaction_id = "Receipt"',
    'transaction_id = { combine = ["Store", "Receipt"], separator = "-" }',
)


def test_every_delivery_that_said_something_is_told(loading_home: Home) -> None:
    """What changed the row, what repeated it, what was undone; not what is about others."""
    home = loading_home
    open_shop(home)
    first = send(home, table(("A", "17", "1"), ("B", "17", "8")))
    send(home, table(("A", "171", "5"), ("A", "1", "17")))
    gone = send(home, table(("A", "17", "9")))
    again = send(home, table(("C", "1", "1"), ("A", "17", "1")))
    last = send(home, table(("A", "17", "2")))
    undo(home, "acme", [gone.id])

    told = why(home, "acme", "A", "17")

    assert [(one.delivery, one.line, one.effect, one.is_row) for one in told.history] == [
        (first.id, 2, "new", False),
        (gone.id, 2, "undone", False),
        (again.id, 3, "unchanged", False),
        (last.id, 2, "changed", True),
    ]
    assert [(one.values or {})["total"] for one in told.history] == ["1.00", "9.00", "1.00", "2.00"]
    assert told.row is not None
    assert (told.row["total"], told.row["delivery"], told.row["line"]) == ("2.00", last.id, 2)
    assert told.raw == "A,17,2026-03-01 10:00:00,2"


def test_a_row_that_is_gone_is_told_of(loading_home: Home) -> None:
    """What was undone is still in the archive."""
    home = loading_home
    open_shop(home)
    only = send(home, table(("A", "17", "1")))
    undo(home, "acme", [only.id])
    told = why(home, "acme", "A", "17")
    assert (told.row, told.raw) == (None, None)
    assert [one.effect for one in told.history] == ["undone"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32", "cp1252"])
def test_an_id_is_found_in_every_encoding(loading_home: Home, encoding: str) -> None:
    """A look at the bytes must not pass over a file that holds it."""
    home = loading_home
    open_shop(home)
    one = send(home, table(("A", "R-1017", "1")).decode().encode(encoding))
    told = why(home, "acme", "A", "R-1017")
    assert [said.delivery for said in told.history] == [one.id]
    assert told.raw == "A,R-1017,2026-03-01 10:00:00,1"


def test_an_id_that_was_combined_is_found(loading_home: Home) -> None:
    """It stands nowhere in the file as it is."""
    home = loading_home
    open_shop(home, mapping=COMBINED)
    one = send(home, table(("A", "17", "1")))
    assert [said.delivery for said in why(home, "acme", "A", "A-17").history] == [one.id]


def test_a_file_that_cannot_be_read_any_more_is_part_of_the_answer(loading_home: Home) -> None:
    """The others are told of all the same."""
    home = loading_home
    open_shop(home)
    broken = send(home, table(("A", "17", "1")))
    last = send(home, table(("A", "17", "2")))
    (home.layout.kept("acme", broken.id) / "data").write_bytes(b"gone")
    told = why(home, "acme", "A", "17").history
    assert [(one.delivery, one.effect) for one in told] == [
        (broken.id, "unreadable"),
        (last.id, "new"),
    ]
    assert broken.id in told[0].message


def test_what_a_mapping_reads_otherwise_is_told_as_it_was_last_read(loading_home: Home) -> None:
    """Each delivery is read by its own version, not by today's."""
    home = loading_home
    open_shop(home)
    sent = b"Store,Receipt,When,Total,Net\nA,17,2026-03-01 10:00:00,1.00,5.00\n"
    send(home, sent)
    text = MAPPING.replace('"Total"', '"Net"')
    describing.set_mapping(home, tenant="acme", feed="default", text=text)
    send(home, sent + b"B,1,2026-03-01 10:00:00,1.00,5.00\n")
    told = why(home, "acme", "A", "17").history
    assert [((one.values or {})["total"], one.mapping_version) for one in told] == [
        ("1.00", 1),
        ("5.00", 2),
    ]


def test_the_command(fresh_shop: tuple[Path, str], tmp_path: Path) -> None:
    """For people the row, its record and a table; for scripts a document; else a clear error."""
    home = shutil.copytree(fresh_shop[0], tmp_path / "home")
    (tmp_path / "sales.csv").write_bytes(table(("A", "1", "1"), ("A", "2", "2")))
    dropsafe(home, "load", "acme", str(tmp_path / "sales.csv"), "--wait")
    said = dropsafe(home, "why", "acme", "A", "2")
    assert "  A,2,2026-03-01 10:00:00,2\n" in said
    assert "version 1 of the mapping of default" in said
    document = dropsafe_json(home, "why", "acme", "A", "2")
    assert document["history"][0]["is_row"] is True
    told = dropsafe(home, "why", "acme", "A", "99", status=1)
    assert told.startswith("dropsafe: Nothing that acme sent says anything about transaction 99")


def test_a_record_that_was_rejected_is_told_of(loading_home: Home) -> None:
    """With the line and the reason; not one in which the id is only a piece of a number."""
    home = loading_home
    open_shop(home)
    sent = send(home, table(("A", "17", "x"), ("B", "17", "x"), ("A", "171", "x"), ("A", "2", "1")))
    [said] = why(home, "acme", "A", "17").history
    assert (said.delivery, said.line, said.effect, said.values) == (sent.id, 2, "rejected", None)
    assert "'x' is not an amount" in said.message
    assert why(home, "acme", "A", "1").history == ()


def test_what_is_held_or_waits_is_told_of(loading_home: Home) -> None:
    """The id stands in it, though nobody has read it yet."""
    home = loading_home
    open_shop(home)
    held = send(home, b"Nothing,Known\nA,1017\n")
    waits = deliver(home, table(("A", "1017", "1")))
    deliver(home, table(("A", "2", "1")))
    told = why(home, "acme", "A", "1017")
    assert [(one.delivery, one.effect) for one in told.history] == [
        (held.id, "held"),
        (waits.id, "waiting"),
    ]
    assert "Total" in told.history[0].message
