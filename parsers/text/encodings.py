"""From bytes to characters: UTF-8, -16, -32, and what of the older encodings is plausible.

What is valid UTF-8 is UTF-8, unless that makes one or two words that are none, as Chinese of two
or three characters can by chance: then it has rivals, too. For all else every encoding in use is
weighed: what a letter's neighbours are in the languages it is for, what sign stands inside a
word, which names of columns are found (`parsers.text.charsets`). The best is taken; those that are
about as plausible are its *rivals*. The rule for them: a file is held only if a cell or header
that is mapped reads otherwise in a rival (`rival_reading`). 'Zürich' is the same in Windows-1252,
-1250 and ISO-8859-15, and nonsense in the others, so it loads; a till that writes 'Niño' and
nothing else beyond ASCII, under an English header, is held, as it may be the Polish 'Nińo': a
line in the mapping settles it.

Measured on 9,935 small files, each under two headers: three lists of names of shops, towns and
goods in up to 34 languages, in each of the encodings that their tills may use, 5 to 200 rows.
Read rightly with no cell in doubt, in encodings of Windows and East Asia and (in brackets) of
DOS, ISO and Macintosh:

    different names   header in English   header in the language, without accents
    1                 47 % (43 %)         70 % (56 %)
    2                 61 % (64 %)         76 % (76 %)
    5                 95 % (95 %)         96 % (96 %)
    6 to 20           98 % (96 %)         98 % (96 %)

All others are held; none was read wrongly without a rival but one: 'Уфа' of code page 855, whose
three bytes are one sign of Chinese in UTF-8. The margins were chosen on the first list; the other
two, written after it, each showed one kind of misreading when first read (a file of Chinese taken
for Korean; DOS code page 775, where a vowel of Estonian is another one in Windows), and both
kinds were mended. So names not listed here may show more. On the third list, under the header in
English, charset-normalizer 3.5.2 reads 21 % of the files with one name rightly and 43 % of those
with most, chardet 7.7.0 63 % and 91 %, and neither tells which are in doubt: so neither is used.
"""

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass

from parsers.money.written import may_be_amount
from parsers.reject import Unreadable, UnreadableCode, clip
from parsers.text.charsets.amounts import cells_like_amounts, without_amounts
from parsers.text.charsets.choice import choose, doubt_utf8, is_rather_utf8
from parsers.text.charsets.table import ENCODINGS
from parsers.text.lines import line_at, line_of_byte

# The longer mark first: the mark of UTF-32 begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MARK = "\ufeff"
_WITHOUT_MARK = (("utf-32-le", 4), ("utf-32-be", 4), ("utf-16-le", 2), ("utf-16-be", 2))
_HEAD_BYTES = 1 << 16
_SHOWN = 30  # characters on either side of the first that shows an encoding
_EACH_AT_MOST = 19.0  # cost of an average byte beyond ASCII: no reading is words
# 1A ends texts of DOS, 1B begins escapes, and 1E and 1F are ASCII's own marks between records and
# fields: some exports divide by them.
_CONTROLS = bytes(set(range(0x20)) - set(b"\t\n\v\f\r\x1a\x1b\x1e\x1f"))
_A_FEW, _CONTROLS_AT_MOST = 2, 0.05  # of all bytes: binary data has twice as many by chance
_PLAIN_AT_LEAST = 0.2  # of UTF-16 without a mark
_ZEROS = "\0\0"
# A character beyond ASCII that is not a byte escaped as a lone surrogate.
_VALID_BEYOND_ASCII = re.compile("[^\x00-\x7f\udc80-\udcff]")
_BETWEEN_GROUPS = re.compile(r"(?<=[0-9])['’\s](?=[0-9]{3})")  # noqa: RUF001 - as is written
_TWO_PLACES = re.compile("[.,][0-9]{2}(?![0-9])")
_HZ = re.compile(rb"~\{[!-~]{2,}~\}")
_REMEDY_AGAIN = "Ask the sender for the whole file."
_REMEDY_PIN = 'Find out the encoding and pin it in the mapping: [format] encoding = "...".'


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """The characters of a file without its byte order mark, and the encoding they came in.

    `rivals` are the other encodings that are about as plausible, the best one first.
    """

    content: str
    encoding: str
    rivals: tuple[str, ...] = ()


def decode(data: bytes, pinned: str | None, expected: Iterable[str] = ()) -> Decoded:
    """Decode a file. A pinned encoding is taken at its word, else the bytes decide.

    `expected` are the names of columns that are hoped for: found in one encoding and not in the
    others, they decide. NULs in otherwise plain text are kept.
    Raises Unreadable (NOT_A_TABLE, ENCODING, CONTRADICTS_MAPPING, CUT_SHORT).
    """
    decoded = _decode(data, pinned, expected)
    if decoded.content.endswith(_ZEROS):
        whole = len(decoded.content.rstrip("\0"))
        raise Unreadable(
            UnreadableCode.CUT_SHORT,
            f"From line {line_at(decoded.content, whole)} on the file is filled with zeros "
            f"({len(decoded.content) - whole:,} of them), as a crash leaves it.",
            remedy=_REMEDY_AGAIN,
        )
    return decoded


def rival_reading(text: str, decoded: Decoded) -> tuple[str, str] | None:
    """Give the likeliest rival that reads a text of the file otherwise, and its reading.

    An amount is no other one if only another sign stands between groups of its digits.
    """
    if not decoded.rivals or (text.isascii() and not decoded.content.isascii()):
        return None
    try:
        data = text.encode(decoded.encoding)
    except UnicodeEncodeError:
        return None
    for rival in decoded.rivals:
        reading = data.decode(rival, "replace")
        if reading != text and _plain_amount(reading) != _plain_amount(text):
            return rival, reading
    return None


def _plain_amount(text: str) -> str:
    """Leave out the signs between groups, if there are two places: else it may be an id."""
    return _BETWEEN_GROUPS.sub("", text) if _TWO_PLACES.search(text) else text


def hidden_utf8(text: str, encoding: str) -> str | None:
    """Give what a cell is in UTF-8, if it is UTF-8 though its file is in another encoding."""
    try:
        data = text.encode(encoding)
    except UnicodeEncodeError:
        return None
    if data.isascii() or not is_rather_utf8(data, encoding):
        return None
    return data.decode("utf-8")


def _decode(data: bytes, pinned: str | None, expected: Iterable[str]) -> Decoded:
    if pinned is not None:
        return _decode_pinned(data, pinned)
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _decode_as(data, name)
    if b"\0" in data[:_HEAD_BYTES]:
        wide = _wide_encoding(data)
        if wide is not None:
            return _decode_as(data, wide)
    _refuse_binary(data)
    try:
        content = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return _decode_older(data, error, expected)
    if content.isascii():
        return _escaped(data) or Decoded(content=content, encoding="utf-8")
    return Decoded(content=content, encoding="utf-8", rivals=doubt_utf8(data, content))


def _refuse_binary(data: bytes) -> None:
    head = data.rstrip(b"\0")[:_HEAD_BYTES]
    controls = len(head) - len(head.translate(None, _CONTROLS))
    if controls > max(_A_FEW, _CONTROLS_AT_MOST * len(head)):
        raise Unreadable(
            UnreadableCode.NOT_A_TABLE,
            "This is not a table of text: it looks like binary data.",
            remedy="Look at the file. If it is text in an encoding of two bytes a character, pin "
            'it in the mapping: [format] encoding = "utf-16-le". Else ask the sender for the '
            "export as CSV.",
        )


def _wide_encoding(data: bytes) -> str | None:
    """Tell UTF-16 and UTF-32 without a mark by their zeros, which must all be halves of letters."""
    for name, width in _WITHOUT_MARK:
        whole = len(data) - len(data) % width
        try:
            head = codecs.getincrementaldecoder(name)().decode(data[: min(whole, _HEAD_BYTES)])
        except UnicodeDecodeError:
            continue
        head = head.rstrip("\0")
        plain = sum("\t" <= char <= "~" for char in head)
        # Delimiters, digits and line ends are ASCII whatever the language.
        if head and "\0" not in head and plain > _PLAIN_AT_LEAST * len(head):
            return name
    return None


def _escaped(data: bytes) -> Decoded | None:
    """Read what is plain ASCII with escapes to other characters: ISO-2022, and perhaps HZ."""
    if b"\x1b$" in data or b"\x1b(J" in data:
        korean = b"\x1b$)C" in data  # RFC 1557: it announces itself so
        for name in ("iso2022_kr",) if korean else ("iso2022_jp_2",):
            try:
                return Decoded(content=data.decode(name), encoding=name)
            except UnicodeDecodeError:
                continue
    if _HZ.search(data):
        return Decoded(content=data.decode("ascii"), encoding="utf-8", rivals=("hz",))
    return None


def _decode_older(data: bytes, not_utf8: UnicodeDecodeError, expected: Iterable[str]) -> Decoded:
    """Decode what is not UTF-8 in the most plausible of the other encodings.

    A file cut in the middle of a character, or two exports pasted together, must not turn each
    accent of the others into two wrong letters.
    """
    line = line_of_byte(data, not_utf8.start)
    partly = _VALID_BEYOND_ASCII.search(data.decode("utf-8", "surrogateescape")) is not None
    if partly and not_utf8.end == len(data) and not_utf8.reason == "unexpected end of data":
        raise Unreadable(
            UnreadableCode.CUT_SHORT,
            f"The file ends in the middle of a character, on line {line}.",
            remedy=_REMEDY_AGAIN,
        ) from not_utf8
    choice = choose(data, expected)
    if partly and choice.is_partly_utf8:
        raise Unreadable(
            UnreadableCode.ENCODING,
            f"Some of the text is UTF-8, but line {line} is not.",
            remedy="Ask the sender for the file again, as it may have been cut. If it is meant to "
            'be so, pin the encoding in the mapping: [format] encoding = "cp1252"; rows in which a '
            "mapped cell is UTF-8 are then rejects.",
        ) from not_utf8
    for place, candidate in enumerate(choice.candidates):
        if candidate.each > _EACH_AT_MOST:
            continue
        try:
            content = data.decode(candidate.encoding)
        except UnicodeDecodeError:  # beyond the sample
            continue
        others = choice.candidates[:place] + choice.candidates[place + 1 :]
        return Decoded(
            content=content,
            encoding=candidate.encoding,
            rivals=tuple(other.encoding for other in others if other.is_rival),
        )
    raise Unreadable(
        UnreadableCode.ENCODING,
        f"The text is not UTF-8 (see line {line}), and there are no words in it in any other "
        "encoding.",
        remedy=_REMEDY_PIN,
    ) from not_utf8


def _decode_pinned(data: bytes, encoding: str) -> Decoded:
    decoded = _decode_as(data, encoding)
    _refuse_binary(decoded.content[:_HEAD_BYTES].encode("utf-8", "replace"))
    _refuse_hidden_utf8(data, encoding)
    _refuse_lost_amounts(data, encoding)
    return decoded


def _decode_as(data: bytes, encoding: str) -> Decoded:
    try:
        content = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = line_at(data[: error.start].decode(encoding, "replace"), len(data))
        if error.end == len(data) and _is_end_missing(error):
            raise Unreadable(
                UnreadableCode.CUT_SHORT,
                f"The file ends in the middle of a character of {encoding}, on line {line}.",
                remedy=_REMEDY_AGAIN,
            ) from error
        found = clip(repr(data[error.start : error.start + 4])[1:])
        raise Unreadable(
            UnreadableCode.ENCODING,
            f"Line {line} is not {encoding}: the bytes {found} mean nothing in it.",
            remedy="If the shop's export has changed, correct [format] encoding in the mapping, or "
            "leave it out to have it found in each file: the file then loads by itself.",
        ) from error
    return Decoded(content=content.removeprefix(_MARK), encoding=encoding)


def _is_end_missing(error: UnicodeDecodeError) -> bool:
    return error.reason in (
        "truncated data",
        "unexpected end of data",
        "incomplete multibyte sequence",
    )


def _refuse_hidden_utf8(data: bytes, pinned: str) -> None:
    """Refuse UTF-8 under a pinned encoding of one byte a character, which reads nearly any bytes.

    Text in such an encoding is next to never valid UTF-8 by chance.
    """
    if data.isascii() or not _is_eight_bits(pinned):
        return
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return
    at = len(data) - len(data.lstrip(bytes(range(0x80))))  # in both: what stands before is ASCII
    before, after = text[max(at - _SHOWN, 0) : at], text[at : at + _SHOWN]
    shown = re.split(r"\W", before)[-1] + re.split(r"(?<=.)\W", after)[0]
    misread = shown.encode().decode(pinned)
    raise Unreadable(
        UnreadableCode.CONTRADICTS_MAPPING,
        f'The mapping says encoding = "{pinned}", but the text is UTF-8: '
        f"line {line_at(text, at)} has '{clip(shown.lstrip(_MARK))}', not '{clip(misread)}'.",
        remedy='If the shop\'s export has changed, set [format] encoding = "utf-8" in the mapping, '
        "or leave it out to have it found in each file: the file then loads by itself.",
    )


def _refuse_lost_amounts(data: bytes, pinned: str) -> None:
    """Refuse a pinned encoding in which amounts are none, if the likeliest one makes them such.

    All those rows would be rejects, and nothing would say why.
    """
    cells = [] if data.isascii() else cells_like_amounts(data)
    names = (pinned, *(each.name for each in ENCODINGS))
    if not _is_eight_bits(pinned) or pinned not in without_amounts(cells, names):
        return
    better = next((each.encoding for each in choose(data, ()).candidates), pinned)
    if pinned not in without_amounts(cells, (pinned, better)):
        return
    cell = next(each for each in cells if not may_be_amount(each.decode(pinned, "replace")))
    shown, meant = (clip(cell.decode(each, "replace").strip()) for each in (pinned, better))
    raise Unreadable(
        UnreadableCode.CONTRADICTS_MAPPING,
        f'The mapping says encoding = "{pinned}", but then amounts are none: line '
        f"{line_of_byte(data, data.find(cell))} has '{shown}', which is '{meant}' in {better}.",
        remedy=f'If the shop\'s export has changed, set [format] encoding = "{better}" in the '
        "mapping, or leave it out to have it found in each file: the file then loads by itself.",
    )


def _is_eight_bits(encoding: str) -> bool:
    """Whether each byte is a character of its own: not so in UTF-8, UTF-16 or Shift JIS."""
    high = bytes(range(0x80, 0x100))
    umlaut = "\u00e4".encode()
    return len(high.decode(encoding, "replace")) == len(high) and (
        len(umlaut.decode(encoding, "replace")) == len(umlaut)
    )
