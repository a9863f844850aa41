"""Reading one delivery and writing down that it is loaded: what every way of loading shares."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import structlog

from ingest.feeds import Feed
from ingest.home import Home
from ingest.verdicts import Held, HoldCode, LoadedCode
from parsers.reject import Unreadable
from storage import ledger, rejects, rows
from storage.database import Connection
from storage.ledger import Counts, Entry

if TYPE_CHECKING:
    from parsers.delimited import Reading

log = structlog.get_logger()


def read(home: Home, entry: Entry, feed: Feed) -> Reading:
    """Read a delivery's bytes against a feed's mapping, wherever the delivery stands.

    Raises:
        Held: it cannot be read safely, or its bytes are not those that were received.
    """
    from parsers import delimited  # noqa: PLC0415 - brings polars, which costs 0.25 s

    data = intact_bytes(home, entry)
    try:
        return delimited.read(data, feed.mapping)
    except Unreadable as error:
        raise Held.because(error) from error


def intact_bytes(home: Home, entry: Entry) -> bytes:
    """A delivery's bytes, held against the checksum of their reception. Raises Held."""
    data = home.archive.read(entry.tenant, entry.id)
    if hashlib.sha256(data).hexdigest() != entry.sha256:
        raise Held(
            HoldCode.DAMAGED,
            f"The bytes of delivery {entry.id} changed after they were received.",
            remedy="Check the disk; restore the file from a backup or have it sent again.",
        )
    return data


def verdict_on(reading: Reading) -> tuple[str | None, str]:
    """The reason code, if there is one, and the words for a file that is loaded."""
    if reading.notice == LoadedCode.EMPTY_FILE:
        return LoadedCode.EMPTY_FILE, "The file is empty."
    if reading.notice == LoadedCode.NO_ROWS:
        return LoadedCode.NO_ROWS, "The file has a header but no rows."
    rejected = len(reading.rejects)
    if not rejected:
        return None, "Every row was read."
    return None, f"{rejected:,} of {reading.records:,} rows could not be read."


def finish(
    connection: Connection, entry: Entry, feed: Feed, reading: Reading, found: Counts
) -> None:
    """Write down that a delivery is loaded, in the transaction that loads it.

    Of `found`, what became of the rows is taken; the rest is in the reading.
    """
    rejects.replace(connection, entry.id, reading.rejects)
    reason, message = verdict_on(reading)
    counts = Counts(
        new=found.new,
        changed=found.changed,
        unchanged=found.unchanged,
        rejected=len(reading.rejects),
        duplicates=reading.duplicates,
    )
    ledger.loaded(
        connection,
        entry.id,
        counts=counts,
        reason=reason,
        message=message,
        feed=feed.name,
        mapping_version=feed.version,
    )
    rows.advance(connection, entry.tenant, feed.mapping.record, delivery=entry.id)
    log.info(
        "delivery.loaded",
        delivery=entry.id,
        tenant=entry.tenant,
        new=counts.new,
        changed=counts.changed,
        unchanged=counts.unchanged,
        rejected=counts.rejected,
    )
