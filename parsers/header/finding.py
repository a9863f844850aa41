"""The header of a table: which line it is, what stands before it, and where the columns are.

With the names of the mapped columns the header is the first line on which all of them stand. So
titles, labels with their values, a `sep=` line and comments before it are passed over, but never a
line that looks like the rows below: it would be lost. Without names the evidence decides
(guess.py).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from parsers.header.beginning import Opening, first_records, line_start
from parsers.header.beside import refuse_second_table_beside
from parsers.header.check import (
    contradicted,
    nowhere,
    refuse_lost_rows,
    refuse_rivals,
    refuse_unfit,
    refuse_width,
)
from parsers.header.columns import (
    MissingColumns,
    addresses,
    clean,
    mark,
    missing,
    numbered,
    positions,
)
from parsers.header.guess import dominant_width, guess_header
from parsers.header.under import all_end_in_a_delimiter, is_second_line
from parsers.records.dialect import Dialect
from parsers.records.skipped import Skipped, SkippedKind, skip
from parsers.records.tokens import is_comment
from parsers.reject import Unreadable, UnreadableCode, clip

_SEPARATOR_LINE = re.compile(r'\s*"?sep=.{0,8}', re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """`columns` are the names as shown, trimmed; `body` is where the text after it begins.

    `line` is the physical line on which the header starts, 0 if there is none; `next_line` is that
    on which the body starts. `skipped` are the lines before the body that are no rows. `doubt` says
    why the header may be another one, if it was found without names and may be.
    """

    delimiter: str
    columns: tuple[str, ...]
    line: int
    body: int
    next_line: int
    skipped: tuple[Skipped, ...] = ()
    doubt: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The columns as a mapping addresses them, all different: `Amount (2)`, `column 4`."""
        return addresses(self.columns)

    def find(self, name: str) -> list[int]:
        """Say at which positions a column stands: exactly so named, else but for its case."""
        return positions(self.columns, name)


def find_header(
    text: str, dialect: Dialect, *, names: Sequence[str] = (), line: int | None = None
) -> Header:
    """Find the header among the first 200 records, or take the line that the mapping pins.

    `names` are the mapped columns; with none, the evidence decides. `line` is a physical line from
    1, or 0: the table has no header, and its columns are called `column 1`, `column 2` ...
    Raises MissingColumns, and Unreadable (DELIMITER, HEADER, CONTRADICTS_MAPPING, UNCLOSED_QUOTE,
    TOO_WIDE).
    """
    records = first_records(text, dialect)
    if not records:
        if names:
            raise MissingColumns(names, (), 1)
        return Header(delimiter=dialect.delimiter, columns=(), line=0, body=len(text), next_line=1)
    if line == 0:
        return _without_header(records, dialect, names)
    if line is not None:
        return _pinned(text, records, dialect, names, line)
    return _named(records, dialect, names) if names else _guessed(records, dialect)


def _named(records: Sequence[Opening], dialect: Dialect, names: Sequence[str]) -> Header:
    """Find the first record on which all the names stand."""
    marks = {mark(name) for name in names}
    holding = [
        at
        for at, record in enumerate(records)
        # Hardly any other line has all of them: the names are looked for where they can be.
        if _may_hold(record, marks) and not missing(_names(record), names)
    ]
    commented = not holding
    if commented:
        holding = [
            at
            for at, record in enumerate(records)
            if _is_comment(record, dialect) and not missing(_commented(record, dialect), names)
        ]
    if not holding:
        raise nowhere(records, names)
    first = holding[0]
    columns = _commented(records[first], dialect) if commented else _names(records[first])
    refuse_unfit(columns, records[first], names)
    refuse_rivals(records, holding, names)
    mapped = [positions(columns, name)[0] for name in names]
    refuse_lost_rows(records, first, len(columns), mapped)
    refuse_second_table_beside(columns, records[first], records[first + 1 :], names)
    return _header(records, first, columns, dialect, names)


def _may_hold(record: Opening, marks: Iterable[str]) -> bool:
    folded = record.raw.casefold()
    return all(each in folded for each in marks)


def _guessed(records: Sequence[Opening], dialect: Dialect) -> Header:
    """Find the header by what its cells look like."""
    kept = [at for at, record in enumerate(records) if _plain_kind(record, dialect) is None]
    if not kept:
        kept = list(range(len(records)))
    guess = guess_header([records[at] for at in kept])
    if guess.header is None:
        return _headless(records, kept[guess.first], guess.width, dialect, guess.doubt)
    header = kept[guess.header]
    columns = _names(records[header])
    refuse_width(columns, records[header])
    return _header(records, header, columns, dialect, (), doubt=guess.doubt)


def _pinned(
    text: str, records: Sequence[Opening], dialect: Dialect, names: Sequence[str], line: int
) -> Header:
    """Take the pinned line, unless the names show that it is another."""
    start = line_start(text, line)
    after = [] if start is None else first_records(text, dialect, start=start, first_line=line)
    if not after or after[0].line != line or missing(_names(after[0]), names):
        raise contradicted(records, after, names, line)
    columns = _names(after[0])
    refuse_unfit(columns, after[0], names)
    holding = [at for at, record in enumerate(after) if not missing(_names(record), names)]
    # Two headers one right under the other: the pin has said which of them it is.
    refuse_rivals(after, [at for at in holding if at != 1], names)
    refuse_second_table_beside(columns, after[0], after[1:], names)
    before = [record for record in records if record.line < line]
    return _header([*before, *after], len(before), columns, dialect, names)


def _without_header(records: Sequence[Opening], dialect: Dialect, names: Sequence[str]) -> Header:
    kept = [at for at, record in enumerate(records) if _plain_kind(record, dialect) is None]
    rows = [records[at] for at in kept] or list(records)
    width = dominant_width(rows)
    columns = tuple(numbered(place) for place in range(1, width + 1))
    if absent := missing(columns, names):
        raise MissingColumns(absent, columns, rows[0].line)
    guess = guess_header(rows)
    if guess.header is not None and guess.doubt is None and len(rows) > guess.first:
        raise Unreadable(
            UnreadableCode.CONTRADICTS_MAPPING,
            "The mapping says that the table has no header, but line "
            f"{rows[guess.header].line} is one: '{clip(rows[guess.header].raw)}'.",
            remedy="If the shop's export has changed, leave [format] header_line out of the "
            "mapping and name the columns: the file then loads by itself.",
        )
    return _headless(records, kept[0] if kept else 0, width, dialect, None)


def _headless(
    records: Sequence[Opening], first: int, width: int, dialect: Dialect, doubt: str | None
) -> Header:
    return Header(
        delimiter=dialect.delimiter,
        columns=tuple(numbered(place) for place in range(1, width + 1)),
        line=0,
        body=records[first].start,
        next_line=records[first].line,
        skipped=tuple(_passed_over(records[:first], dialect)),
        doubt=doubt,
    )


def _header(
    records: Sequence[Opening],
    at: int,
    columns: tuple[str, ...],
    dialect: Dialect,
    names: Sequence[str],
    *,
    doubt: str | None = None,
) -> Header:
    """Put together what is known, and pass over a second line of the header."""
    skipped = _passed_over(records[:at], dialect)
    last = at
    below = [record for record in records[at + 1 :] if not _is_comment(record, dialect)]
    if below and is_second_line(below, len(columns), [positions(columns, one)[0] for one in names]):
        last = records.index(below[0])
        skipped += _passed_over(records[at + 1 : last], dialect)
        skipped.append(skip(below[0].line, SkippedKind.SECOND_HEADER, below[0].raw))
        below = below[1:]
    if all_end_in_a_delimiter(below, len(columns), dialect):
        columns = (*columns, "")
    return Header(
        delimiter=dialect.delimiter,
        columns=columns,
        line=records[at].line,
        body=records[last].end,
        next_line=records[last].next_line,
        skipped=tuple(skipped),
        doubt=doubt,
    )


def _names(record: Opening) -> tuple[str, ...]:
    return tuple(clean(name) for name in record.fields)


def _is_comment(record: Opening, dialect: Dialect) -> bool:
    return is_comment(record.raw, dialect.comment)


def _commented(record: Opening, dialect: Dialect) -> tuple[str, ...]:
    """Give the names on a comment line without its prefix, which some put before a header."""
    first, *others = record.fields
    return tuple(
        clean(name) for name in (first.lstrip().removeprefix(dialect.comment or ""), *others)
    )


def _plain_kind(record: Opening, dialect: Dialect) -> SkippedKind | None:
    """Say what a line is that is told by how it begins."""
    if _SEPARATOR_LINE.fullmatch(record.raw):
        return SkippedKind.SEPARATOR
    return SkippedKind.COMMENT if _is_comment(record, dialect) else None


def _passed_over(records: Sequence[Opening], dialect: Dialect) -> list[Skipped]:
    return [
        skip(record.line, _plain_kind(record, dialect) or SkippedKind.PREAMBLE, record.raw)
        for record in records
    ]
