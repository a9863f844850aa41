"""Ids that come again in the order in which they came: of a second till, or of one export twice.

A row that corrects another, or is sent again, is one of a few here and there, or says the same. A
second till that counts from 1 too has the same ids in the same order, at other times; and an export
that was appended to itself has the same rows in the same order. So a file is refused if

- later rows correct earlier ones, and at least three ids of a shop that follow each other come
  again in their order, at other times of the day, and half of them with other totals, or all
  rows of them with one: where all tickets cost the same;
- rows of one id are added up, and behind the first rows of at least three transactions that follow
  each other stand the same rows once more, or, of at least four, rows of another time of the day.

That the ids follow each other, but for one in four, is what no correction brings about by chance.
"""

import polars as pl

from parsers.canonical import Kind, RecordType
from parsers.reject import Unreadable, UnreadableCode, clip
from parsers.shapes.belonging import runs
from parsers.shapes.typed import amounts_of

_LEAST = 3  # ids that come again
_LEAST_OF_OTHER_TIMES = 4  # the same, of transactions to which rows may be added later
_GAPS = 1.25  # places in the order for each id that comes again
_MOST = 0.8  # of these have the same rows
_APART = pl.duration(minutes=1)  # as the seconds may be left out the second time
_HALF = 0.5
_TO_SECONDS = len("2017-01-31T16:53:26")


def refuse_second_till(good: pl.DataFrame, record_type: RecordType) -> None:
    """Raise Unreadable (AMBIGUOUS_ID) if a run of ids comes again at other times of the day.

    `good` are the rows that can be read, of which the last one of each key would count.
    """
    again = _again(good, pl.int_range(good.height, eager=True), record_type)
    again = again.filter(_at_another_time(record_type))
    again = again.filter(_of_each_shop(_follow_each_other(), record_type))
    changed, one_price = pl.lit(value=False), pl.lit(value=True)
    for name in amounts_of(record_type):
        changed |= pl.col(name) != pl.col(f"other_{name}")
        one_price &= pl.col(name).append(pl.col(f"other_{name}")).n_unique() == 1
    found = again.filter(_of_each_shop((changed.mean() >= _HALF) | one_price, record_type))
    if found.height:
        raise _of_two_tills(
            found,
            record_type,
            "Read as it is, the last one alone would count.",
            ' If later rows correct earlier ones, write [rows] lines = "last".',
        )


def refuse_second_block(keyed: pl.DataFrame, raws: pl.DataFrame, record_type: RecordType) -> None:
    """Raise Unreadable (AMBIGUOUS_ID) if a run of transactions comes again further down.

    `keyed` are the rows whose key could be read, those of one key to be added up; `raws` has
    `line` and `raw` of these and others.
    """
    key = list(record_type.key)
    run = runs(keyed, key)
    if keyed.is_empty() or run[-1] + 1 == keyed.select(key).hash_rows().n_unique():
        return  # the rows of each transaction follow each other
    again = _again(keyed, run, record_type)
    behind = pl.col("at").max() < pl.col("other_at").min()
    again = again.filter(_of_each_shop(_follow_each_other() & behind, record_type))
    if again.is_empty():
        return
    texts = raws.join(keyed.select("line", run=run), on="line", maintain_order="right")
    written = texts.group_by("run").agg(pl.col("raw").str.join("\n"))
    again = again.join(written, on="run", maintain_order="left")
    again = again.join(
        written, left_on="other_run", right_on="run", suffix="_again", maintain_order="left"
    )
    same = pl.col("raw") == pl.col("raw_again")
    twice = again.filter(_of_each_shop(same.mean() >= _MOST, record_type)).filter(same)
    if twice.height >= _LEAST:
        raise _twice(twice, key[-1])
    # Rows of one time each, and not all alone: that is the time of a sale, and not of an item.
    steady = pl.col("steady").all() & pl.col("other_steady").all() & (pl.col("rows").max() > 1)
    enough = pl.len() >= _LEAST_OF_OTHER_TIMES
    again = again.filter(_at_another_time(record_type))
    found = again.filter(_of_each_shop(_follow_each_other() & steady & enough, record_type))
    if found.height:
        raise _of_two_tills(found, record_type, "Read as it is, they would be added up.", "")


def _again(rows: pl.DataFrame, run: pl.Series, record_type: RecordType) -> pl.DataFrame:
    """The keys with several runs: their `place` among all keys of the shop, and of the first run
    and the last (`other_...`) its number, its place among all runs of the shop (`at`), its line,
    the columns of its first row, how many `rows` it has, and whether they are of one time."""
    key, shop = list(record_type.key), list(record_type.key[:-1])
    local = _moment(record_type)[1]
    blocks = (
        rows.with_columns(run=run)
        .group_by("run", maintain_order=True)
        .agg(
            pl.col("line", *record_type.columns).first(),
            rows=pl.len(),
            steady=pl.col(local).n_unique() == 1,
        )
        .with_columns(at=pl.int_range(pl.len()).over(shop))
    )
    values = pl.exclude(key)
    keys = blocks.group_by(key, maintain_order=True).agg(
        values.first(), values.last().name.prefix("other_")
    )
    placed = keys.with_columns(place=pl.int_range(pl.len()).over(shop))
    return placed.filter(pl.col("at") < pl.col("other_at"))


def _follow_each_other() -> pl.Expr:
    """Whether enough keys of one shop come again, in their order and with few others between."""
    places = pl.col("place").max() - pl.col("place").min() + 1
    rising = (pl.col("other_at").diff().drop_nulls() > 0).all()
    return (pl.len() >= _LEAST) & (places <= _GAPS * pl.len()) & rising


def _of_each_shop(said: pl.Expr, record_type: RecordType) -> pl.Expr:
    return said.over(list(record_type.key[:-1]))


def _at_another_time(record_type: RecordType) -> pl.Expr:
    """Whether both runs begin on one day, and a minute apart at least."""
    instant, local = _moment(record_type)
    first, last = (
        pl.col(name).str.slice(0, _TO_SECONDS).str.to_datetime("%Y-%m-%dT%H:%M:%S")
        for name in (instant, f"other_{instant}")
    )
    days = [pl.col(name).str.slice(0, len("2017-01-31")) for name in (local, f"other_{local}")]
    return (days[0] == days[1]) & ((first - last).abs() >= _APART)


def _moment(record_type: RecordType) -> tuple[str, str]:
    """The columns of the instant and of the time on the wall."""
    instant, local = next(
        field.columns for field in record_type.fields if field.kind is Kind.MOMENT
    )
    return instant, local


def _of_two_tills(
    found: pl.DataFrame, record_type: RecordType, else_: str, decides: str
) -> Unreadable:
    pair = found.row(0, named=True)
    local = _moment(record_type)[1]
    return Unreadable(
        UnreadableCode.AMBIGUOUS_ID,
        f"{found.height:,} ids come again in the same order at other times, such as "
        f"'{clip(pair[record_type.key[-1]])}': {pair[local]} on line {pair['line']}, "
        f"{pair[f'other_{local}']} on line {pair['other_line']}. They look like those of two "
        f"tills. {else_}",
        remedy="If each till has numbers of its own, combine them in the mapping with the till: "
        f'transaction_id = {{ combine = ["Till", "Receipt"] }}.{decides} The file then loads by '
        "itself.",
    )


def _twice(found: pl.DataFrame, name: str) -> Unreadable:
    pair = found.row(0, named=True)
    return Unreadable(
        UnreadableCode.AMBIGUOUS_ID,
        f"The rows of {found.height:,} transactions stand in the file twice, in the same order: "
        f"those of '{clip(pair[name])}' from line {pair['line']} and again from line "
        f"{pair['other_line']}. Read as it is, their totals would be doubled.",
        remedy="Ask the sender for a file in which each row stands once: one export seems to have "
        "been appended to another.",
    )
