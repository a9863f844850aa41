"""The walk through a message: bytes → its parts, without recursion and within limits.

The email package would do, were every sender friendly: it recurses into nested parts until Python
gives up, takes seconds for 50,000 of them, and passes over a missing end in silence. So the
borders of the parts are found here, and only their headers are read by that package.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from enum import StrEnum

from parsers.reject import Unreadable, clip

MOST_PARTS = 100
"""Parts of one message, those inside of parts and of forwarded messages included."""

DEEPEST = 20
"""How deep parts and forwarded messages may lie in one another."""

_LONGEST_HEADERS = 256 << 10  # bytes of the headers of one part
_LONGEST_HEADER = 4 << 10  # bytes of one; the email package takes time by their square

_BLANK_LINE = re.compile(rb"\n\r?\n")
_CONTENT_HEADER = re.compile(
    rb"^(content-[a-z-]+)[ \t]*:(.*(?:\n[ \t].*)*)", re.MULTILINE | re.IGNORECASE
)
_TOKEN = re.compile(r"[\w-]+")
_BAD_QUOTED = re.compile(rb"=(?![0-9A-Fa-f]{2}|[ \t]*(?:\r?\n|\Z))")
# The look behind keeps a long run of blanks from being tried from each of its blanks.
_BLANKS_AT_LINE_END = re.compile(rb"(?<![ \t])[ \t]++(?=\r?\n|\Z)")
_AS_IT_IS = frozenset({"", "7bit", "8bit", "binary", "7-bit", "8-bit"})
_FORWARDED = frozenset({"message/rfc822", "message/global"})


class MessageCode(StrEnum):
    """Why a whole message cannot be opened safely; no mapping mends any of them."""

    TOO_MANY_PARTS = "too-many-parts"  # more than 100: built to harm, or no mail of a shop's
    NESTED_TOO_DEEP = "message-nested-too-deep"  # more than 20 levels
    DAMAGED = "damaged-message"  # cut off, or its encoding is broken: a part may be incomplete


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part that holds no other parts.

    `headers` has only those that describe the part (Content-…); `encoded` is its body as it
    stands in the message.
    """

    headers: Message
    encoded: bytes

    @property
    def content_type(self) -> str:
        """In lower case, as in text/csv; text/plain where nothing is said."""
        return self.headers.get_content_type()

    def decoded(self) -> bytes:
        """The bytes that the sender attached.

        Raises:
            Unreadable: DAMAGED. Nothing is guessed: a gap would become a wrong amount.
        """
        return _decoded(self.headers, self.encoded)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entity:
    """A stretch of bytes with headers and a body: a message or a part of one."""

    data: bytes
    start: int
    end: int
    depth: int
    default_type: str = "text/plain"


def parts(message: bytes) -> Iterator[Part]:
    """Yield the parts of a message in their order, those of forwarded messages among them.

    Raises:
        Unreadable: with a MessageCode.
    """
    waiting = [_Entity(data=message, start=0, end=len(message), depth=0)]
    room = MOST_PARTS
    while waiting:
        entity = waiting.pop()
        if entity.depth > DEEPEST:
            raise _nested_too_deep()
        headers, body = _headers(entity)
        kind = headers.get_content_type()
        if kind.startswith("multipart/"):
            inside = _split(entity, body, headers, room=room)
        elif kind in _FORWARDED:
            inside = [_forwarded(entity, body, headers)]
        else:
            yield Part(headers=headers, encoded=entity.data[body : entity.end])
            continue
        room -= len(inside)
        if room < 0:
            raise _too_many_parts()
        waiting.extend(reversed(inside))


def damaged(message: str) -> Unreadable:
    """A verdict that the sender can mend by sending the message again."""
    return Unreadable(
        MessageCode.DAMAGED, message, remedy="Ask the sender to send the message again."
    )


def _headers(entity: _Entity) -> tuple[Message, int]:
    """The Content-… headers of an entity, and where its body begins.

    They are picked out one by one, so that a broken line among the others hides none of them.
    """
    data, start, end = entity.data, entity.start, entity.end
    if data.startswith((b"\n", b"\r\n"), start, end):
        block, body = b"", data.index(b"\n", start) + 1
    else:
        blank = _BLANK_LINE.search(data, start, min(end, start + _LONGEST_HEADERS))
        block, body = (
            (data[start : blank.start()], blank.end()) if blank else (data[start:end], end)
        )
    if len(block) > _LONGEST_HEADERS:
        raise damaged("The headers of the message, or of a part of it, do not end.")
    headers = Message()
    headers.set_default_type(entity.default_type)
    for name, value in _CONTENT_HEADER.findall(block):
        if len(value) > _LONGEST_HEADER:
            raise damaged(f"The header {name.decode('ascii')} of a part is far too long.")
        if name.decode("ascii") not in headers:
            headers[name.decode("ascii")] = _unfolded(value)
    return headers, body


def _unfolded(value: bytes) -> str:
    """A header on one line. Raw eight-bit text is nearly always UTF-8, or else Windows' own."""
    line = b"".join(value.splitlines()).strip()
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace")


def _split(entity: _Entity, body: int, headers: Message, *, room: int) -> list[_Entity]:
    """Find the parts between the delimiter lines of a multipart (RFC 2046 section 5.1.1)."""
    boundary = headers.get_param("boundary")
    if not isinstance(boundary, str) or not boundary.strip():
        raise damaged("The message has parts, but does not say how they are divided.")
    delimiter = re.compile(
        rb"\n--" + re.escape(boundary.rstrip().encode()) + rb"(--)?[ \t]*(?=\r?\n|\Z)"
    )
    digest = headers.get_content_subtype() == "digest"
    inside: list[_Entity] = []
    start: int | None = None
    for line in delimiter.finditer(entity.data, max(body - 1, entity.start), entity.end):
        if start is not None:
            end = max(line.start() - entity.data.startswith(b"\r", line.start() - 1), start)
            inside.append(
                _Entity(
                    data=entity.data,
                    start=start,
                    end=end,
                    depth=entity.depth + 1,
                    default_type="message/rfc822" if digest else "text/plain",
                )
            )
        if line[1]:
            return inside
        if len(inside) >= room:  # at once: nobody need find the other 49,900
            raise _too_many_parts()
        newline = entity.data.find(b"\n", line.end(), entity.end)
        start = newline + 1 if newline >= 0 else entity.end
    raise damaged("The message is cut off: the line that ends its last part is missing.")


def _forwarded(entity: _Entity, body: int, headers: Message) -> _Entity:
    """The message inside of a part; some programs encode it, which RFC 2046 forbids."""
    if _encoding(headers) in _AS_IT_IS:
        return _Entity(data=entity.data, start=body, end=entity.end, depth=entity.depth + 1)
    inner = _decoded(headers, entity.data[body : entity.end])
    return _Entity(data=inner, start=0, end=len(inner), depth=entity.depth + 1)


def _encoding(headers: Message) -> str:
    token = _TOKEN.search(headers.get("content-transfer-encoding", ""))
    return token[0].lower() if token else ""


def _decoded(headers: Message, encoded: bytes) -> bytes:
    encoding = _encoding(headers)
    if encoding in _AS_IT_IS:
        return encoded
    if encoding == "base64":
        try:
            return binascii.a2b_base64(encoded.translate(None, b" \t\r\n"), strict_mode=True)
        except binascii.Error as error:
            raise damaged("An attachment is damaged: its base64 code is broken.") from error
    if encoding == "quoted-printable":
        if _BAD_QUOTED.search(encoded):
            raise damaged("An attachment is damaged: its quoted-printable code is broken.")
        return binascii.a2b_qp(_BLANKS_AT_LINE_END.sub(b"", encoded))
    raise damaged(f"An attachment is in a code that is not known here: {clip(encoding)}.")


def _too_many_parts() -> Unreadable:
    return Unreadable(
        MessageCode.TOO_MANY_PARTS,
        f"The message has more than {MOST_PARTS} parts.",
        remedy="Ask the sender to send the files in several messages, or over SFTP.",
    )


def _nested_too_deep() -> Unreadable:
    return Unreadable(
        MessageCode.NESTED_TOO_DEEP,
        f"The message has parts inside of parts, more than {DEEPEST} deep.",
        remedy="Ask the sender to attach the file to a new message.",
    )
