"""A rebuild where files are lost, and what it finds and leaves behind."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from ingest import journalling, lookup, tenancy
from ingest.home import Home, open_home
from ingest.rebuild import all_tenants, rebuild
from ingest.undo import undo
from ingest.verdicts import Held
from ingest.verify.verifying import verify
from ingest.why import why
from ingest.worker import Worker
from storage import tenants
from storage.accounts import Tenant
from storage.errors import NotAllowed, NotFound
from storage.ledger import State
from storage.tables import mappings, metadata, superseded, transactions
from tests.e2e.running import dropsafe, dropsafe_json
from tests.ingest.dumps import ALL_WELL, differing, forget
from tests.shop import MAPPING, deliver, dump, load, open_shop, send, table, totals
from tests.shop import superseded as replaced


@pytest.fixture
def home(loading_home: Home) -> Home:
    open_shop(loading_home)
    return loading_home


# Lost files


def _lose(home: Home, delivery: str, how: str) -> None:
    kept = home.layout.kept("acme", delivery)
    if how == "nowhere":
        shutil.rmtree(kept)
    elif how == "envelope":
        (kept / "envelope.json").write_text("{")
        (kept / "data").write_text("")
    else:
        (kept / "data").write_bytes(table(("A", "1", "2")))


def test_a_delivery_that_is_nowhere_is_unreadable_and_says_so(home: Home) -> None:
    """`why` lists it; an undo that needs it names it with what to do."""
    older = send(home, table(("A", "1", "1")))
    lost = send(home, table(("A", "1", "2")))
    _lose(home, lost.id, "nowhere")
    told = why(home, "acme", "A", "1")
    assert [(one.delivery, one.effect) for one in told.history] == [
        (older.id, "new"),
        (lost.id, "unreadable"),
    ]
    assert "nowhere on the disk" in told.history[1].message
    with pytest.raises(Held, match=f"{lost.id} is nowhere on the disk") as verdict:
        undo(home, "acme", [older.id])
    assert f"dropsafe rebuild acme --without {lost.id}" in verdict.value.remedy


@pytest.mark.parametrize("how", ["nowhere", "bytes", "envelope"])
@pytest.mark.parametrize("is_known", [True, False])
def test_a_lost_delivery_is_given_up(home: Home, *, how: str, is_known: bool) -> None:
    """From then on it counts no more, with the database or without it."""
    send(home, table(("A", "1", "1")))
    lost = send(home, table(("A", "1", "2"), ("A", "2", "2")))
    last = send(home, table(("A", "3", "3")))
    _lose(home, lost.id, how)
    if not is_known:
        forget(home)
    with pytest.raises(Held) as verdict:
        rebuild(home, "acme")
    assert f"dropsafe rebuild acme --without {lost.id}" in verdict.value.remedy

    rebuild(home, "acme", verify=True, without=[lost.id])
    assert lost.id not in journalling.decided(home, "acme").undone
    rebuild(home, "acme", without=[lost.id])
    assert totals(home) == {("A", "1"): "1.00", ("A", "3"): "3.00"}
    if is_known or how == "bytes":
        assert lookup.delivery(home, lost.id).state is State.UNDONE
    assert differing(rebuild(home, "acme")) == ALL_WELL
    assert home.inbox.waiting("acme") == []
    undo(home, "acme", [last.id])
    assert totals(home) == {("A", "1"): "1.00"}


def test_nothing_is_given_up_before_all_others_can_be_read(home: Home) -> None:
    """Else the rebuild that fails would have undone it all the same."""
    one, other = (send(home, table(("A", str(number), "1"))) for number in (1, 2))
    for each in (one, other):
        _lose(home, each.id, "bytes")
    before = home.layout.journal("acme").read_bytes()
    with pytest.raises(Held, match=other.id):
        rebuild(home, "acme", without=[one.id])
    assert home.layout.journal("acme").read_bytes() == before
    rebuild(home, "acme", without=[one.id, other.id])
    assert journalling.decided(home, "acme").undone == {one.id, other.id}


def test_a_tenant_of_whom_nothing_was_ever_loaded_comes_back(home: Home) -> None:
    """Its files are held, or wait: they are let in again when the database is lost."""
    tenancy.add(home, Tenant(name="bravo"))
    tenancy.add(home, Tenant(name="coda"))
    held = load(home, deliver(home, table(("A", "1", "1")), tenant="bravo"))
    waits = deliver(home, table(("A", "1", "1")), tenant="coda")
    assert held.state is State.QUARANTINED
    forget(home)
    assert {"acme", "bravo", "coda"} <= set(all_tenants(home))
    for name in all_tenants(home):
        rebuild(home, name)
    assert home.inbox.waiting("bravo") == [held.id]
    assert home.inbox.waiting("coda") == [waits.id]
    Worker(home).run_once()
    assert verify(home).problems == ()


def test_a_mapping_has_the_text_that_the_archive_knows(home: Home) -> None:
    """By which its deliveries were read."""
    send(home, table(("A", "1", "1")))
    with home.database.writing() as connection:
        connection.execute(update(mappings).values(text=MAPPING.replace('"Total"', '"Net"')))
    rebuild(home, "acme")
    assert totals(home) == {("A", "1"): "1.00"}
    with home.database.reading() as connection:
        assert list(connection.execute(select(mappings.c.text)).scalars()) == [MAPPING]


def test_only_a_lost_delivery_is_given_up(home: Home) -> None:
    """What can be read is undone the usual way; what was never loaded is nobody's to give up."""
    one = send(home, table(("A", "1", "1")))
    with pytest.raises(NotAllowed) as refusal:
        rebuild(home, "acme", without=[one.id])
    assert refusal.value.hint.endswith(f"dropsafe undo {one.id}")
    held = load(home, deliver(home, b"Nothing,Of,It\n1,2,3\n"))
    with pytest.raises(NotFound):
        rebuild(home, "acme", without=[held.id])
    assert len(totals(home)) == 1


def test_one_tenant_stops_no_other(fresh_shop: tuple[Path, str], tmp_path: Path) -> None:
    """Those before and behind it are done and shown; it is named with what to do, status 1."""
    files = shutil.copytree(fresh_shop[0], tmp_path / "home")
    home = open_home(files)
    for name in ("bravo", "coda"):
        open_shop(home, name)
    sent = {name: load(home, deliver(home, table(("A", "1", "1")), tenant=name))
            for name in ("acme", "bravo", "coda")}  # fmt: skip
    before = {name: dump(home, name) for name in ("acme", "coda")}
    (home.layout.kept("bravo", sent["bravo"].id) / "data").write_bytes(b"")
    home.database.close()
    for file in files.glob("dropsafe.db*"):
        file.unlink()

    told = dropsafe(files, "rebuild", status=1)
    assert "Left as they are: bravo. All others are done." in told
    with home.database.reading() as connection, pytest.raises(NotFound):
        tenants.find(connection, "bravo")
    assert f"rebuild bravo --without {sent['bravo'].id}" in told
    assert {name: dump(home, name) for name in before} == before
    told = dropsafe(files, "rebuild", "bravo", status=1)
    assert told.startswith(f"dropsafe: The bytes of delivery {sent['bravo'].id} changed")
    told = dropsafe(files, "rebuild", "--without", sent["bravo"].id, status=2)
    assert "takes the one tenant" in told
    [made] = dropsafe_json(files, "rebuild", "bravo", "--without", sent["bravo"].id)
    assert (made["failed"], made["restored"], made["new"]) == (None, 1, 0)
    assert made["no_credentials"]
    assert "The rows are what the archive says." in dropsafe(files, "rebuild", "--verify")
    home.database.close()


# What the next undo builds on


def test_a_row_that_bears_another_delivery_or_line_is_found(home: Home) -> None:
    """Its values are right, and an undo would go wrong all the same."""
    first = send(home, table(("A", "1", "1"), ("A", "2", "2")))
    send(home, table(("A", "2", "3")))
    before = dump(home)
    for values in ({"line": 99}, {"delivery": first.id}):
        with home.database.writing() as connection:
            one = transactions.c.transaction_id == "2"
            connection.execute(update(transactions).where(one).values(**values))
        assert differing(rebuild(home, "acme", verify=True)) == (0, 0, 0, 1, 0)
        rebuild(home, "acme")
        assert dump(home) == before


def test_superseded_values_that_are_missing_or_otherwise_are_found(home: Home) -> None:
    """A row would go instead of going back to the value that it had."""
    for total in ("70", "71", "72"):
        send(home, table(("A", "1", total)))
    had = replaced(home)
    for statement, wrong in (
        (delete(superseded), 2),
        (update(superseded).values(line=7), 2),
        (update(superseded).where(superseded.c.total == "70.00").values(total="1.00"), 1),
    ):
        with home.database.writing() as connection:
            connection.execute(statement)
        assert differing(rebuild(home, "acme", verify=True)) == (0, 0, 0, 0, wrong)
        rebuild(home, "acme")
        assert replaced(home) == had


def test_what_an_older_version_did_not_keep_is_no_difference(home: Home) -> None:
    """The fold says that it has forgotten some."""
    for total in ("70", "71"):
        newest = send(home, table(("A", "1", total)))
    with home.database.writing() as connection:
        connection.execute(delete(superseded))
        connection.execute(update(metadata.tables["folds"]).values(forgotten=newest.id))
    assert differing(rebuild(home, "acme", verify=True)) == ALL_WELL


def test_the_command_says_so(fresh_shop: tuple[Path, str], tmp_path: Path) -> None:
    """With the status and the command that mends it."""
    files = shutil.copytree(fresh_shop[0], tmp_path / "home")
    home = open_home(files)
    for total in ("1", "2"):
        send(home, table(("A", "1", total), ("A", "2", "2")))
    with home.database.writing() as connection:
        connection.execute(delete(superseded))
        connection.execute(update(transactions).values(line=99))
    home.database.close()
    told = dropsafe(files, "rebuild", "--verify", status=1)
    assert "To mend them: dropsafe rebuild acme" in told
    told = dropsafe(files, "rebuild")
    assert "acme: 2 rows say what the archive says, but bore another delivery or line." in told
    assert "acme: 1 of the values that rows had before" in told
    assert "The rows are what the archive says." in dropsafe(files, "rebuild", "--verify")


# What a rebuild leaves behind


def test_a_rebuild_leaves_nothing_to_be_done(home: Home) -> None:
    """What it settles anew releases what is held for it, at once and not by a later worker."""
    send(home, table(("A", "1", "1.50")))
    journal = home.layout.journal("acme")
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    for line in lines:
        (line.get("mapping") or line)["pins"] = {}
    journal.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    forget(home)
    rebuild(home, "acme")
    assert not home.inbox.release_is_due("acme")


def test_a_tenant_that_comes_back_has_the_settings_of_a_new_one(
    fresh_shop: tuple[Path, str], tmp_path: Path
) -> None:
    """They are in no archive, and it is said."""
    home = shutil.copytree(fresh_shop[0], tmp_path / "home")
    dropsafe(home, "tenant", "disable", "acme")
    for file in home.glob("dropsafe.db*"):
        file.unlink()
    told = dropsafe(home, "rebuild")
    assert "Nor are their settings" in told
    assert "dropsafe tenant disable" in told


def test_another_checksum_in_the_database_is_no_damage_of_the_bytes(home: Home) -> None:
    """They fit their envelope: nobody restores a file, or gives one up, that is right."""
    one = send(home, table(("A", "1", "1")))
    deliveries = metadata.tables["deliveries"]
    with home.database.writing() as connection:
        connection.execute(update(deliveries).values(sha256="0" * 64))
    with pytest.raises(Held, match="another checksum") as verdict:
        rebuild(home, "acme")
    assert "--without" not in verdict.value.remedy
    with pytest.raises(NotAllowed):
        rebuild(home, "acme", without=[one.id])
