"""Rejects whose ids are there: what is left of them says which transactions are not whole."""

from collections.abc import Mapping as Lookup
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from parsers.canonical import RecordType
from parsers.mappings.mapping import Mapping
from parsers.mappings.patterns import take_of_each
from parsers.mappings.rows import Lines
from parsers.records.dialect import Dialect
from parsers.reject import Reject, RejectCode
from parsers.rows.fields import FieldReader
from parsers.shapes.typed import typed_rows
from parsers.table.splitting import fields_of
from parsers.values.sources import Column
from parsers.values.values import Found, Values


@dataclass(frozen=True, slots=True)
class Unplaced:
    """Records of an unknown status: `typed` rows (see typed.py), and `foreign_ids` of some."""

    typed: pl.DataFrame
    foreign: pl.DataFrame


def read_unplaced(
    records: pl.DataFrame, found: Lookup[str, Found], reader: FieldReader
) -> Unplaced | None:
    """Read records of an unknown status, which are all rejects.

    None where it does not matter of which transactions they are.
    """
    if records.is_empty() or reader.mapping.rows.lines not in (Lines.SUM, Lines.FIRST):
        return None
    values = reader.read(found, records.height)
    typed = typed_rows(records["line"], values, reader.record_type)
    return Unplaced(
        typed.with_columns(code=pl.lit(RejectCode.UNKNOWN_STATUS.value), blank=pl.lit(value=False)),
        foreign_ids(records["line"], values, reader.record_type),
    )


def ids_in(rejects: Sequence[Reject], dialect: Dialect, mapping: Mapping) -> pl.DataFrame:
    """The `line` of each record that does not fit its header, and the `text` of each of its cells.

    One of them may be the transaction's id, wherever it has moved to.
    """
    source = mapping.columns["transaction_id"]
    mask = source.mask if isinstance(source, Column) else None
    cells = [
        (reject.line, cell.strip())
        for reject in rejects
        for cell in fields_of(reject.raw, dialect) or [""]
    ]
    frame = pl.DataFrame(cells, schema={"line": pl.Int64, "text": pl.String}, orient="row")
    return frame if mask is None else frame.with_columns(text=take_of_each(frame["text"], mask))


def foreign_ids(
    lines: pl.Series, values: Lookup[str, Values], record_type: RecordType
) -> pl.DataFrame:
    """The `line` and the `text` of each cell that fits not the mask of the transaction's id."""
    each = values[record_type.key[-1]]
    outside = (each.code == RejectCode.ID_NOT_IN_MASK.value).fill_null(value=False)
    return pl.DataFrame({"line": lines.filter(outside), "text": each.text.filter(outside)})
