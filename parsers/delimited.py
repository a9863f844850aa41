"""The whole reading of one delimited file: bytes and a mapping give rows and rejects."""

from dataclasses import dataclass

import polars as pl

from parsers.canonical import RECORD_TYPES, RecordType
from parsers.fast import read_fast
from parsers.framing import read_text
from parsers.header import Header, read_header
from parsers.mapping import Mapping
from parsers.reject import Reject
from parsers.rows import read_rows
from parsers.table import place, read_patiently, sort_out
from parsers.values import Found


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How the file turned out to be written.

    `columns` are the header's names, trimmed, and `header_line` its physical line. In an empty
    file these are () and 0, and `delimiter` and `decimal` None. Where no amount has a decimal
    sign, `decimal` is ".".
    """

    encoding: str
    delimiter: str | None
    decimal: str | None
    header_line: int
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """All that a file says: rows + duplicates + rejects == records.

    `rows` has `line` (Int64) and the columns of the record type (canonical text, no nulls), one
    row a key (the last in the file wins; `duplicates` counts the others), ordered by line.
    `rejects` are in order of line. `notice` is "empty-file" (nothing or blanks only), "no-rows"
    (a header only) or None.
    """

    rows: pl.DataFrame
    duplicates: int
    rejects: tuple[Reject, ...]
    records: int
    dialect: Dialect
    notice: str | None


def read(data: bytes, mapping: Mapping) -> Reading:
    """Read a file by its mapping. Raises Unreadable if it cannot be loaded safely as a whole."""
    record_type = RECORD_TYPES[mapping.record]
    text = read_text(data, mapping.format.encoding)
    if not text.content.strip():
        return _nothing(record_type, text.encoding)
    names = mapping.columns.names()
    header = read_header(text.content, names, mapping.format.delimiter)
    places = {name: header.find(name)[0] for name in names}
    table = sort_out(_records(text.content, header, sorted(set(places.values()))), header)
    found = {
        name: Found(
            column=header.columns[position],
            texts=table.frame[place(position)].str.strip_chars(),
        )
        for name, position in places.items()
    }
    rows = read_rows(table.frame, found, mapping, record_type)
    return Reading(
        rows=rows.frame,
        duplicates=rows.duplicates,
        rejects=tuple(sorted(table.rejects + rows.rejects, key=lambda reject: reject.line)),
        records=table.records,
        dialect=Dialect(
            encoding=text.encoding,
            delimiter=header.delimiter,
            decimal=rows.decimal,
            header_line=header.line,
            columns=header.columns,
        ),
        notice=None if table.records else "no-rows",
    )


def _records(text: str, header: Header, positions: list[int]) -> pl.DataFrame:
    try:
        frame = read_fast(text, header, positions)
    except pl.exceptions.PanicException:  # a BaseException, which would take the worker with it
        frame = None
    return read_patiently(text, header, positions) if frame is None else frame


def _nothing(record_type: RecordType, encoding: str) -> Reading:
    schema = {"line": pl.Int64()} | {name: pl.String() for name in record_type.columns}
    return Reading(
        rows=pl.DataFrame(schema=schema),
        duplicates=0,
        rejects=(),
        records=0,
        dialect=Dialect(encoding=encoding, delimiter=None, decimal=None, header_line=0, columns=()),
        notice="empty-file",
    )
