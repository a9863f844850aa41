"""Opening what holds other files: each of them becomes a delivery of its own, in its place.

An email holds attachments, a container (a zip archive, a gzip file, a workbook) holds members. Both
are opened alike, and down to the last: a workbook in a zip archive in an email makes its sheets
parts of the email.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import structlog

from ingest.home import Home
from ingest.loading import intact_bytes
from ingest.verdicts import Held, HoldCode, LoadedCode
from parsers import containers
from parsers.containers import Contents, Member
from parsers.reject import Unreadable, UnreadableCode
from storage import ledger
from storage.delivery import Origin, delivery_id, order_of, printable
from storage.errors import DamagedArchive, Pruned
from storage.ledger import Counts, Entry, State

log = structlog.get_logger()

_MOST_NAMES = 20  # told in a verdict; `dropsafe deliveries` has them all


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    """What lies in a delivery, and the remark on it."""

    contents: Contents
    reason: LoadedCode
    words: str


def holds_others(home: Home, entry: Entry) -> bool:
    """Whether a delivery is not a table itself, but is opened; told by its first bytes.

    Of one whose bytes are gone it is not known: whoever wants to read it is told why.
    """
    if entry.is_message:
        return True
    try:
        return containers.is_container(home.archive.head(entry.tenant, entry.id))
    except (Pruned, DamagedArchive):
        return False


def open_delivery(home: Home, entry: Entry) -> bool:
    """Put what lies in a delivery into the inbox, and settle it; False if it is a table itself.

    The parts take the order numbers set aside behind the delivery's, so that opening it again after
    a crash makes the same deliveries again.

    Raises:
        Held: it is damaged, built to harm, or cannot be opened for another reason.
        StorageFailing, DatabaseAway: it still waits.
    """
    if not holds_others(home, entry):
        return False
    try:
        data = intact_bytes(home, entry)
        opened = _message(home, data) if entry.is_message else _container(home, data, entry)
    except Unreadable as error:
        raise Held.because(error) from error
    members = opened.contents.members
    for part, member in enumerate(members, start=1):
        _deliver(home, entry, part, member)
    with home.database.writing() as connection:
        ledger.loaded(
            connection, entry.id, counts=Counts(), reason=opened.reason, message=opened.words
        )
    log.info("delivery.opened", delivery=entry.id, tenant=entry.tenant, parts=len(members))
    return True


def refuse_if_undone(home: Home, entry: Entry) -> None:
    """Hold a part that was still waiting, or held, when all that it came in was undone.

    Raises Held (PARENT_UNDONE).
    """
    if not entry.parent:
        return
    with home.database.reading() as connection:
        whole = ledger.entries(connection, ids=(entry.parent,))
    if any(one.state is State.UNDONE for one in whole):
        raise Held(
            HoldCode.PARENT_UNDONE,
            "The email or container that it came in was undone before this was loaded.",
            remedy=f"To have all of it count again: dropsafe redo {entry.parent}",
        )


def _message(home: Home, data: bytes) -> _Opened:
    """What is attached to an email. Raises Unreadable."""
    attached, contents = home.reader.attached(data)
    if not attached:
        words = "The message has no file attached."
        return _Opened(contents=contents, reason=LoadedCode.NO_ATTACHMENT, words=words)
    return _Opened(
        contents=contents, reason=LoadedCode.OPENED, words=_words(contents, verb="attached")
    )


def _container(home: Home, data: bytes, entry: Entry) -> _Opened:
    """What lies in a container. Raises Unreadable."""
    contents = home.reader.contents(data, entry.name)
    if contents is None or entry.parent:  # what it came in was opened down to the last
        raise Unreadable(
            UnreadableCode.NOT_A_TABLE,
            "This is a container inside of another, and was not opened with it.",
            remedy="Send it again by itself: dropsafe cat ID writes it out, dropsafe load takes "
            "it in.",
        )
    reason = LoadedCode.OPENED if contents.members else LoadedCode.EMPTY_CONTAINER
    return _Opened(contents=contents, reason=reason, words=_words(contents, verb="inside"))


def _words(contents: Contents, *, verb: str) -> str:
    """How many there are and what they are called, and what was left out and why."""
    members = contents.members
    words = f"{len(members)} {verb}: {_listed([one.name for one in members])}." if members else (
        "There is no table in it."
    )  # fmt: skip
    left_out = contents.left_out
    return f"{words} Left out: {_listed(left_out)}." if left_out else words


def _listed(names: list[str] | tuple[str, ...]) -> str:
    shown = printable(", ".join(names[:_MOST_NAMES]))
    more = len(names) - _MOST_NAMES
    return f"{shown} and {more:,} more" if more > 0 else shown


def _deliver(home: Home, entry: Entry, part: int, member: Member) -> None:
    order = order_of(entry.id) + part
    if home.archive.exists(entry.tenant, delivery_id(order)):
        return  # from before a crash
    origin = Origin(
        tenant=entry.tenant,
        name=member.name,
        via=entry.via,
        peer=entry.peer,
        sender=entry.sender,
        recipient=entry.recipient,
        parent=entry.id,
        part=part,
    )
    upload = home.spool.receive(
        origin,
        limit=len(member.data),
        order=order,
        received_at=datetime.fromisoformat(entry.received_at),
    )
    try:
        upload.write(member.data)
        upload.commit()
    finally:
        upload.abort()
