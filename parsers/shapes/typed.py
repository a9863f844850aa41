"""The read records of a file, good and bad, as the frame in which they are put together."""

from collections.abc import Mapping as Lookup

import polars as pl

from parsers.canonical import Kind, RecordType
from parsers.reject import RejectCode
from parsers.values.values import Values


def typed_rows(
    lines: pl.Series, values: Lookup[str, Values], record_type: RecordType
) -> pl.DataFrame:
    """Put the fields of some records side by side.

    Gives `line`, the columns of the record type (canonical text; null where the field could not
    be read), `code` (that of the record's first flaw in the order of the fields, null if it is
    good) and `blank` (whether it has a key but no amount).
    """
    columns = {"line": lines}
    for field in record_type.fields:
        each = values[field.name]
        good = each.code.null_count() == len(each.code)
        for name, series in each.columns.items():
            columns[name] = series if good else series.set(each.code.is_not_null(), None)
    empty = [
        pl.lit(values[field.name].code).eq_missing(RejectCode.EMPTY_MONEY.value)
        for field in record_type.fields
        if field.kind is Kind.MONEY
    ]
    blank = pl.all_horizontal(*empty) if empty else pl.lit(value=False)
    return pl.DataFrame(columns).select(
        "line",
        *record_type.columns,
        code=pl.coalesce(values[field.name].code for field in record_type.fields),
        blank=blank & _has_key(record_type),
    )


def keyed_rows(typed: pl.DataFrame, record_type: RecordType) -> pl.DataFrame:
    """The rows whose key could be read."""
    return typed.filter(_has_key(record_type))


def amounts_of(record_type: RecordType) -> tuple[str, ...]:
    """The columns of a row that are amounts."""
    return tuple(
        name for field in record_type.fields if field.kind is Kind.MONEY for name in field.columns
    )


def _has_key(record_type: RecordType) -> pl.Expr:
    return pl.all_horizontal(pl.col(name).is_not_null() for name in record_type.key)
