"""Holding a delivery that fails before the ledger could even count its attempts."""

from __future__ import annotations

from datetime import UTC, datetime

from ingest.home import Home
from ingest.verdicts import HoldCode
from storage import ledger
from storage.delivery import Envelope, Origin, order_of
from storage.ledger import SETTLED

_UNKNOWN = "(unknown)"


def write_down(home: Home, tenant: str, delivery: str) -> None:
    """Write into the ledger that a delivery is held, so that it is listed with the others.

    What is settled stays so. Without its envelope nothing is known but tenant, id and time; the
    entry bears no checksum then, so that no replay takes the bytes for those that were received.

    Raises:
        DatabaseAway: no answer; nothing was written.
    """
    envelope = _intact_envelope(home, tenant, delivery)
    if envelope is None:
        reason = HoldCode.DAMAGED
        message = "The envelope of the file is damaged: its name and its sender are not known."
        remedy = (
            "Check the disk, and have the file sent again. Its bytes, which cannot be checked any "
            f"more, are in quarantine/{tenant}/{delivery}/data of the home."
        )
    else:
        reason = HoldCode.FAILS_REPEATEDLY
        message = "The file could not be read: every attempt failed or was cut short."
        remedy = f"Look into the worker's log for what ended it, then: dropsafe replay {delivery}"
    with home.database.writing() as connection:
        known = envelope or _from_path(tenant, delivery)
        if ledger.begin(connection, known, counted=False).state not in SETTLED:
            ledger.quarantined(connection, delivery, reason=reason, message=message, remedy=remedy)


def _intact_envelope(home: Home, tenant: str, delivery: str) -> Envelope | None:
    try:
        envelope = home.inbox.envelope(tenant, delivery)
    except (OSError, ValueError):
        return None
    is_its_own = (envelope.origin.tenant, envelope.id) == (tenant, delivery)
    return envelope if is_its_own else None


def _from_path(tenant: str, delivery: str) -> Envelope:
    """What the place of a delivery tells of it."""
    order = order_of(delivery)
    received_at = datetime.fromtimestamp(order / 1e9, UTC)
    return Envelope(
        id=delivery,
        order=order,
        origin=Origin(tenant=tenant, name=_UNKNOWN, via=_UNKNOWN),
        size=0,
        sha256="",
        received_at=received_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
    )
