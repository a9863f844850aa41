"""Where the value of a field comes from: columns, a constant, or the way the file came."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Column:
    """The value is in the column with this header; of a mask only what stands for its `{}`."""

    name: str
    mask: str | None = None


@dataclass(frozen=True, slots=True)
class Constant:
    """The value is the same in every row and not in the file: a shop with one location."""

    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Combine:
    """The value is made of several columns, trimmed, with the separator between them."""

    names: tuple[str, ...]
    separator: str = "-"


class Whence(StrEnum):
    """What is known of the way a file came; the values are the keys of the mapping."""

    FILE_NAME = "file_name"  # the client's own name for the file
    FOLDER = "folder"  # where the client put it
    MAILBOX = "mailbox"  # the part before the @ of the address it was mailed to


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """The value is the same in every row: what stands for `{}` in the way that the file came."""

    whence: Whence
    pattern: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """Amounts of one row, added up and subtracted: one column in most files.

    The first of `add` must not be blank; a blank in any other counts as nothing. With
    `minor_units` the columns hold whole numbers of cents (2), or of the unit itself (0).
    With `currency`, an ISO 4217 code, an amount that says another one is a reject.
    """

    add: tuple[str, ...]
    subtract: tuple[str, ...] = ()
    minor_units: int | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class ZoneColumn:
    """The time zone in which a row's time is written stands in a column."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A date and time in columns that are read as one text, with one blank between them.

    Without a `format` it is found by evidence. `language` is that of the month names, None for
    any. `timezone` is the zone in which the times are written, None for that of the shop.
    """

    columns: tuple[str, ...]
    format: str | None = None
    language: str | None = None
    timezone: str | ZoneColumn | None = None


Source: TypeAlias = Column | Constant | Combine | Sender | Amount | Moment


def source_columns(source: Source) -> tuple[str, ...]:
    """Name the columns of the file that hold a source's value, in the order of reading."""
    match source:
        case Column(name):
            return (name,)
        case Constant() | Sender():
            return ()
        case Combine(names=names):
            return names
        case Amount(add=add, subtract=subtract):
            return add + subtract
        case Moment(columns=columns):
            return columns


def needed_columns(source: Source) -> Iterator[str]:
    """Name every column of the file that a source needs: those of its value and of its zone."""
    yield from source_columns(source)
    match source:
        case Moment(timezone=ZoneColumn(name)):
            yield name


def pattern_of(source: Source) -> str | None:
    """What the mapping says that a value looks like: its format, its mask or its currency."""
    match source:
        case Moment(format=pattern):
            return pattern
        case Column(mask=mask):
            return mask
        case Amount(currency=currency):
            return currency
        case _:
            return None
