"""From text to records, patiently: quotes, line ends inside them, and every physical line counted.

This is the reference: the fast way must give the same for whatever it can read.

A field that begins with a quote ends at the next quote that is not doubled; blanks around it
are dropped. A quote anywhere else in a field is an ordinary character (5" pipe). Text after a
closing quote is a stray quote: where the field ends is a guess, so the record is marked.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass

from parsers.framing import LINE_MAX_CHARACTERS
from parsers.reject import Unreadable, UnreadableCode, clip

QUOTE = '"'
BLANKS = " \t\xa0"

# A line inside a quoted field that has just as many fields as the header is a record that the
# quote has swallowed. In narrower tables it may as well be prose with a comma in it.
_SUSPICIOUS_WIDTH = 3
# Far beyond any note or address; bounds the work that a stray quote can cause, too.
_RECORD_MAX_LINES = 1000


@dataclass(slots=True)
class Record:
    """One record: the physical line it starts on, its own text, its fields.

    `stray` is set if text followed a closing quote. Not frozen: made a million times a file.
    """

    line: int
    raw: str
    fields: list[str]
    stray: bool = False


def is_blank(line: str, delimiter: str) -> bool:
    """Whether a line holds nothing but blanks and delimiters, as spreadsheets leave at the end."""
    return not line.strip(BLANKS + delimiter)


def first_record(text: str, delimiter: str) -> tuple[Record, int] | None:
    """Give the first record that is not blank, and where in the text the next line begins."""
    lines = _Lines(text)
    record = next(_records(lines, delimiter, None), None)
    return None if record is None else (record, lines.position)


def read_records(
    text: str, delimiter: str, *, first_line: int = 1, width: int | None = None
) -> Iterator[Record]:
    """Give the records of a text in order, blank lines left out.

    `width` is the number of columns, if known: it helps to notice a quote that swallowed lines.
    Raises Unreadable (UNCLOSED_QUOTE) where it is reached, naming the line where it opened.
    """
    return _records(_Lines(text, first_line), delimiter, width)


def _records(lines: "_Lines", delimiter: str, width: int | None) -> Iterator[Record]:
    for line in lines:
        if is_blank(line, delimiter):
            continue
        if QUOTE in line:
            yield _Quoted(lines, line, delimiter, width).read()
        else:
            yield Record(lines.number, line, line.split(delimiter))


class _Lines(Iterator[str]):
    """The physical lines of a text without their ends; `ending` is that of the last one given,
    `position` where in the text the next one begins."""

    def __init__(self, text: str, first_line: int = 1) -> None:
        # newline="" ends a line at LF, CRLF and CR alike and keeps the end for us to see.
        self._source = io.StringIO(text, newline="")
        self.number = first_line - 1
        self.ending = ""
        self.position = 0

    def __next__(self) -> str:
        line = next(self._source)
        self.number += 1
        self.position += len(line)
        body = line.rstrip("\r\n")
        self.ending = line[len(body) :]
        return body


class _Quoted:
    """Reads one record that has a quote in it, drawing further lines as they are needed."""

    def __init__(self, lines: _Lines, line: str, delimiter: str, width: int | None) -> None:
        self._lines = lines
        self._text = line
        self._delimiter = delimiter
        self._width = width
        self._start = lines.number
        self._at = 0
        self._stray = False

    def read(self) -> Record:
        fields = [self._field()]
        while self._at < len(self._text):
            self._at += len(self._delimiter)
            fields.append(self._field())
        return Record(self._start, self._text, fields, self._stray)

    def _field(self) -> str:
        opening = self._skip_blanks(self._at)
        if self._text.startswith(QUOTE, opening):
            return self._quoted_field(opening)
        start, self._at = self._at, self._end_of_field(self._at)
        return self._text[start : self._at]

    def _quoted_field(self, opening: int) -> str:
        opened_on = self._lines.number
        closing = self._closing_quote(opening + 1, opened_on)
        value = self._text[opening + 1 : closing].replace(QUOTE * 2, QUOTE)
        after = self._skip_blanks(closing + 1)
        self._at = self._end_of_field(closing + 1)
        if after < self._at:
            if self._lines.number > opened_on:
                raise _unclosed(opened_on, self._text)
            self._stray = True
            value += self._text[closing + 1 : self._at]
        return value

    def _closing_quote(self, start: int, opened_on: int) -> int:
        """Find the quote that closes the field, adding lines until there is one."""
        while True:
            at = self._text.find(QUOTE, start)
            if at < 0:
                start = len(self._text)
                self._add_line(opened_on)
            elif self._text.startswith(QUOTE, at + 1):
                start = at + 2
            else:
                return at

    def _add_line(self, opened_on: int) -> None:
        opened = self._text
        ending = self._lines.ending
        line = next(self._lines, None)
        too_many = self._lines.number - self._start >= _RECORD_MAX_LINES
        if line is None or too_many or len(opened) > LINE_MAX_CHARACTERS:
            raise _unclosed(opened_on, opened)
        if (
            QUOTE not in line
            and self._width == line.count(self._delimiter) + 1 >= _SUSPICIOUS_WIDTH
        ):
            raise _unclosed(opened_on, opened)
        self._text = opened + ending + line

    def _end_of_field(self, start: int) -> int:
        end = self._text.find(self._delimiter, start)
        return len(self._text) if end < 0 else end

    def _skip_blanks(self, at: int) -> int:
        while (
            at < len(self._text) and self._text[at] in " \t" and self._text[at] != self._delimiter
        ):
            at += 1
        return at


def _unclosed(line: int, text: str) -> Unreadable:
    return Unreadable(
        UnreadableCode.UNCLOSED_QUOTE,
        f"A quoted field that opens on line {line} is not closed where it should be, so the lines "
        f"after it cannot be told apart: {clip(text)}",
        remedy=f"Look at line {line}: a quotation mark is missing or one too many. Ask the sender "
        "for a corrected file.",
    )
