"""Mappings in the database: versioned, never changed in place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, func, insert, select, update

from storage.database import upsert
from storage.errors import NotFound
from storage.tables import mappings, now

DEFAULT_FEED = "default"

_TO_THE_SECOND = len("2026-11-21T08:30:00")


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingVersion:
    """One version of a feed's mapping: its TOML text, as it was set, and what files have settled.

    `columns` are all that its files have had.

    An empty text is no mapping: with that version the feed was removed.
    """

    tenant: str
    feed: str
    version: int
    text: str
    created_at: str
    pins: Mapping[str, str] = field(default_factory=dict)
    columns: Sequence[str] = ()

    @property
    def is_removal(self) -> bool:
        """Whether the feed was removed with this version."""
        return not self.text


def add(
    connection: Connection,
    *,
    tenant: str,
    feed: str,
    text: str,
    pins: Mapping[str, str] | None = None,
) -> MappingVersion:
    """Make the next version of a feed's mapping; versions count from 1. `pins` are settled already.

    An empty text removes the feed.
    """
    before = history(connection, tenant, feed=feed)
    version = MappingVersion(
        tenant=tenant,
        feed=feed,
        version=before[-1].version + 1 if before else 1,
        text=text,
        pins=dict(pins or {}),
        columns=before[-1].columns if before else (),
        created_at=now(),
    )
    connection.execute(
        insert(mappings).values(
            tenant=tenant,
            feed=feed,
            version=version.version,
            text=text,
            pins=version.pins,
            columns=list(version.columns),
            created_at=version.created_at,
        )
    )
    return version


def restore(connection: Connection, versions: Sequence[MappingVersion]) -> None:
    """Bring versions back with the texts that they had; what files settled since stays."""
    for version in versions:
        connection.execute(
            upsert(connection, mappings)
            .values(
                tenant=version.tenant,
                feed=version.feed,
                version=version.version,
                text=version.text,
                pins=dict(version.pins),
                columns=list(version.columns),
                created_at=version.created_at,
            )
            .on_conflict_do_update(
                index_elements=[mappings.c.tenant, mappings.c.feed, mappings.c.version],
                set_={"text": version.text},
            )
        )


def settle(
    connection: Connection, tenant: str, feed: str, version: int, pins: Mapping[str, str]
) -> bool:
    """Add pins that a file of the feed has settled; those that are there stay. Says if any is new.

    The caller has locked the tenant's rows, so that two files do not settle at once.
    """
    this = (
        (mappings.c.tenant == tenant) & (mappings.c.feed == feed) & (mappings.c.version == version)
    )
    known = dict(connection.execute(select(mappings.c.pins).where(this)).scalar_one())
    if pins.keys() <= known.keys():
        return False
    connection.execute(update(mappings).where(this).values(pins={**pins, **known}))
    return True


def meet(
    connection: Connection, tenant: str, feed: str, version: int, columns: Sequence[str]
) -> list[str]:
    """Note the columns of a file; gives those that no file of the feed had before.

    None are new in the first file. The caller has locked the tenant's rows.
    """
    this = (
        (mappings.c.tenant == tenant) & (mappings.c.feed == feed) & (mappings.c.version == version)
    )
    known = list(connection.execute(select(mappings.c.columns).where(this)).scalar_one())
    new = [name for name in dict.fromkeys(columns) if name and name not in known]
    if new:
        connection.execute(update(mappings).where(this).values(columns=[*known, *new]))
    return new if known else []


def current(connection: Connection, tenant: str) -> dict[str, MappingVersion]:
    """The newest version of each of a tenant's feeds, by the feed's name; none of those removed."""
    newest = {version.feed: version for version in history(connection, tenant)}
    return {feed: version for feed, version in newest.items() if not version.is_removal}


def at(versions: Sequence[MappingVersion], moment: str) -> dict[str, MappingVersion]:
    """Of all versions those that were current at a time in ISO 8601 in UTC, by the feed's name.

    Of a feed that had no mapping yet, the first.
    """
    found: dict[str, MappingVersion] = {}
    for version in versions:  # of each feed the oldest first
        begun = version.created_at[:_TO_THE_SECOND] <= moment[:_TO_THE_SECOND]
        if begun or version.feed not in found:
            found[version.feed] = version
    return {feed: version for feed, version in found.items() if not version.is_removal}


def of_feed(connection: Connection, tenant: str, feed: str) -> MappingVersion:
    """The newest version of one feed. Raises NotFound."""
    versions = current(connection, tenant)
    if feed not in versions:
        raise NotFound(
            f"{tenant} has no mapping for the feed {feed}.",
            hint=f"'dropsafe tenant show {tenant}' lists its feeds; set one with "
            f"'dropsafe mapping set {tenant} FILE.toml'.",
        )
    return versions[feed]


def version_of(connection: Connection, tenant: str, feed: str, version: int) -> MappingVersion:
    """One version of a feed's mapping. Raises NotFound."""
    query = select(mappings).where(
        mappings.c.tenant == tenant, mappings.c.feed == feed, mappings.c.version == version
    )
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound(f"{tenant} has no version {version} of the mapping of {feed}.")
    return MappingVersion(**row)


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
