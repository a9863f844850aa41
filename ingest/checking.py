"""What would become of a file if it came in now."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from ingest import feeds
from ingest.home import Home
from ingest.loading import AHEAD, verdict_on
from ingest.verdicts import Held
from parsers.mappings.sent import Sent
from parsers.reject import Reject, Unreadable
from storage import mappings, rows, tenants
from storage.ledger import Counts, State


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
    reader: feeds.Feed | None = None
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
        return _held(Held.because(error), reader)
    except Held as verdict:
        return _held(verdict, reader)
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


def _held(verdict: Held, reader: feeds.Feed | None) -> Check:
    """What holds the file; `reader` is the feed that it would have been read with, if one fits."""
    return Check(
        state=State.QUARANTINED,
        reason=verdict.reason,
        message=verdict.message,
        remedy=verdict.remedy,
        feed=reader.name if reader else None,
        mapping_version=reader.version if reader else None,
    )
