"""Mail bytes → the attachments that somebody meant to send us.

Mail programs disagree on how a file is attached: Apple's shows it inline, others call a CSV
application/vnd.ms-excel or application/octet-stream, some give it no name. So what is left out is
named here, and all else is an attachment: one that is no table of text then gets a verdict that
says so, and does not vanish.
"""

from __future__ import annotations

from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from pathlib import PurePosixPath

from parsers.mail import mime

_TABLE_ENDINGS = frozenset({".csv", ".txt", ".tsv", ".tab", ".dat"})
_TABLE_TYPES = {
    "text/csv": ".csv",
    "text/x-csv": ".csv",
    "text/comma-separated-values": ".csv",
    "text/x-comma-separated-values": ".csv",
    "application/csv": ".csv",
    "application/x-csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "text/tsv": ".tsv",
}
# Logos, signatures, visiting cards, calendars, and the text itself once more as a page.
_LEFT_OUT_ENDINGS = frozenset(
    {
        *(".png", ".jpg", ".jpeg", ".gif", ".bmp", ".svg", ".webp", ".tif", ".tiff", ".ico"),
        *(".heic", ".emf", ".wmz", ".p7s", ".asc", ".sig", ".vcf", ".ics", ".html", ".htm"),
    }
)
_LEFT_OUT_TYPES = frozenset(
    {
        "application/applefile",  # the Macintosh's notes on the part beside it
        "application/ics",
        "application/pgp-encrypted",  # says only that the part beside it is encrypted
        "application/pgp-keys",
        "application/pgp-signature",
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "text/calendar",
        "text/directory",
        "text/html",
        "text/vcard",
        "text/x-vcard",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that came with a message: the sender's name for it, data and never a path."""

    name: str
    data: bytes


def attachments(message: bytes) -> tuple[Attachment, ...]:
    """Take the attachments out of a message and the messages forwarded in it, in their order.

    The message's own text, pictures and signatures are none; of a message without any the result
    is empty.

    Raises:
        Unreadable: too many parts, nested too deep, or damaged (a `mime.MessageCode`); nothing of
            such a message is taken, for what is cut off may look complete.
    """
    named = ((_name(part), part) for part in mime.parts(message))
    return tuple(Attachment(name=name, data=part.decoded()) for name, part in named if name)


def _name(part: mime.Part) -> str:
    """The name under which a part is an attachment; empty if it is none."""
    name = _file_name(part.headers)
    ending = PurePosixPath(name.lower()).suffix
    kind = part.content_type
    if name and (ending in _TABLE_ENDINGS or kind in _TABLE_TYPES):
        return name
    if kind in _TABLE_TYPES:
        return f"attachment{_TABLE_TYPES[kind]}"
    if kind.startswith("image/") or kind in _LEFT_OUT_TYPES or ending in _LEFT_OUT_ENDINGS:
        return ""
    if name:
        return name
    if part.headers.get_content_disposition() == "attachment" or kind.startswith("application/"):
        return "attachment.txt" if kind == "text/plain" else "attachment.bin"
    return ""


def _file_name(headers: Message) -> str:
    """The sender's name for a part, in whichever way it is written; empty if there is none.

    Known ways: RFC 2231, RFC 2047 inside of quotes (forbidden, and common), raw eight-bit.
    """
    try:
        name = headers.get_filename("")
    except (LookupError, TypeError, ValueError):  # the email package, on malformed RFC 2231
        name = "attachment"
    return _decoded_words(name) if "=?" in name else name


def _decoded_words(text: str) -> str:
    try:
        pieces = decode_header(text)
        return "".join(
            piece
            if isinstance(piece, str)
            else piece.decode(charset or "raw-unicode-escape", "replace")
            for piece, charset in pieces
        )
    except (HeaderParseError, LookupError, ValueError):  # a broken word, or an unknown charset
        return text
