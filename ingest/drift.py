"""A mapped column that is gone from a file: which other it may be called now, proved by the rows.

A till sends most of its transactions more than once. So the column that took the place of another
can be told: read from it, the transactions that earlier files brought say the same again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import permutations

from ingest import feeds, journalling, lookup
from ingest.home import Home
from ingest.loading import intact_bytes, known
from ingest.settling import release
from ingest.verdicts import MENDED_BY_MAPPING, Held
from parsers.header.columns import MissingColumns, nearest
from parsers.mappings.aliases import text_with_aliases
from parsers.reject import Unreadable
from storage import mappings, rows
from storage.errors import NotAllowed
from storage.ledger import Entry
from storage.mappings import MappingVersion

_MOST_TRIES = 60  # readings of the file that are tried
_MOST_BYTES = 8 << 20  # of a file that is tried without being asked
_MOST_MISSING = 2  # columns that are looked for together


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What missing columns may be called now, new names by old ones.

    `same` transactions of earlier files say the same if it is so, `other` say something else.
    """

    names: dict[str, str]
    same: int
    other: int

    @property
    def proved(self) -> bool:
        """Whether transactions that were here before show it, and none speaks against it."""
        return self.same > 0 and self.other == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """The columns that a held delivery lacks, and what they may be, the likeliest first."""

    entry: Entry
    feed: feeds.Feed
    missing: tuple[str, ...]
    columns: tuple[str, ...]
    proposals: tuple[Proposal, ...]

    @property
    def proved(self) -> Proposal | None:
        """The one proposal that is proved, if no other is."""
        found = [one for one in self.proposals if one.proved]
        return found[0] if len(found) == 1 else None


def look(home: Home, delivery: str) -> Drift:
    """See what the columns that a held delivery lacks may be called now.

    Raises:
        NotFound: no such delivery.
        NotAllowed: it is not held for a missing column.
        Held: it is held for another reason by now, or damaged.
    """
    entry = lookup.delivery(home, delivery)
    with home.database.reading() as connection:
        versions = mappings.current(connection, entry.tenant)
    feed = feeds.choose(versions, tenant=entry.tenant, name=entry.name)
    data = intact_bytes(home, entry)
    try:
        home.reader.read(data, feed.mapping, **known(entry, feed))
    except MissingColumns as absent:
        return _drift(home, entry, feed, data, absent)
    except Unreadable as error:
        raise Held.because(error) from error
    raise NotAllowed(
        f"Delivery {delivery} is not held for a missing column.",
        hint=f"'dropsafe show {delivery}' says what became of it.",
    )


def with_proposal(home: Home, entry: Entry, verdict: Held) -> Held:
    """The verdict on a file that lacks a column, with what is known of where it went."""
    if not isinstance(verdict.__cause__, MissingColumns) or entry.size > _MOST_BYTES:
        return verdict
    drift = look(home, entry.id)
    proposal = drift.proved
    command = f"dropsafe mapping repair {entry.id}"
    if proposal is None:
        return Held(
            verdict.reason,
            verdict.message,
            remedy=f"{verdict.remedy} '{command}' shows what it may be called now.",
        )
    names = " and ".join(f"'{old}' is called '{new}' now" for old, new in proposal.names.items())
    return Held(
        verdict.reason,
        f"{verdict.message} It seems that {names}: {proposal.same:,} transactions that earlier "
        "files brought say the same then.",
        remedy=f"If that is so: {command}. The file then loads by itself.",
    )


def confirm(home: Home, drift: Drift, names: dict[str, str]) -> tuple[MappingVersion, int]:
    """Write the new names into the next version of the mapping; what was held is tried again.

    Returns the version and how many deliveries were released. Raises NotAllowed for a name that is
    no column of the file.
    """
    for old, new in names.items():
        if old not in drift.missing or new not in drift.columns:
            raise NotAllowed(
                f"'{old}' cannot be '{new}' in this file.",
                hint=f"Missing are {', '.join(drift.missing)}; there are "
                f"{', '.join(drift.columns)}.",
            )
    tenant, feed = drift.entry.tenant, drift.feed.name
    with home.database.writing() as connection:
        current = mappings.of_feed(connection, tenant, feed)
        text = text_with_aliases(current.text, names)
        version = journalling.add_version(
            home, connection, tenant=tenant, feed=feed, text=text, pins=current.pins
        )
    return version, release(home, tenant, MENDED_BY_MAPPING)


def _drift(
    home: Home, entry: Entry, feed: feeds.Feed, data: bytes, absent: MissingColumns
) -> Drift:
    proposals = [
        proposal
        for names in _assignments(feed, absent)
        if (proposal := _tried(home, entry, feed, data, names)) is not None
    ]
    proposals.sort(key=lambda one: (not one.proved, -one.same, one.other))
    return Drift(
        entry=entry,
        feed=feed,
        missing=absent.missing,
        columns=absent.columns,
        proposals=tuple(proposals),
    )


def _assignments(feed: feeds.Feed, absent: MissingColumns) -> Iterator[dict[str, str]]:
    """The ways in which the missing columns may be among those that are there."""
    if len(absent.missing) > _MOST_MISSING:
        return
    mapped = {name.casefold() for name in feed.mapping.names()}
    free = [name for name in absent.columns if name and name.casefold() not in mapped]
    ordered = _nearest_first(absent.missing[0], free)
    for at, chosen in enumerate(permutations(ordered, len(absent.missing))):
        if at == _MOST_TRIES:
            return
        yield dict(zip(absent.missing, chosen, strict=True))


def _nearest_first(name: str, columns: Sequence[str]) -> list[str]:
    near = nearest(name, columns)
    return sorted(columns, key=lambda column: column != near)


def _tried(
    home: Home, entry: Entry, feed: feeds.Feed, data: bytes, names: dict[str, str]
) -> Proposal | None:
    """Read the file so, and hold what it says against the rows; None if it cannot be read so."""
    aliases = {**feed.mapping.aliases, **{old: (new,) for old, new in names.items()}}
    supposed = replace(feed, mapping=replace(feed.mapping, aliases=aliases))
    try:
        reading = home.reader.read(data, supposed.mapping, **known(entry, supposed))
    except Unreadable:
        return None
    if not reading.rows.height:
        return None
    with home.database.reading() as connection:
        found = rows.compare(connection, entry.tenant, feed.mapping.record, reading.rows)
    return Proposal(names=names, same=found.unchanged, other=found.changed)
