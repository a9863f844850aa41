"""Ways to damage a home, each by itself."""

from __future__ import annotations

import shutil
from pathlib import Path

from sqlalchemy import delete, insert, update

from ingest import describing
from storage import files, packs, tables
from storage.delivery import day_of
from storage.journal import Intent
from storage.packs import unpacked
from tests.ingest.verify.scene import UNKNOWN, Scene, pack
from tests.shop import MAPPING

_ROW = {
    "tenant": "acme",
    "location_id": "X",
    "transaction_id": "1",
    "occurred_at": "2026-03-01T15:00:00Z",
    "local_time": "2026-03-01T10:00:00",
    "total": "1.00",
    "line": 2,
}


def to_quarantine(scene: Scene) -> None:
    scene.kept(scene.last).rename(scene.held_at(scene.last))


def to_inbox(scene: Scene) -> None:
    scene.kept(scene.last).rename(scene.home.layout.waiting("acme", scene.last))


def held_to_archive(scene: Scene) -> None:
    scene.held_at(scene.held).rename(scene.kept(scene.held))


def held_before_it_was_said(scene: Scene) -> None:
    scene.home.layout.waiting("acme", scene.waiting).rename(scene.held_at(scene.waiting))


def twice(scene: Scene) -> None:
    shutil.copytree(scene.kept(scene.last), scene.held_at(scene.last))


def twice_packed(scene: Scene) -> None:
    shutil.copytree(scene.kept(scene.last), scene.held_at(scene.last))
    pack(scene.home)


def half_beside_pack(scene: Scene) -> None:
    """As a kill leaves it that comes while packing removes what it has packed."""
    shutil.copytree(scene.kept(scene.last), scene.files / "kept")
    pack(scene.home)
    (scene.files / "kept" / "data").unlink()
    (scene.files / "kept").rename(scene.kept(scene.last))


def held_and_waiting(scene: Scene) -> None:
    waiting = scene.home.layout.waiting("acme", scene.held)
    shutil.copytree(scene.held_at(scene.held), waiting)


def not_in_ledger(scene: Scene) -> None:
    scene.forget(scene.last)


def tenant_unknown(scene: Scene) -> None:
    scene.change(lambda c: c.execute(delete(tables.tenants)))


def no_journal(scene: Scene) -> None:
    scene.home.layout.journal("acme").unlink()


def journal_lacks_a_reading(scene: Scene) -> None:
    scene.strike("read", scene.last)


def journal_lacks_an_undo(scene: Scene) -> None:
    scene.strike("undone", scene.undone)


def ledger_lacks_an_undo(scene: Scene) -> None:
    scene.tell(scene.undone, state="loaded")


def another_version(scene: Scene) -> None:
    describing.set_mapping(scene.home, tenant="acme", feed="default", text=f"# Two.\n{MAPPING}")
    scene.tell(scene.last, mapping_version=2)


def journal_lacks_a_version(scene: Scene) -> None:
    describing.set_mapping(scene.home, tenant="acme", feed="default", text=f"# Two.\n{MAPPING}")
    scene.strike("mapping", "# Two.")


def database_lacks_a_version(scene: Scene) -> None:
    another_version(scene)
    scene.tell(scene.last, mapping_version=1)
    versions = tables.mappings
    scene.change(lambda c: c.execute(delete(versions).where(versions.c.version == 2)))


def another_text(scene: Scene) -> None:
    journal = scene.home.layout.journal("acme")
    journal.write_text(journal.read_text().replace("New_York", "Chicago", 1))


def rows_alone(scene: Scene) -> None:
    row = {**_ROW, "delivery": UNKNOWN}
    scene.change(lambda c: c.execute(insert(tables.transactions), [row]))


def rows_uncounted(scene: Scene) -> None:
    row = {**_ROW, "delivery": scene.undone}
    scene.change(lambda c: c.execute(insert(tables.transactions), [row]))


def superseded_alone(scene: Scene) -> None:
    row = {**_ROW, "location_id": "A", "delivery": "0" * 13}
    scene.change(lambda c: c.execute(insert(tables.superseded), [row]))


def superseded_astray(scene: Scene) -> None:
    row = {**_ROW, "delivery": scene.first}
    scene.change(lambda c: c.execute(insert(tables.superseded), [row]))


def rows_missing(scene: Scene) -> None:
    scene.change(lambda c: c.execute(delete(tables.transactions)))


def no_original(scene: Scene) -> None:
    scene.tell(scene.repeat, same_as=UNKNOWN)


def no_original_at_all(scene: Scene) -> None:
    scene.tell(scene.repeat, same_as=None)


def original_with_other_bytes(scene: Scene) -> None:
    scene.tell(scene.last, state="duplicate", same_as=scene.first)


def fold_behind(scene: Scene) -> None:
    scene.change(lambda c: c.execute(update(tables.folds).values(newest=scene.first)))


def intent_left(scene: Scene) -> None:
    said = {"undone": scene.last}
    scene.home.journal.intend("acme", Intent("transactions", 9999, (said,)))


def half_an_intent(scene: Scene) -> None:
    intent_left(scene)
    intent = scene.home.layout.intent("acme")
    intent.rename(intent.with_name(f"{intent.name}.new"))


def intent_done(scene: Scene) -> None:
    """The crash came between the commit of an undo and the journal's line."""
    scene.strike("undone", scene.undone)
    said = {"undone": scene.undone}
    scene.home.journal.intend("acme", Intent("transactions", 1, (said,)))


def intent_damaged(scene: Scene) -> None:
    scene.home.layout.intent("acme").write_text("{")


def release_left(scene: Scene) -> None:
    scene.home.inbox.note_release("acme")


def strays(scene: Scene) -> None:
    layout = scene.home.layout
    (layout.inbox / "acme" / "notes.txt").write_text("")
    (layout.kept("acme", "x").parent / "junk").write_text("")
    (scene.held_at(scene.held) / "copy").write_text("")
    (layout.archive / "acme" / "2026.bak").write_text("")
    (layout.quarantine / "Someone else").mkdir()
    (layout.spool / "mine").write_text("")
    (layout.archive / "acme" / "empty").mkdir()
    (layout.quarantine / "nobody").mkdir()
    (scene.kept(scene.last) / "notes.txt").write_text("")


def parked_damaged(scene: Scene) -> None:
    parked = scene.home.layout.parked / "acme" / "half"
    parked.mkdir(parents=True)
    (parked / "data").write_bytes(b"Store")


def links_astray(scene: Scene) -> None:
    """As an earlier dropsafe added the bytes of one batch to a pack again in the next."""
    layout, writer = scene.home.layout, packs._Writer
    kept = [unpacked(scene.kept(one)) for one in (scene.first, scene.repeat)]
    path = layout.pack("acme", day_of(scene.first))
    files.make_directory(path.parent)
    with path.open("wb") as file:
        pack = writer(file)
        pack.add(kept[0])
        pack._first = {digest: (scene.first, at) for digest, (_, at) in pack._first.items()}
        pack.add(kept[1])
        pack.finish()
    for one in (scene.first, scene.repeat):
        files.remove_tree(scene.kept(one))


def journal_begun_anew(scene: Scene) -> None:
    """It was lost while a worker went on."""
    journal = scene.home.layout.journal("acme")
    lines = journal.read_text().splitlines(keepends=True)
    journal.write_text("".join(one for one in lines if '"read"' in one and scene.last in one))


def journal_of_garbage(scene: Scene) -> None:
    journal = scene.home.layout.journal("acme")
    journal.write_text(f"{journal.read_text()}{{\n")


def journal_of_numbers(scene: Scene) -> None:
    journal = scene.home.layout.journal("acme")
    journal.write_text(f"5\n{journal.read_text()}")


def no_journal_and_no_rows(scene: Scene) -> None:
    """A rebuild by that journal would make no row."""
    no_journal(scene)
    rows_missing(scene)


def waiting_and_archived(scene: Scene) -> None:
    waiting = scene.home.layout.waiting("acme", scene.waiting)
    shutil.copytree(waiting, scene.kept(scene.waiting))


def pack_with_another_name(scene: Scene) -> None:
    path = pack(scene.home)
    path.rename(path.with_name("2026-01-01.tar.zst"))


def pack_twice(scene: Scene) -> None:
    path = pack(scene.home)
    shutil.copy(path, path.with_name("2026-01-01.tar.zst"))


def pack_of_another(scene: Scene) -> None:
    path = pack(scene.home)
    other = Path(*("other" if part == "acme" else part for part in path.parts))
    files.make_directory(other.parent)
    shutil.copy(path, other)
