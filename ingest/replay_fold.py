"""Folding the rows again with some deliveries read anew, or left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from ingest import journalling, refolding
from ingest.feeds import Feed
from ingest.home import Home
from ingest.loading import Findings, finish, say_the_same
from ingest.rereading import Read
from parsers.canonical import TRANSACTIONS
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


def nothing_else(_connection: Connection) -> list[Line]:
    """For those who have nothing else to write down."""
    return []


def fold_again(
    home: Home,
    tenant: str,
    chosen: list[Chosen],
    *,
    read: Read,
    dry_run: bool,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
    also: Callable[[Connection], list[Line]] = nothing_else,
) -> Effect:
    """Read these deliveries anew, or leave them out, and make the rows what they then are.

    `progress` is told how many deliveries were folded in, of how many. What `also` writes is in the
    same transaction, and the journal is told what it gives. In a dry run only say how. Raises Held
    and DatabaseAway as `replay` does.
    """
    total = NO_EFFECT
    records = sorted({one.feed.mapping.record for one in chosen}) or [TRANSACTIONS.name]
    for record in records:
        ours = [one for one in chosen if one.feed.mapping.record == record]
        findings: dict[str, _Anew] = {}
        fold = _folding(tenant, record, ours, findings, _Means(read, progress))
        if dry_run:
            with home.database.reading() as connection:
                effect = fold(connection).effect(shown=refolding.SHOWN)
        else:
            last = record == records[-1]
            store = _storing(home, (tenant, record), ours, findings, also if last else nothing_else)
            effect = refolding.apply(home, tenant, record, fold=fold, store=store)
        total = together(total, effect, shown=refolding.SHOWN)
    return total


@dataclass(frozen=True, slots=True)
class _Anew:
    """What was found in reading a delivery anew; `brought` if it was not in the fold before."""

    findings: Findings
    brought: Counts | None = None


@dataclass(frozen=True, slots=True)
class _Means:
    """What it takes to say deliveries again."""

    read: Read
    progress: Callable[[int, int], None]


def _folding(
    tenant: str, record: str, chosen: list[Chosen], findings: dict[str, _Anew], means: _Means
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
        if not chosen:
            return refold
        for one in chosen:
            refold.affect(one.entry.id, means.read(one.entry, one.feed).rows)
            _, before = as_read.get(one.entry.id, (one.entry, one.feed))
            if before != one.feed:
                refold.affect(one.entry.id, means.read(one.entry, before).rows)
        said = _said_from(refold, as_read, chosen)
        ours = {one.entry.id for one in chosen}
        readings: dict[str, _Anew] = {}
        heights: dict[str, int] = {}
        for done, delivery in enumerate(sorted(said), start=1):
            reading = means.read(*said[delivery])
            refold.say(delivery, reading.rows)
            means.progress(done, len(said))
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


def _said_from(
    refold: Refold, as_read: dict[str, tuple[Entry, Feed]], chosen: list[Chosen]
) -> dict[str, tuple[Entry, Feed]]:
    """The deliveries that have to be said, from the first one that changes on."""
    since = refold.start(before=min(one.entry.id for one in chosen))
    said = {one: reader for one, reader in as_read.items() if one >= since}
    said.update({one.entry.id: (one.entry, one.feed) for one in chosen})
    for one in chosen:
        if one.leaves:
            del said[one.entry.id]
    return said


def _storing(
    home: Home,
    fold: tuple[str, str],
    chosen: list[Chosen],
    findings: dict[str, _Anew],
    also: Callable[[Connection], list[Line]],
) -> Callable[[Connection, Effect], list[Line]]:
    """What to write into the ledger, in the transaction that changes the rows."""

    def store(connection: Connection, _effect: Effect) -> list[Line]:
        lines = also(connection)
        if lines:  # by the version of the fold the journal knows whether this was committed
            rows.advance(connection, *fold)
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
