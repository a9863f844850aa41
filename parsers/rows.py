"""From records to rows: each field read, what is wrong rejected, the last of equal keys kept."""

from collections.abc import Mapping as Lookup
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from parsers.canonical import Field, Kind, RecordType
from parsers.coerce_ids import read_ids
from parsers.coerce_moments import read_times, zones_of
from parsers.coerce_money import find_decimal, read_amounts
from parsers.mapping import DateAndTime, DateTime, Mapping, source_columns
from parsers.reject import RAW_MAX_CHARACTERS, Reject, RejectCode
from parsers.values import Found, Values
from parsers.words import explain


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
    lines = records["line"]
    decimal = mapping.format.decimal
    values: dict[str, Values] = {}
    for field in record_type.fields:
        source = getattr(mapping.columns, field.name)
        columns = [found[name] for name in source_columns(source)]
        match source:
            case DateTime() | DateAndTime():
                locations = values["location_id"].columns["location_id"]
                zones = zones_of(locations, mapping.timezone, mapping.timezones)
                values[field.name] = read_times(field.columns, source, columns, zones)
            case _ if field.kind is Kind.MONEY:
                if decimal is None:
                    decimal = find_decimal(columns[0], lines)
                values[field.name] = read_amounts(field.name, columns[0], decimal)
            case _:
                values[field.name] = read_ids(field.name, source, columns, len(lines))
    frame = pl.DataFrame(
        {"line": lines}
        | {name: series for each in values.values() for name, series in each.columns.items()}
    ).select("line", *record_type.columns)
    codes = pl.DataFrame({name: each.code for name, each in values.items()})
    good = codes.select(pl.all_horizontal(pl.all().is_null())).to_series()
    rejects = [] if good.all() else _rejects(records, record_type.fields, values, mapping)
    frame = frame.filter(good)
    kept = frame.unique(subset=record_type.key, keep="last", maintain_order=True)
    return Rows(frame=kept, rejects=rejects, duplicates=frame.height - kept.height, decimal=decimal)


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
