"""A rebuild loses nothing: where it cannot know enough, it stops and says what to do."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest import describing, journalling, settling, tenancy
from ingest.home import Home
from ingest.rebuild import rebuild
from ingest.replay import replay
from ingest.undo import redo, undo
from ingest.verify.verifying import verify
from storage.accounts import Tenant
from storage.errors import DropsafeError, NotAllowed
from tests.e2e.running import dropsafe
from tests.ingest.dumps import ALL_WELL, differing, dumped, forget, put_back
from tests.shop import MAPPING, dump, open_shop, send, table, totals

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


def test_a_journal_that_lost_its_end_is_known(home: Home) -> None:
    """However much of it: what was undone and replayed since is not turned back by a rebuild."""
    sent = [send(home, TWO % (number, 1)).id for number in range(3)]
    describing.set_mapping(home, tenant="acme", feed="default", text=NET)
    undo(home, "acme", sent[:1])
    replay(home, "acme", sent[1:2])
    redo(home, "acme", sent[:1])
    before, journal = dump(home), home.layout.journal("acme")
    whole = journal.read_bytes()
    lines = whole.splitlines(keepends=True)
    for left in range(6, len(lines)):
        for torn in (b"", lines[left][:20]):
            journal.write_bytes(b"".join(lines[:left]) + torn)
            assert "journal-lacks" in {one.code for one in verify(home).problems}
            with pytest.raises(NotAllowed) as refusal:
                rebuild(home, "acme")
            assert "move archive/acme/journal.jsonl out" in refusal.value.hint
    for gone in range(6, len(lines) - 1):
        if b"decided" in lines[gone]:
            journal.write_bytes(b"".join(lines[:gone] + lines[gone + 1 :]))
            with pytest.raises(NotAllowed):
                rebuild(home, "acme")
    assert dump(home) == before

    journal.unlink()
    journalling.adopt(home)
    assert verify(home).problems == ()
    rebuild(home, "acme")
    undo(home, "acme", sent[2:])
    assert rebuild(home, "acme").restored == 0


def test_an_older_database_lacks_no_decision(home: Home) -> None:
    """Its last one is in the journal, with what was decided since; so it is after a rebuild."""
    sent = [send(home, TWO % (number, 1)).id for number in range(2)]
    undo(home, "acme", sent[:1])
    old = dumped(home)
    undo(home, "acme", sent[1:])
    put_back(home, old)
    rebuild(home, "acme")
    assert totals(home) == {}
    for lost in (False, True):
        if lost:
            forget(home)
            rebuild(home, "acme")
        redo(home, "acme", sent[:1])
        undo(home, "acme", sent[:1])
        assert verify(home).problems == ()
        rebuild(home, "acme")
