"""What the files of a feed have settled: looked at, decided by a person, and what it sets free."""

from __future__ import annotations

from collections.abc import Mapping

from ingest import journalling
from ingest.home import Home
from parsers.mappings import pins
from parsers.reject import UnreadableCode
from storage import ledger, mappings, tenants
from storage.mappings import MappingVersion

DECIDED_BY_PINS: tuple[str, ...] = (
    UnreadableCode.AMBIGUOUS_ENCODING,
    UnreadableCode.AMBIGUOUS_DIALECT,
    UnreadableCode.AMBIGUOUS_DECIMAL,
    UnreadableCode.AMBIGUOUS_DATE,
)
"""Reasons for which a file is held until a later one, or a person, shows how it is written."""


def pin(
    home: Home, *, tenant: str, feed: str, changes: Mapping[str, str]
) -> tuple[MappingVersion, int]:
    """Decide how a feed's files are written, in a new version of its mapping with the same text.

    An empty value takes a pin away: the next file that proves it settles it anew. What is held is
    tried again. Returns the version and how many deliveries were released.

    Raises:
        PinError: a key or a value that cannot be.
        NotFound: no such tenant or feed.
    """
    for key, value in changes.items():
        pins.check(key, value)
    with home.database.writing() as connection:
        tenants.find(connection, tenant, to_change=True)
        version = mappings.of_feed(connection, tenant, feed)
        now = {key: value for key, value in {**version.pins, **changes}.items() if value}
        if now != dict(version.pins):
            version = journalling.add_version(
                home, connection, tenant=tenant, feed=feed, text=version.text, pins=now
            )
    reasons = (*DECIDED_BY_PINS, *_CONTRADICTED)
    return version, release(home, tenant, reasons)


_CONTRADICTED = (
    UnreadableCode.CONTRADICTS_MAPPING,
    UnreadableCode.CUT_SHORT,
    UnreadableCode.DELIMITER,
    UnreadableCode.ENCODING,
)


def release_due(home: Home, tenant: str) -> int:
    """Let what is held for want of a pin be tried again, if a file has settled one since.

    That file may have been loaded by a process that was killed before it came to this. The caller
    has claimed the tenant. Returns how many deliveries were released.
    """
    if not home.inbox.release_is_due(tenant):
        return 0
    released = release(home, tenant, DECIDED_BY_PINS)
    home.inbox.release_is_done(tenant)
    return released


def release(home: Home, tenant: str, reasons: tuple[str, ...]) -> int:
    """Let what is held for one of these reasons be tried again; returns how many they are."""
    with home.database.writing() as connection:
        held = ledger.held(connection, tenant=tenant, reasons=reasons)
        for delivery in held:
            ledger.forgive(connection, delivery)
    return sum(home.inbox.release(tenant, delivery) for delivery in held)
