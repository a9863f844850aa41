"""The same deliveries, worked off in many orders with everything in between, come to one end.

    python -m tests.orders --orders 1000 --seed 7

In each order the deliveries are loaded in any sequence, many twice; commands and workers are killed
on their way; a mapping is set somewhere in the middle; deliveries are replayed, undone and redone.
Then all are read by the mapping of today. What the rows say, and what they said before, must be the
same to the last byte, and what the oracle says.
"""

from __future__ import annotations

import argparse
import random
import secrets
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ingest import describing, events, pipeline, reader_process
from ingest.home import Home, make_directories, open_home
from ingest.reader import Reader
from ingest.replay import replay
from ingest.settings import Log
from ingest.undo import redo, undo
from storage.layout import Layout
from tests import oracle
from tests.crashing import Blow, Struck
from tests.databases import KINDS, Databases
from tests.shop import deliver, dump, open_shop, superseded, work_off
from tests.story import NET, WIDE, column_of, emptied

COUNT = 50
"""How many deliveries there are."""

_STRUCK = 0.06  # of all steps
_AFTER_LOAD = ("nothing", "nothing", "load again", "replay", "undo", "redo")


def sales(seed: int, count: int = COUNT) -> list[bytes]:
    """Files of one shop: most repeat what was sent before and add to it, some are the same again.

    Some are read by the second mapping only, and one by none.
    """
    draw = _draw(seed)
    files: list[bytes] = []
    lines: list[str] = []
    while len(files) < count - 1:
        lines = [*lines[-6:], *(_line(draw) for _ in range(draw.randint(0, 4)))]
        heading = draw.choice(["Total,Net"] * 8 + ["Sum,Other"])
        file = "\n".join([f"Store,Receipt,When,{heading}", *lines, ""]).encode()
        files += [file] * draw.choice([1, 1, 1, 2, 3])
    return [*files[: count - 1], b"Nothing,Of,It\n1,2,3\n"]


def _draw(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - no secret: it shall be drawn again


def _line(draw: random.Random) -> str:
    amounts = f"{draw.randint(1, 3)}.00,{draw.randint(1, 3)}.50"
    return f"{draw.choice('AB')},{draw.randint(1, 8)},2026-03-01 10:00:00,{amounts}"


class Remembers(Reader):
    """Reads in this process, and each file once by each mapping: reading has no other memory."""

    def __init__(self, reader: Reader) -> None:
        super().__init__(reader._limits)
        self._found: dict[str, object] = {}

    def _answer(self, task: str, given: tuple[object, ...], known: Any) -> object:
        key = repr((task, given, known))
        if key not in self._found:
            try:
                self._found[key] = reader_process.TASKS[task](*given, **known)
            except Exception as error:  # noqa: BLE001 - the reader raises it for us
                self._found[key] = error
        return self._found[key]


@dataclass(slots=True)
class Shop:
    """A home in which the deliveries have been received, to be worked off again and again."""

    home: Home
    received: Path
    files: dict[str, bytes]
    expected: list[tuple[Any, ...]]
    tally: Counter[str] = field(default_factory=Counter)

    @classmethod
    def opened(cls, home: Home, seed: int) -> Shop:
        """Receive the deliveries, and ask the oracle what shall come of them."""
        home = replace(home, reader=Remembers(home.reader))
        open_shop(home, mapping=NET)
        files = {deliver(home, data).id: data for data in sales(seed)}
        received = home.layout.home.with_name("received")
        shutil.copytree(home.layout.inbox, received)
        read = [(one, data, column_of(data, WIDE)) for one, data in sorted(files.items())]
        values = oracle.fold((one, data, column) for one, data, column in read if column)
        expected = sorted((*key, *value) for key, history in values.items() for value in history)
        return cls(home, received, files, expected)

    def work_off(self, seed: int) -> list[tuple[Any, ...]]:
        """Work all off in the order of a seed; every value that the rows have or had, sorted."""
        emptied(self.home)
        shutil.copytree(self.received, self.home.layout.inbox, dirs_exist_ok=True)
        open_shop(self.home, mapping=NET)
        order = _Order(self, _draw(seed))
        order.run()
        now = {(row[0], row[1], *row[4:]) for row in dump(self.home)}
        return sorted({*now, *superseded(self.home)})


class _Order:
    """One order in which the work is done."""

    def __init__(self, shop: Shop, draw: random.Random) -> None:
        self._home, self._tally, self._draw = shop.home, shop.tally, draw
        self._struck = Struck(shop.home.layout.home)
        self._ids = sorted(shop.files)

    def run(self) -> None:
        """Load everything, and do this and that in between; in the end nothing is left undone."""
        sequence = self._draw.sample(self._ids, len(self._ids))
        mapping_is_set_at = self._draw.randrange(len(sequence))
        for at, delivery in enumerate(sequence):
            if at == mapping_is_set_at:
                self._do("map", WIDE)
            self._do("load", delivery)
            self._then(self._draw.choice(_AFTER_LOAD))
        work_off(self._home)  # what was released by the mapping
        redo(self._home, "acme", self._ids)
        replay(self._home, "acme", self._ids)

    def _then(self, what: str) -> None:
        some = self._draw.sample(self._ids, self._draw.randint(1, 4))
        if what == "load again":
            settled = self._settled(some)
            for delivery in settled:
                self._home.archive.give_back("acme", delivery)
                self._do("load", delivery)
        elif what != "nothing":
            self._do(what, some)

    def _settled(self, ids: list[str]) -> list[str]:
        kept = set(self._home.archive.deliveries("acme"))
        return [one for one in ids if one in kept]

    def _do(self, what: str, given: Any) -> None:
        """Do something, now and then by a process that is killed on its way; then once more."""
        if what == "load" and given not in self._home.inbox.waiting("acme"):
            return  # a replay was quicker
        self._tally[what] += 1
        if self._draw.random() < _STRUCK:
            blow = Blow("kill", self._draw.randrange(80))
            self._tally["killed"] += not self._struck.run(what, given, blow=blow)
        if what != "load" or given in self._home.inbox.waiting("acme"):
            _DO[what](self._home, given)


_DO: dict[str, Callable[[Home, Any], object]] = {
    "load": lambda home, delivery: pipeline.process(home, "acme", delivery),
    "replay": lambda home, ids: replay(home, "acme", ids),
    "undo": lambda home, ids: undo(home, "acme", ids),
    "redo": lambda home, ids: redo(home, "acme", ids),
    "map": lambda home, text: describing.set_mapping(
        home, tenant="acme", feed="default", text=text
    ),
}


def run(
    home: Home,
    seeds: range,
    *,
    files: int,
    told: Callable[[int, Counter[str], list[int]], None] = lambda _done, _tally, _wrong: None,
) -> list[int]:
    """Work off in the orders of these seeds, deliveries drawn by `files`; those that went wrong.

    `told` hears how many orders were done, what was done in them, and which ended otherwise.
    """
    shop = Shop.opened(emptied(home), files)
    wrong: list[int] = []
    for done, seed in enumerate(seeds, start=1):
        if shop.work_off(seed) != shop.expected:
            wrong.append(seed)
        told(done, shop.tally, wrong)
    return wrong


@contextmanager
def _home(kind: str) -> Iterator[Home]:
    with tempfile.TemporaryDirectory() as directory:
        databases, layout = Databases(Path(directory)), Layout(Path(directory) / "home")
        make_directories(layout)
        with databases.fresh(kind, layout) as url:
            layout.settings.write_text(f'[database]\nurl = "{url}"\n')
            home = open_home(layout.home)
            yield home
            home.database.close()
        databases.close()


def main() -> int:
    """Work off in many orders, and print what was done; 1 if one of them ended otherwise."""
    parser = argparse.ArgumentParser(prog="python -m tests.orders", description=__doc__)
    parser.add_argument("--orders", type=int, default=1_000, help="how many orders")
    parser.add_argument("--seed", type=int, help="of the first order; the next has the next one")
    parser.add_argument("--files", type=int, help="of the deliveries; else as of the first order")
    parser.add_argument("--database", choices=KINDS, action="append", help="else both")
    given = parser.parse_args()
    seed = secrets.randbelow(1 << 40) if given.seed is None else given.seed
    files = seed if given.files is None else given.files
    print(f"seed {seed}, files {files}", flush=True)  # noqa: T201 - a command
    events.configure(Log(level="error"))
    failed = False
    for kind in given.database or KINDS:
        told = _teller(kind, given.orders)
        with _home(kind) as home:
            wrong = run(home, range(seed, seed + given.orders), files=files, told=told)
        failed = failed or bool(wrong)
    return 1 if failed else 0


def _teller(kind: str, orders: int) -> Callable[[int, Counter[str], list[int]], None]:
    """Prints a line after every hundred orders, and at the end."""
    begun = time.monotonic()

    def tell(done: int, tally: Counter[str], wrong: list[int]) -> None:
        if done % 100 and done != orders:
            return
        words = ", ".join(f"{count:,} {what}" for what, count in tally.items())
        print(  # noqa: T201 - a command
            f"{kind}: {done:,} orders of {COUNT} deliveries in {time.monotonic() - begun:.0f} s "
            f"({words}); {len(wrong)} ended otherwise {wrong[:20] or ''}",
            flush=True,
        )

    return tell


if __name__ == "__main__":
    sys.exit(main())
