"""Why a container cannot be opened safely."""

from __future__ import annotations

from enum import StrEnum

from parsers.reject import Unreadable, UnreadableCode

_SEND_AGAIN = "Ask the sender to pack and send it again."
_SEND_CSV = "Ask the sender for the export as CSV, or as an Excel workbook."


class ContainerCode(StrEnum):
    """Why a whole container cannot be opened safely; no mapping mends any of them."""

    TOO_LARGE = "container-too-large"  # too many bytes, members or cells would come out
    NESTED_TOO_DEEP = "container-nested-too-deep"  # containers in containers, more than three
    DAMAGED = "damaged-container"  # cut off, a wrong checksum, or contradicts itself
    ENCRYPTED = "encrypted"  # needs a password
    UNSUPPORTED = "unsupported-container"  # a rare way of packing that is not read here


def damaged(message: str) -> Unreadable:
    """Nothing of it is taken: what is cut off may look complete."""
    return Unreadable(ContainerCode.DAMAGED, message, remedy=_SEND_AGAIN)


def encrypted(kind: str) -> Unreadable:
    """It needs a password, and there is nobody to ask for one."""
    return Unreadable(
        ContainerCode.ENCRYPTED,
        f"{kind} is encrypted: it opens only with a password.",
        remedy="Ask the sender to send it without a password. SFTP, and FTP and email with TLS, "
        "keep it secret on the way.",
    )


def unsupported(message: str) -> Unreadable:
    """A way of packing that hardly any program uses."""
    return Unreadable(
        ContainerCode.UNSUPPORTED,
        message,
        remedy="Ask the sender to pack it as an ordinary zip archive or with gzip, or to send it "
        "not packed at all.",
    )


def not_a_table(kind: str) -> Unreadable:
    """A document of another kind that happens to be packed in the same way."""
    return Unreadable(
        UnreadableCode.NOT_A_TABLE,
        f"This is not a table: it looks like {kind}.",
        remedy=_SEND_CSV,
    )
