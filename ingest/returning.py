"""The bad records of a delivery as a file that its sender can mend and send back."""

from __future__ import annotations

from ingest import feeds, loading, opening
from ingest.feeds import Feed
from ingest.home import Home
from storage import mappings
from storage.errors import NotAllowed
from storage.ledger import Entry, State


def rejects_as_sent(home: Home, entry: Entry) -> bytes:
    """Read a delivery again and give all its bad records, as the sender writes them.

    It is read as it was last read, with the same version of its mapping; one that is held, with
    today's.

    Raises:
        NotAllowed: it was not read yet, or is no table itself.
        Held: it cannot be read.
    """
    if entry.state in (State.RECEIVED, State.LOADING):
        raise NotAllowed(
            f"Delivery {entry.id} was not read yet.", hint="Try again when it has been worked off."
        )
    if opening.holds_others(home, entry):
        raise NotAllowed(
            f"Delivery {entry.id} is no table: it holds files, which are deliveries of their own.",
            hint="'dropsafe deliveries' lists them right behind it.",
        )
    return loading.read_rejects(home, entry, _feed(home, entry))


def _feed(home: Home, entry: Entry) -> Feed:
    """The feed as it was when the delivery was last read."""
    with home.database.reading() as connection:
        if entry.feed is None or entry.mapping_version is None:
            current = mappings.current(connection, entry.tenant)
            return feeds.choose(current, tenant=entry.tenant, name=entry.name)
        history = mappings.history(connection, entry.tenant, feed=entry.feed)
    return feeds.feed_of(next(one for one in history if one.version == entry.mapping_version))
