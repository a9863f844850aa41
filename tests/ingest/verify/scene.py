"""A home in which all sorts of things happened, to be damaged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import delete, update

from ingest.home import Home
from ingest.undo import undo
from ingest.verify.verifying import verify
from storage import tables
from storage.database import Connection
from storage.packing import Packing
from tests.parsers.packing import zipped
from tests.shop import deliver, dump, open_shop, receive_on_one_day, send, table, work_off

LATER = date(2100, 1, 1)
UNKNOWN = "1htfj5nsh5b82"
"""A delivery that never was."""


@dataclass(slots=True)
class Scene:
    """A home in which all sorts of things happened: deliveries by what became of them."""

    home: Home
    first: str
    repeat: str
    undone: str
    last: str
    held: str
    waiting: str
    rows: list[tuple[str, str, str, str, str, str, int]]

    @property
    def files(self) -> Path:
        """Where the home is."""
        return self.home.layout.home

    def kept(self, delivery: str) -> Path:
        return self.home.layout.kept("acme", delivery)

    def held_at(self, delivery: str) -> Path:
        return self.home.layout.held("acme", delivery)

    def change(self, statement: Callable[[Connection], object]) -> None:
        with self.home.database.writing() as connection:
            statement(connection)

    def tell(self, delivery: str, **values: object) -> None:
        """Have the ledger say something else."""
        ledger = tables.deliveries
        self.change(
            lambda c: c.execute(update(ledger).where(ledger.c.id == delivery).values(values))
        )

    def forget(self, delivery: str) -> None:
        """Have the ledger forget a delivery."""
        ledger = tables.deliveries
        self.change(lambda c: c.execute(delete(ledger).where(ledger.c.id == delivery)))

    def strike(self, *words: str) -> None:
        """Take the lines with all of these words out of the journal."""
        journal = self.home.layout.journal("acme")
        lines = journal.read_text().splitlines()
        kept = [one for one in lines if not all(word in one for word in words)]
        assert kept != lines
        journal.write_text("".join(f"{line}\n" for line in kept))


def scene_in(home: Home) -> Scene:
    """Load, repeat, undo, open, hold, and leave one waiting, all on one day."""
    receive_on_one_day(home)
    open_shop(home)
    first = send(home, table(("A", "1", "1"), ("A", "2", "bad")))
    repeat = send(home, table(("A", "1", "1"), ("A", "2", "bad")))
    undone = send(home, table(("A", "1", "9"), ("A", "9", "9")))
    files = {"a.csv": table(("A", "1", "3")), "b.csv": table(("B", "1", "1"))}
    deliver(home, zipped(files), name="all.zip")
    work_off(home)
    last = send(home, table(("A", "1", "4")))
    undo(home, "acme", [undone.id])
    held = send(home, b"Nothing,Of,It\n1,2,3\n")
    waiting = deliver(home, table(("A", "1", "5")))
    return Scene(
        home=home,
        first=first.id,
        repeat=repeat.id,
        undone=undone.id,
        last=last.id,
        held=held.id,
        waiting=waiting.id,
        rows=dump(home),
    )


def found(home: Home, *, quick: bool = False) -> set[tuple[str, str | None]]:
    """Codes and deliveries of what is wrong."""
    return {(one.code, one.delivery) for one in verify(home, quick=quick).problems}


def pack(home: Home) -> Path:
    """Pack what is settled; gives the one pack that it makes."""
    Packing(home.layout, home.archive).pack("acme", LATER)
    [path] = home.archive.packs("acme")
    return path


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
