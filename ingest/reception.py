"""What every front end says when it has accepted something, or ends a session."""

from __future__ import annotations

import structlog

from ingest.auth import Admission
from storage.delivery import Envelope

log = structlog.get_logger()


def log_accepted(envelope: Envelope) -> None:
    """Log an acknowledged delivery, the same event for every front end."""
    log.info(
        "delivery.accepted",
        delivery=envelope.id,
        tenant=envelope.origin.tenant,
        via=envelope.origin.via,
        peer=envelope.origin.peer,
        name=envelope.origin.name,
        size=envelope.size,
    )


def log_ended(admission: Admission, *, via: str, peer: str) -> None:
    """Log that a session was ended because its login would be refused by now."""
    log.warning("login.ended", tenant=admission.tenant.name, via=via, peer=peer)
