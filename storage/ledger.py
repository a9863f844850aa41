"""The ledger: the state of each delivery, its attempts and its verdict.

    received → loading → loaded | quarantined | duplicate
                         loaded | duplicate ⇄ undone

A delivery that is in the inbox is to be worked on, whatever the ledger says of its past; the
ledger says what became of it. One function for each change of state, each inside the caller's
transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, case, func, select, update

from storage import tables
from storage.database import upsert
from storage.delivery import Envelope
from storage.errors import NotFound

_deliveries = tables.deliveries


class State(StrEnum):
    """Where a delivery stands."""

    RECEIVED = "received"  # accepted, waiting for a worker
    LOADING = "loading"  # a worker has it, or had it when it died
    LOADED = "loaded"  # its rows count, its rejects are stored
    DUPLICATE = "duplicate"  # the bytes of the delivery before it; counts, but changed nothing
    UNDONE = "undone"  # was loaded and counts no more, until it is redone
    QUARANTINED = "quarantined"  # held: not safe to load as it is; has a reason and a remedy


COUNTED = (State.LOADED, State.DUPLICATE)
"""States in which a delivery counts in the fold."""

SETTLED = (*COUNTED, State.UNDONE)
"""States in which there is nothing to be done for a delivery."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What a delivery did to the rows; the last three are records of its file that made none.

    `ignored` are those that the mapping leaves out, and further lines of a transaction.
    """

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    duplicates: int = 0
    ignored: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the ledger says of one delivery."""

    id: str
    tenant: str
    name: str
    via: str
    peer: str
    sender: str
    parent: str
    part: int
    recipient: str
    size: int
    sha256: str
    received_at: str
    state: State = State.RECEIVED
    attempts: int = 0
    reason: str | None = None
    message: str = "Waiting to be read."
    remedy: str = ""
    feed: str | None = None
    mapping_version: int | None = None
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    duplicates: int = 0
    ignored: int = 0
    notes: Sequence[str] = ()
    same_as: str | None = None
    settled_at: str | None = None

    @property
    def is_message(self) -> bool:
        """Whether this is a raw email, of which each attachment is a delivery of its own."""
        return self.via == "smtp" and not self.parent

    @property
    def first_of_its_bytes(self) -> str:
        """What a duplicate of this delivery is the same as: the first of a row of them."""
        return self.same_as or self.id

    @property
    def counts(self) -> Counts:
        """The counts alone."""
        return Counts(
            new=self.new,
            changed=self.changed,
            unchanged=self.unchanged,
            rejected=self.rejected,
            duplicates=self.duplicates,
            ignored=self.ignored,
        )


def waiting_entry(envelope: Envelope) -> Entry:
    """What to say of a delivery that no worker has looked at yet."""
    return Entry(**_from_outside(envelope))


def begin(connection: Connection, envelope: Envelope, *, counted: bool = True) -> Entry:
    """Write down that a worker starts on a delivery, before it does.

    A settled delivery stays as it is: a crash came between its verdict and its move. `counted` is
    False where the last attempt ended for a reason that is not the delivery's own.
    """
    connection.execute(
        upsert(connection, _deliveries)
        .values(**_from_outside(envelope), state=State.RECEIVED)
        .on_conflict_do_nothing()
    )
    connection.execute(
        update(_deliveries)
        .where(_deliveries.c.id == envelope.id, _deliveries.c.state.not_in(SETTLED))
        .values(
            state=State.LOADING,
            attempts=case(
                (_deliveries.c.attempts == 0, 1), else_=_deliveries.c.attempts + int(counted)
            ),
        )
    )
    return entry(connection, envelope.id)


def loaded(
    connection: Connection,
    delivery: str,
    *,
    counts: Counts,
    message: str,
    reason: str | None = None,
    feed: str | None = None,
    mapping_version: int | None = None,
    same_as: str | None = None,
    notes: Sequence[str] = (),
) -> None:
    """The delivery counts in the fold, read with this version of its feed's mapping.

    `notes` are sentences on what was noticed in reading it.

    `same_as` is the delivery whose bytes it repeats, if it does: then it is a duplicate.
    """
    _settle(
        connection,
        delivery,
        state=State.DUPLICATE if same_as else State.LOADED,
        reason=reason,
        message=message,
        remedy="",
        feed=feed,
        mapping_version=mapping_version,
        same_as=same_as,
        notes=list(notes),
        **asdict(counts),
    )


def duplicate(connection: Connection, delivery: str, *, original: Entry, message: str) -> None:
    """The delivery has the bytes of the one before it: it counts, and changed nothing."""
    loaded(
        connection,
        delivery,
        counts=Counts(
            unchanged=original.new + original.changed + original.unchanged,
            rejected=original.rejected,
            duplicates=original.duplicates,
            ignored=original.ignored,
        ),
        notes=original.notes,
        message=message,
        feed=original.feed,
        mapping_version=original.mapping_version,
        same_as=original.first_of_its_bytes,
    )


def undone(connection: Connection, delivery: str, *, message: str) -> None:
    """The delivery counts no more; the first of those that repeat it counts in its place."""
    _settle(connection, delivery, state=State.UNDONE, message=message)
    repeats = entries_same_as(connection, delivery)
    for position, repeat in enumerate(repeats):
        first = repeats[0]
        values: dict[str, Any] = (
            {"same_as": first}
            if position
            else {
                "state": State.LOADED,
                "same_as": None,
                "message": f"It counts in place of delivery {delivery}, which was undone.",
            }
        )
        connection.execute(update(_deliveries).where(_deliveries.c.id == repeat).values(values))


def repeats(connection: Connection, delivery: str, *, original: str, message: str) -> None:
    """A delivery that counted in place of an undone one is its duplicate again."""
    connection.execute(
        update(_deliveries)
        .where(_deliveries.c.id == delivery)
        .values(state=State.DUPLICATE, same_as=original, reason=None, message=message)
    )


def entries_same_as(connection: Connection, delivery: str) -> list[str]:
    """Ids of the duplicates of a delivery that count, in order of receipt."""
    query = select(_deliveries.c.id).where(
        _deliveries.c.same_as == delivery, _deliveries.c.state == State.DUPLICATE
    )
    return list(connection.execute(query.order_by(_deliveries.c.id)).scalars())


def quarantined(
    connection: Connection, delivery: str, *, reason: str, message: str, remedy: str
) -> None:
    """The delivery is held: it cannot be loaded safely as it is."""
    _settle(
        connection,
        delivery,
        state=State.QUARANTINED,
        reason=reason,
        message=message,
        remedy=remedy,
    )


def forgive(connection: Connection, delivery: str) -> None:
    """Let a held delivery be tried from the start again."""
    connection.execute(update(_deliveries).where(_deliveries.c.id == delivery).values(attempts=0))


def entry(connection: Connection, delivery: str) -> Entry:
    """What the ledger says of one delivery. Raises NotFound."""
    row = connection.execute(select(_deliveries).where(_deliveries.c.id == delivery)).one_or_none()
    if row is None:
        raise NotFound(
            f"There is no delivery {delivery}.", hint="'dropsafe deliveries' lists them."
        )
    return _entry(row)


def entries(
    connection: Connection,
    *,
    ids: tuple[str, ...] = (),
    tenant: str | None = None,
    states: tuple[State, ...] = (),
    since: str = "",
    begin: str = "",
) -> list[Entry]:
    """Deliveries in order of receipt; each argument that is given narrows the choice.

    `since` is a time in ISO 8601 in UTC, `begin` an id: both are where it begins.
    """
    query = select(_deliveries).order_by(_deliveries.c.id)
    if ids:
        query = query.where(_deliveries.c.id.in_(ids))
    if tenant is not None:
        query = query.where(_deliveries.c.tenant == tenant)
    if states:
        query = query.where(_deliveries.c.state.in_(states))
    if since:
        query = query.where(_deliveries.c.received_at >= since)
    if begin:
        query = query.where(_deliveries.c.id >= begin)
    return [_entry(row) for row in connection.execute(query)]


def held(connection: Connection, *, tenant: str, reasons: tuple[str, ...]) -> list[str]:
    """Ids of a tenant's deliveries that are held for one of the reasons."""
    query = select(_deliveries.c.id).where(
        _deliveries.c.tenant == tenant,
        _deliveries.c.state == State.QUARANTINED,
        _deliveries.c.reason.in_(reasons),
    )
    return list(connection.execute(query.order_by(_deliveries.c.id)).scalars())


def read_otherwise(connection: Connection, *, tenant: str, feed: str, now: int) -> int:
    """How many settled deliveries of a feed were read with another version of its mapping."""
    query = select(func.count()).where(
        _deliveries.c.tenant == tenant,
        _deliveries.c.feed == feed,
        _deliveries.c.mapping_version != now,
        _deliveries.c.state.in_(SETTLED),
    )
    return int(connection.execute(query).scalar_one())


def tally(connection: Connection) -> dict[State, int]:
    """How many deliveries are in each state."""
    query = select(_deliveries.c.state, func.count()).group_by(_deliveries.c.state)
    found = {State(state): count for state, count in connection.execute(query)}
    return {state: found.get(state, 0) for state in State}


def _from_outside(envelope: Envelope) -> dict[str, Any]:
    """What is known of a delivery before anybody looks into it."""
    origin = envelope.origin
    return {
        "id": envelope.id,
        "tenant": origin.tenant,
        "name": origin.name,
        "via": origin.via,
        "peer": origin.peer,
        "sender": origin.sender,
        "parent": origin.parent,
        "part": origin.part,
        "recipient": origin.recipient,
        "size": envelope.size,
        "sha256": envelope.sha256,
        "received_at": envelope.received_at,
    }


def _settle(connection: Connection, delivery: str, **values: object) -> None:
    connection.execute(
        update(_deliveries)
        .where(_deliveries.c.id == delivery)
        .values(settled_at=tables.now(), **values)
    )


def _entry(row: Row[Any]) -> Entry:
    fields = dict(row._mapping)  # noqa: SLF001 - public, spelled with an underscore
    fields["state"] = State(fields["state"])
    return Entry(**fields)
