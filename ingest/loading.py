"""Reading one delivery and writing down that it is loaded: what every way of loading shares."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from ingest.feeds import Feed
from ingest.home import Home
from ingest.verdicts import Held, HoldCode, LoadedCode
from parsers.containers import names_in
from parsers.mappings.sent import Sent
from parsers.reject import Reject, Unreadable, clip
from parsers.rows.places import located
from storage import ledger, mappings, rejects, rows
from storage.database import Connection
from storage.errors import DamagedArchive, DropsafeError, NotFound, Pruned
from storage.ledger import Counts, Entry

if TYPE_CHECKING:
    from ingest.reader_process import Known
    from parsers.reading import Reading

log = structlog.get_logger()

# A till's clock may be wrong by hours; what lies further ahead of the receipt is misread.
AHEAD = timedelta(days=2)


def read(home: Home, entry: Entry, feed: Feed) -> Reading:
    """Read a delivery's bytes against a feed's mapping, wherever the delivery stands.

    Raises:
        Held: it cannot be read safely, or its bytes are not those that were received.
        ReaderLost: the process that reads was ended from outside.
    """
    data = intact_bytes(home, entry)
    try:
        return home.reader.read(data, feed.mapping, **known(entry, feed))
    except Unreadable as error:
        raise Held.because(error) from error


def read_rejects(home: Home, entry: Entry, feed: Feed) -> bytes:
    """Read a delivery again and give its bad records as a file, as the sender writes them.

    Raises as `read` does.
    """
    data = intact_bytes(home, entry)
    try:
        return home.reader.read_rejects(data, feed.mapping, **known(entry, feed))
    except Unreadable as error:
        raise Held.because(error) from error


def read_record(home: Home, entry: Entry, feed: Feed, line: int) -> str | None:
    """Give the record that begins on a line of a delivery, as it was sent; None if none does.

    Raises as `read` does.
    """
    data = intact_bytes(home, entry)
    try:
        return home.reader.read_record(data, feed.mapping, line, **known(entry, feed))
    except Unreadable as error:
        raise Held.because(error) from error


def known(entry: Entry, feed: Feed) -> Known:
    """What is known of a delivery beside its bytes and its mapping."""
    received = datetime.fromisoformat(entry.received_at).replace(tzinfo=None)
    return {"sent": sent_as(entry), "pins": feed.pins, "latest": received + AHEAD}


def sent_as(entry: Entry) -> Sent:
    """How a delivery came, as far as a mapping may ask."""
    first, *_ = names_in(entry.name)  # of a member, the container: that is what was sent
    folder, _, _ = first.replace("\\", "/").rpartition("/")
    name = entry.name.replace("\\", "/").rpartition("/")[2]
    return Sent(name=name, folder=folder.strip("/"), mailbox=entry.recipient)


def say_the_same(one: Entry, other: Entry, feed: Feed) -> bool:
    """Whether two deliveries of one feed say the same: they have the same bytes, and one location.

    Where the location is taken from the name, the folder or the mailbox, the same bytes under
    another are the sales of another shop.
    """
    if one.sha256 != other.sha256:
        return False
    try:
        of_one, of_other = (located(feed.mapping, sent_as(entry)) for entry in (one, other))
    except Unreadable:
        return False  # which one of them is held for
    return of_one == of_other


def intact_bytes(home: Home, entry: Entry) -> bytes:
    """A delivery's bytes, held against the checksum of their reception. Raises Held."""
    try:
        data = home.archive.read(entry.tenant, entry.id)
    except NotFound as error:
        raise lost(entry.tenant, entry.id) from error
    except Pruned as error:
        raise Held(HoldCode.PRUNED, error.message, remedy=error.hint) from error
    except DamagedArchive as error:
        raise Held(HoldCode.DAMAGED, error.message, remedy=error.hint) from error
    digest = hashlib.sha256(data).hexdigest()
    if digest != entry.sha256:
        if _fits_its_envelope(home, entry, digest):
            message = f"The database has another checksum of delivery {entry.id} than its envelope."
            remedy = "'dropsafe verify' says of what else, and how to make the database anew."
            raise Held(HoldCode.DAMAGED, message, remedy=remedy)
        raise Held(
            HoldCode.DAMAGED,
            f"The bytes of delivery {entry.id} changed after they were received.",
            remedy=f"Check the disk. {_restoring(entry.tenant, entry.id)}",
        )
    return data


def _fits_its_envelope(home: Home, entry: Entry, digest: str) -> bool:
    try:
        return home.archive.envelope(entry.tenant, entry.id).sha256 == digest
    except (DropsafeError, ValueError):
        return False


def lost(tenant: str, delivery: str) -> Held:
    """The verdict on a delivery that is known, and of which nothing is on the disk."""
    message = f"Delivery {delivery} is nowhere on the disk, so it cannot be read again."
    return Held(HoldCode.DAMAGED, message, remedy=_restoring(tenant, delivery))


def _restoring(tenant: str, delivery: str) -> str:
    return (
        "Restore the file from a backup of the home. Without one have it sent again; if this one "
        f"was loaded once, leave it out: dropsafe rebuild {tenant} --without {delivery}"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What is written down of a reading, beside its rows.

    `rejected` counts all rejects, `rejects` are those that are kept. `settled` is what the file
    proved of its feed, `columns` are those of its header.
    """

    reason: str | None
    message: str
    rejects: tuple[Reject, ...]
    rejected: int
    duplicates: int
    ignored: int
    notes: tuple[str, ...]
    settled: Mapping[str, str]
    columns: tuple[str, ...]

    @classmethod
    def of(cls, reading: Reading) -> Findings:
        """What a reading has to say."""
        reason, message = verdict_on(reading)
        return cls(
            reason=reason,
            message=message,
            rejects=reading.rejects,
            rejected=reading.rejected,
            duplicates=reading.duplicates,
            ignored=reading.ignored,
            notes=reading.notes,
            settled=reading.settled,
            columns=reading.dialect.columns,
        )

    def counts(self, *, new: int, changed: int, unchanged: int) -> Counts:
        """The counts of the file, with what became of its rows."""
        return Counts(
            new=new,
            changed=changed,
            unchanged=unchanged,
            rejected=self.rejected,
            duplicates=self.duplicates,
            ignored=self.ignored,
        )


def verdict_on(reading: Reading) -> tuple[str | None, str]:
    """The reason code, if there is one, and the words for a file that is loaded."""
    if reading.notice == LoadedCode.EMPTY_FILE:
        return LoadedCode.EMPTY_FILE, "The file is empty."
    if reading.notice == LoadedCode.NO_ROWS:
        return LoadedCode.NO_ROWS, "The file has a header but no rows."
    if not reading.rejected:
        return None, "Every row was read."
    return None, f"{reading.rejected:,} of {reading.records:,} rows could not be read."


def verdict_on_repeat(original: str) -> str:
    """The words for a duplicate of this delivery."""
    return f"The same bytes as delivery {original}: nothing to do."


def _on_new_columns(names: list[str]) -> Iterator[str]:
    """Say once that a shop's export has grown."""
    if names:
        shown = ", ".join(f"'{clip(name)}'" for name in names)
        yield f"Columns that no earlier file had: {shown}. They change nothing."


def finish(
    home: Home,
    connection: Connection,
    entry: Entry,
    feed: Feed,
    findings: Findings,
    *,
    counts: Counts,
    repeats: str | None = None,
) -> None:
    """Write down that a delivery is loaded, in the transaction that loads it.

    `repeats` is the delivery that it is a duplicate of, if it is one. If it has settled something
    of its feed, by which others may be read that are held, their release is due. The caller has
    claimed the tenant.
    """
    rejects.replace(connection, entry.id, findings.rejects)
    new = mappings.meet(connection, entry.tenant, feed.name, feed.version, findings.columns)
    ledger.loaded(
        connection,
        entry.id,
        counts=counts,
        reason=None if repeats else findings.reason,
        message=verdict_on_repeat(repeats) if repeats else findings.message,
        feed=feed.name,
        mapping_version=feed.version,
        same_as=repeats,
        notes=[*findings.notes, *_on_new_columns(new)],
    )
    if mappings.settle(connection, entry.tenant, feed.name, feed.version, findings.settled):
        home.inbox.note_release(entry.tenant)
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
