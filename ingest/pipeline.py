"""The way of one delivery from the inbox to the rows, from top to bottom."""

from __future__ import annotations

import structlog

from ingest import drift, feeds, journalling, late, loading, opening, settling
from ingest.feeds import Feed
from ingest.home import Home
from ingest.loading import Findings
from ingest.verdicts import Held, HoldCode
from storage import ledger, mappings, rejects, rows
from storage.database import Connection
from storage.ledger import SETTLED, Entry, State

log = structlog.get_logger()


def process(home: Home, tenant: str, delivery: str, *, counted: bool = True) -> Entry:
    """Work one waiting delivery off; the caller has claimed its tenant.

    It may be called again for the same delivery after any crash. `counted` is False when the last
    attempt ended for a reason that is not the delivery's own.

    Returns what the ledger says in the end.

    Raises:
        DatabaseAway, StorageFailing: nothing is lost, and the delivery still waits.
        FileNotFoundError: it does not wait any more.
        ValueError: its envelope is damaged.
    """
    journalling.recover(home, tenant)
    envelope = home.inbox.envelope(tenant, delivery)
    if (envelope.origin.tenant, envelope.id) != (tenant, delivery):
        raise ValueError(f"the envelope of {envelope.id} lies in the directory of {delivery}")
    with home.database.writing() as connection:
        entry = ledger.begin(connection, envelope, counted=counted)
        known_mappings = mappings.count(connection, tenant)
    if entry.state in SETTLED:  # a crash came between the verdict and the move
        _keep(home, entry)
        return entry
    try:
        _load(home, entry)
    except Held as verdict:
        _hold(home, entry, drift.with_proposal(home, entry, verdict), known_mappings)
        return _known(home, delivery)
    entry = _known(home, delivery)
    _keep(home, entry)
    return entry


def _keep(home: Home, entry: Entry) -> None:
    """Put a settled delivery into the archive, with how it was read."""
    journalling.note(home, entry)
    home.archive.keep(entry.tenant, entry.id)


def _known(home: Home, delivery: str) -> Entry:
    with home.database.reading() as connection:
        return ledger.entry(connection, delivery)


def _load(home: Home, entry: Entry) -> None:
    """Bring a delivery into the rows. Raises Held if it must not be."""
    if entry.attempts > home.settings.workers.attempts:
        raise Held(
            HoldCode.FAILS_REPEATEDLY,
            "The file could not be read: every attempt failed or was cut short.",
            remedy="Look into the worker's log for what ended it, then: dropsafe replay ID",
        )
    if opening.open_delivery(home, entry):
        return
    opening.refuse_if_undone(home, entry)
    with home.database.reading() as connection:
        versions = mappings.current(connection, entry.tenant)
        feed = feeds.choose(versions, tenant=entry.tenant, name=entry.name)
        original = _original(connection, entry, feed)
    if original is not None and _mark_duplicate(home, entry, feed, original):
        return
    reading = loading.read(home, entry, feed)
    record = feed.mapping.record
    with home.database.writing() as connection:
        in_order = rows.fold_of(connection, entry.tenant, record, lock=True).newest < entry.id
        if in_order:
            found = rows.append(connection, entry.tenant, record, entry.id, reading.rows)
            findings = Findings.of(reading)
            counts = findings.counts(
                new=found.new, changed=found.changed, unchanged=found.unchanged
            )
            loading.finish(home, connection, entry, feed, findings, counts=counts)
    if not in_order:
        late.load(home, entry, feed, reading)
    settling.release_due(home, entry.tenant)


def _original(connection: Connection, entry: Entry, feed: Feed) -> Entry | None:
    """The delivery just before this one, if it says the same and was read the same way."""
    newest = rows.fold_of(connection, entry.tenant, feed.mapping.record).newest
    if not newest or newest >= entry.id:
        return None
    before = ledger.entry(connection, newest)
    if before.state is State.UNDONE:
        return None
    read_alike = (before.feed, before.mapping_version) == (feed.name, feed.version)
    return before if read_alike and loading.say_the_same(before, entry, feed) else None


def _mark_duplicate(home: Home, entry: Entry, feed: Feed, original: Entry) -> bool:
    """Write down a duplicate; False if something else came in between.

    The claim keeps others out, but not a commit of one that was killed in the middle of it.
    """
    record = feed.mapping.record
    with home.database.writing() as connection:
        rows.fold_of(connection, entry.tenant, record, lock=True)
        if _original(connection, entry, feed) != original:
            return False
        message = loading.verdict_on_repeat(original.id)
        ledger.duplicate(connection, entry.id, original=original, message=message)
        rejects.copy(connection, original.id, entry.id)
        rows.advance(connection, entry.tenant, record, delivery=entry.id)
    log.info("delivery.duplicate", delivery=entry.id, tenant=entry.tenant, original=original.id)
    return True


def _hold(home: Home, entry: Entry, verdict: Held, known_mappings: int) -> None:
    """Hold a delivery, unless a mapping was set meanwhile, which could not see this one held."""
    with home.database.writing() as connection:
        if mappings.count(connection, entry.tenant) != known_mappings:
            return  # it stays in the inbox, and is read again
        ledger.quarantined(
            connection,
            entry.id,
            reason=verdict.reason,
            message=verdict.message,
            remedy=verdict.remedy.replace("replay ID", f"replay {entry.id}"),
        )
    home.inbox.quarantine(entry.tenant, entry.id)
    log.warning(
        "delivery.quarantined", delivery=entry.id, tenant=entry.tenant, reason=verdict.reason
    )
    with home.database.reading() as connection:
        overtaken = mappings.count(connection, entry.tenant) != known_mappings
    if overtaken:  # between the verdict and the move, when there was nothing to release yet
        home.inbox.release(entry.tenant, entry.id)
