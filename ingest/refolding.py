"""Folding a tenant's rows again from the archive: what late loading and replay share."""

from __future__ import annotations

from collections.abc import Callable

from ingest.feeds import Feed, feed_of
from ingest.home import Home
from storage import ledger, mappings, rows
from storage.database import Connection, write
from storage.errors import DatabaseAway
from storage.ledger import SETTLED, Entry
from storage.refold import Difference, Refold

_MOST_TRIES = 5  # how often other loads of the tenant may overtake before we wait for calm


def apply(
    home: Home,
    tenant: str,
    record: str,
    *,
    fold: Callable[[Connection], Refold],
    store: Callable[[Connection, Difference], None],
) -> Difference:
    """Fold again without holding anybody up, then apply and store in one short transaction.

    If other loads of the tenant came in between, it is done again. Raises DatabaseAway.
    """
    with home.database.connect() as connection:
        for _ in range(_MOST_TRIES):
            with connection.begin():
                before = rows.fold_of(connection, tenant, record)
                refold = fold(connection)
            with write(connection):
                now = rows.fold_of(connection, tenant, record, lock=True)
                if now == before:
                    difference = refold.apply()
                    store(connection, difference)
                    return difference
    raise DatabaseAway("Other deliveries of this tenant keep coming in between.")


def settled(connection: Connection, tenant: str, *, after: str = "") -> list[tuple[Entry, Feed]]:
    """The deliveries in a tenant's folds after an id, in order, each as it was last read.

    An email is none of them: it has no feed, its attachments have.
    """
    versions = {
        (version.feed, version.version): feed_of(version)
        for version in mappings.history(connection, tenant)
        if not version.is_removal
    }
    entries = ledger.entries(connection, tenant=tenant, states=SETTLED, after=after)
    return [
        (entry, versions[entry.feed, entry.mapping_version])
        for entry in entries
        if entry.feed is not None and entry.mapping_version is not None
    ]
