"""What comes of reading a sample under a dialect, and how much it looks like a table.

A dialect is rated by how many of the records
have the same number of fields, and by how much their fields look like cells: numbers, dates, names.
The idea to multiply the two is that of CleverCSV (G. van den Burg, A. Nazabal, C. Sutton:
Wrangling messy CSV files by detecting row and type patterns, 2019). Here the first of the two is a
share of the records, and what stands before and after the table weighs little, so that titles,
footers and a few bad lines decide nothing. Mapped names go before all: a line that a delimiter
divides into all of them is the header.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from parsers.dialects.candidates import ORDINARY
from parsers.dialects.likeness import is_value, likeness
from parsers.header.columns import clean, missing
from parsers.records.dialect import BLANKS, Dialect
from parsers.records.tokens import Record, read_records
from parsers.reject import Unreadable

# How much less a delimiter is trusted that tables seldom have.
_PRIOR_OTHER = 0.8
_PRIOR_BLANKS = 0.75
_PRIOR_BLANK = 0.6
_PRIOR_ONE_COLUMN = 0.6
_FEW = 2
_RAGGED = 0.15  # the worth of a record that is divided, but not into the usual number of fields
_ALL_BAD = 0.3  # the worth of records that have as many fields, but all make no sense of quotes
_OUTSIDE = 0.3  # the weight of a line above or below the table
_VALUES_SHARE = 0.3  # of cells that single blanks divide must be numbers and the like, or quoted
_HEADER_WITHIN = 200  # records among which the header is looked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What came of reading a sample under a dialect.

    `rating` is from 0 to 1, `named` how many of the mapped names one record has, `width` the usual
    number of fields, `full` how many records have it, and `bad` how many have quotes that make no
    sense.
    """

    dialect: Dialect
    records: list[Record]
    rating: float
    named: int
    width: int
    full: int
    bad: int


def attempt(pieces: Sequence[str], dialect: Dialect, names: Sequence[str]) -> Trial:
    """Read a sample under a dialect, and rate what comes of it."""
    records = _records(pieces, dialect, None)
    width = _usual_width(records)
    bad = _bad(records)
    if bad or any("\n" in record.raw or "\r" in record.raw for record in records):
        records = _records(pieces, dialect, width)
        bad = _bad(records)
    return Trial(
        dialect=dialect,
        records=records,
        rating=_prior(dialect, records, width)
        * _consistency(records, width)
        * _likeness(records, dialect, width),
        named=max((_named(record, names) for record in records[:_HEADER_WITHIN]), default=0),
        width=width,
        full=sum(len(record.fields) == width for record in records),
        bad=bad,
    )


def has_all(record: Record, names: Sequence[str]) -> bool:
    """Whether all mapped names are among the fields of a record; of no names, none is."""
    return bool(names) and not missing([clean(field) for field in record.fields], names)


def _records(pieces: Sequence[str], dialect: Dialect, width: int | None) -> list[Record]:
    found: list[Record] = []
    for piece in pieces:
        try:
            found.extend(read_records(piece, dialect, width=width))
        except Unreadable:
            # Two readings of a quote: what was read up to it tells enough.
            continue
    return found


def _bad(records: Sequence[Record]) -> int:
    return sum(record.is_bad for record in records)


def _prior(dialect: Dialect, records: Sequence[Record], width: int) -> float:
    delimiter = dialect.delimiter
    if delimiter and width == 1:
        return 0.0  # it divides nothing: then it is the dialect of one column
    if not delimiter:
        return 1.0 if _is_column_of_values(records) else _PRIOR_ONE_COLUMN
    if delimiter == BLANKS:
        return _PRIOR_BLANKS
    if delimiter == " ":
        return _PRIOR_OTHER if _quotes_blanks(records, width) else _PRIOR_BLANK
    return 1.0 if delimiter.strip(" ")[:1] in ORDINARY else _PRIOR_OTHER


def _quotes_blanks(records: Sequence[Record], width: int) -> bool:
    """Whether cells with blanks in them, which must be quoted, stand in several full records."""
    full = [record for record in records if len(record.fields) == width and not record.is_bad]
    return sum(any(" " in field for field in record.fields) for record in full) >= _FEW


def _is_column_of_values(records: Sequence[Record]) -> bool:
    """Whether lines are a name and below it numbers or dates: 12,50 are not two columns."""
    lines = [record.raw.strip() for record in records]
    return len(lines) > 1 and not is_value(lines[0]) and all(map(is_value, lines[1:]))


def _usual_width(records: Sequence[Record]) -> int:
    """Give the number of fields that most cells are in records of; wide records count for more."""
    counts = Counter(len(record.fields) for record in records)
    return max(counts, key=lambda width: (counts[width] * math.log2(width + 0.1), width), default=1)


def _consistency(records: Sequence[Record], width: int) -> float:
    """Give the share of records of the usual width, from 0 to 1."""
    fits = [len(record.fields) == width and not record.is_bad for record in records]
    if not any(fits):
        wide = sum(len(record.fields) == width for record in records)
        return _ALL_BAD * wide / max(len(records), 1)
    first = fits.index(True)
    last = len(fits) - fits[::-1].index(True)
    full = sum(fits)
    divided = sum(len(record.fields) > 1 for record in records[first:last]) - full
    outside = len(fits) - (last - first)
    total = (last - first) + _OUTSIDE * outside
    if full == 1 and len(fits) > _FEW:
        total += outside  # a single line of prose that a delimiter divides
    return (full + _RAGGED * max(divided, 0)) / total


def _likeness(records: Sequence[Record], dialect: Dialect, width: int) -> float:
    """Give how much the cells of the usual records look like cells, from 0 to 1."""
    total = count = values = 0.0
    by_blanks = dialect.delimiter == " "  # then a cell that has one is quoted
    for record in records:
        if len(record.fields) != width:
            continue
        for field in record.fields:
            cell = field.strip()
            if cell:
                total += likeness(cell)
                count += 1
                values += is_value(cell) or (by_blanks and " " in cell)
    if by_blanks and values < _VALUES_SHARE * count:
        return 0.0  # words, as they stand in any text
    return total / count if count else 0.0


def _named(record: Record, names: Sequence[str]) -> int:
    """Count the mapped names that a record has."""
    if not names or (len(record.fields) == 1 and len(names) > 1):
        return 0
    return len(names) - len(missing([clean(field) for field in record.fields], names))
