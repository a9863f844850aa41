"""Folding a tenant's rows again from the archive: what late loading, replay and undo share."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

from ingest import journalling
from ingest.feeds import Feed, feed_of
from ingest.home import Home
from ingest.journalling import of_decision
from storage import ledger, mappings, rows
from storage.database import Connection, write
from storage.effect import Effect
from storage.errors import DatabaseAway
from storage.journal import Intent, Line
from storage.ledger import COUNTED, Entry
from storage.refold import Refold

SHOWN = 20
"""How many changed rows are shown of those that a refold changes."""

_MOST_TRIES = 5  # how often other loads of the tenant may overtake before we wait for calm


def apply(
    home: Home,
    tenant: str,
    record: str,
    *,
    fold: Callable[[Connection], Refold],
    store: Callable[[Connection, Effect], list[Line]],
) -> Effect:
    """Fold again without holding anybody up, then apply and store in one short transaction.

    `store` gives what the journal is told of it. If other loads of the tenant came in between, it
    is done again. Raises DatabaseAway.
    """
    with home.database.connect() as connection:
        for _ in range(_MOST_TRIES):
            with connection.begin():
                before = rows.fold_of(connection, tenant, record)
                refold = fold(connection)
            with write(connection):
                now = rows.fold_of(connection, tenant, record, lock=True)
                if now == before:
                    effect = refold.effect(shown=SHOWN)
                    refold.apply()
                    mark = uuid4().hex
                    lines = [*store(connection, effect), of_decision(mark, after=now.decided)]
                    rows.decide(connection, tenant, record, mark=mark)
                    version = rows.fold_of(connection, tenant, record).version
                    home.journal.intend(tenant, Intent(record, version, tuple(lines)))
            if now == before:
                journalling.recover(home, tenant)
                return effect
    raise DatabaseAway("Other deliveries of this tenant keep coming in between.")


def counted(connection: Connection, tenant: str, *, since: str = "") -> list[tuple[Entry, Feed]]:
    """The deliveries in a tenant's folds from an id on, in order, each as it was last read.

    An email is none of them: it has no feed, its attachments have.
    """
    entries = ledger.entries(connection, tenant=tenant, states=COUNTED, begin=since)
    return [(entry, feed) for entry, feed in as_read(connection, tenant, entries) if feed]


def as_read(
    connection: Connection, tenant: str, entries: list[Entry]
) -> list[tuple[Entry, Feed | None]]:
    """Each delivery with the feed and the version of its mapping that it was last read with."""
    versions = {
        (version.feed, version.version): feed_of(version)
        for version in mappings.history(connection, tenant)
        if not version.is_removal
    }
    return [
        (
            entry,
            versions[entry.feed, entry.mapping_version]
            if entry.feed is not None and entry.mapping_version is not None
            else None,
        )
        for entry in entries
    ]
