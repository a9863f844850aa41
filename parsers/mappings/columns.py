"""The [columns] of a mapping: where each field of a row is found, and how it is written."""

from parsers.canonical import Field, Kind
from parsers.mappings.patterns import pattern_problems
from parsers.mappings.settings_table import Table
from parsers.moments import formats
from parsers.moments.month_names import LANGUAGES
from parsers.money.currency import CODES
from parsers.values.ids import id_flaw
from parsers.values.sources import (
    Amount,
    Column,
    Combine,
    Constant,
    Moment,
    Sender,
    Source,
    Whence,
    ZoneColumn,
)

# A country's smallest coin is a unit, a tenth, a hundredth, a thousandth or a ten-thousandth
# of its money (ISO 4217).
_MINOR_UNITS_MAX = 4
# What a date and time in columns of their own means without a format.
_PARTS = ("%Y", "%m", "%d", "%H", "%M", "%S")
_PARTS_LEAST = 3


def read_sources(table: Table, fields: tuple[Field, ...]) -> dict[str, Source]:
    """Read the source of each field, by its name.

    One that has a problem may be missing; the problem is then in the table's list.
    """
    table.know(tuple(field.name for field in fields))
    sources = {field.name: _source(table, field) for field in fields}
    return {name: source for name, source in sources.items() if source is not None}


def _source(table: Table, field: Field) -> Source | None:
    value = table.value(field.name)
    if value is None:
        table.say(field.name, f"missing; name the column that holds {field.words}")
    elif isinstance(value, str):
        if value.strip():
            return _plain(value, field)
        table.say(field.name, f"empty; name the column that holds {field.words}")
    elif not isinstance(value, dict):
        table.say(field.name, "must be the name of a column, or a table in braces")
    elif field.kind is Kind.MOMENT:
        return _moment(table.table(field.name))
    elif field.kind is Kind.MONEY:
        return _amount(table.table(field.name))
    else:
        return _identity(table.table(field.name), field)
    return None


def _plain(column: str, field: Field) -> Source:
    match field.kind:
        case Kind.MOMENT:
            return Moment(columns=(column,))
        case Kind.MONEY:
            return Amount(add=(column,))
        case Kind.ID:
            return Column(column)


def _amount(table: Table) -> Source | None:
    table.know(("column", "add", "subtract", "minor_units", "currency"))
    if (table.value("column") is None) == (table.value("add") is None):
        table.say("", "must have exactly one of column, add")
        return None
    add = (table.text("column"),) if table.value("add") is None else table.texts("add")
    subtract = table.texts("subtract")
    if len({*add, *subtract}) != len(add) + len(subtract):
        table.say("add", "and subtract must name each column once")
    currency = table.optional("currency")
    if currency is not None and currency.upper() not in CODES:
        table.say("currency", f"{currency!r} is not a currency; use a code such as EUR")
        currency = None
    return Amount(
        add=add,
        subtract=subtract,
        minor_units=table.number("minor_units", most=_MINOR_UNITS_MAX),
        currency=currency and currency.upper(),
    )


def _identity(table: Table, field: Field) -> Source | None:
    # One transaction id for a whole file would leave one row a location: not offered.
    alike = ("constant", *Whence) if field.name == "location_id" else ()
    kinds = (*alike, "combine", "column")
    given = [kind for kind in kinds if table.value(kind) is not None]
    further = {"combine": ("separator",), "column": ("mask",)}
    table.know((*kinds, *(key for kind in given for key in further.get(kind, ()))))
    if len(given) != 1:
        table.say("", f"must have exactly one of {', '.join(kinds)}")
        return None
    [kind] = given
    if kind == "column":
        return Column(table.text("column"), mask=_pattern(table, "mask"))
    if kind == "combine":
        return _combine(table)
    if kind == "constant":
        value = table.text("constant").strip()
        if id_flaw(value):
            table.say("constant", f"{value!r} cannot be an id")
        return Constant(value)
    return Sender(whence=Whence(kind), pattern=_pattern(table, kind) or "")


def _pattern(table: Table, key: str) -> str | None:
    pattern = table.optional(key)
    if pattern is not None:
        for problem in pattern_problems(pattern):
            table.say(key, f"{pattern!r} {problem}")
    return pattern


def _combine(table: Table) -> Source:
    names = table.texts("combine")
    if len(set(names)) != len(names) or len(names) == 1:
        table.say("combine", "must name two or more different columns")
    separator = table.text("separator", default="-", blank=True)
    if separator and not separator.isprintable():
        table.say("separator", "must be printable")
    return Combine(names=names, separator=separator)


def _moment(table: Table) -> Source:
    columns = _moment_columns(table)
    pattern = table.optional("format")
    if pattern is not None:
        for problem in formats.problems(pattern):
            table.say("format", f"{pattern!r}: {problem}")
        if pattern in formats.COUNTED and len(columns) > 1:
            table.say("format", f"{pattern!r} is one number, which stands in one column")
    elif table.value("columns") is not None:
        if not _PARTS_LEAST <= len(columns) <= len(_PARTS):
            table.say(
                "columns", "must name year, month and day, hour, minute, second; or set format"
            )
        pattern = " ".join(_PARTS[: len(columns)])
    return Moment(
        columns=columns,
        format=pattern,
        language=_language(table, pattern),
        timezone=_written_in(table),
    )


def _moment_columns(table: Table) -> tuple[str, ...]:
    """The columns of a date and time: one, two or several."""
    common = ("format", "language", "timezone")
    if table.value("columns") is not None:
        table.know(("columns", *common))
        return table.texts("columns")
    if table.value("column") is not None:
        table.know(("column", *common))
        return (table.text("column"),)
    table.know(("column", "date", "time", "columns", *common))
    return (
        table.text("date", missing="name the column that holds the date"),
        table.text("time", missing="name the column that holds the time"),
    )


def _language(table: Table, pattern: str | None) -> str | None:
    language = table.optional("language")
    if language is None:
        return None
    if language not in LANGUAGES:
        table.say("language", f"{language!r} is not known; use one of {', '.join(LANGUAGES)}")
    elif pattern is not None and "%b" not in pattern and "%B" not in pattern:
        table.say("language", f"the format {pattern!r} has no name of a month (%b or %B)")
    return language


def _written_in(table: Table) -> str | ZoneColumn | None:
    """The zone in which a file writes its times, if that is not the shop's."""
    value = table.value("timezone")
    if value is None:
        return None
    if isinstance(value, dict):
        zone = table.table("timezone")
        zone.know(("column",))
        return ZoneColumn(zone.text("column", missing="name the column that holds the time zone"))
    return table.zone("timezone")
