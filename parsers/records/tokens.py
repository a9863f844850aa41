"""From text to records, patiently: quotes, line ends inside them, and every physical line counted.

This is the reference: the fast way must give the same for whatever it can read.
"""

import io
import re
from collections.abc import Callable, Iterator

from parsers.records.closed import splitter
from parsers.records.dialect import BLANKS, Dialect
from parsers.records.quoted import Quoted, Record
from parsers.records.scan import BLANK_CHARACTERS

__all__ = ["Record", "divider", "first_record", "is_blank", "is_comment", "read_records"]

_RUN_OF_BLANKS = re.compile(r"[ \t\xa0]{2,}|\t")
_FIELD = re.compile(r"[^ \t\xa0]+(?:[ \xa0][^ \t\xa0]+)*")  # with single blanks within


def is_blank(line: str, delimiter: str) -> bool:
    """Whether a line holds nothing but blanks and delimiters, as spreadsheets leave at the end."""
    return not line.strip(BLANK_CHARACTERS + delimiter)


def is_comment(line: str, comment: str | None) -> bool:
    """Whether a line begins, but for blanks, with what comments begin with."""
    return bool(comment) and line.lstrip(BLANK_CHARACTERS).startswith(comment or "")


def first_record(text: str, dialect: Dialect | str) -> tuple[Record, int] | None:
    """Give the first record that is not blank, and where in the text the next line begins."""
    reader = _Reader(text, _of(dialect), 1, None)
    record = next(reader.records(), None)
    return None if record is None else (record, reader.position)


def read_records(
    text: str,
    dialect: Dialect | str,
    *,
    first_line: int = 1,
    width: int | None = None,
    guess: bool = False,
) -> Iterator[Record]:
    """Give the records of a text in order; blank lines are left out.

    A comment is a record, too, divided without regard to quotes. A delimiter alone stands for the
    dialect with it and the ordinary quote. `width` is the number of columns, if known: it tells a
    cell of several lines from a quote that is not closed. With `guess` a quote of which both make
    sense is taken for the latter, which is good enough to be shown.
    Raises Unreadable (UNCLOSED_QUOTE) where it is reached, if both readings of a quote make sense.
    """
    return _Reader(text, _of(dialect), first_line, width, guess=guess).records()


def divider(dialect: Dialect) -> Callable[[str], list[str]]:
    """Give the function that divides a line without quotes and escapes into fields."""
    delimiter, stops = dialect.delimiter, dialect.stops
    if not delimiter:
        return lambda line: [line]
    if delimiter != BLANKS:
        return lambda line: line.split(delimiter)
    if not stops:
        return lambda line: _RUN_OF_BLANKS.split(line.strip(BLANK_CHARACTERS))
    gaps = dialect.gaps or tuple(max(stop - 1, 0) for stop in stops)
    return lambda line: _cut(line, stops, gaps)


def _cut(line: str, stops: tuple[int, ...], gaps: tuple[int, ...]) -> list[str]:
    """Cut a line where its columns begin; at its blanks if a cell of it is too long for its column.

    Then it has a field for each column, and each where it may be. Else it is given as one field: a
    cell would be blank, and nobody knows which.
    """
    if not any(line[gap:at].strip(BLANK_CHARACTERS) for gap, at in zip(gaps, stops, strict=True)):
        ends = (*stops[1:], len(line))
        return [
            line[start:end].strip(BLANK_CHARACTERS) for start, end in zip(stops, ends, strict=True)
        ]
    found = list(_FIELD.finditer(line))
    if len(found) != len(stops):
        return [one.group() for one in found]
    moved = [one.start() - stop for one, stop in zip(found, stops, strict=True)]
    stay = [
        one.end() > gap and one.start() < end
        for one, gap, end in zip(found, gaps, (*stops[1:], len(line)), strict=True)
    ]
    first = stay.index(False) if False in stay else len(stay)
    # All behind a long cell are moved by it to the right, and as far.
    in_place = len(set(moved[first:])) <= 1 and all(each > 0 for each in moved[first:])
    return [one.group() for one in found] if in_place else [line.strip(BLANK_CHARACTERS)]


def _of(dialect: Dialect | str) -> Dialect:
    return Dialect(delimiter=dialect) if isinstance(dialect, str) else dialect


class _Reader:
    """Draws records from a text; `position` is where the line after the last one begins."""

    def __init__(
        self,
        text: str,
        dialect: Dialect,
        first_line: int,
        width: int | None,
        *,
        guess: bool = False,
    ) -> None:
        self._dialect = dialect
        self._number = first_line - 1
        self._quoted = Quoted(text, dialect, width, guess=guess)
        # newline="" ends a line at LF, CRLF and CR alike and keeps the end for us to see.
        self._source = io.StringIO(text, newline="")
        self.position = 0

    def records(self) -> Iterator[Record]:
        dialect = self._dialect
        delimiter, comment = dialect.delimiter, dialect.comment
        quote, escape = dialect.quote, dialect.escape
        divide, closed = divider(dialect), splitter(dialect)
        for line in self._source:
            self._number += 1
            self.position += len(line)
            body = line.rstrip("\r\n")
            if is_blank(body, delimiter):
                continue
            if comment and is_comment(body, comment):
                yield Record(self._number, body, divide(body))
            elif (quote and quote in body) or (escape and escape in body):
                fields = closed(body)
                if fields is not None:
                    yield Record(self._number, body, fields)
                    continue
                start = self.position - len(line)
                yield self._read_quoted(start, start + len(body))
            else:
                yield Record(self._number, body, divide(body))

    def _read_quoted(self, start: int, stop: int) -> Record:
        record = self._quoted.read(start, stop, self._number)
        if self._quoted.lines:
            self._number += self._quoted.lines
            # Skips the rest of the lines read; what is left of the last is its line end.
            self._source.seek(self._quoted.stop)
            self.position = self._quoted.stop + len(next(self._source, ""))
        return record
