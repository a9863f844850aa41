"""Where the value of a field comes from: a column, several, a constant, or a moment's columns."""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Column:
    """The value is in the column with this header."""

    name: str


@dataclass(frozen=True, slots=True)
class Constant:
    """The value is the same in every row and not in the file: a shop with one location."""

    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Combine:
    """The value is made of several columns, trimmed, with the separator between them."""

    names: tuple[str, ...]
    separator: str = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class DateTime:
    """Date and time stand in one column; without a format they are ISO 8601."""

    column: str
    format: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DateAndTime:
    """Date and time stand in a column each; the format describes both, joined by one blank."""

    date: str
    time: str
    format: str | None = None


Source: TypeAlias = Column | Constant | Combine | DateTime | DateAndTime


def source_columns(source: Source) -> tuple[str, ...]:
    """Name the columns of the file that a source reads, in the order in which it reads them."""
    match source:
        case Column(name):
            return (name,)
        case Constant():
            return ()
        case Combine(names=names):
            return names
        case DateTime(column=column):
            return (column,)
        case DateAndTime(date=date, time=time):
            return (date, time)
