"""Which rows are of one transaction, and which may be."""

from collections.abc import Sequence

import polars as pl

from parsers.canonical import Kind, RecordType
from parsers.reject import Unreadable, UnreadableCode, clip

# A transaction whose rows follow each other may go on over midnight, but not for longer than this.
_LONGEST = pl.duration(hours=24)


def runs(keyed: pl.DataFrame, key: Sequence[str]) -> pl.Series:
    """Number the runs of rows that follow each other and have one key."""
    changes = pl.any_horizontal(pl.col(name) != pl.col(name).shift(1) for name in key)
    return keyed.select(run=changes.fill_null(value=False).cum_sum())["run"]


def lost_neighbours(
    keyed: pl.DataFrame, lost: Sequence[int], record_type: RecordType
) -> pl.DataFrame:
    """The keys of the rows right above and right below lost lines, and the line as `culprit`.

    A lost row may be one of theirs. Where the rows of a transaction do not follow each other, it
    may be of any. Raises Unreadable (SCATTERED_LINES).
    """
    key = record_type.key
    _refuse_scattered(keyed, lost, key)
    lines = pl.Series("culprit", sorted(lost), dtype=pl.Int64)
    below = keyed["line"].search_sorted(lines).cast(pl.Int64)
    beside = pl.DataFrame([lines, below.alias("at")])
    both = pl.concat([beside.with_columns(pl.col("at") - 1), beside])
    both = both.filter(pl.col("at").is_between(0, keyed.height - 1))
    return keyed.select(key)[both["at"]].with_columns(culprit=both["culprit"])


def different_days(keyed: pl.DataFrame, record_type: RecordType) -> pl.DataFrame:
    """The keys whose rows cannot be of one transaction: of different days, and yet not in one run
    of rows, or more than a day apart. With the lines and times of two such rows."""
    key = list(record_type.key)
    moments = [field.columns for field in record_type.fields if field.kind is Kind.MOMENT]
    if not moments:
        return keyed.select(key).clear()
    instant, local = moments[0]
    ends = keyed.group_by(key).agg(first=pl.col(local).min(), last=pl.col(local).max())
    spread = ends.filter(_day("first") != _day("last"))
    if spread.is_empty():
        return keyed.select(key).clear()
    numbered = keyed.with_columns(run=runs(keyed, key)).filter(pl.col(local).is_not_null())
    timed = numbered.join(spread, on=key, how="semi", maintain_order="left")
    at = (
        pl.col(instant)
        .str.slice(0, len("2017-01-31T16:53:26"))
        .str.to_datetime("%Y-%m-%dT%H:%M:%S")
    )
    spans = timed.group_by(key, maintain_order=True).agg(
        pl.col("line").sort_by(local).first().alias("line"),
        pl.col("line").sort_by(local).last().alias("other_line"),
        pl.col(local).min().alias("time"),
        pl.col(local).max().alias("other_time"),
        apart=(at.max() - at.min() > _LONGEST) | (pl.col("run").n_unique() > 1),
    )
    return spans.filter("apart").drop("apart")


def _day(name: str) -> pl.Expr:
    return pl.col(name).str.slice(0, len("2017-01-31"))


def _refuse_scattered(keyed: pl.DataFrame, lost: Sequence[int], key: Sequence[str]) -> None:
    numbered = keyed.with_columns(run=runs(keyed, key))
    began = numbered.unique("run", keep="first", maintain_order=True)
    begun = began.group_by(key, maintain_order=True).agg("line")
    again = begun.filter(pl.col("line").list.len() > 1)
    if again.is_empty():
        return
    name, (first, line, *_) = again.select(key[-1], "line").row(0)
    raise Unreadable(
        UnreadableCode.SCATTERED_LINES,
        f"Line {min(lost)} is a reject, and it may belong to any transaction: their rows do not "
        f"follow each other (those of '{clip(name)}' are on lines {first} and {line}).",
        remedy="Ask the sender for a corrected file. If such lines are not part of a transaction, "
        "say so in the mapping: [format] footer or comment, or [rows] drop.",
    )
