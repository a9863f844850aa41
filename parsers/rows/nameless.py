"""Ids that are a word for nothing, whatever the word is: they come again with other sales."""

from collections.abc import Mapping as Lookup
from dataclasses import replace

import polars as pl

from parsers.canonical import Kind, RecordType
from parsers.mappings.mapping import Mapping
from parsers.reject import RejectCode
from parsers.values.sources import Column, source_columns
from parsers.values.values import Found, Values

_NUMBER = "[1-9]"
_SEVERAL = 6  # ids with digits
_RARELY = 10  # one in so many ids with digits may come again: corrections are few


def nameless_ids(
    found: Lookup[str, Found], mapping: Mapping, record_type: RecordType
) -> tuple[str, ...]:
    """Name the ids without a digit but 0 that come again with another moment; mostly none.

    `found` has the mapped columns. Only where most ids have digits, and hardly one of these comes
    again: elsewhere TBD may be a name, and 0 the first of numbers that begin again each day.
    """
    *shop, name = record_type.key
    source = mapping.columns[name]
    if mapping.rows.lines is not None or not isinstance(source, Column):
        return ()
    ids = found[source.name].texts
    plain = ids.str.contains(_NUMBER)
    words = ids.filter(~plain)
    if len(words) == words.n_unique():  # none comes again, as in most files
        return ()
    if plain.sum() < max(_SEVERAL, (ids != "").sum() / 2):
        return ()
    moments = [each.name for each in record_type.fields if each.kind is Kind.MOMENT]

    def together(fields: list[str]) -> pl.Series:
        columns = [column for each in fields for column in source_columns(mapping.columns[each])]
        parts = [found[one].texts.alias(str(at)) for at, one in enumerate(columns)]
        return pl.DataFrame([ids.alias("id"), *parts]).to_struct()

    rows = pl.DataFrame({"key": together(shop), "moment": together(moments)})
    again = rows.select(pl.col("moment").n_unique().over("key") > 1).to_series()
    if _RARELY * (again & plain).sum() > plain.sum():
        return ()
    return tuple(ids.filter(again & ~plain & (ids != "")).unique())


def without_nameless(
    values: Lookup[str, Values], record_type: RecordType, words: tuple[str, ...]
) -> dict[str, Values]:
    """Make rejects (NULL_ID) of the rows that have one of these words for their id."""
    name = record_type.key[-1]
    ids = values[name]
    if not words:
        return dict(values)
    nameless = ids.columns[name].is_in(list(words)) & ids.code.is_null()
    return {**values, name: replace(ids, code=ids.code.set(nameless, RejectCode.NULL_ID.value))}
