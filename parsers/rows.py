"""From records to rows: each field read, what is wrong rejected, the last of equal keys kept."""

from collections.abc import Mapping as Lookup
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from parsers.canonical import Field, Kind, RecordType
from parsers.coerce_ids import read_ids
from parsers.coerce_moments import read_times, zones_of
from parsers.coerce_money import find_decimal, read_amounts
from parsers.mapping import Mapping
from parsers.reject import RAW_MAX_CHARACTERS, Reject, RejectCode
from parsers.sources import Column, DateAndTime, DateTime, source_columns
from parsers.values import Found, Values
from parsers.words import explain

# Rows that are read at a time: the steps between text and value take many times their room.
_SLICE = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What became of the records: `frame` has `line` and the columns of the record type."""

    frame: pl.DataFrame
    rejects: list[Reject]
    duplicates: int
    decimal: str | None


def read_rows(
    records: pl.DataFrame, found: Lookup[str, Found], mapping: Mapping, record_type: RecordType
) -> Rows:
    """Read the fields of all records; `found` has the mapped columns by the mapping's names.

    `records` has `line` and `raw`. Raises Unreadable (AMBIGUOUS_DECIMAL).
    """
    decimal = mapping.format.decimal or _decimal(records["line"], found, mapping, record_type)
    frames: list[pl.DataFrame] = []
    rejects: list[Reject] = []
    # At least once, so that a file without rows gives a frame with the right columns.
    for start in range(0, max(records.height, 1), _SLICE):
        part = {
            name: Found(column=each.column, texts=each.texts.slice(start, _SLICE))
            for name, each in found.items()
        }
        lines = records.slice(start, _SLICE).select("line", "raw")
        values = _values(lines.height, part, mapping, record_type, decimal)
        codes = pl.DataFrame({name: each.code for name, each in values.items()})
        good = codes.select(pl.all_horizontal(pl.all().is_null())).to_series()
        if not good.all():
            rejects += _rejects(lines, record_type.fields, values, mapping)
        columns = {
            name: series for each in values.values() for name, series in each.columns.items()
        }
        frame = pl.DataFrame({"line": lines["line"]} | columns)
        frames.append(frame.select("line", *record_type.columns).filter(good))
    frame = pl.concat(frames)
    kept = frame.unique(subset=record_type.key, keep="last", maintain_order=True)
    return Rows(frame=kept, rejects=rejects, duplicates=frame.height - kept.height, decimal=decimal)


def _decimal(
    lines: pl.Series, found: Lookup[str, Found], mapping: Mapping, record_type: RecordType
) -> str | None:
    """Find the decimal sign of the amounts, which needs the whole column; None without any."""
    for field in record_type.fields:
        if field.kind is Kind.MONEY:
            [name] = source_columns(getattr(mapping.columns, field.name))
            return find_decimal(found[name], lines)
    return None


def _values(
    height: int,
    found: Lookup[str, Found],
    mapping: Mapping,
    record_type: RecordType,
    decimal: str | None,
) -> dict[str, Values]:
    """Read each field of some records, by its kind and its source."""
    values: dict[str, Values] = {}
    for field in record_type.fields:
        source = getattr(mapping.columns, field.name)
        columns = [found[name] for name in source_columns(source)]
        match source:
            case DateTime() | DateAndTime():
                locations = values["location_id"].columns["location_id"]
                zones = zones_of(locations, mapping.timezone, mapping.timezones)
                values[field.name] = read_times(field.columns, source, columns, zones)
            case Column() if field.kind is Kind.MONEY and decimal is not None:
                values[field.name] = read_amounts(field.name, columns[0], decimal)
            case _:
                values[field.name] = read_ids(field.name, source, columns, height)
    return values


def _rejects(
    records: pl.DataFrame,
    fields: Sequence[Field],
    values: Lookup[str, Values],
    mapping: Mapping,
) -> list[Reject]:
    """Make one reject of each bad record: of its first bad field, in the order of the fields."""
    rejects: dict[int, Reject] = {}
    for field in fields:
        each = values[field.name]
        pattern = getattr(getattr(mapping.columns, field.name), "format", None)
        bad = records.select("line", "raw").with_columns(
            code=each.code, text=each.text, source=each.source
        )
        for line, raw, code, text, source in bad.filter(each.code.is_not_null()).iter_rows():
            if line not in rejects:
                rejects[line] = Reject(
                    line=line,
                    column=source,
                    code=RejectCode(code),
                    message=explain(
                        RejectCode(code), field, column=source, value=text, pattern=pattern
                    ),
                    raw=raw[:RAW_MAX_CHARACTERS],
                )
    return list(rejects.values())
