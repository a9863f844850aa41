"""Folding the rows again with some deliveries read anew, or left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from ingest import journalling, refolding
from ingest.feeds import Feed
from ingest.home import Home
from ingest.loading import Findings, finish, read, say_the_same
from storage import ledger, rows
from storage.database import Connection
from storage.effect import NO_EFFECT, Effect, together
from storage.journal import Line
from storage.ledger import Counts, Entry, State
from storage.refold import Refold

UNDONE = "Undone: what it says does not count."


@dataclass(frozen=True, slots=True)
class Chosen:
    """A delivery, and the feed with the version of its mapping that shall read it.

    `repeats` is the delivery that it still is a duplicate of, read so. With `leaves` it counts no
    more.
    """

    entry: Entry
    feed: Feed
    repeats: str | None = None
    leaves: bool = False

    def says_as(self, other: Chosen) -> bool:
        """Whether the two say the same and are read the same way."""
        return self.feed == other.feed and say_the_same(self.entry, other.entry, self.feed)


def with_repeats(home: Home, tenant: str, chosen: list[Chosen]) -> list[Chosen]:
    """Find those of the chosen that were duplicates, and are once all of them are read anew.

    The rule is the one by which they became duplicates: the delivery before it in the fold has the
    same bytes and is read by the same version of the same feed's mapping.
    """
    with home.database.reading() as connection:
        counted = refolding.counted(connection, tenant)
    said = {entry.id: Chosen(entry, feed) for entry, feed in counted}
    said.update({one.entry.id: one for one in chosen})
    before: dict[str, Chosen] = {}  # by record type: each has a fold of its own
    for delivery in sorted(said):
        one = said[delivery]
        record = one.feed.mapping.record
        previous = before.get(record)
        if one.entry.state is State.DUPLICATE and previous and one.says_as(previous):
            one = said[delivery] = replace(one, repeats=previous.repeats or previous.entry.id)
        before[record] = one
    return [said[one.entry.id] for one in chosen]


def fold_again(home: Home, tenant: str, chosen: list[Chosen], *, dry_run: bool) -> Effect:
    """Read these deliveries anew, or leave them out, and make the rows what they then are.

    In a dry run only say how. Raises Held and DatabaseAway as `replay` does.
    """
    total = NO_EFFECT
    for record in sorted({one.feed.mapping.record for one in chosen}):
        ours = [one for one in chosen if one.feed.mapping.record == record]
        findings: dict[str, _Anew] = {}
        fold = _folding(home, tenant, record, ours, findings)
        if dry_run:
            with home.database.reading() as connection:
                effect = fold(connection).effect(shown=refolding.SHOWN)
        else:
            store = _storing(home, ours, findings)
            effect = refolding.apply(home, tenant, record, fold=fold, store=store)
        total = together(total, effect, shown=refolding.SHOWN)
    return total


@dataclass(frozen=True, slots=True)
class _Anew:
    """What was found in reading a delivery anew; `brought` if it was not in the fold before."""

    findings: Findings
    brought: Counts | None = None


def _folding(
    home: Home, tenant: str, record: str, chosen: list[Chosen], findings: dict[str, _Anew]
) -> Callable[[Connection], Refold]:
    """How to fold: what the chosen say, or said before, is said again by all, in order.

    What is found on the way is put into `findings`, so that nothing has to be read while the
    database is being written to.
    """

    def fold(connection: Connection) -> Refold:
        as_read = {
            entry.id: (entry, feed)
            for entry, feed in refolding.counted(connection, tenant)
            if feed.mapping.record == record
        }
        refold = Refold(connection, tenant, record)
        for one in chosen:
            refold.affect(one.entry.id, read(home, one.entry, one.feed).rows)
            _, before = as_read.get(one.entry.id, (one.entry, one.feed))
            if before != one.feed:
                refold.affect(one.entry.id, read(home, one.entry, before).rows)
        since = refold.start(before=min(one.entry.id for one in chosen))
        said = {one: reader for one, reader in as_read.items() if one >= since}
        said.update({one.entry.id: (one.entry, one.feed) for one in chosen})
        for one in chosen:
            if one.leaves:
                del said[one.entry.id]
        ours = {one.entry.id for one in chosen}
        readings: dict[str, _Anew] = {}
        heights: dict[str, int] = {}
        for delivery in sorted(said):
            entry, feed = said[delivery]
            reading = read(home, entry, feed)
            refold.say(delivery, reading.rows)
            if delivery in ours:
                heights[delivery] = reading.rows.height
                readings[delivery] = _Anew(Findings.of(reading))
        findings.clear()
        for delivery, finding in readings.items():
            if delivery not in as_read:
                finding = replace(  # noqa: PLW2901 - the same finding, completed
                    finding, brought=refold.brought_by(delivery, said=heights[delivery])
                )
            findings[delivery] = finding
        return refold

    return fold


def _storing(
    home: Home, chosen: list[Chosen], findings: dict[str, _Anew]
) -> Callable[[Connection, Effect], list[Line]]:
    """What to write into the ledger, in the transaction that changes the rows."""

    def store(connection: Connection, _effect: Effect) -> list[Line]:
        lines: list[Line] = []
        for one in chosen:
            if one.leaves:
                ledger.undone(connection, one.entry.id, message=UNDONE)
                record = one.feed.mapping.record
                rows.advance(connection, one.entry.tenant, record, delivery=one.entry.id)
                lines.append(journalling.of_undo(one.entry.id))
                continue
            anew = findings[one.entry.id]
            # What it did when it was first loaded stays as it was written down.
            redone = one.entry.state is State.UNDONE
            did = one.entry.counts if redone else anew.brought or one.entry.counts
            counts = anew.findings.counts(new=did.new, changed=did.changed, unchanged=did.unchanged)
            finish(
                home,
                connection,
                one.entry,
                one.feed,
                anew.findings,
                counts=counts,
                repeats=one.repeats,
            )
            lines += journalling.lines_on(connection, ledger.entry(connection, one.entry.id))
        return lines

    return store
