"""What must hold after any fault, once the server was started again and has worked all off.

1. Every acknowledged file is in the archive, in the inbox or in quarantine, byte for byte.
2. Nothing else is there than files that were sent whole, and what lay in them. A file whose yes
   was lost on the way may be there: the sender cannot know, sends again, and a second copy does no
   harm. A file that was never sent to its end may not.
3. Each file that was sent is there at most once, in one place, with one entry in the ledger that
   says what the place says.
4. The rows are those of the oracle: the fold of the deliveries that count.
5. Nothing stray is left on disk.
6. `dropsafe verify` finds nothing, and the rows are what the archive says (`rebuild --verify`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.home import Home
from ingest.rebuild import rebuild
from ingest.verify import verifying
from storage import ledger
from storage.errors import NotFound
from storage.ledger import COUNTED, SETTLED, Entry, State
from tests import oracle
from tests.faults.scene import Scene, digest
from tests.faults.senders import TENANT
from tests.shop import dump

_STRAY_NAMES = frozenset({"intent.json", "taking.json", "release-due"})
_STRAY_ENDINGS = (".new", ".part", ".tmp", ".taken", ".filepart")


@dataclass(frozen=True, slots=True)
class Found:
    """One delivery as it was found: where, and the bytes that are there."""

    delivery: str
    place: str
    data: bytes


def check(scene: Scene, *, verify: bool = True, excused: frozenset[str] = frozenset()) -> None:
    """Fail if any promise is broken, naming each.

    `verify` also has dropsafe verify itself, and makes the rows again from the archive to compare;
    that takes as long as reading every file again. `excused` are problems that verify may find.
    """
    with scene.home() as home:
        broken = [*_broken(scene, home), *_strays(home)]
        if verify:
            broken += _differences(home, excused)
    assert not broken, "\n".join(broken)


def lost(scene: Scene) -> int:
    """How many acknowledged files are nowhere any more, or not as they came."""
    with scene.home() as home:
        there = {digest(one.data) for one in found_in(home)}
    return len({one.sha256 for one in scene.sent if one.acknowledged} - there)


def found_in(home: Home, tenant: str = TENANT) -> list[Found]:
    """Every delivery of a tenant in archive, inbox and quarantine."""
    places = {
        "archive": home.archive.deliveries(tenant),
        "inbox": home.inbox.waiting(tenant),
        "quarantine": home.inbox.held(tenant),
    }
    return [
        Found(delivery, place, home.archive.read(tenant, delivery))
        for place, deliveries in places.items()
        for delivery in deliveries
    ]


def _broken(scene: Scene, home: Home) -> Iterator[str]:
    found = found_in(home)
    with home.database.reading() as connection:
        entries = {one.id: one for one in ledger.entries(connection, tenant=TENANT)}
    yield from _not_kept(scene, found)
    yield from _not_sent(scene, found)
    yield from _contradictions(scene, home, found, dict(entries))
    yield from _wrong_rows(scene, home, found, entries)


def _not_kept(scene: Scene, found: list[Found]) -> Iterator[str]:
    there = {digest(one.data) for one in found}
    for sent in scene.sent:
        if sent.acknowledged and sent.sha256 not in there:
            yield f"LOST: acknowledged over {sent.way}: {sent.sha256} ({sent.data[:80]!r})"


def _not_sent(scene: Scene, found: list[Found]) -> Iterator[str]:
    whole: Counter[str] = Counter()
    for sent in scene.sent:
        whole.update({sent.sha256, *map(digest, sent.files)})
    for sha256, count in Counter(digest(one.data) for one in found).items():
        if sha256 not in whole:
            [first, *_] = [one for one in found if digest(one.data) == sha256]
            yield f"NEVER SENT WHOLE: {first.delivery} in the {first.place}: {first.data[:80]!r}"
        elif count > whole[sha256]:
            yield f"TWICE: {sha256} was sent {whole[sha256]} times and is there {count} times"


def _contradictions(
    scene: Scene, home: Home, found: list[Found], entries: dict[str, Entry]
) -> Iterator[str]:
    """Where ledger, envelope and place on disk do not say the same."""
    for delivery, count in Counter(one.delivery for one in found).items():
        if count > 1:
            yield f"IN {count} PLACES: {delivery}"
    for one in found:
        entry = entries.pop(one.delivery, None)
        try:
            envelope = home.archive.envelope(TENANT, one.delivery)
        except NotFound:
            yield f"NO ENVELOPE: {one.delivery} in the {one.place}"
            continue
        if envelope.sha256 != digest(one.data) or envelope.size != len(one.data):
            yield f"DAMAGED: {one.delivery} in the {one.place}"
        allowed = {"archive": SETTLED, "quarantine": (State.QUARANTINED,)}.get(one.place, ())
        if entry is None or entry.state not in allowed:
            yield f"NOT ONE OUTCOME: {one.delivery} is in the {one.place}; the ledger has {entry}"
        elif not scene.is_undone_open and (
            (entry.state is State.UNDONE) != (one.delivery in scene.undone)
        ):
            yield f"UNDONE OR NOT: {one.delivery} is {entry.state}"
    for delivery in entries:
        yield f"ONLY IN THE LEDGER: {delivery}"


def _wrong_rows(
    scene: Scene, home: Home, found: list[Found], entries: dict[str, Entry]
) -> Iterator[str]:
    tables = {digest(data) for sent in scene.sent for data in sent.files}
    counted = sorted(
        (one.delivery, one.data, "Total")
        for one in found
        if digest(one.data) in tables
        and one.place == "archive"
        and one.delivery in entries
        and entries[one.delivery].state in COUNTED
    )
    expected = oracle.now(oracle.fold(counted))
    rows = {(row[0], row[1]): (row[4], row[5], row[6]) for row in dump(home, TENANT)}
    for key in sorted(expected.keys() | rows.keys()):
        if expected.get(key) != rows.get(key):
            yield f"WRONG ROW: {key} is {rows.get(key)}, the oracle has {expected.get(key)}"


def _strays(home: Home) -> Iterator[str]:
    layout = home.layout
    for directory in (layout.spool, layout.parked):
        yield from (f"STRAY: {path}" for path in sorted(directory.rglob("*")) if _matters(path))
    for path in sorted(layout.home.rglob("*")):
        if path.name in _STRAY_NAMES or path.name.endswith(_STRAY_ENDINGS):
            yield f"STRAY: {path}"
    for path in sorted(layout.drop.glob("*/*")):
        yield f"STRAY: {path}"


def _matters(path: Path) -> bool:
    """An empty directory of a tenant in `parked` is no stray."""
    return path.is_file() or path.parent.name == "spool"


def _differences(home: Home, excused: frozenset[str]) -> Iterator[str]:
    for problem in verifying.verify(home).problems:
        if problem.code not in excused:
            yield f"VERIFY: {problem.code}: {problem.message}"
    difference = rebuild(home, TENANT, verify=True).effect.difference
    if difference.new or difference.changed or difference.gone:
        yield f"ROWS AND ARCHIVE DIFFER: {difference}"
