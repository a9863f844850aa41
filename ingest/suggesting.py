"""What is known of a tenant when a mapping is proposed for further files of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from ingest.home import Home
from ingest.loading import AHEAD
from ingest.reader import Reader
from parsers.canonical import TRANSACTIONS
from parsers.mappings.mapping import parse_mapping
from parsers.suggesting import GivenFile, Known, Suggestion
from storage import mappings, rows, tenants
from storage.mappings import DEFAULT_FEED

_ROWS_LOOKED_AT = 5_000


def suggest_mapping(reader: Reader, files: Sequence[Path], known: Known) -> Suggestion:
    """Propose a mapping for files of one kind. Raises Unreadable and ReaderLost, and OSError."""
    given = [GivenFile(name=file.name, data=file.read_bytes()) for file in files]
    return reader.suggest(given, known)


def known_of_nobody() -> Known:
    """What is known of any shop: that its times are not to come."""
    return Known(latest=datetime.now(UTC).replace(tzinfo=None) + AHEAD)


def known_of(home: Home, tenant: str) -> Known:
    """What is known of a tenant: its time zones, its locations, and some of its ids.

    Raises NotFound.
    """
    with home.database.reading() as connection:
        tenants.find(connection, tenant)
        versions = mappings.current(connection, tenant)
        seen = [
            row[:2]
            for row in islice(rows.dump(connection, tenant, TRANSACTIONS.name), _ROWS_LOOKED_AT)
        ]
    feeds = sorted(versions, key=lambda feed: (feed != DEFAULT_FEED, feed))
    described = [parse_mapping(versions[feed].text) for feed in feeds]
    zones = {mapping.timezone for mapping in described}
    return Known(
        # Of two kinds of file in two zones nobody knows which it is here.
        timezone=zones.pop() if len(zones) == 1 else None,
        timezones={key: zone for one in reversed(described) for key, zone in one.timezones.items()},
        locations=frozenset(location for location, _ in seen),
        ids=frozenset(transaction for _, transaction in seen),
        latest=known_of_nobody().latest,
    )
