"""Mappings in the database: versioned, never changed in place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, func, insert, select

from storage.tables import mappings

DEFAULT_FEED = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingVersion:
    """One version of a feed's mapping: its TOML text, as it was set."""

    tenant: str
    feed: str
    version: int
    text: str
    created_at: str


def add(connection: Connection, *, tenant: str, feed: str, text: str) -> MappingVersion:
    """Make the next version of a feed's mapping; versions count from 1."""
    newest = connection.execute(
        select(func.max(mappings.c.version)).where(
            mappings.c.tenant == tenant, mappings.c.feed == feed
        )
    ).scalar()
    version = MappingVersion(
        tenant=tenant,
        feed=feed,
        version=(newest or 0) + 1,
        text=text,
        created_at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    )
    connection.execute(
        insert(mappings).values(
            tenant=tenant,
            feed=feed,
            version=version.version,
            text=text,
            created_at=version.created_at,
        )
    )
    return version


def current(connection: Connection, tenant: str) -> dict[str, MappingVersion]:
    """The newest version of each of a tenant's feeds, by the feed's name."""
    return {version.feed: version for version in history(connection, tenant)}


def history(
    connection: Connection, tenant: str, *, feed: str | None = None
) -> list[MappingVersion]:
    """All versions of a tenant's mappings, or of one feed's, oldest first."""
    query = (
        select(mappings)
        .where(mappings.c.tenant == tenant)
        .order_by(mappings.c.feed, mappings.c.version)
    )
    if feed is not None:
        query = query.where(mappings.c.feed == feed)
    return [MappingVersion(**row) for row in connection.execute(query).mappings()]


def count(connection: Connection, tenant: str) -> int:
    """How many versions there are: a number that rises with every change of a tenant's mappings."""
    query = select(func.count()).select_from(mappings).where(mappings.c.tenant == tenant)
    return int(connection.execute(query).scalar_one())
