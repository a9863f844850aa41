"""What every front end says when it has accepted something."""

from __future__ import annotations

import structlog

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
