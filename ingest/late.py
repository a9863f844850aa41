"""Loading a delivery that is older than the newest: it takes its own place in the order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest import refolding
from ingest.feeds import Feed
from ingest.home import Home
from ingest.loading import Findings, finish, read
from storage.database import Connection
from storage.ledger import Entry
from storage.refold import Difference, Refold

if TYPE_CHECKING:
    from parsers.reading import Reading


def load(home: Home, entry: Entry, feed: Feed, reading: Reading) -> bool:
    """Bring a late delivery into the rows, under what newer ones said.

    Says whether it has settled something of its feed.

    Raises:
        Held: a newer delivery has to be read again for this, and cannot be.
        DatabaseAway: no answer, or other loads came in between again and again.
    """
    record = feed.mapping.record
    settled = False

    def fold(connection: Connection) -> Refold:
        refold = Refold(connection, entry.tenant, record)
        refold.affect(entry.id, reading.rows)
        refold.seed(before=entry.id)
        refold.say(entry.id, reading.rows)
        for newer, its_feed in refolding.settled(connection, entry.tenant, after=entry.id):
            if its_feed.mapping.record == record:
                refold.say(newer.id, read(home, newer, its_feed).rows)
        return refold

    def store(connection: Connection, difference: Difference) -> None:
        nonlocal settled
        findings = Findings.of(reading)
        counts = findings.counts(
            new=difference.new, changed=difference.changed, unchanged=difference.unchanged
        )
        settled = finish(connection, entry, feed, findings, counts)

    refolding.apply(home, entry.tenant, record, fold=fold, store=store)
    return settled
