"""Loading a delivery that is older than the newest: it takes its own place in the order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest import journalling, refolding
from ingest.feeds import Feed
from ingest.home import Home
from ingest.loading import Findings, finish, read
from storage import ledger
from storage.database import Connection
from storage.effect import Effect
from storage.journal import Line
from storage.ledger import Entry
from storage.refold import Refold

if TYPE_CHECKING:
    from parsers.reading import Reading


def load(home: Home, entry: Entry, feed: Feed, reading: Reading) -> None:
    """Bring a late delivery into the rows, under what newer ones said.

    Raises:
        Held: a newer delivery has to be read again for this, and cannot be.
        DatabaseAway: no answer, or other loads came in between again and again.
    """
    record = feed.mapping.record

    def fold(connection: Connection) -> Refold:
        refold = Refold(connection, entry.tenant, record)
        refold.affect(entry.id, reading.rows)
        since = refold.start(before=entry.id)
        others = {
            other.id: (other, its_feed)
            for other, its_feed in refolding.counted(connection, entry.tenant, since=since)
            if its_feed.mapping.record == record
        }
        for delivery in sorted({entry.id, *others}):
            if delivery == entry.id:
                refold.say(delivery, reading.rows)
            else:
                refold.say(delivery, read(home, *others[delivery]).rows)
        return refold

    def store(connection: Connection, effect: Effect) -> list[Line]:
        difference = effect.difference
        findings = Findings.of(reading)
        counts = findings.counts(
            new=difference.new, changed=difference.changed, unchanged=difference.unchanged
        )
        finish(home, connection, entry, feed, findings, counts=counts)
        return journalling.lines_on(connection, ledger.entry(connection, entry.id))

    refolding.apply(home, entry.tenant, record, fold=fold, store=store)
