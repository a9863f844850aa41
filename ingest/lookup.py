"""Looking deliveries up: those in the ledger, and those that no worker has looked at yet."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from ingest.home import Home
from ingest.verdicts import LoadedCode
from storage import ledger
from storage.delivery import MAX_PARTS, delivery_id, is_delivery_id, order_of
from storage.errors import DamagedArchive, NotFound
from storage.ledger import Entry, State, waiting_entry


def delivery(home: Home, identifier: str) -> Entry:
    """One delivery, wherever it stands. Raises NotFound."""
    identifier = identifier.strip().lower()
    if is_delivery_id(identifier):
        waiting = _waiting(home, identifier)
        with home.database.reading() as connection:
            known = ledger.entries(connection, ids=(identifier,))
        if known:
            return _as_waiting(known[0]) if waiting else known[0]
        if waiting:
            return waiting
    raise NotFound(f"There is no delivery {identifier}.", hint="'dropsafe deliveries' lists them.")


def deliveries(
    home: Home, *, tenant: str | None = None, state: State | None = None, since: str = ""
) -> list[Entry]:
    """Deliveries in order of receipt: of one tenant, in one state, received since a time."""
    waiting = {
        one: owner
        for owner in home.inbox.tenants()
        if tenant in (None, owner)
        for one in home.inbox.waiting(owner)
    }
    with home.database.reading() as connection:
        known = ledger.entries(connection, tenant=tenant, since=since)
    found = {entry.id: _as_waiting(entry) if entry.id in waiting else entry for entry in known}
    for identifier in waiting.keys() - found.keys():
        unknown = _waiting(home, identifier, tenant=waiting[identifier])
        if unknown is not None and unknown.received_at >= since:
            found[identifier] = unknown
    return [
        found[identifier]
        for identifier in sorted(found)
        if state in (None, found[identifier].state)
    ]


def part_ids(identifier: str) -> tuple[str, ...]:
    """The ids set aside for what lies in a delivery, in order."""
    order = order_of(identifier)
    return tuple(delivery_id(order + part) for part in range(1, MAX_PARTS))


def parts(home: Home, entry: Entry) -> list[Entry]:
    """What came out of a delivery, as far as workers have looked at it, in order."""
    if entry.reason != LoadedCode.OPENED:
        return []
    with home.database.reading() as connection:
        return ledger.entries(connection, ids=part_ids(entry.id))


def is_pruned(home: Home, entry: Entry) -> bool:
    """Whether retention has taken a delivery's bytes away, as far as that can be told."""
    with suppress(NotFound, DamagedArchive):
        return home.archive.is_pruned(entry.tenant, entry.id)
    return False


def _waiting(home: Home, identifier: str, tenant: str | None = None) -> Entry | None:
    owners = home.inbox.tenants() if tenant is None else [tenant]
    for owner in owners:
        try:
            return waiting_entry(home.inbox.envelope(owner, identifier))
        except (FileNotFoundError, NotADirectoryError, ValueError):
            continue  # moved on; or damaged, and about to be set aside by a worker
    return None


def _as_waiting(entry: Entry) -> Entry:
    """A held delivery that was released waits again, though the ledger tells its old verdict."""
    if entry.state is not State.QUARANTINED:
        return entry
    return replace(
        entry, state=State.RECEIVED, reason=None, message="Waiting to be read again.", remedy=""
    )
