"""A mapping: where in a tenant's files each field of a row is found, and how it is written.

Its TOML form is a contract (docs of the mapping describe each key):

    record = "transactions"
    files = ["*.csv", "*.txt"]
    timezone = "America/New_York"
    [timezones]                             # by location id; overrides `timezone`
    "0042" = "America/Chicago"
    [format]                                # what is left out is found in each file
    encoding = "utf-8"
    delimiter = ","
    decimal = "."
    [columns]
    location_id = "Store ID"                # or { constant = "HIGH-STREET" }
    transaction_id = "Transaction ID"       # or { combine = ["Till", "Receipt"], separator = "-" }
    total = "Total"
    occurred_at = { date = "Date", time = "Time", format = "%m/%d/%Y %I:%M:%S %p" }
                                            # or { column = "When", format = "..." }, or "When"
"""

import codecs
import tomllib
import unicodedata
import zoneinfo
from collections.abc import Mapping as Lookup
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from parsers import timeformat
from parsers.canonical import RECORD_TYPES, TRANSACTIONS, Field, Kind
from parsers.ids import id_flaw
from parsers.settings_table import MappingError, Table
from parsers.sources import (
    Column,
    Combine,
    Constant,
    DateAndTime,
    DateTime,
    Source,
    source_columns,
)

__all__ = [
    "Column",
    "Combine",
    "Constant",
    "DateAndTime",
    "DateTime",
    "Format",
    "Mapping",
    "MappingError",
    "Source",
    "TransactionColumns",
    "parse_mapping",
]

# Files that stand beside the zones: what they say hangs on the machine, or they count leap seconds.
_NOT_PLACES = ("localtime", "posixrules", "Factory", "posix/", "right/")


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionColumns:
    """The source of each field of a transaction."""

    location_id: Column | Constant | Combine
    transaction_id: Column | Combine
    total: Column
    occurred_at: DateTime | DateAndTime

    def names(self) -> tuple[str, ...]:
        """Every column of the file that is read, once each."""
        sources = (self.location_id, self.transaction_id, self.total, self.occurred_at)
        return tuple(
            dict.fromkeys(column for source in sources for column in source_columns(source))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """How the file is written. None: found in each file by evidence."""

    encoding: str | None = None
    delimiter: str | None = None
    decimal: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """A whole, valid mapping. Times are in `timezone`, or in that of their location."""

    columns: TransactionColumns
    timezone: str
    record: str = TRANSACTIONS.name
    files: tuple[str, ...] = ("*",)
    timezones: Lookup[str, str] = field(default_factory=dict)
    format: Format = Format()

    def wants(self, name: str) -> bool:
        """Whether the client's file name fits one of the patterns; case and folders do not count.

        Names are data from the client: nothing is opened here.
        """
        base = name.replace("\\", "/").rsplit("/", 1)[-1].casefold()
        return any(fnmatchcase(base, pattern.casefold()) for pattern in self.files)


def parse_mapping(text: str) -> Mapping:
    """Read a mapping from TOML text.

    Raises MappingError with every problem there is, each naming its key.
    """
    try:
        document = tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        raise MappingError([f"not valid TOML: {error}"]) from error
    problems: list[str] = []
    table = Table("", document, problems)
    table.know(("record", "files", "timezone", "timezones", "format", "columns"))
    record = table.text("record", default=TRANSACTIONS.name)
    if record not in RECORD_TYPES:
        problems.append(f"record: {record!r} is not a record type; use {', '.join(RECORD_TYPES)}")
        record = TRANSACTIONS.name
    files = table.texts("files", default=("*",))
    timezone = table.text("timezone", missing="name the time zone of the shop's clocks")
    _check_zone("timezone", timezone, problems)
    timezones = _timezones(table.table("timezones"))
    layout = _format(table.table("format"))
    sources = _columns(table.table("columns"), RECORD_TYPES[record].fields)
    if problems:
        raise MappingError(problems)
    return Mapping(
        record=record,
        files=files,
        timezone=timezone,
        timezones=timezones,
        format=layout,
        columns=TransactionColumns(**sources),  # type: ignore[arg-type]  # _source gives each kind of field its own kinds of source
    )


def _check_zone(key: str, name: str, problems: list[str]) -> None:
    if not name:
        return  # its absence has been said already
    try:
        zoneinfo.ZoneInfo(name)
        known = not name.startswith(_NOT_PLACES)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        known = False
    if not known:
        problems.append(
            f"{key}: {name!r} is not a time zone; use an IANA name such as Europe/Berlin"
        )


def _timezones(table: Table) -> dict[str, str]:
    zones = {}
    for location in table.keys():  # noqa: SIM118 - a Table is not a dict
        zone = table.text(location)
        _check_zone(table.path(location), zone, table.problems)
        zones[location.strip()] = zone
    return zones


def _format(table: Table) -> Format:
    table.know(("encoding", "delimiter", "decimal"))
    encoding = table.optional("encoding")
    delimiter = table.optional("delimiter")
    decimal = table.optional("decimal")
    if encoding is not None and not _is_text_encoding(encoding):
        table.say("encoding", f"{encoding!r} is not an encoding; use for example utf-8 or cp1252")
    if delimiter is not None and not _is_delimiter(delimiter):
        table.say("delimiter", f"{delimiter!r} does not divide fields; use one of , ; \\t |")
    if decimal is not None and decimal not in (".", ","):
        table.say("decimal", f'{decimal!r} is not a decimal sign; use "." or ","')
    return Format(encoding=encoding, delimiter=delimiter, decimal=decimal)


def _is_text_encoding(name: str) -> bool:
    # str.encode refuses the codecs that are not encodings of text (base64, zip, rot13).
    try:
        codecs.lookup(name)
        return "a,1".encode(name).decode(name) == "a,1"
    except (LookupError, ValueError):
        return False


def _is_delimiter(text: str) -> bool:
    if len(text) != 1 or text in '"\r\n\0 +-.':
        return False
    return text == "\t" or not (text.isalnum() or unicodedata.category(text).startswith("Z"))


def _columns(table: Table, fields: tuple[Field, ...]) -> dict[str, Source | None]:
    table.know(tuple(field.name for field in fields))
    return {field.name: _source(table, field) for field in fields}


def _source(table: Table, field: Field) -> Source | None:
    """Read one source; None if it has a problem, which is then in the list."""
    value = table.value(field.name)
    if value is None:
        table.say(field.name, f"missing; name the column that holds {field.words}")
    elif isinstance(value, str):
        if not value.strip():
            table.say(field.name, f"empty; name the column that holds {field.words}")
        elif field.kind is Kind.MOMENT:
            return DateTime(column=value)
        else:
            return Column(value)
    elif not isinstance(value, dict):
        table.say(field.name, "must be the name of a column, or a table in braces")
    elif field.kind is Kind.MOMENT:
        return _moment(table.table(field.name))
    elif field.kind is Kind.MONEY:
        return _money(table.table(field.name))
    else:
        return _identity(table.table(field.name), field)
    return None


def _money(table: Table) -> Source:
    table.know(("column",))
    return Column(table.text("column", missing="name the column that holds the amount"))


def _identity(table: Table, field: Field) -> Source | None:
    # One transaction id for a whole file would leave one row a location: not offered.
    kinds = (
        ("constant", "combine", "column") if field.name == "location_id" else ("combine", "column")
    )
    given = [kind for kind in kinds if table.value(kind) is not None]
    table.know((*kinds, "separator") if "combine" in given else kinds)
    if len(given) != 1:
        table.say("", f"must have exactly one of {', '.join(kinds)}")
        return None
    if given == ["column"]:
        return Column(table.text("column"))
    if given == ["constant"]:
        value = table.text("constant").strip()
        if id_flaw(value):
            table.say("constant", f"{value!r} cannot be an id")
        return Constant(value)
    names = table.texts("combine")
    if len(set(names)) != len(names) or len(names) == 1:
        table.say("combine", "must name two or more different columns")
    separator = table.text("separator", default="-", blank=True)
    if separator and not separator.isprintable():
        table.say("separator", "must be printable")
    return Combine(names=names, separator=separator)


def _moment(table: Table) -> Source:
    pattern = table.optional("format")
    if pattern is not None:
        for problem in timeformat.problems(pattern):
            table.say("format", f"{pattern!r}: {problem}")
    if table.value("column") is not None:
        table.know(("column", "format"))
        return DateTime(column=table.text("column"), format=pattern)
    table.know(("column", "date", "time", "format"))
    return DateAndTime(
        date=table.text("date", missing="name the column that holds the date"),
        time=table.text("time", missing="name the column that holds the time"),
        format=pattern,
    )
