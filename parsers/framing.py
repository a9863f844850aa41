"""From bytes to text: what kind of file it is, how it is encoded, and that it is text at all."""

import codecs
import re
from dataclasses import dataclass

from parsers.reject import Unreadable, UnreadableCode, clip

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
_RIFF = re.compile(rb"RIFF....(WEBP|WAVE|AVI )", re.DOTALL)
_MARKUP = re.compile(rb"\s*(<!doctype html|<html|<\?xml|<svg)", re.IGNORECASE)

# The longer mark first: the mark of UTF-32 begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# A character beyond ASCII that is not a byte escaped as a lone surrogate.
_VALID_BEYOND_ASCII = re.compile("[^\x00-\x7f\udc80-\udcff]")
_REMEDY_KIND = (
    "Ask the sender for the export as CSV; if it is inside this file, unpack it and send it again."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """The characters of a file without its byte order mark, and the encoding they came in."""

    content: str
    encoding: str


def read_text(data: bytes, encoding: str | None) -> Text:
    """Decode a file; a pinned encoding is taken at its word, else the bytes decide.

    Without a pin: a byte order mark, then UTF-8 if all bytes are valid in it, then Windows-1252.
    Raises Unreadable (NOT_A_TABLE, ENCODING, TOO_WIDE).
    """
    _refuse_other_kinds(data)
    text = _decode(data, encoding)
    if (at := text.content.find("\0")) >= 0:
        line = line_at(text.content, at)
        raise Unreadable(
            UnreadableCode.NOT_A_TABLE,
            f"This is not a table of text: line {line} holds a NUL byte, as binary files do.",
            remedy="Look at the file. If it is text in UTF-16, pin it in the mapping: [format] "
            'encoding = "utf-16-le", then: dropsafe replay ID. Else ask the sender for the export '
            "as CSV.",
        )
    _refuse_long_lines(text.content)
    return text


def _refuse_other_kinds(data: bytes) -> None:
    head = data[:512]
    kind = next((words for magic, words in _MAGIC if head.startswith(magic)), None)
    if kind is None and _RIFF.match(head):
        kind = "a picture, sound or film (RIFF)"
    if kind is None and _MARKUP.match(head.removeprefix(codecs.BOM_UTF8)):
        kind = "a web page or XML document"
    if kind is not None:
        raise Unreadable(
            UnreadableCode.NOT_A_TABLE,
            f"This is not a table of text: it looks like {kind}.",
            remedy=_REMEDY_KIND,
        )


def _decode(data: bytes, pinned: str | None) -> Text:
    if pinned is not None:
        return _decode_pinned(data, pinned)
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _decode_pinned(data, name)
    try:
        return Text(content=data.decode("utf-8"), encoding="utf-8")
    except UnicodeDecodeError as error:
        return _decode_eight_bits(data, error)


def _decode_eight_bits(data: bytes, not_utf8: UnicodeDecodeError) -> Text:
    """Decode what is not UTF-8 as Windows-1252, unless some of it is UTF-8 for all that.

    A file cut in the middle of a character, or two exports pasted together, must not turn each
    accent of the others into two wrong letters.
    """
    line = data.count(b"\n", 0, not_utf8.start) + 1
    try:
        content = data.decode("cp1252")
    except UnicodeDecodeError as neither:
        # Binary data is told as such: its encoding is beside the point.
        if b"\0" in data:
            raise Unreadable(
                UnreadableCode.NOT_A_TABLE,
                "This is not a table of text: it looks like binary data.",
                remedy=_REMEDY_KIND,
            ) from neither
        raise Unreadable(
            UnreadableCode.ENCODING,
            f"The text is neither UTF-8 (see line {line}) nor Windows-1252.",
            remedy='Find out the encoding and pin it in the mapping: [format] encoding = "..."',
        ) from neither
    if _VALID_BEYOND_ASCII.search(data.decode("utf-8", "surrogateescape")):
        raise Unreadable(
            UnreadableCode.ENCODING,
            f"Some of the text is UTF-8, but line {line} is not.",
            remedy="Ask the sender for the file again, as it may have been cut. If it is meant to "
            'be so, pin the encoding in the mapping: [format] encoding = "cp1252".',
        ) from not_utf8
    return Text(content=content, encoding="cp1252")


def _decode_pinned(data: bytes, encoding: str) -> Text:
    try:
        content = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        found = clip(repr(data[error.start : error.start + 4])[1:])
        raise Unreadable(
            UnreadableCode.ENCODING,
            f"Line {line} is not {encoding}: the bytes {found} mean nothing in it.",
            remedy="If the shop's export has changed, correct [format] encoding in the mapping, or "
            "leave it out to have it found in each file; then replay.",
        ) from error
    return Text(content=content.removeprefix("\ufeff"), encoding=encoding)


def line_at(text: str, position: int) -> int:
    """Number the physical line, from 1, on which a position in a text stands."""
    before = text[:position]
    return 1 + before.count("\n") + before.count("\r") - before.count("\r\n")


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
