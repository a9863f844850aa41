"""Several rows with one key: added up, or all but one of them passed over, as the mapping says.

- "sum": the rows are parts of one transaction. Its total is the exact sum, its moment and its line
  are those of its first row. It loads whole or not at all.
- "first": one row bears the total of the transaction, the others are lines of it.
- "last", and where the mapping says nothing: a later row corrects an earlier one. In the second
  case what looks like lines of a transaction is refused (see lineitems.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from parsers.canonical import RecordType
from parsers.mappings.rows import Lines
from parsers.money.amounts import canonical_amounts, exact, too_long
from parsers.reject import Reject
from parsers.shapes.again import refuse_begun_again
from parsers.shapes.astray import of_id_in_cell, of_known_id
from parsers.shapes.belonging import different_days, lost_neighbours
from parsers.shapes.broken import Broken
from parsers.shapes.lineitems import refuse_line_items
from parsers.shapes.second_block import refuse_second_block, refuse_second_till
from parsers.shapes.typed import amounts_of, keyed_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What the good rows came to: frame.height + duplicates + merged + len(rejects) were given.

    `frame` has `line` and the columns of the record type, one row a key, in order of line.
    `duplicates` were replaced by a later row, `merged` are parts of a row that is there.
    """

    frame: pl.DataFrame
    duplicates: int = 0
    merged: int = 0
    rejects: Sequence[Reject] = ()


def gather(
    typed: pl.DataFrame,
    raws: pl.DataFrame,
    record_type: RecordType,
    lines: Lines | None,
    *,
    lost: pl.DataFrame | None = None,
    foreign: pl.DataFrame | None = None,
) -> Gathered:
    """Put the rows of each key together.

    `typed` has all records in order of line (see typed.py); those with a code are rejects already,
    but for those without an amount under "first", which are accounted for here. `raws` has `line`
    and `raw` of the same records. `lost` has `line` and `text` of each cell of further rejects,
    which are of another width than the header. `foreign` has those of the cells that should hold an
    id, the last column of the key, but fit no mask.
    Raises Unreadable (AMBIGUOUS_ID, LINE_ITEMS, SCATTERED_LINES).
    """
    if lines is Lines.SUM:
        return _summed(typed, raws, record_type, lost, foreign)
    if lines is Lines.FIRST:
        return _firsts(typed, raws, record_type)
    if lines is None:
        refuse_line_items(typed, raws, record_type)
    good = typed.filter(pl.col("code").is_null()).select("line", *record_type.columns)
    kept = _lasts(good, record_type.key)
    if lines is None and kept.height < good.height:
        refuse_begun_again(good, record_type)
        refuse_second_till(good, record_type)
    return Gathered(frame=kept, duplicates=good.height - kept.height)


def _lasts(good: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """The last row of each key, in order."""
    # Keys whose hashes all differ all differ: in most files there is nothing to leave out, and that
    # costs a sixth (12 ms instead of 70 for 500,000 rows).
    if good.select(key).hash_rows().n_unique() == good.height:
        return good
    return good.unique(subset=key, keep="last", maintain_order=True)


def _summed(
    typed: pl.DataFrame,
    raws: pl.DataFrame,
    record_type: RecordType,
    lost: pl.DataFrame | None,
    foreign: pl.DataFrame | None,
) -> Gathered:
    keyed = keyed_rows(typed, record_type)
    refuse_second_block(keyed, raws, record_type)
    good = keyed.filter(pl.col("code").is_null())
    sums = _sums(good, record_type)
    broken = Broken(record_type)
    broken.incomplete(keyed.filter(pl.col("code").is_not_null()))
    unread = typed.join(keyed, on="line", how="anti")
    broken.maybe_of(of_known_id(keyed, unread, record_type))
    if lost is not None:
        last = record_type.key[-1]
        broken.maybe_of(of_known_id(keyed, lost.rename({"text": last}), record_type))
    unread = unread.filter(pl.col(record_type.key[-1]).is_null())
    if foreign is not None:
        cells = unread.join(foreign, on="line", maintain_order="left")
        broken.maybe_of(of_id_in_cell(keyed, cells, record_type))
        unread = unread.join(foreign, on="line", how="anti")
    if unknown := [*(() if lost is None else lost["line"].unique()), *unread["line"]]:
        broken.maybe_incomplete(lost_neighbours(keyed, unknown, record_type))
    broken.of_different_days(different_days(keyed, record_type))
    for name in amounts_of(record_type):
        broken.too_long(sums.filter(too_long(sums[name])))
    whole = broken.without(sums)
    return Gathered(
        frame=whole.select("line", *record_type.columns),
        merged=int(whole["rows"].sum()) - whole.height,
        rejects=broken.rejects(good, raws),
    )


def _sums(good: pl.DataFrame, record_type: RecordType) -> pl.DataFrame:
    """One row a key: amounts added up, all else from its first row, and `rows`, their number."""
    amounts = amounts_of(record_type)
    sums = (
        good.with_columns(exact(good[name]) for name in amounts)
        .group_by(record_type.key, maintain_order=True)
        .agg(
            pl.len().alias("rows"),
            *(pl.col(name).sum() for name in amounts),
            pl.exclude(*record_type.key, *amounts).first(),
        )
    )
    return sums.with_columns(canonical_amounts(sums[name]) for name in amounts)


def _firsts(typed: pl.DataFrame, raws: pl.DataFrame, record_type: RecordType) -> Gathered:
    keyed = keyed_rows(typed, record_type)
    bearing = keyed.filter(~pl.col("blank"))
    leading = bearing.unique(subset=record_type.key, keep="first", maintain_order=True)
    broken = Broken(record_type)
    for name in amounts_of(record_type):
        broken.incomplete(bearing.filter(pl.col(name).is_null()))
    broken.incomplete(leading.filter(pl.col("code").is_not_null()))
    for name in amounts_of(record_type):
        broken.of_two_totals(_two_totals(bearing, record_type, name))
    broken.of_different_days(different_days(bearing, record_type))
    broken.without_total(keyed.join(leading, on=record_type.key, how="anti"))
    # All others are rejects already.
    open_rows = keyed.filter(pl.col("code").is_null() | pl.col("blank"))
    rejects = broken.rejects(open_rows, raws)
    whole = broken.without(leading)
    return Gathered(
        frame=whole.select("line", *record_type.columns),
        merged=open_rows.height - len(rejects) - whole.height,
        rejects=rejects,
    )


def _two_totals(bearing: pl.DataFrame, record_type: RecordType, amount: str) -> pl.DataFrame:
    """The keys with two totals, each `total` with its `line` and `other` with its `other_line`."""
    read = bearing.filter(pl.col(amount).is_not_null())
    leading = read.unique(subset=record_type.key, keep="first", maintain_order=True)
    both = read.select(*record_type.key, other=amount, other_line="line").join(
        leading.select(*record_type.key, "line", total=amount),
        on=record_type.key,
        maintain_order="left",
    )
    return both.filter(pl.col("total") != pl.col("other"))
