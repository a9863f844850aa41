"""What kind of file it is, and in which encoding, is told from its bytes."""

import codecs

import pytest

from parsers.framing import LINE_MAX_CHARACTERS, line_at, read_text
from parsers.reject import Unreadable, UnreadableCode

TEXT = "Größe;Preis\n1;12,50 €\n"


def _refusal(data: bytes, encoding: str | None = None) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        read_text(data, encoding)
    return caught.value


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-32", "utf-32"),
        ("cp1252", "cp1252"),
    ],
)
def test_the_encoding_is_found(written: str, said: str) -> None:
    """A mark, else UTF-8 if it is valid, else Windows-1252; the mark is no part of the text."""
    text = read_text(TEXT.encode(written), None)
    assert (text.content, text.encoding) == (TEXT, said)


def test_big_endian_utf_16_is_told_by_its_mark() -> None:
    """The mark says the order of bytes."""
    assert read_text(codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), None).content == TEXT


def test_a_pinned_encoding_is_taken_at_its_word() -> None:
    """The bytes would be valid Windows-1252 too, but the mapping knows better."""
    assert read_text("złoty".encode("cp1250"), "cp1250").content == "złoty"


def test_a_mark_is_dropped_under_a_pinned_encoding_too() -> None:
    """An export that begins to write a mark must not change the first header."""
    assert read_text(TEXT.encode("utf-8-sig"), "utf-8").content == TEXT


def test_bytes_that_contradict_the_pin_hold_the_file() -> None:
    """The line is named on which the first of them stands."""
    refusal = _refusal(b"a,b\nc,\xff\n", "utf-8")
    assert refusal.code is UnreadableCode.ENCODING
    assert "Line 2 is not utf-8" in refusal.message
    assert "encoding" in refusal.remedy


def test_bytes_of_no_likely_encoding_hold_the_file() -> None:
    """0x81 is neither valid here in UTF-8 nor a character of Windows-1252."""
    refusal = _refusal(b"a,b\n\x81,2\n")
    assert refusal.code is UnreadableCode.ENCODING
    assert "line 2" in refusal.message


@pytest.mark.parametrize(
    "data", [TEXT.encode() + b"\xc3", TEXT.encode() + TEXT.encode("cp1252")], ids=["cut", "pasted"]
)
def test_text_that_is_utf_8_in_part_is_never_taken_for_windows(data: bytes) -> None:
    """A file cut in the middle of a character would else have two letters for each accent."""
    refusal = _refusal(data)
    assert refusal.code is UnreadableCode.ENCODING
    assert "line 3 is not" in refusal.message


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.7\n", "PDF"),
        (b"\x89PNG\r\n\x1a\n\0\0", "picture"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "picture"),
        (b"GIF89a\x01\0", "picture"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "picture"),
        (b"PK\x03\x04\x14\0", "zip archive or an Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel"),
        (b"\x1f\x8b\x08\0", "gzip"),
        (b"\x7fELF\x02\x01", "program"),
        (b"MZ\x90\0\x03", "program"),
        (b"<!DOCTYPE html><table>", "web page"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>", "web page or XML"),
        (b"\x81\0\x01\x02", "binary data"),
    ],
)
def test_what_is_not_text_is_told_by_its_bytes(data: bytes, kind: str) -> None:
    """The sender is told what the file looks like, whatever its name."""
    refusal = _refusal(data)
    assert refusal.code is UnreadableCode.NOT_A_TABLE
    assert "not a table of text" in refusal.message
    assert kind in refusal.message


def test_a_nul_byte_is_located() -> None:
    """Text without a mark in two bytes a character, or a damaged file."""
    refusal = _refusal("a,b\r\n1,2\r\n".encode("utf-16-le"))
    assert refusal.code is UnreadableCode.NOT_A_TABLE
    assert "line 1 holds a NUL" in refusal.message
    assert "utf-16-le" in refusal.remedy


def test_a_line_beyond_any_table_is_refused_before_it_is_split() -> None:
    """The line is named; a line of just the limit passes."""
    refusal = _refusal(b"a,b\r\n" + b"," * (LINE_MAX_CHARACTERS + 1))
    assert refusal.code is UnreadableCode.TOO_WIDE
    assert "Line 2 " in refusal.message
    longest = b"a\r" + b"," * LINE_MAX_CHARACTERS + b"\r" + b"b" * LINE_MAX_CHARACTERS
    assert read_text(longest, None).content == longest.decode()


@pytest.mark.parametrize(("position", "line"), [(0, 1), (2, 2), (4, 3), (6, 4)])
def test_lines_are_counted_whatever_their_end(position: int, line: int) -> None:
    """LF, CR and CRLF each end one line."""
    assert line_at("a\nb\rc\nd", position) == line
    assert line_at("a\r\nb", 3) == 2
