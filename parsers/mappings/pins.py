"""What the files of a feed have settled so far, so that a later one is not read another way.

A pin is found in a file that proves it and then holds for the feed: a later file without evidence
of its own is read by it, and one that contradicts it is held. What the mapping says goes before,
and a pin that is `any` binds no file.
"""

from collections.abc import Iterator
from collections.abc import Mapping as Lookup
from dataclasses import replace

from parsers.mappings.format import Format, read_format
from parsers.mappings.mapping import Mapping
from parsers.mappings.settings_table import Table
from parsers.moments import formats
from parsers.records.dialect import COMMENT
from parsers.values.sources import Column, Moment

ANY = "any"
"""The value of a pin that lets each file decide for itself."""

KEYS = ("encoding", "delimiter", "decimal", "header_line", "date_format", "final_line_end")
"""What can be pinned: keys of [format], the format of dates, and whether the last line is ended."""


class PinError(Exception):
    """A pin that cannot be; says what may be instead."""


_OF_FORMAT = ("encoding", "delimiter", "decimal", "header_line")

Pins = Lookup[str, str]
"""Values by their keys, as text; a `final_line_end` is `yes` or `no`."""


def check(key: str, value: str) -> None:
    """Raise PinError for a pin that cannot be; an empty value, and `any`, always can."""
    if key not in KEYS:
        raise PinError(f"{key!r} cannot be pinned; use {', '.join(KEYS)}")
    if value in ("", ANY):
        return
    problems: list[str] = []
    if key == "final_line_end":
        problems = [] if value in ("yes", "no") else [f"{value!r} is not yes or no"]
    elif key == "date_format":
        problems = formats.problems(value)
    else:
        typed = int(value) if key == "header_line" and value.isdecimal() else value
        table = Table("", {key: typed}, problems)
        read_format(table)
    if problems:
        raise PinError(f"{key}: {'; '.join(problems)}".replace(f"{key}: {key}: ", f"{key}: "))


def pinned_format(mapping: Mapping, pins: Pins) -> Format:
    """The [format] of a mapping, with what it leaves open taken from the pins.

    There are no comments in a file whose ids begin with the sign for them.
    """
    found = mapping.format
    open_keys = {
        key: pins[key]
        for key in _OF_FORMAT
        if pins.get(key, ANY) != ANY and getattr(found, key) is None
    }
    values: dict[str, str | int] = dict(open_keys)
    if "header_line" in values:
        values["header_line"] = int(values["header_line"])
    if found.comment is None and any(begins.startswith(COMMENT) for begins in _masks(mapping)):
        values["comment"] = ""
    return replace(found, **values)  # type: ignore[arg-type]  # each key has its own kind of value


def _masks(mapping: Mapping) -> Iterator[str]:
    """Give how cells are that a mask is laid over."""
    for source in mapping.columns.values():
        if isinstance(source, Column) and source.mask:
            yield source.mask.strip()


def pinned_date_format(moment: Moment, pins: Pins) -> str | None:
    """The format of a moment: that of the mapping, else the pinned one, else None."""
    pinned = pins.get("date_format", ANY)
    return moment.format or (None if pinned == ANY else pinned)


def must_end_with_line_end(pins: Pins) -> bool | None:
    """Whether the feed's files have ended their last line so far; None if that is not known."""
    return {"yes": True, "no": False}.get(pins.get("final_line_end", ANY))


def carried(pins: Pins, old: Mapping, new: Mapping) -> dict[str, str]:
    """The pins that still hold with a new mapping: not those of columns that are others now."""
    gone = {key for key in _OF_FORMAT if getattr(new.format, key) != getattr(old.format, key)}
    for field, key in (("total", "decimal"), ("occurred_at", "date_format")):
        if old.columns.get(field) != new.columns.get(field):
            gone.add(key)
    return {key: value for key, value in pins.items() if key not in gone}
