"""A delivery: one received file, known by its envelope, immutable from acceptance on."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_ID_LENGTH = 13  # 5 bits each hold the 63 bits of an order number

END_OF_ORDER = 1 << 63
"""All order numbers are below it: a delivery id has 65 bits, and a signed integer 63."""

MAX_PARTS = 1024
"""Order numbers set aside behind each delivery, so that what is inside it has its own place."""

NAME_LIMIT = 1024
"""Characters of a client's file name that are kept."""

TENANT_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
"""What a tenant may be called: it names directories and is the user name at login."""


def delivery_id(order: int) -> str:
    """Write an order number as 13 characters that sort as the number does (Crockford base 32)."""
    digits = []
    for _ in range(_ID_LENGTH):
        order, digit = divmod(order, 32)
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))


def is_delivery_id(text: str) -> bool:
    """Whether a text has the form of a delivery id."""
    return len(text) == _ID_LENGTH and all(character in _ALPHABET for character in text)


def order_of(identifier: str) -> int:
    """Read the order number back from a delivery id.

    Raises:
        ValueError: the text is not a delivery id.
    """
    if not is_delivery_id(identifier):
        raise ValueError(f"{identifier!r} is not a delivery id")
    order = 0
    for character in identifier:
        order = order * 32 + _ALPHABET.index(character)
    return order


def day_of(identifier: str) -> date:
    """The UTC day on which a delivery was received, as its id tells it."""
    return datetime.fromtimestamp(order_of(identifier) // 1_000_000_000, UTC).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where an upload comes from: everything that is known before its first byte.

    `via` is sftp, ftp, ftps, smtp, folder or load; `name` is the client's own name for the file,
    data and never a path; `sender` is the envelope sender of an email; `parent` is the email or
    container that a file was in, and `part` its place there, from 1; `recipient` is what stood
    before the @ of the address that an email was sent to.
    """

    tenant: str
    name: str
    via: str
    peer: str = ""
    sender: str = ""
    parent: str = ""
    part: int = 0
    recipient: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What is known of complete, durable bytes: size in bytes, sha256 in hexadecimal."""

    size: int
    sha256: str

    def to_json(self, origin: Origin) -> bytes:
        """The sidecar of an upload that waits for its final name."""
        return json.dumps({"contents": asdict(self), "origin": asdict(origin)}).encode() + b"\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What is known of a delivery from outside: its place in the order, its origin, its bytes.

    `order` is nanoseconds since 1970 in UTC, strictly rising in one home; `size` is in bytes;
    `sha256` in lower-case hexadecimal; `received_at` is ISO 8601 in UTC.
    """

    id: str
    order: int
    origin: Origin
    size: int
    sha256: str
    received_at: str

    def to_json(self) -> bytes:
        """The envelope as it stands beside the bytes on disk."""
        flat = asdict(self)
        flat.update(flat.pop("origin"))
        return json.dumps(flat, indent=1, ensure_ascii=True).encode() + b"\n"

    @classmethod
    def from_json(cls, text: bytes) -> Envelope:
        """Read an envelope back.

        Raises:
            ValueError: the text is not an envelope.
        """
        try:
            flat = json.loads(text)
            own = {key: flat.pop(key) for key in ("id", "order", "size", "sha256", "received_at")}
            return cls(origin=Origin(**flat), **own)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"not an envelope: {error}") from error


def parked_from_json(text: bytes) -> tuple[Origin, Contents]:
    """Read the sidecar of an upload that waits for its final name.

    Raises:
        ValueError: the text is not such a sidecar.
    """
    try:
        flat = json.loads(text)
        return Origin(**flat["origin"]), Contents(**flat["contents"])
    except (KeyError, TypeError) as error:
        raise ValueError(f"not a parked upload: {error}") from error


def accepted(origin: Origin, contents: Contents, *, order: int, now: datetime) -> Envelope:
    """The envelope of an upload that takes its place in the order."""
    return Envelope(
        id=delivery_id(order),
        order=order,
        origin=replace(origin, name=printable(origin.name)),
        size=contents.size,
        sha256=contents.sha256,
        received_at=now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
    )


def printable(name: str) -> str:
    """A client's file name without what could forge a log line or reverse a terminal's text.

    Control characters, lone surrogates and the like become `?`; the rest is kept as sent.
    """
    return "".join(c if c.isprintable() else "?" for c in name[:NAME_LIMIT])
