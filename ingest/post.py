"""Opening an email: each attachment becomes a delivery of its own, in the message's place."""

from __future__ import annotations

import structlog

from ingest.home import Home
from ingest.loading import intact_bytes
from ingest.verdicts import Held, LoadedCode
from parsers import message
from parsers.reject import Unreadable
from storage import ledger
from storage.delivery import Origin, delivery_id, order_of, printable
from storage.ledger import Counts, Entry

log = structlog.get_logger()


def open_message(home: Home, entry: Entry) -> None:
    """Put a message's attachments into the inbox, and settle the message.

    The parts take the order numbers set aside behind the message's, so that opening it again after
    a crash makes the same deliveries again.

    Raises:
        Held: the message is damaged or built to harm.
        StorageFailing, DatabaseAway: the message still waits.
    """
    try:
        attachments = message.attachments(intact_bytes(home, entry))
    except Unreadable as error:
        raise Held.because(error) from error
    for part, attachment in enumerate(attachments, start=1):
        _deliver(home, entry, part, attachment)
    if attachments:
        names = printable(", ".join(attachment.name for attachment in attachments))
        reason, words = LoadedCode.OPENED, f"{len(attachments)} attached: {names}"
    else:
        reason, words = LoadedCode.NO_ATTACHMENT, "The message has no file attached."
    with home.database.writing() as connection:
        ledger.loaded(connection, entry.id, counts=Counts(), reason=reason, message=words)
    log.info("message.opened", delivery=entry.id, tenant=entry.tenant, parts=len(attachments))


def _deliver(home: Home, entry: Entry, part: int, attachment: message.Attachment) -> None:
    order = order_of(entry.id) + part
    if home.archive.exists(entry.tenant, delivery_id(order)):
        return  # from before a crash
    origin = Origin(
        tenant=entry.tenant,
        name=attachment.name,
        via=entry.via,
        peer=entry.peer,
        sender=entry.sender,
        parent=entry.id,
        part=part,
    )
    upload = home.spool.receive(origin, limit=len(attachment.data), order=order)
    try:
        upload.write(attachment.data)
        upload.commit()
    finally:
        upload.abort()
