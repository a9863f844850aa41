"""Cells of a sheet → lines of CSV, one for each row, so that line numbers are row numbers."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from parsers.containers.limits import Room

Cell = int | float | str | bool | time | date | datetime | timedelta

_LINE_END = re.compile(r"\r\n|[\n\r]")
_FLUSH = 1 << 20


@dataclass(slots=True, kw_only=True)
class Marks:
    """What a sheet says of cells besides their values; by row and column, both from 0.

    `errors` are texts such as #N/A; `widths` are digits that a number is shown with at least, as
    in 0042.
    """

    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    widths: dict[tuple[int, int], int] = field(default_factory=dict)


class Lines:
    """The text of one sheet while it grows; `with_time` are columns whose dates get a time."""

    def __init__(
        self, room: Room, marks: Marks, *, with_time: frozenset[int] = frozenset()
    ) -> None:
        self._room = room
        self._marks = marks
        self._is_marked = bool(marks.errors or marks.widths)
        self._with_time = with_time
        self._buffer = io.StringIO(newline="")
        self._writer = csv.writer(self._buffer, lineterminator="\n")
        self._pieces: list[bytes] = []
        self.dates: set[int] = set()
        self.moments: set[int] = set()

    def add(self, number: int, row: Sequence[Cell]) -> None:
        """Write a row; a blank one is a blank line. Raises Unreadable if there is no room."""
        texts = [_TEXTS[type(cell)](cell) for cell in row]
        if not _DATES.isdisjoint(map(type, row)):
            self._date(row, texts)
        if self._is_marked:
            self._mark(number, texts)
        if any(texts):
            self._writer.writerow(texts)
        else:
            self._buffer.write("\n")
        if self._buffer.tell() > _FLUSH:
            self._flush()

    def text(self) -> bytes:
        """All of it in UTF-8. Raises Unreadable if there is no room."""
        self._flush()
        return b"".join(self._pieces)

    def _flush(self) -> None:
        piece = self._buffer.getvalue().encode("utf-8", "replace")
        self._room.take(len(piece))
        self._pieces.append(piece)
        self._buffer.seek(0)
        self._buffer.truncate()

    def _date(self, row: Sequence[Cell], texts: list[str]) -> None:
        """Note which columns have dates with and without time, and give a time where asked to."""
        for column, cell in enumerate(row):
            if isinstance(cell, datetime):
                self.moments.add(column)
            elif isinstance(cell, date):
                self.dates.add(column)
                if column in self._with_time:
                    texts[column] += " 00:00:00"

    def _mark(self, number: int, texts: list[str]) -> None:
        for column, text in enumerate(texts):
            place = (number, column)
            if place in self._marks.errors:
                texts[column] = self._marks.errors[place]
            elif place in self._marks.widths and text.isdigit():
                texts[column] = text.zfill(self._marks.widths[place])


def sheet_text(rows: Iterable[Sequence[Cell]], marks: Marks, room: Room) -> bytes:
    """Write rows, the first of which is row 1 of the sheet, as CSV in UTF-8 with commas and LF.

    Midnight has no time of its own in a workbook. In a column in which other cells have one it is
    written as 00:00:00, so that all cells of the column are alike.

    Raises:
        Unreadable: there is no room for it.
    """
    kept = list(rows)
    lines = _written(kept, Lines(room, marks))
    mixed = frozenset(lines.dates & lines.moments)
    if mixed:
        lines = _written(kept, Lines(room, marks, with_time=mixed))
    return lines.text()


def _written(rows: Sequence[Sequence[Cell]], lines: Lines) -> Lines:
    for number, row in enumerate(rows):
        lines.add(number, row)
    return lines


def _one_line(text: str) -> str:
    """A text with a blank for each line end within: a row must stay one line."""
    return text if text.isprintable() else _LINE_END.sub(" ", text)


def number_text(number: float) -> str:
    """A number as a spreadsheet would show it with room enough: 15 digits, without exponent.

    A workbook holds floats; a spreadsheet computes with more digits than it shows, and leaves
    35.129999999999995 where 35.13 is meant. What has 16 digits and more before the point has lost
    some, as ids do, and keeps its exponent (1.3E+18), by which it is known for damaged.
    """
    text = f"{number:.15G}"
    if "E-" in text:
        text = f"{Decimal(text):f}"
    return "0" if text == "-0" else text


def _moment_text(moment: datetime) -> str:
    rounded = moment + timedelta(microseconds=500)
    rounded = rounded.replace(microsecond=rounded.microsecond // 1000 * 1000)
    return rounded.isoformat(" ", "milliseconds" if rounded.microsecond else "seconds")


def _duration_text(since: timedelta) -> str:
    """Hours, minutes and seconds; of a time of day, or of more than a day."""
    total = round(since / timedelta(milliseconds=1))
    sign = "-" if total < 0 else ""
    seconds, thousandths = divmod(abs(total), 1000)
    text = f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{text}.{thousandths:03}" if thousandths else text


def _time_text(since_midnight: time) -> str:
    hour, minute, second = since_midnight.hour, since_midnight.minute, since_midnight.second
    micro = since_midnight.microsecond
    return _duration_text(timedelta(hours=hour, minutes=minute, seconds=second, microseconds=micro))


# By the exact type, since a bool is an int as well, and a datetime a date.
_TEXTS: dict[type, Callable[[Any], str]] = {
    str: _one_line,
    bool: lambda value: "true" if value else "false",
    int: number_text,
    float: number_text,
    datetime: _moment_text,
    date: date.isoformat,
    time: _time_text,
    timedelta: _duration_text,
}
_DATES = frozenset({date, datetime})
