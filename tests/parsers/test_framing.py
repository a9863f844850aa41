"""What kind of file it is, and in which encoding, is told from its bytes."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.reject import Unreadable, UnreadableCode
from parsers.text.framing import LINE_MAX_CHARACTERS, read_text
from parsers.text.lines import line_at

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


EIGHT_BITS = ("cp1252", "latin-1", "iso8859-15", "cp1250", "cp437", "cp850", "mac_roman")
words = st.lists(st.sampled_from(("é", "ü", "ß", "ñ", "ø", "£", "a", "Ab", "1", " ", ";", "\n")))


@given(words.map("".join), st.sampled_from(EIGHT_BITS))
def test_utf_8_is_never_read_as_an_encoding_of_one_byte_a_character(text: str, pin: str) -> None:
    """The file is held with both readings and the line, or it is ASCII and there is but one."""
    data = text.encode()
    if data.isascii():
        assert read_text(data, pin).content == text
        return
    refusal = _refusal(data, pin)
    if refusal.code is UnreadableCode.ENCODING:  # a byte that means nothing in the pinned one
        with pytest.raises(UnicodeDecodeError):
            data.decode(pin)
        return
    assert refusal.code is UnreadableCode.CONTRADICTS_MAPPING
    first = next(number for number, line in enumerate(data.split(b"\n"), 1) if not line.isascii())
    assert f"line {first} has" in refusal.message


@given(words.map("-".join), st.sampled_from(EIGHT_BITS))
def test_text_in_the_pinned_encoding_is_read(text: str, pin: str) -> None:
    """Single letters beyond ASCII are not valid UTF-8, and contradict nothing."""
    data = text.encode(pin, "ignore")
    assert read_text(data, pin).content == data.decode(pin)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("a;b\nCafé Größe;1\n".encode(), "line 2 has 'Café', not 'CafÃ©'"),
        ("a;b\r1;12,50 £".encode(), "line 2 has '£', not 'Â£'"),
        (b"\xef\xbb\xbfStore;Total\n", "line 1 has 'Store', not 'ï»¿Store'"),
    ],
)
def test_both_readings_of_hidden_utf_8_are_shown(data: bytes, words: str) -> None:
    """The word is shown in which the first letter beyond ASCII stands, or the mark before it."""
    refusal = _refusal(data, "cp1252")
    assert words in refusal.message
    assert 'encoding = "cp1252"' in refusal.message
    assert 'encoding = "utf-8"' in refusal.remedy


def test_kana_of_one_byte_are_no_utf_8() -> None:
    """Shift JIS pairs bytes otherwise: what is valid UTF-8 by chance may well be meant."""
    data = "ﾃｩ".encode("shift_jis")
    assert data.decode("utf-8") == "é"
    assert read_text(data, "shift_jis").content == "ﾃｩ"


def test_bytes_of_no_likely_encoding_hold_the_file() -> None:
    """No encoding makes words of them: there are signs inside, or letters of two scripts."""
    refusal = _refusal(b"a,b\nt\xf2l\xdbn\xebk\xb5s\xe2l\xc8k\x86k\x83,2\n")
    assert refusal.code is UnreadableCode.ENCODING
    assert "line 2" in refusal.message


def test_text_that_is_utf_8_in_part_is_never_taken_for_windows() -> None:
    """Two exports pasted together would else have two letters for each accent of the first."""
    refusal = _refusal(TEXT.encode() + TEXT.encode("cp1252"))
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
        (b"\x78\x9f\x3e\x22\x01\0", "winmail.dat of Outlook"),
        (b"\x81\0\x01\x02", "binary data"),
    ],
)
def test_what_is_not_text_is_told_by_its_bytes(data: bytes, kind: str) -> None:
    """The sender is told what the file looks like, whatever its name."""
    refusal = _refusal(data)
    assert refusal.code is UnreadableCode.NOT_A_TABLE
    assert "not a table of text" in refusal.message
    assert kind in refusal.message


def test_who_sent_a_winmail_dat_is_told_the_way_out() -> None:
    """No other file helps: it is the mail's format that packs them."""
    assert "HTML or plain text" in _refusal(b"\x78\x9f\x3e\x22\x01\0").remedy


def test_utf_16_is_told_without_a_mark() -> None:
    """Each zero in it is half of a letter."""
    text = read_text("a,b\r\n1,2\r\n".encode("utf-16-le"), None)
    assert (text.content, text.encoding) == ("a,b\r\n1,2\r\n", "utf-16-le")


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
