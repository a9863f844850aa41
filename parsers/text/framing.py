"""From bytes to text: what kind of file it is, and that it is a text of lines."""

import codecs
import re
from collections.abc import Iterable

from parsers.containers.kinds import is_container
from parsers.reject import Unreadable, UnreadableCode
from parsers.text.encodings import Decoded, decode
from parsers.text.lines import line_at

LINE_MAX_CHARACTERS = 1 << 20

# The first bytes of files that people attach by mistake, and what to call them.
_MAGIC = (
    (b"%PDF-", "a PDF document"),
    (b"\x89PNG\r\n\x1a\n", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF87a", "a picture (GIF)"),
    (b"GIF89a", "a picture (GIF)"),
    (b"II*\0", "a picture (TIFF)"),
    (b"MM\0*", "a picture (TIFF)"),
    (b"PK\x03\x04", "a zip archive or an Excel workbook"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel or Office document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\0", "an xz archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90\0", "a Windows program"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"PAR1", "a Parquet file"),
    (b"{\\rtf", "an RTF document"),
)
_TAR, _TAR_AT = b"ustar", 257
_WINMAIL = b"\x78\x9f\x3e\x22"  # the signature of TNEF: [MS-OXTNEF]
_RIFF = re.compile(rb"RIFF....(WEBP|WAVE|AVI )", re.DOTALL)
_MARKUP = re.compile(rb"\s*(<!doctype html|<html|<\?xml|<svg)", re.IGNORECASE)

_REMEDY_KIND = (
    "Ask the sender for the export as CSV; if it is inside this file, unpack it and send it again."
)
_REMEDY_CONTAINER = (
    "Deliver it as it is: it is then opened, and each table in it is a delivery of its own. If it "
    "was part of another container or of an email, ask the sender to send it by itself."
)
_REMEDY_WINMAIL = (
    "Outlook packs files into winmail.dat when it sends Rich Text. Ask the sender to set the "
    "format of mails to HTML or plain text, and to send it again."
)


Text = Decoded


def read_text(data: bytes, encoding: str | None, expected: Iterable[str] = ()) -> Text:
    """Decode a file; a pinned encoding is taken at its word, else the bytes decide.

    `expected` are the columns that the mapping hopes to find. How the encoding is found, and what
    rivals are: `parsers.text.encodings`.
    Raises Unreadable (NOT_A_TABLE, ENCODING, CONTRADICTS_MAPPING, CUT_SHORT, TOO_WIDE).
    """
    refuse_other_kinds(data)
    text = decode(data, encoding, expected)
    _refuse_long_lines(text.content)
    return text


def refuse_other_kinds(data: bytes) -> None:
    """Refuse what its first bytes say is no text of a table. Raises Unreadable (NOT_A_TABLE)."""
    head = data[:512]
    remedy = _REMEDY_KIND
    kind = next((words for magic, words in _MAGIC if head.startswith(magic)), None)
    if kind is None and _RIFF.match(head):
        kind = "a picture, sound or film (RIFF)"
    if kind is None and _MARKUP.match(head.removeprefix(codecs.BOM_UTF8)):
        kind = "a web page or XML document"
    if is_container(head):
        remedy = _REMEDY_CONTAINER
    if head.startswith(_TAR, _TAR_AT):
        kind = "a tar archive"
    if head.startswith(_WINMAIL):
        kind, remedy = "a winmail.dat of Outlook", _REMEDY_WINMAIL
    if kind is not None:
        raise Unreadable(
            UnreadableCode.NOT_A_TABLE,
            f"This is not a table of text: it looks like {kind}.",
            remedy=remedy,
        )


def _refuse_long_lines(text: str) -> None:
    """Refuse a line of more than 1 MiB: no table has one, and splitting it costs gigabytes."""
    start = 0
    while len(text) - start > LINE_MAX_CHARACTERS:
        # The last line end within reach, so that a file of short lines is done in big strides.
        reach = start + LINE_MAX_CHARACTERS + 1
        end = max(text.rfind("\n", start, reach), text.rfind("\r", start, reach))
        if end < 0:
            raise Unreadable(
                UnreadableCode.TOO_WIDE,
                f"Line {line_at(text, start)} is longer than {LINE_MAX_CHARACTERS:,} characters: "
                "this is not a table of text that a till writes.",
                remedy="Look at the file: its line ends may have been lost on the way.",
            )
        start = end + 1
