"""What only a backup mends is found, too."""

from __future__ import annotations

from sqlalchemy import insert, update

from ingest.verify.verifying import verify
from storage import tables
from tests.ingest.verify.scene import UNKNOWN, Scene, found


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


def test_a_damaged_database_is_said_and_nothing_else(scene: Scene) -> None:
    """What it answers is worth nothing."""
    scene.home.database.close()
    database = bytearray(scene.home.layout.database.read_bytes())
    half = len(database) // 2
    database[half:] = bytes(len(database) - half)
    scene.home.layout.database.write_bytes(database)
    assert found(scene.home) == {("database-damaged", None)}
