"""A mapping: where in a tenant's files each field of a row is found, and how it is written.

Its TOML form is a contract (docs/mapping.md describes each key):

    record = "transactions"
    files = ["*.csv", "*.txt"]
    timezone = "America/New_York"
    [timezones]                             # by location id; overrides `timezone`
    "0042" = "America/Chicago"
    [zones]                                 # what the names of zones in the file mean
    "EST" = "America/New_York"
    [format]                                # what is left out is found in each file
    delimiter = ","
    decimal = "."
    [columns]
    location_id = "Store ID"                # or { constant = "HIGH-STREET" }
    transaction_id = "Transaction ID"       # or { combine = ["Till", "Receipt"], separator = "-" }
    total = "Total"                         # or { add = ["Net", "Tax"] }
    occurred_at = { date = "Date", time = "Time", format = "%m/%d/%Y %I:%M:%S %p" }
    [rows]                                  # which rows count; left out: all
    drop = { Status = ["Void"] }
    lines = "sum"
    [rejects]
    at_most = "5%"
    [aliases]                               # other names that columns have in some files
    "Total" = ["Amount"]
"""

import tomllib
from collections.abc import Mapping as Lookup
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

from parsers.canonical import RECORD_TYPES, TRANSACTIONS
from parsers.mappings.columns import read_sources
from parsers.mappings.format import Format, read_format
from parsers.mappings.rows import RejectRules, RowRules, read_rejects_table, read_rows_table
from parsers.mappings.settings_table import MappingError, Table, folded
from parsers.values.sources import Source, needed_columns

__all__ = ["Format", "Mapping", "MappingError", "parse_format", "parse_mapping"]

_KEYS = (
    *("record", "files", "timezone", "timezones", "zones"),
    *("format", "columns", "rows", "rejects", "aliases"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """A whole, valid mapping; `columns` has the source of each field of the record type.

    Times are in `timezone`, or in that of their location; `zones` says what the names of zones
    in the file mean. `aliases` are further names of columns (see aliases.py).
    """

    columns: Lookup[str, Source]
    timezone: str
    record: str = TRANSACTIONS.name
    files: tuple[str, ...] = ("*",)
    timezones: Lookup[str, str] = field(default_factory=dict)
    zones: Lookup[str, str] = field(default_factory=dict)
    format: Format = field(default_factory=Format)
    rows: RowRules = field(default_factory=RowRules)
    rejects: RejectRules = field(default_factory=RejectRules)
    aliases: Lookup[str, tuple[str, ...]] = field(default_factory=dict)

    def wants(self, name: str) -> bool:
        """Whether the client's file name fits one of the patterns; case and folders do not count.

        Names are data from the client: nothing is opened here.
        """
        base = name.replace("\\", "/").rsplit("/", 1)[-1].casefold()
        return any(fnmatchcase(base, pattern.casefold()) for pattern in self.files)

    def names(self) -> tuple[str, ...]:
        """Every column of the file that is read, once each: of the fields, then of the rules."""
        needed = [name for source in self.columns.values() for name in needed_columns(source)]
        return tuple(dict.fromkeys([*needed, *self.rows.names()]))


def parse_mapping(text: str) -> Mapping:
    """Read a mapping from TOML text.

    Raises MappingError with every problem there is, each naming its key.
    """
    table = _open(text)
    problems = table.problems
    record = table.text("record", default=TRANSACTIONS.name)
    if record not in RECORD_TYPES:
        problems.append(f"record: {record!r} is not a record type; use {', '.join(RECORD_TYPES)}")
        record = TRANSACTIONS.name
    mapping = Mapping(
        record=record,
        files=table.texts("files", default=("*",)),
        timezone=table.zone("timezone", missing="name the time zone of the shop's clocks"),
        timezones=_zones(table.table("timezones")),
        zones=_names_of_zones(table.table("zones")),
        format=read_format(table.table("format")),
        columns=read_sources(table.table("columns"), RECORD_TYPES[record].fields),
        rows=read_rows_table(table.table("rows")),
        rejects=read_rejects_table(table.table("rejects")),
    )
    mapping = replace(mapping, aliases=_aliases(table.table("aliases"), mapping))
    if problems:
        raise MappingError(problems)
    return mapping


def parse_format(text: str) -> Format:
    """Read the [format] of a mapping that need not have anything else.

    Raises MappingError with every problem of [format] and every unknown key.
    """
    table = _open(text)
    found = read_format(table.table("format"))
    if table.problems:
        raise MappingError(table.problems)
    return found


def _open(text: str) -> Table:
    try:
        document = tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        raise MappingError([f"not valid TOML: {error}"]) from error
    table = Table("", document, [])
    table.know(_KEYS)
    return table


def _aliases(table: Table, mapping: Mapping) -> dict[str, tuple[str, ...]]:
    """Other names of columns; each of a column that the mapping names."""
    for name in set(table.keys()) - set(mapping.names()):
        table.say(name, "is no column of this mapping, so it can have no other name")
    return {name: table.texts(name) for name in table.keys()}  # noqa: SIM118 - a Table is not a dict


def _zones(table: Table) -> dict[str, str]:
    return {key.strip(): table.zone(key) for key in table.keys()}  # noqa: SIM118 - a Table is not a dict


def _names_of_zones(table: Table) -> dict[str, str]:
    """What names mean; two that are one but for blanks and case are a problem."""
    zones: dict[str, str] = {}
    for name in table.keys():  # noqa: SIM118 - a Table is not a dict
        if folded(name) in map(folded, zones):
            table.say(name, "is there twice, for case does not count")
        zones[name.strip()] = table.zone(name)
    return zones
