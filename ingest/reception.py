"""What every front end says of an upload that was accepted or cut, and of a session it ends."""

from __future__ import annotations

import structlog

from ingest.auth import Admission
from storage.delivery import Envelope, Origin, printable

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


def log_cut(origin: Origin, *, received: int, reason: str) -> None:
    """Log an upload whose connection ended before its file did, the same event for SFTP and FTP.

    `received` are the bytes that came, of which nothing is kept.
    """
    log.info(
        "upload.cut",
        tenant=origin.tenant,
        via=origin.via,
        peer=origin.peer,
        name=printable(origin.name),
        reason=reason,
        bytes=received,
    )


def log_ended(admission: Admission, *, via: str, peer: str, reason: str) -> None:
    """Log that a session was ended because its login would be refused by now, and why."""
    log.warning("login.ended", tenant=admission.tenant.name, via=via, peer=peer, reason=reason)
