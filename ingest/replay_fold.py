"""Folding the rows again with some deliveries read anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from ingest import refolding
from ingest.feeds import Feed
from ingest.home import Home
from ingest.loading import read, verdict_on
from parsers.reject import Reject
from storage import ledger, rejects, rows
from storage.database import Connection
from storage.ledger import Counts, Entry
from storage.refold import Difference, Refold

NOTHING = Difference(new=0, changed=0, unchanged=0, gone=0)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A delivery, and the feed with the version of its mapping that shall read it."""

    entry: Entry
    feed: Feed


def fold_again(home: Home, tenant: str, chosen: list[Chosen], *, dry_run: bool) -> Difference:
    """Read these deliveries anew and make the rows what they then are; or only say how.

    Raises Held and DatabaseAway as `replay` does.
    """
    total = NOTHING
    for record in sorted({one.feed.mapping.record for one in chosen}):
        ours = [one for one in chosen if one.feed.mapping.record == record]
        findings: dict[str, _Finding] = {}
        fold = _folding(home, tenant, record, ours, findings)
        if dry_run:
            with home.database.reading() as connection:
                difference = fold(connection).difference()
        else:
            store = _storing(tenant, record, ours, findings)
            difference = refolding.apply(home, tenant, record, fold=fold, store=store)
        total = Difference(
            new=total.new + difference.new,
            changed=total.changed + difference.changed,
            unchanged=total.unchanged + difference.unchanged,
            gone=total.gone + difference.gone,
        )
    return total


@dataclass(frozen=True, slots=True)
class _Finding:
    """What is written down of a delivery that was read anew; `brought` if it was not in before."""

    rejects: tuple[Reject, ...]
    duplicates: int
    verdict: tuple[str | None, str]
    brought: Counts | None


def _folding(
    home: Home, tenant: str, record: str, chosen: list[Chosen], findings: dict[str, _Finding]
) -> Callable[[Connection], Refold]:
    """How to fold: what the chosen say, or said before, is said again by all, in order.

    What is found on the way is put into `findings`, so that nothing has to be read while the
    database is being written to.
    """

    def fold(connection: Connection) -> Refold:
        as_read = {
            entry.id: (entry, feed)
            for entry, feed in refolding.settled(connection, tenant)
            if feed.mapping.record == record
        }
        refold = Refold(connection, tenant, record)
        for one in chosen:
            refold.affect(one.entry.id, read(home, one.entry, one.feed).rows)
            _, before = as_read.get(one.entry.id, (one.entry, one.feed))
            if before != one.feed:
                refold.affect(one.entry.id, read(home, one.entry, before).rows)
        said = dict(as_read)
        if not any(one.entry.id in as_read for one in chosen):
            # All of them enter the fold only now: what is older stands in the rows already.
            first = min(one.entry.id for one in chosen)
            refold.seed(before=first)
            said = {one: reader for one, reader in as_read.items() if one > first}
        said.update({one.entry.id: (one.entry, one.feed) for one in chosen})
        ours = {one.entry.id for one in chosen}
        readings: dict[str, _Finding] = {}
        heights: dict[str, int] = {}
        for delivery in sorted(said):
            entry, feed = said[delivery]
            reading = read(home, entry, feed)
            refold.say(delivery, reading.rows)
            if delivery in ours:
                heights[delivery] = reading.rows.height
                readings[delivery] = _Finding(
                    reading.rejects, reading.duplicates, verdict_on(reading), brought=None
                )
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
    tenant: str, record: str, chosen: list[Chosen], findings: dict[str, _Finding]
) -> Callable[[Connection, Difference], None]:
    """What to write into the ledger, in the transaction that changes the rows."""

    def store(connection: Connection, _difference: Difference) -> None:
        for one in chosen:
            finding = findings[one.entry.id]
            rejects.replace(connection, one.entry.id, finding.rejects)
            ledger.reread(
                connection,
                one.entry.id,
                feed=one.feed.name,
                mapping_version=one.feed.version,
                rejected=len(finding.rejects),
                duplicates=finding.duplicates,
                verdict=finding.verdict,
                brought=finding.brought,
            )
            rows.advance(connection, tenant, record, delivery=one.entry.id)

    return store
