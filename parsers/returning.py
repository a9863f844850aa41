"""The bad records of a file as they were sent, to be mended and sent back.

What is given is a file as the sender writes them: the lines before the header, the header, the bad
records in their own text, all in the same encoding, with the same delimiter, quotes and line ends,
and one column more that says what to mend. Read again under the same mapping that column is one of
those that nobody asked for.
"""

import codecs
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from parsers.header.beginning import line_start
from parsers.header.finding import Header
from parsers.mappings.mapping import Mapping
from parsers.records.dialect import BLANKS, Dialect
from parsers.records.scan import LINE_END
from parsers.records.tokens import first_record
from parsers.reject import Reject, Unreadable, UnreadableCode, clip
from parsers.shapes.filling import fill_down
from parsers.table.frame import place
from parsers.table.splitting import fields_of

COLUMN = "what to mend"
"""What the column is called that the sender's own header has not."""

# The longer mark first, as the mark of UTF-32 begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file that was read: its bytes, its characters and how they are written, and its records.

    `rows` is a frame of records (table/frame.py) without what is none of the rows, `last_line` the
    physical line on which the last record of all ends.
    """

    data: bytes
    text: str
    encoding: str
    dialect: Dialect
    header: Header
    rows: pl.DataFrame
    last_line: int


def returned(source: Source, rejects: Sequence[Reject], mapping: Mapping) -> bytes:
    """Give the file with nothing but the rejects, which are in order of line.

    Comments, repeated headers and the footer are left out, but for a footer that the mapping says
    each file has. Raises Unreadable (ENCODING) if the encoding cannot be written.
    """
    before, header = _until_header(source)
    line_end = _line_end(source)
    bad = list(_bad_records(source, rejects, mapping))
    # Behind a blank line no cell takes the value of the row above, which was another one.
    apart = line_end * 2 if mapping.rows.fill_down else line_end
    content = [before]
    content += [line + apart for line in _with_words(source, header, bad)]
    content += [line + line_end for line in _footer(source, mapping.format.footer)]
    return _encoded("".join(content), source)


def _until_header(source: Source) -> tuple[str, str | None]:
    """Give the text before the header, and the header's own; None if there is none."""
    text, header = source.text, source.header
    start = line_start(text, header.line) if header.line else None
    if start is None:
        return text[: header.body], None
    found = first_record(text[start : header.body], source.dialect)
    return text[:start], found[0].raw if found else ""


@dataclass(frozen=True, slots=True)
class _Bad:
    """A bad record: its text, its fields, whether they are certain, and what is to be mended."""

    raw: str
    fields: Sequence[str]
    certain: bool
    words: str


def _bad_records(source: Source, rejects: Sequence[Reject], mapping: Mapping) -> Iterator[_Bad]:
    """Give the rejects with their text uncut."""
    header, dialect = source.header, source.dialect
    above = _cells_from_above(source, mapping)
    lines = pl.Series([reject.line for reject in rejects], dtype=pl.Int64)
    rows = source.rows.filter(pl.col("line").is_in(lines.implode()))
    certain = ~(rows["stray"] | rows["unclosed"])
    texts = dict(zip(rows["line"], zip(rows["raw"], certain, strict=True), strict=True))
    for reject in rejects:
        raw, sure = texts[reject.line]
        fields = fields_of(raw, dialect)
        if sure and reject.line in above:
            for at, cell in above[reject.line].items():
                fields[at] = cell
            raw = _joined(fields, dialect)
        yield _Bad(raw, fields, sure, _words(reject, len(fields), len(header.columns)))


def _cells_from_above(source: Source, mapping: Mapping) -> dict[int, dict[int, str]]:
    """Give, by line and position, the cells that stand in the row above, which is not sent back."""
    frame, header = source.rows, source.header
    places = [header.find(name)[0] for name in mapping.rows.fill_down]
    if not places or source.dialect.delimiter in ("", BLANKS):
        return {}
    fits = (frame["width"] == len(header.columns)) & ~frame["stray"]
    after = fill_down(frame, places, fits)
    cells: dict[int, dict[int, str]] = {}
    for at in places:
        changed = (frame[place(at)] != after[place(at)]).fill_null(value=False)
        for line, cell in after.filter(changed).select("line", place(at)).iter_rows():
            cells.setdefault(line, {})[at] = cell
    return cells


def _words(reject: Reject, fields: int, width: int) -> str:
    """Say in words what is wrong with a record, and in which column."""
    if reject.column is None:
        return reject.message
    named = f"'{clip(reject.column)}'" in reject.message
    said = reject.message if named else f"{reject.column}: {reject.message}"
    if fields != width:
        said += f". The row has {fields} fields, but the header has {width} columns"
    return said


def _with_words(source: Source, header: str | None, bad: Sequence[_Bad]) -> list[str]:
    """Give the header and the bad records as lines with one column more."""
    dialect = source.dialect
    raws = [one.raw for one in bad] if header is None else [header, *(one.raw for one in bad)]
    if not dialect.delimiter:
        return raws
    said = [_plain(one.words, source) for one in bad]
    if dialect.delimiter == BLANKS:
        said = said if header is None else [COLUMN, *said]
        column = max(map(len, raws), default=0) + len(BLANKS)
        # A blank that stands at the same place in all lines would divide the words.
        return [
            raw.ljust(column) + words.replace(" ", "_")
            for raw, words in zip(raws, said, strict=True)
        ]
    width = len(source.header.columns)
    # What was sent back before, and was not mended to the last, has the column already.
    has_column = source.header.columns[-1:] == (COLUMN,)
    lines = [
        _line(one, words, dialect, width - has_column, has_column=has_column)
        for one, words in zip(bad, said, strict=True)
    ]
    if header is None:
        return lines
    missing = width - len(fields_of(header, dialect))
    named = header if has_column else header + dialect.delimiter * (missing + 1) + COLUMN
    return [named, *lines]


def _line(one: _Bad, words: str, dialect: Dialect, width: int, *, has_column: bool) -> str:
    """Put the words in the column behind the first `width`, or behind what a long record has."""
    raw, fields = one.raw, one.fields
    if has_column and one.certain and len(fields) > width:
        fields = fields[:-1]
        raw = _joined(fields, dialect)
    missing = max(width - len(fields), 0)
    return raw + dialect.delimiter * (missing + 1) + _field(words, dialect)


def _line_end(source: Source) -> str:
    """Give what ends the header, or the first row."""
    header = source.header
    start = line_start(source.text, header.line) if header.line else header.body
    found = first_record(source.text[start:], source.dialect)
    end = LINE_END.search(source.text[: (start or 0) + found[1]][-2:]) if found else None
    return end[0] if end else "\n"


def _joined(fields: Sequence[str], dialect: Dialect) -> str:
    return dialect.delimiter.join(_field(field, dialect) for field in fields)


def _field(value: str, dialect: Dialect) -> str:
    """Write a field so that it is read again as it is, if the dialect has a way to."""
    delimiter, quote, escape = dialect.delimiter, dialect.quote, dialect.escape
    special = [sign for sign in (delimiter, quote, escape, "\n", "\r") if sign]
    if value == value.strip() and not any(sign in value for sign in special):
        return value
    if quote:
        if escape:
            value = value.replace(escape, escape * 2)
        return quote + value.replace(quote, (escape or quote) + quote) + quote
    if escape:
        return value.replace(delimiter, escape + delimiter)
    return value.replace(delimiter, "_" if " " in delimiter else " ")


def _plain(words: str, source: Source) -> str:
    """Give words on one line, in characters that the encoding has.

    Typographic signs are never among them: in a file that is else plain ASCII they would say of its
    encoding what the sender's files do not.
    """
    words = " ".join(words.replace("\N{HORIZONTAL ELLIPSIS}", "...").split())
    words = words.replace("\N{REPLACEMENT CHARACTER}", "?")
    if words.isascii():
        return words
    codec, _ = _codec(source)
    return "".join(char if _has(codec, char) else _ascii(char) for char in words)


def _has(codec: str, char: str) -> bool:
    try:
        return char.encode(codec).decode(codec) == char
    except UnicodeError:
        return False


def _ascii(char: str) -> str:
    return unicodedata.normalize("NFKD", char).encode("ascii", "ignore").decode() or "?"


def _footer(source: Source, pinned: str | int | None) -> list[str]:
    """Give the lines of the footer without which the mapping would have the file held.

    Of one that is pinned by its beginning this is enough, and states nothing. That of a number of
    lines is given as it was sent: what it states is not read.
    """
    if isinstance(pinned, str):
        beginning = pinned.strip(" \t\"'")
        return [beginning] if beginning else []
    start = line_start(source.text, source.last_line - pinned + 1) if pinned else None
    return [] if start is None else LINE_END.split(source.text[start:])[:pinned]


def _codec(source: Source) -> tuple[str, bytes]:
    """Give the codec that writes no mark, and the file's own byte order mark."""
    for mark, codec in _MARKS:
        if source.data.startswith(mark) and codec.startswith(_family(source.encoding)):
            return codec, mark
    family = _family(source.encoding)
    return (f"{family}-le" if family in ("utf-16", "utf-32") else family), b""


def _family(encoding: str) -> str:
    """The encoding without what it says of a byte order mark."""
    name = codecs.lookup(encoding).name
    return name.removesuffix("-sig") if name.startswith("utf-8") else name


def _encoded(content: str, source: Source) -> bytes:
    codec, mark = _codec(source)
    try:
        return mark + content.encode(codec)
    except UnicodeEncodeError as error:
        raise Unreadable(
            UnreadableCode.ENCODING,
            f"'{clip(content[error.start : error.end])}' can be read in {codec} and not written.",
            remedy="Look at the rejects without --as-sent.",
        ) from error
