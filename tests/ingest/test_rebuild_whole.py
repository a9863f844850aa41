"""A rebuild loses nothing: where it cannot know enough, it stops and says what to do."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from ingest import describing, journalling, lookup, settling, tenancy
from ingest.home import Home
from ingest.rebuild import rebuild
from ingest.replay import replay
from ingest.undo import redo, undo
from ingest.verify.verifying import verify
from storage.accounts import Tenant
from storage.errors import DropsafeError, NotAllowed
from storage.ledger import State
from tests.e2e.running import dropsafe
from tests.ingest.dumps import ALL_WELL, differing, dumped, forget, put_back
from tests.shop import MAPPING, dump, open_shop, send, table, totals
from tests.shop import superseded as replaced

NET = MAPPING.replace('"Total"', '"Net"')
TWO = b"Store,Receipt,When,Total,Net\nA,%d,2026-03-01 10:00:00,%d.00,5.00\n"


@pytest.fixture
def home(loading_home: Home) -> Home:
    open_shop(loading_home)
    return loading_home


# What was set before a rebuild


def test_a_mapping_is_not_set_over_one_that_only_the_archive_knows(home: Home) -> None:
    """Else every delivery that was read by it would be read by the new one from then on."""
    send(home, TWO % (1, 1))
    before = dump(home)
    forget(home)
    tenancy.add(home, Tenant(name="acme"))
    with pytest.raises(NotAllowed) as refusal:
        describing.set_mapping(home, tenant="acme", feed="default", text=NET)
    assert refusal.value.hint.endswith("dropsafe rebuild acme")
    rebuild(home, "acme")
    assert dump(home) == before
    version, _ = describing.set_mapping(home, tenant="acme", feed="default", text=NET)
    assert version.version == 2


@pytest.mark.parametrize("way", ["set", "pin", "remove"])
def test_neither_over_one_that_is_newer_than_the_database(home: Home, way: str) -> None:
    """An older dump knows the first version; the second is not taken for its successor."""
    send(home, TWO % (1, 1))
    old = dumped(home)
    describing.set_mapping(home, tenant="acme", feed="default", text=NET)
    send(home, TWO % (2, 1))
    before = dump(home)
    put_back(home, old)
    ways: dict[str, Callable[[], object]] = {
        "set": lambda: describing.set_mapping(
            home, tenant="acme", feed="default", text=f"# 3\n{MAPPING}"
        ),
        "pin": lambda: settling.pin(
            home, tenant="acme", feed="default", changes={"encoding": "utf-8"}
        ),
        "remove": lambda: describing.remove_feed(home, tenant="acme", feed="default"),
    }
    with pytest.raises(NotAllowed, match="version 2 of the mapping of default"):
        ways[way]()
    rebuild(home, "acme")
    assert dump(home) == before


def test_two_versions_that_were_read_by_nobody_are_not_written_over_either(home: Home) -> None:
    """The later of them would be the current one after a rebuild, above what was set last."""
    old = dumped(home)
    for text in (NET, f"# 3\n{NET}"):
        describing.set_mapping(home, tenant="acme", feed="default", text=text)
    put_back(home, old)
    with pytest.raises(NotAllowed):
        describing.set_mapping(home, tenant="acme", feed="default", text=f"# 4\n{MAPPING}")


def test_a_version_that_a_crash_kept_from_being_set_can_be_set_again(home: Home) -> None:
    """Nothing was read by it, so that what is set takes its place."""
    old = dumped(home)
    describing.set_mapping(home, tenant="acme", feed="default", text=NET)
    put_back(home, old)
    version, _ = describing.set_mapping(home, tenant="acme", feed="default", text=f"# 2\n{NET}")
    assert version.version == 2
    assert journalling.decided(home, "acme").versions["default", 2].text == f"# 2\n{NET}"


def test_the_hints_lead_to_the_rebuild(fresh_shop: tuple[Path, str], tmp_path: Path) -> None:
    """After the loss of a database neither init nor tenant add leads to another mapping."""
    home = shutil.copytree(fresh_shop[0], tmp_path / "home")
    assert "Next: dropsafe tenant add" in dropsafe(home, "init")
    for file in home.glob("dropsafe.db*"):
        file.unlink()
    assert "Next: dropsafe rebuild\n" in dropsafe(home, "init")
    assert "Next: dropsafe rebuild acme\n" in dropsafe(home, "tenant", "add", "acme")
    assert "Next: dropsafe mapping set other" in dropsafe(home, "tenant", "add", "other")


# A journal that lacks something


@pytest.mark.parametrize("verifying", [False, True])
@pytest.mark.parametrize("kept", [None, 2])
def test_a_lost_or_shortened_journal_costs_no_row(
    home: Home, *, verifying: bool, kept: int | None
) -> None:
    """The database knows of deliveries that a rebuild would leave out: it says what mends it."""
    for number in range(3):
        send(home, table(("A", str(number), "1")))
    before = dump(home)
    journal = home.layout.journal("acme")
    if kept is None:
        journal.unlink()
    else:
        lines = journal.read_text().splitlines()[:kept]
        journal.write_text("".join(f"{line}\n" for line in lines))
    with pytest.raises(NotAllowed, match=r"how . settled deliveries were read") as refusal:
        rebuild(home, "acme", verify=verifying)
    assert ("Without one" in refusal.value.hint) == (kept is not None)
    assert dump(home) == before

    journal.unlink(missing_ok=True)
    journalling.adopt(home)
    assert differing(rebuild(home, "acme")) == ALL_WELL
    assert dump(home) == before


def test_a_journal_that_lacks_a_version_is_no_whole_one(home: Home) -> None:
    """It was cut off behind it, or damaged: what else it lacks is not known."""
    describing.set_mapping(home, tenant="acme", feed="default", text=NET)
    journal = home.layout.journal("acme")
    journal.write_text(f"{journal.read_text().splitlines()[0]}\n")
    with pytest.raises(NotAllowed, match="all versions of its mappings"):
        rebuild(home, "acme")


@pytest.mark.parametrize("verifying", [False, True])
def test_what_a_crash_left_in_the_inbox_is_no_loss(home: Home, *, verifying: bool) -> None:
    """It is loaded, and neither the journal nor the archive have it: its rows stay."""
    one = send(home, table(("A", "1", "1")))
    before = dump(home)
    home.layout.kept("acme", one.id).rename(home.layout.waiting("acme", one.id))
    journal = home.layout.journal("acme")
    lines = [line for line in journal.read_text().splitlines() if one.id not in line]
    journal.write_text("".join(f"{line}\n" for line in lines))
    assert differing(rebuild(home, "acme", verify=verifying)) == ALL_WELL
    assert dump(home) == before
    assert (one.id in journal.read_text()) != verifying


@pytest.mark.parametrize(
    "line",
    ["5", '{"read": "1htfj5nsh5b82", "feed": "default", "version": 9, "pins": {}}', '{"read": 1}'],
)
def test_a_line_that_is_none_is_named(home: Home, line: str) -> None:
    """With what mends it, instead of a traceback."""
    send(home, table(("A", "1", "1")))
    journal = home.layout.journal("acme")
    number = len(journal.read_text().splitlines()) + 1
    journal.write_text(f"{journal.read_text()}{line}\n")
    with pytest.raises(DropsafeError, match=rf"Line {number} of .*journal\.jsonl is none") as error:
        rebuild(home, "acme", verify=True)
    assert "move archive/acme/journal.jsonl out" in error.value.hint


# An older dump, and retention


def _prune(home: Home, tenant: str = "acme") -> None:
    tomorrow = date.today() + timedelta(days=2)  # noqa: DTZ011 - any day that is over
    home.packing.pack(tenant, tomorrow)
    home.packing.prune(tenant, tomorrow)


def test_what_was_undone_does_not_come_back_with_an_older_dump(home: Home) -> None:
    """Though its bytes are gone: the journal says that it does not count."""
    first = send(home, table(("A", "1", "5"), ("A", "2", "2"), ("A", "3", "bad")))
    middle = send(home, table(("A", "1", "7"), ("A", "9", "9"), ("A", "8", "bad")))
    send(home, table(("A", "1", "5"), ("A", "2", "3")))
    old = dumped(home)
    undo(home, "acme", [middle.id])
    before, had = dump(home), replaced(home)
    assert ("A", "9") not in totals(home)
    _prune(home)
    put_back(home, old)

    assert differing(rebuild(home, "acme", verify=True)) != ALL_WELL
    made = rebuild(home, "acme")
    assert (made.taken_as_is, made.without_rows) == (2, 0)
    assert (dump(home), replaced(home)) == (before, had)
    assert differing(rebuild(home, "acme", verify=True)) == ALL_WELL
    assert verify(home).problems == ()
    now = lookup.delivery(home, middle.id)
    assert (now.state, now.rejected, now.new) == (State.UNDONE, 1, 1)
    assert lookup.delivery(home, first.id).reason is None


def test_what_was_redone_or_read_anew_keeps_its_counts(home: Home) -> None:
    """Its rows are as the older dump has them, or lost if it has none; both is said."""
    again, redone = send(home, TWO % (1, 1)), send(home, TWO % (2, 1))
    undo(home, "acme", [redone.id])
    old = dumped(home)
    redo(home, "acme", [redone.id])
    describing.set_mapping(home, tenant="acme", feed="default", text=NET)
    replay(home, "acme", [again.id])
    _prune(home)
    put_back(home, old)

    made = rebuild(home, "acme")
    assert (made.taken_as_is, made.without_rows) == (1, 1)
    assert totals(home) == {("A", "1"): "1.00"}
    now = {one.id: one for one in lookup.deliveries(home, tenant="acme")}
    assert (now[again.id].mapping_version, now[again.id].new, now[again.id].reason) == (2, 1, None)
    assert (now[redone.id].state, now[redone.id].new) == (State.LOADED, 1)
    assert now[redone.id].reason == "pruned"
    assert rebuild(home, "acme").restored == 0
