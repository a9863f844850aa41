"""What only a backup mends is found, too."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import insert, update

from ingest.verify.verifying import verify
from storage import tables
from tests.e2e.running import command, dropsafe
from tests.ingest.verify import damages
from tests.ingest.verify.scene import UNKNOWN, Scene, found
from tests.shop import dump


def test_damages_that_only_a_backup_mends_are_found(scene: Scene) -> None:
    """A damaged line of the journal, a fold that is ahead, rejects of nobody."""
    journal = scene.home.layout.journal("acme")
    journal.write_text("{\n" + journal.read_text())
    scene.change(lambda c: c.execute(update(tables.folds).values(newest="9" * 13)))
    reject = {"position": 0, "line": 2, "code": "x", "message": "", "raw": ""}
    scene.change(lambda c: c.execute(insert(tables.rejects), [{**reject, "delivery": UNKNOWN}]))
    assert found(scene.home) == {
        ("journal-damaged", None),
        ("fold-differs", "9" * 13),
        ("rejects-alone", UNKNOWN),
    }


def test_a_reading_by_a_version_that_the_journal_lacks_is_found(scene: Scene) -> None:
    """Such a journal brings no rows back."""
    scene.strike("mapping", "New_York")
    [problem] = verify(scene.home).problems
    assert (problem.code, problem.tenant) == ("journal-damaged", "acme")
    assert "('default', 1)" in problem.message


@pytest.mark.parametrize("how", ["half", "header"])
@pytest.mark.parametrize("quick", [False, True])
def test_a_damaged_database_is_said_and_nothing_else(
    scene: Scene, how: str, *, quick: bool
) -> None:
    """What it answers is worth nothing."""
    damage_database(scene, how)
    assert found(scene.home, quick=quick) == {("database-damaged", None)}


@pytest.mark.parametrize("how", ["half", "header"])
def test_every_command_says_that_the_database_is_damaged_and_what_mends_it(
    scene: Scene, tmp_path: Path, how: str
) -> None:
    """In one line; and that mends it."""
    database = scene.home.layout.database
    damage_database(scene, how)
    for words in ("rows acme", "rebuild", "rebuild --verify", "verify", "verify --quick --json"):
        told = subprocess.run(
            [*command(scene.files), *words.split()], capture_output=True, text=True, check=False
        )
        assert told.returncode == 1
        assert "Traceback" not in told.stderr
        assert "file of the database is damaged" in told.stdout + told.stderr
        assert "out of the home, then: dropsafe rebuild" in told.stdout + told.stderr
    told_by_status = dropsafe(scene.files, "status")
    assert "file of the database is damaged" in told_by_status
    for path in scene.files.glob(f"{database.name}*"):
        path.rename(tmp_path / path.name)
    assert "dropsafe rebuild" in dropsafe(scene.files, "verify", status=1)
    dropsafe(scene.files, "rebuild")
    assert dump(scene.home) == scene.rows
    assert found(scene.home) == set()


def test_no_rebuild_is_advised_by_a_journal_that_lacks_something(scene: Scene) -> None:
    """It would take away rows that nothing brings back; first the journal, then the rest."""
    damages.no_journal_and_no_rows(scene)
    for tenant in (None, "acme"):
        problems = verify(scene.home, tenant=tenant).problems
        remedies = {str(one.code): one.remedy for one in problems}
        assert {"journal-lacks", "rows-missing"} <= remedies.keys()
        assert not [one for one in remedies.values() if "dropsafe rebuild" in one]
        assert remedies["rows-missing"].endswith("dropsafe verify --tenant acme")
    dropsafe(scene.files, "init")
    [rows_missing] = {one.remedy for one in verify(scene.home).problems}
    assert rows_missing == "dropsafe rebuild acme"
    dropsafe(scene.files, "rebuild", "acme")
    assert dump(scene.home) == scene.rows


@pytest.mark.parametrize("damage", [damages.intent_damaged, damages.journal_of_numbers])
@pytest.mark.parametrize("words", ["rebuild acme", "rebuild --verify acme"])
def test_what_cannot_be_read_beside_the_packs_is_one_line(
    scene: Scene, damage: Callable[[Scene], None], words: str
) -> None:
    """Which says what to move out of the home; no command ends in a traceback."""
    damage(scene)
    told = subprocess.run(
        [*command(scene.files), *words.split()], capture_output=True, text=True, check=False
    )
    assert "Traceback" not in told.stderr
    assert told.returncode == 1
    assert "out of the home" in told.stderr


def damage_database(scene: Scene, how: str) -> None:
    """Overwrite half of the file, or its first bytes."""
    scene.home.database.close()
    path = scene.home.layout.database
    database = bytearray(path.read_bytes())
    half = len(database) // 2
    if how == "half":
        database[half:] = bytes(len(database) - half)
    else:
        database[:5] = b"xxxxx"
    path.write_bytes(database)
