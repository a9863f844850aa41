"""A restore loses nothing: a rebuild brings back what the files have and the database lacks."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

from ingest import lookup
from ingest.home import Home, open_home
from ingest.rebuild import rebuild
from ingest.worker import Worker
from storage.layout import Layout
from tests.conftest import MakeHome
from tests.shop import deliver, dump, open_shop, send, table


def test_a_restore_brings_back_what_came_after_the_dump(
    tmp_path: Path, make_home: MakeHome
) -> None:
    """Given a database that was dumped before the files were copied,
    when they are restored and rebuilt,
    then every delivery counts in its own place, as in the home that was backed up."""
    home = make_home("sqlite", tmp_path / "home")
    open_shop(home)
    send(home, table(("A", "1", "1.00"), ("A", "2", "2.00")))
    later_loaded = deliver(home, b"\x89PNG\r\n\x1a\n", name="picture.csv")
    dumped = tmp_path / "dropsafe.db"
    with sqlite3.connect(home.layout.database) as database:
        database.execute("VACUUM INTO ?", (str(dumped),))
    database.close()
    send(home, table(("A", "2", "2.50"), ("A", "3", "3.00")))
    Worker(home).run_once()
    send(home, table(("A", "3", "3.50")))
    waiting = deliver(home, table(("A", "4", "4.00")))

    restored = _restored(home, dumped, tmp_path / "restored")
    made = rebuild(restored, "acme")
    again = rebuild(restored, "acme")
    Worker(home).run_once()
    Worker(restored).run_once()

    # The two that were loaded later, and the picture, which the dump does not know as held.
    assert (made.restored, made.released, made.no_credentials) == (2, 1, False)
    assert (again.restored, again.released) == (0, 0)
    assert dump(restored) == dump(home)
    assert lookup.delivery(restored, later_loaded.id).state == "quarantined"
    assert lookup.delivery(restored, waiting.id).state == "loaded"


def test_a_restore_sorts_out_what_moved_during_the_backup(
    tmp_path: Path, make_home: MakeHome
) -> None:
    """Of a delivery that was copied twice or in part the whole copy furthest on is kept."""
    home = make_home("sqlite", tmp_path / "home")
    open_shop(home)
    entry = send(home, table(("A", "1", "1.00")))
    layout = home.layout
    kept = layout.kept(entry.tenant, entry.id)
    shutil.copytree(kept, layout.waiting(entry.tenant, entry.id))
    half = layout.held(entry.tenant, entry.id)
    half.mkdir(parents=True)
    (half / "data").write_bytes(b"Stor")
    lonely = layout.waiting(entry.tenant, "0000000000000")
    lonely.mkdir(parents=True)

    assert home.archive.sort_out("acme") == 2
    assert rebuild(home, "acme").released == 0

    assert kept.is_dir()
    assert not layout.waiting(entry.tenant, entry.id).exists()
    assert not half.exists()
    assert lonely.is_dir(), "what is nowhere whole is left for a person to look at"
    assert home.archive.read(entry.tenant, entry.id).startswith(b"Store,")


def _restored(home: Home, dumped: Path, target: Path) -> Home:
    layout = Layout(target)
    for directory in ("parked", "quarantine", "inbox", "settled", "archive"):
        shutil.copytree(home.layout.home / directory, target / directory)
    shutil.copyfile(home.layout.settings, layout.settings)
    shutil.copyfile(dumped, layout.database)
    return open_home(target)
