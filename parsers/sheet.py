"""A file as dropsafe sees it, for people to look at: all records, and what was found out.

This is a looking glass and no loader. Nothing is repaired and nothing is held: where the evidence
does not decide, the best reading is given and the doubt is said. What is not among the records is
listed as left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from parsers.dialects.evidence import weigh
from parsers.dialects.shown_as import (
    Shown,
    with_line_ends,
    with_plain_quotes,
    without_signs_at_the_end,
)
from parsers.dialects.whole_lines import unwrapped
from parsers.header.beginning import count_line_ends, line_start
from parsers.header.finding import Header, find_header
from parsers.mappings.format import Format
from parsers.records.dialect import Dialect
from parsers.records.skipped import Skipped
from parsers.records.tokens import Record, read_records
from parsers.reject import Unreadable, UnreadableCode
from parsers.text.encodings import Decoded, decode
from parsers.trailer.cut_short import has_final_line_end
from parsers.trailer.parting import part

_EMPTY = Header(delimiter="", columns=(), line=0, body=0, next_line=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What was found out about a file.

    `rivals` are other encodings as plausible as `encoding`. `header_line` is a physical line, 0 if
    there is no header. `left_out` are lines that are none of the rows, in order; `blank_lines` is
    how many have nothing but blanks and delimiters. `ragged` are the line and the number of fields
    of each record that has not as many as the header, `stray_quotes` and `unclosed_quotes` the
    lines of records whose quotes make no sense. `last_line_ended` is whether a line end follows
    the last line. `doubts` are sentences: where another reading is possible, or a pin is not met.
    """

    encoding: str
    rivals: tuple[str, ...]
    dialect: Dialect
    header_line: int
    left_out: tuple[Skipped, ...]
    blank_lines: int
    ragged: tuple[tuple[int, int], ...]
    stray_quotes: tuple[int, ...]
    unclosed_quotes: tuple[int, ...]
    last_line_ended: bool
    doubts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The records below the header, each with its physical line and as many fields as it has.

    `header` has the names as the file writes them, else `column 1`, `column 2` and so on.
    """

    header: tuple[str, ...]
    records: list[tuple[int, list[str]]]
    findings: Findings


def read_sheet(data: bytes, layout: Format, names: Sequence[str] = ()) -> Sheet:
    """Read a file for people to look at; `names` are columns that are known to be there.

    Raises Unreadable only if there is no text at all in it (NOT_A_TABLE), or none to be shown
    (TOO_WIDE).
    """
    doubts: list[str] = []
    decoded = _decode(data, layout, names, doubts)
    text = _shown(decoded.content, layout, doubts)
    evidence = weigh(text, layout, names)
    doubts += [doubt.message for doubt in evidence.doubts]
    dialect = evidence.dialect
    header = _header(text, dialect, layout, names, doubts)
    width = len(header.columns)
    body = text[header.body :]
    records = list(
        read_records(body, dialect, first_line=header.next_line, width=width or None, guess=True)
    )
    rows, left_out = _part(records, header, dialect, layout, doubts)
    return Sheet(
        header=_names(text, header, dialect),
        records=[(record.line, record.fields) for record in rows],
        findings=Findings(
            encoding=decoded.encoding,
            rivals=decoded.rivals,
            dialect=dialect,
            header_line=header.line,
            left_out=(*header.skipped, *left_out),
            blank_lines=_blank_lines(body, records),
            ragged=tuple(
                (record.line, len(record.fields)) for record in rows if len(record.fields) != width
            ),
            stray_quotes=tuple(record.line for record in rows if record.stray),
            unclosed_quotes=tuple(record.line for record in rows if record.unclosed),
            last_line_ended=has_final_line_end(text),
            doubts=tuple(doubts),
        ),
    )


def _decode(data: bytes, layout: Format, names: Sequence[str], doubts: list[str]) -> Decoded:
    """Decode a file as far as that goes; what is wrong with its encoding becomes a doubt."""
    try:
        return decode(data, layout.encoding, names)
    except Unreadable as refusal:
        if refusal.code is UnreadableCode.NOT_A_TABLE:
            raise
        doubts.append(refusal.message)
    try:
        return decode(data, None, names)
    except Unreadable:
        return _decoded_by_line(data)


def _decoded_by_line(data: bytes) -> Decoded:
    """Read each line that is UTF-8 as such, and the others as what most of them are."""
    lines, utf8 = [], False
    for line in data.splitlines(keepends=True):
        try:
            lines.append(line.decode())
            utf8 = utf8 or not line.isascii()
        except UnicodeDecodeError:
            lines.append(line.decode("cp1252", "replace"))
    content = "".join(lines).removeprefix("\ufeff")
    return Decoded(content=content, encoding="utf-8" if utf8 else "cp1252")


def _shown(text: str, layout: Format, doubts: list[str]) -> str:
    """Put a text that is written as hardly any table is as it must be meant, and say so."""
    for put in (with_line_ends, without_signs_at_the_end, _without_line_quotes, with_plain_quotes):
        shown = put(text, layout)
        if shown is not None:
            text = shown[0]
            doubts.append(shown[1])
    return text


def _without_line_quotes(text: str, layout: Format) -> Shown | None:
    found = unwrapped(text, layout)
    said = "The lines are quoted as a whole: they are read without these quotes."
    return None if found is None else (found.content, said)


def _header(
    text: str,
    dialect: Dialect,
    layout: Format,
    names: Sequence[str],
    doubts: list[str],
) -> Header:
    """Find the header; if it is not where it should be, the one that the evidence shows."""
    if not text.strip():
        return _EMPTY
    try:
        header = find_header(text, dialect, names=names, line=layout.header_line)
    except Unreadable as refusal:
        doubts.append(refusal.message)
        header = find_header(text, dialect)
    if header.doubt:
        doubts.append(header.doubt)
    return header


def _names(text: str, header: Header, dialect: Dialect) -> tuple[str, ...]:
    """Give the names of the columns as they are written, if that is one for each column."""
    start = line_start(text, header.line) if header.line else None
    if start is None:
        return header.columns
    record = next(read_records(text[start : header.body], dialect), None)
    fields = record.fields if record else []
    fields += [""] * (len(header.columns) - len(fields))
    return tuple(fields) if len(fields) == len(header.columns) else header.columns


def _part(
    records: Sequence[Record],
    header: Header,
    dialect: Dialect,
    layout: Format,
    doubts: list[str],
) -> tuple[list[Record], tuple[Skipped, ...]]:
    """Part the rows from repeated headers, comments and the footer."""
    frame = pl.DataFrame(
        {
            "line": pl.Series([record.line for record in records], dtype=pl.Int64),
            "raw": pl.Series([record.raw for record in records], dtype=pl.String),
            "width": pl.Series([len(record.fields) for record in records], dtype=pl.Int64),
            "unclosed": pl.Series([record.unclosed for record in records], dtype=pl.Boolean),
        }
    )
    try:
        parted = part(frame, header, dialect, footer=layout.footer)
    except Unreadable as refusal:
        doubts.append(refusal.message)
        return list(records), ()
    kept = set(parted.frame["line"].to_list())
    rows = [record for record in records if record.line in kept]
    return rows, parted.skipped


def _blank_lines(body: str, records: Sequence[Record]) -> int:
    """Count the lines that are in no record."""
    lines = count_line_ends(body) + bool(body and not has_final_line_end(body))
    return lines - sum(1 + count_line_ends(record.raw) for record in records)
