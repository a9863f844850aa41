"""What is told of a file that was read: its rows, its rejects, and all that was noticed."""

from dataclasses import dataclass

import polars as pl

from parsers.canonical import RecordType
from parsers.mappings.pins import Pins
from parsers.records.skipped import Skipped
from parsers.reject import Reject


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How the file turned out to be written.

    `columns` are the header's names, trimmed, and `header_line` its physical line, 0 if it has
    none. In an empty file these are () and 0, and `delimiter` and `decimal` None. Where no amount
    has a decimal sign, `decimal` is ".".
    """

    encoding: str
    delimiter: str | None
    decimal: str | None
    header_line: int
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """All that a file says: rows + duplicates + rejected + ignored == records.

    `rows` has `line` (Int64) and the columns of the record type (canonical text, no nulls), one
    row a key, ordered by line. `duplicates` were replaced by a later row of the file, `ignored`
    are left out by the mapping or are further lines of a transaction. `rejects`, in order of line,
    are the first 10,000 of `rejected`. `skipped` are lines that are no records. `settled` is what
    the file proves of its feed, by the keys of the pins. `notes` are sentences for people. `notice`
    is "empty-file" (nothing or blanks only), "no-rows" (a header only) or None.
    """

    rows: pl.DataFrame
    duplicates: int
    rejects: tuple[Reject, ...]
    rejected: int
    ignored: int
    records: int
    dialect: Dialect
    skipped: tuple[Skipped, ...]
    settled: Pins
    notes: tuple[str, ...]
    notice: str | None


def nothing(record_type: RecordType, encoding: str) -> Reading:
    """The reading of a file with nothing in it."""
    schema = {"line": pl.Int64()} | {name: pl.String() for name in record_type.columns}
    return Reading(
        rows=pl.DataFrame(schema=schema),
        duplicates=0,
        rejects=(),
        rejected=0,
        ignored=0,
        records=0,
        dialect=Dialect(encoding=encoding, delimiter=None, decimal=None, header_line=0, columns=()),
        skipped=(),
        settled={},
        notes=(),
        notice="empty-file",
    )
