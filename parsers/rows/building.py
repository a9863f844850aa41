"""From records to rows: each field read, what is wrong rejected, rows of one key put together."""

from collections.abc import Mapping as Lookup
from dataclasses import dataclass

import polars as pl

from parsers.canonical import RecordType
from parsers.mappings.mapping import Mapping
from parsers.mappings.rows import Lines
from parsers.moments.unknown_zones import refuse_unknown_zones
from parsers.reject import REJECTS_KEPT, Reject
from parsers.rows.fields import FieldReader
from parsers.rows.nameless import nameless_ids, without_nameless
from parsers.rows.unplaced import Unplaced, foreign_ids
from parsers.shapes.gathering import gather
from parsers.shapes.item_totals import refuse_totals_among_items
from parsers.shapes.typed import typed_rows
from parsers.values.id_columns import refuse_ambiguous
from parsers.values.sources import Combine
from parsers.values.values import Found, Values

# Rows that are read at a time: the steps between text and value take many times their room.
_SLICE = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What became of the records: frame.height + duplicates + merged + rejected is their number.

    `frame` has `line` and the columns of the record type, in order of line. Of the rejects the
    first ones are in `rejects`, and `rejected` counts all. `marked` are lines whose time was
    taken by a rule, as the file does not tell.
    """

    frame: pl.DataFrame
    rejects: list[Reject]
    rejected: int
    duplicates: int
    merged: int
    marked: pl.Series


def read_rows(
    records: pl.DataFrame,
    found: Lookup[str, Found],
    reader: FieldReader,
    *,
    lost: pl.DataFrame | None = None,
    unplaced: Unplaced | None = None,
    keep: int = REJECTS_KEPT,
) -> Rows:
    """Read the fields of all records and put together those of one key.

    `records` has `line`, rising, `raw` and `refund`; `found` has the mapped columns by the
    mapping's names. Of the records that are rejects already, `lost` has those whose ids cannot
    be read, as `ids_in` gives them, and `unplaced` the others, as `read_unplaced` does. No more
    than `keep` rejects are given.

    Raises:
        Unreadable: AMBIGUOUS_ID, LINE_ITEMS, SCATTERED_LINES, UNKNOWN_ZONE.
    """
    values = _FieldsRead(reader, keep, nameless_ids(found, reader.mapping, reader.record_type))
    # At least once, so that a file without rows gives a frame with the right columns.
    for start in range(0, max(records.height, 1), _SLICE):
        values.add(records.slice(start, _SLICE), _slice(found, start))
    typed = pl.concat(values.typed)
    foreign = [*([] if unplaced is None else [unplaced.foreign]), *values.foreign]
    _refuse_ambiguous_ids(typed, records["line"], found, reader.mapping, reader.record_type)
    _refuse_totals_among_items(typed, records, reader)
    gathered = gather(
        typed if unplaced is None else pl.concat([typed, unplaced.typed]).sort("line"),
        records.select("line", "raw"),
        reader.record_type,
        reader.mapping.rows.lines,
        lost=lost,
        foreign=pl.concat(foreign) if foreign else None,
    )
    return Rows(
        frame=gathered.frame,
        rejects=[*values.rejects, *gathered.rejects[:keep]],
        rejected=values.rejected + len(gathered.rejects),
        duplicates=gathered.duplicates,
        merged=gathered.merged,
        marked=pl.concat(values.marked),
    )


def _refuse_totals_among_items(
    typed: pl.DataFrame, records: pl.DataFrame, reader: FieldReader
) -> None:
    """Where rows are added up, and the mapping does not say that all lines are rows."""
    mapping = reader.mapping
    if mapping.rows.lines is Lines.SUM and mapping.format.footer is None:
        refuse_totals_among_items(typed, records.select("line", "raw"), reader.record_type)


class _FieldsRead:
    """What reading the fields gave, slice by slice.

    `typed`, `foreign` and `marked` have what `typed_rows`, `foreign_ids` and `_marked` gave for
    each slice, `foreign` only for those with rejects. `rejects` are no more than `keep`, and
    `rejected` counts all.
    """

    def __init__(self, reader: FieldReader, keep: int, nameless: tuple[str, ...]) -> None:
        self._reader = reader
        self._keep = keep
        self._nameless = nameless
        self.typed: list[pl.DataFrame] = []
        self.foreign: list[pl.DataFrame] = []
        self.marked: list[pl.Series] = []
        self.rejects: list[Reject] = []
        self.rejected = 0

    def add(self, records: pl.DataFrame, found: Lookup[str, Found]) -> None:
        """Read the next records. Raises Unreadable (UNKNOWN_ZONE)."""
        reader, lines = self._reader, records["line"]
        values = reader.read(found, records.height, records["refund"])
        values = without_nameless(values, reader.record_type, self._nameless)
        typed = typed_rows(lines, values, reader.record_type)
        bad = typed["code"].is_not_null()
        if reader.mapping.rows.lines is Lines.FIRST:
            bad &= ~typed["blank"]  # further lines of an order: `gather` accounts for them
        if bad.any():
            refuse_unknown_zones(lines, values)
            self.rejected += int(bad.sum())
            self.rejects += reader.rejects(records, values, bad, self._keep - len(self.rejects))
            self.foreign.append(foreign_ids(lines, values, reader.record_type))
        self.typed.append(typed)
        self.marked.append(_marked(lines, values, ~bad))


def _slice(found: Lookup[str, Found], start: int) -> dict[str, Found]:
    return {
        name: Found(column=each.column, texts=each.texts.slice(start, _SLICE))
        for name, each in found.items()
    }


def _marked(lines: pl.Series, values: Lookup[str, Values], good: pl.Series) -> pl.Series:
    marks = pl.repeat(value=False, n=len(lines), dtype=pl.Boolean, eager=True)
    for each in values.values():
        if each.marked is not None:
            marks |= each.marked
    return lines.filter(marks & good)


def _refuse_ambiguous_ids(
    typed: pl.DataFrame,
    lines: pl.Series,
    found: Lookup[str, Found],
    mapping: Mapping,
    record_type: RecordType,
) -> None:
    """Refuse rows with one key whose ids were combined of different parts."""
    for field in record_type.fields:
        source = mapping.columns[field.name]
        if field.name in record_type.key and isinstance(source, Combine):
            good = typed.filter(pl.col("code").is_null())
            last = good.select("line", last=pl.col("line").last().over(record_type.key))
            replaced = last.filter(pl.col("line") != pl.col("last"))
            if replaced.height:
                parts = [found[name] for name in source.names]
                refuse_ambiguous(field, parts, lines, replaced)
