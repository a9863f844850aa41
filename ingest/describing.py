"""Setting and trying mappings: the functions behind the command line, and later the console."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from ingest import feeds
from ingest.home import Home
from ingest.loading import AHEAD, verdict_on
from ingest.settling import release
from ingest.verdicts import MENDED_BY_MAPPING, Held
from parsers.mappings.mapping import parse_mapping
from parsers.mappings.pins import carried
from parsers.mappings.sent import Sent
from parsers.reject import Reject, Unreadable
from storage import mappings, rows, tenants
from storage.ledger import Counts, State
from storage.mappings import MappingVersion


def set_mapping(home: Home, *, tenant: str, feed: str, text: str) -> tuple[MappingVersion, int]:
    """Make the next version of a feed's mapping, and let what is held for want of it try again.

    The text of the current version makes no new one. Returns the version and how many deliveries
    were released.

    Raises:
        MappingError: the text is not a mapping; names each key at fault.
        NotAllowed: the feed's name cannot be one.
        NotFound: no such tenant.
    """
    feeds.check_name(feed)
    new = parse_mapping(text)
    with home.database.writing() as connection:
        tenants.find(connection, tenant, to_change=True)
        version = mappings.current(connection, tenant).get(feed)
        if version is None or version.text != text:
            pins = carried(version.pins, parse_mapping(version.text), new) if version else {}
            version = mappings.add(connection, tenant=tenant, feed=feed, text=text, pins=pins)
    return version, release(home, tenant, MENDED_BY_MAPPING)


def remove_feed(home: Home, *, tenant: str, feed: str) -> tuple[MappingVersion, int]:
    """Take a feed away, and let what is held for want of another mapping try again.

    Its versions stay: deliveries that were read with them are read so still. Returns the version
    that says it is gone, and how many deliveries were released.

    Raises NotFound.
    """
    with home.database.writing() as connection:
        tenants.find(connection, tenant, to_change=True)
        mappings.of_feed(connection, tenant, feed)
        version = mappings.add(connection, tenant=tenant, feed=feed, text="")
    return version, release(home, tenant, MENDED_BY_MAPPING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What would become of a file."""

    state: State
    reason: str | None
    message: str
    remedy: str = ""
    feed: str | None = None
    mapping_version: int | None = None
    counts: Counts = field(default_factory=Counts)
    rejects: tuple[Reject, ...] = ()
    notes: tuple[str, ...] = ()


def check_file(home: Home, *, tenant: str, file: Path, feed: str | None = None) -> Check:
    """Say what would become of a file if it came in now, changing nothing.

    `feed` names the feed to try; without it the file's name decides. Raises NotFound.
    """
    with home.database.reading() as connection:
        tenants.find(connection, tenant)
        versions = mappings.current(connection, tenant)
    if feed is not None:
        versions = {name: version for name, version in versions.items() if name == feed}
    try:
        reader = feeds.choose(versions, tenant=tenant, name=file.name)
        now = datetime.now(UTC).replace(tzinfo=None)
        reading = home.reader.read(
            file.read_bytes(),
            reader.mapping,
            sent=Sent(name=file.name),
            pins=reader.pins,
            latest=now + AHEAD,
        )
    except Unreadable as error:
        return _held(Held.because(error))
    except Held as verdict:
        return _held(verdict)
    with home.database.reading() as connection:
        found = rows.compare(connection, tenant, reader.mapping.record, reading.rows)
    reason, message = verdict_on(reading)
    return Check(
        state=State.LOADED,
        reason=reason,
        message=message,
        feed=reader.name,
        mapping_version=reader.version,
        counts=Counts(
            new=found.new,
            changed=found.changed,
            unchanged=found.unchanged,
            rejected=reading.rejected,
            duplicates=reading.duplicates,
            ignored=reading.ignored,
        ),
        rejects=reading.rejects,
        notes=reading.notes,
    )


def _held(verdict: Held) -> Check:
    return Check(
        state=State.QUARANTINED,
        reason=verdict.reason,
        message=verdict.message,
        remedy=verdict.remedy,
    )
