"""What is compared when a proposal is scored: not how it is written, but what it comes to."""

from __future__ import annotations

import polars as pl

from parsers.containers import contents
from parsers.delimited import read
from parsers.mappings.mapping import Mapping
from parsers.mappings.sent import Sent
from parsers.moments.clocks import read_written
from parsers.moments.evidence import find_format
from parsers.moments.formats import ISO_8601
from parsers.reject import Unreadable
from parsers.suggesting import GivenFile
from parsers.values.sources import Amount, Column, Combine, Constant, Moment, Sender, Source


def tables_in(file: GivenFile) -> list[GivenFile]:
    inside = contents(file.data, file.name)
    if inside is None:
        return [file]
    return [GivenFile(name=one.name, data=one.data) for one in inside.members]


def is_outside(source: Source) -> bool:
    """Whether the shop is taken from what nobody can know who has but the files."""
    return isinstance(source, Sender) and source.whence in ("folder", "mailbox")


def comparable(source: Source) -> object:
    """What of a source is found in the files: its columns, not masks, names or separators."""
    match source:
        case Column(name):
            return "column", name
        case Combine(names=names):
            return "columns", frozenset(names)
        case Constant():
            return ("constant",)
        case Sender(whence=whence, pattern=pattern):
            return whence, pattern if whence == "file_name" else ""
        case Amount(add=add, subtract=subtract, minor_units=units):
            return frozenset(add), frozenset(subtract), units or 0
        case Moment(columns=columns):
            return columns
    raise AssertionError(source)


def dates_read(texts: pl.Series, pattern: str | None) -> pl.Series | None:
    """Read dates_read to the minute; None if there is no format and the texts do not prove one."""
    if pattern is None and not texts.filter(texts != "").str.contains(ISO_8601).all():
        pattern = find_format(texts).format
        if pattern is None:
            return None
    if pattern is None:
        plain = texts.str.replace(r"[ T]+", " ").str.slice(0, 16)
        return read_written(plain, "%Y-%m-%d %H:%M")
    return read_written(texts, pattern).dt.truncate("1m")


def reading_of(file: GivenFile, mapping: Mapping) -> object:
    try:
        reading_of = read(file.data, mapping, sent=Sent(name=file.name))
    except Unreadable as held:
        return held.code
    return reading_of.rows.drop("line").rows()
