"""Rows that are exactly what other rows add up to: a total that is called otherwise.

The last row may be the sum of all others, or the first, or the last but one or two, with an average
below it. Or each day, each shop, or each block of rows has one. Whatever it is called: loaded, it
would double the takings.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from decimal import Decimal

import polars as pl

from parsers.canonical import Kind, RecordType
from parsers.money.amounts import exact
from parsers.reject import Unreadable, UnreadableCode, clip

_LEAST_ROWS = 3  # with an amount: of fewer the next may be the sum by chance
_LEAST_OTHERS = 5  # with three different ones, where the sum is not the last row
_DIFFERENT = 3
_BELOW = 2  # rows below the sum: an average, a maximum
_SEVERAL = 2  # blocks, days or shops


def refuse_sum_as_row(loaded: pl.DataFrame, records: pl.DataFrame, record_type: RecordType) -> None:
    """Refuse rows that are exactly what others add up to, and more than each of these.

    `loaded` are the rows; `records` has the `line` and `raw` of each.

    Raises:
        Unreadable: AMBIGUOUS_FOOTER.
    """
    for name in (name for each in record_type.fields for name in _amounts(each.kind, each.columns)):
        amounts = exact(loaded[name])
        if len(amounts) <= _LEAST_ROWS or not _may_have_sums(amounts):
            continue
        at = _sum_of_all(amounts)
        if at is not None:
            raise _of_all(records, int(loaded["line"][at]), Decimal(amounts[at]))
        rows = loaded.select("line", *record_type.columns).with_columns(amount=amounts)
        found = _totals_of_groups(rows, record_type) or _totals_of_blocks(rows)
        if len(found) >= _SEVERAL:
            raise _of_each(records, rows.filter(pl.col("line").is_in(found)))


def _amounts(kind: Kind, columns: Sequence[str]) -> Sequence[str]:
    return columns if kind is Kind.MONEY else ()


def _may_have_sums(amounts: pl.Series) -> bool:
    """Whether a sum may be among amounts: the largest is what stands right above or below it, or
    half of all above it, or the amounts down to some row are half of all. Of other files hardly
    one comes so far."""
    sums = amounts.cum_sum()
    whole, at = sums[-1], amounts.arg_max() or 0
    largest = amounts[at]
    above = sums[at] - 2 * largest
    if above in (0, largest):  # a block that begins with the first row has nothing before it
        return True
    in_order = sums.sort()
    wanted = (whole / 2, above, sums[at] + largest)
    places = ((each, bisect_left(in_order, each)) for each in wanted)
    return any(at < len(in_order) and in_order[at] == each for each, at in places)


def _sum_of_all(amounts: pl.Series) -> int | None:
    """Give the place of a row that is the sum of all the others, or of all above it if it is one
    of the last; None if there is none."""
    height = len(amounts)
    if _is_sum(amounts[-1], amounts[:-1], _LEAST_ROWS, 1):
        return height - 1
    if _is_sum(amounts[0], amounts[1:], _LEAST_OTHERS, _DIFFERENT):
        return 0
    for at in range(height - 2, max(height - 2 - _BELOW, 0), -1):
        if _is_sum(amounts[at], amounts[:at], _LEAST_OTHERS, _DIFFERENT):
            return at
    return None


def _is_sum(one: Decimal, others: pl.Series, least: int, different: int) -> bool:
    return (
        others.sum() == one
        and bool((others.abs() < one).all())
        and (others != 0).sum() >= least
        and others.n_unique() >= different
    )


def _totals_of_groups(rows: pl.DataFrame, record_type: RecordType) -> list[int]:
    """Give the lines of the first or last rows that are the sum of all others of their shop, of
    their day, or of both, if most shops or days have one."""
    [*shop, _] = record_type.key
    days = {
        f"day of {one.name}": pl.col(one.columns[-1]).str.head(10)
        for one in record_type.fields
        if one.kind is Kind.MOMENT
    }
    rows = rows.with_columns(**days)
    for keys in filter(None, (shop, [*days], [*shop, *days])):
        groups = _groups(rows, keys)
        found = [
            line
            for end in ("first", "last")
            for line in groups.filter(f"{end}_is_sum")[f"{end}_line"]
        ]
        if len(found) >= _SEVERAL and 2 * len(found) > groups.height:
            return found
    return []


def _groups(rows: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """The groups of enough rows: whether their first and last row are the sum of their others, and
    the lines of these."""
    amount, line = pl.col("amount"), pl.col("line")
    size = amount.abs()
    sums = {"first": amount.first(), "last": amount.last()}
    apart = (amount.n_unique() > _DIFFERENT) & ((size == size.max()).sum() == 1)
    return (
        rows.group_by(keys, maintain_order=True)
        .agg(
            pl.len().alias("rows"),
            line.first().alias("first_line"),
            line.last().alias("last_line"),
            *(
                (apart & (one * 2 == amount.sum()) & (one == size.max())).alias(f"{end}_is_sum")
                for end, one in sums.items()
            ),
        )
        .filter(pl.col("rows") > _LEAST_ROWS)
    )


def _totals_of_blocks(rows: pl.DataFrame) -> list[int]:
    """Give the lines of the rows that are the sum of the block right above them, if all the rows
    are in such blocks; the last row may be the sum of all the blocks."""
    amounts, lines = rows["amount"].to_list(), rows["line"].to_list()
    for end in (len(amounts), len(amounts) - 1):
        places = _blocks(amounts[:end])
        whole = sum(amounts[at] for at in places)
        if places and (end == len(amounts) or whole == amounts[-1]):
            return [lines[at] for at in places]
    return []


def _blocks(amounts: Sequence[Decimal]) -> list[int]:
    """Part amounts into blocks of at least three and their sum; give the places of the sums, none
    if they cannot be parted so."""
    before: dict[int, int] = {0: 0}  # where a block may begin, and where the block before it does
    starts: dict[Decimal, list[int]] = {Decimal(0): [0]}
    above = Decimal(0)  # what all up to here add up to
    for at, amount in enumerate(amounts):
        begins = [one for one in starts.get(above - amount, ()) if at - one >= _LEAST_ROWS]
        above += amount
        if begins and amount > 0:
            before[at + 1] = begins[-1]
            starts.setdefault(above, []).append(at + 1)
    return sorted(_ends(before, len(amounts))) if len(amounts) in before else []


def _ends(before: dict[int, int], end: int) -> Iterator[int]:
    while end:
        yield end - 1
        end = before[end]


def _of_all(records: pl.DataFrame, line: int, amount: Decimal) -> Unreadable:
    raw = str(records["raw"].filter(records["line"] == line)[0])
    last = line == records["line"][-1]
    where = ", the last row," if last else ""
    others = "all rows above it add" if line > records["line"][0] else "all rows below it add"
    return Unreadable(
        UnreadableCode.AMBIGUOUS_FOOTER,
        f"Line {line}{where} has {amount:,.2f}, which is exactly what {others} "
        f"up to: it may be their total and no sale: '{clip(raw)}'.",
        remedy="Say in the mapping whether the table ends with a total: [format] footer = '...', "
        "with what that line begins with, if it does, footer = '' if all lines are rows. "
        f"{_DROP}The file then loads by itself.",
    )


_DROP = "A total that stands elsewhere can be named in [rows] drop. "


def _of_each(records: pl.DataFrame, totals: pl.DataFrame) -> Unreadable:
    line, amount = totals.select("line", "amount").row(0)
    raw = str(records["raw"].filter(records["line"] == line)[0])
    return Unreadable(
        UnreadableCode.AMBIGUOUS_FOOTER,
        f"{totals.height} rows are exactly what the rows beside them add up to, such as that of "
        f"{amount:,.2f} on line {line}: they may be totals and no sales: '{clip(raw)}'.",
        remedy="If they are totals, name them in the mapping: [rows] drop. If all lines are sales, "
        "say so: [format] footer = ''. The file then loads by itself.",
    )
