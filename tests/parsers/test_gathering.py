"""Several rows with one key: added up, passed over, or replaced; whole or not at all."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Context, Decimal
from functools import reduce

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.canonical import TRANSACTIONS
from parsers.mappings.rows import Lines
from parsers.reject import RejectCode, Unreadable, UnreadableCode
from parsers.shapes.gathering import gather
from tests.parsers.typed import NOON, Row, frame_of, lost_at, row, run, totals, written

DAY = timedelta(days=1)
# Python's own context keeps 28 digits, which a sum of amounts may exceed.
EXACT = Context(prec=60)


@dataclass
class Expected:
    """What an oracle says: rows by line, and the lines that are rejects with their codes."""

    rows: list[tuple[int, str, str, str]] = field(default_factory=list)
    rejects: dict[int, RejectCode] = field(default_factory=dict)
    merged: int = 0
    scattered: bool = False


def by_id(rows: list[Row]) -> dict[str, list[Row]]:
    """The rows of each transaction."""
    found: dict[str, list[Row]] = {}
    for each in rows:
        if each.id is not None:
            found.setdefault(each.id, []).append(each)
    return found


def number_of_runs(rows: list[Row], name: str) -> int:
    """How many times rows of a transaction begin, others between them."""
    ids = [each.id for each in rows if each.id is not None]
    return sum(1 for at, each in enumerate(ids) if each == name and ids[:at][-1:] != [name])


def apart(rows: list[Row], runs: int) -> bool:
    """Whether rows cannot be of one transaction."""
    times = [each.local for each in rows if each.local is not None]
    return len({time.date() for time in times}) > 1 and (runs > 1 or max(times) - min(times) > DAY)


def sum_oracle(rows: list[Row]) -> Expected:
    """Transaction by transaction, with Python's decimals."""
    expected = Expected()
    known = [each for each in rows if each.id is not None]
    beside: set[str | None] = set()
    for each in rows:
        if each.id is None:
            above = [one.id for one in known if one.line < each.line][-1:]
            below = [one.id for one in known if one.line > each.line][:1]
            beside |= {*above, *below}
    if any(each.id is None for each in rows):
        expected.scattered = any(number_of_runs(rows, name) > 1 for name in by_id(rows))
    for name, own in by_id(rows).items():
        total = reduce(EXACT.add, (each.total for each in own if each.total is not None), Decimal())
        if name in beside or not all(each.good for each in own):
            code = RejectCode.INCOMPLETE_TRANSACTION
        elif apart(own, number_of_runs(rows, name)):
            code = RejectCode.TWO_MOMENTS
        elif abs(total) >= 10**18:
            code = RejectCode.MONEY_TOO_LONG
        else:
            first = own[0]
            assert first.local is not None
            expected.rows.append((first.line, name, first.local.isoformat(), written(total)))
            expected.merged += len(own) - 1
            continue
        expected.rejects |= {each.line: code for each in own if each.good}
    return expected


def first_oracle(rows: list[Row]) -> Expected:
    """Transaction by transaction: the first row with a total has the order's cells."""
    expected = Expected()
    bearing = [each for each in rows if not each.blank]
    for name, own in by_id(rows).items():
        found = [each for each in own if not each.blank]
        waiting = [each for each in own if each.good or each.blank]
        if not found:
            code = RejectCode.EMPTY_MONEY
        elif not found[0].good or any(each.total is None for each in found):
            code = RejectCode.INCOMPLETE_TRANSACTION
        elif len({each.total for each in found}) > 1:
            code = RejectCode.TWO_TOTALS
        elif apart(found, number_of_runs(bearing, name)):
            code = RejectCode.TWO_MOMENTS
        else:
            first = found[0]
            assert first.local is not None
            assert first.total is not None
            expected.rows.append((first.line, name, first.local.isoformat(), written(first.total)))
            expected.merged += len(waiting) - 1
            continue
        expected.rejects |= {each.line: code for each in waiting}
    expected.rows.sort()
    return expected


amounts = st.one_of(
    st.sampled_from((Decimal(0), Decimal(5), Decimal("-5.00"), Decimal("0.0000000001"))),
    st.decimals(min_value=-(10**18) + 1, max_value=10**18 - 1, places=10),
)


@st.composite
def files(draw: st.DrawFn) -> list[Row]:
    """Records of few transactions, some of them bad in some way."""
    found = []
    for line in range(2, draw(st.integers(2, 10))):
        made = Row(
            line=line,
            id=draw(st.sampled_from("11223")),
            total=draw(amounts),
            local=NOON + draw(st.sampled_from((0, 0, 0, 1, 13, 23, 24, 25))) * timedelta(hours=1),
        )
        match draw(st.integers(0, 12)):
            case 0:
                made = replace(made, flaw=True)
            case 1:
                made = replace(made, total=None)
            case 2 | 3 | 4:
                made = replace(made, total=None, blank=True)
            case 5:
                made = replace(made, local=None)
            case 6:
                made = replace(made, id=None)
        found.append(made)
    return found


@given(files())
def test_totals_are_added_up_exactly_or_not_at_all(rows: list[Row]) -> None:
    """Whatever the places; a transaction of which one row is bad has no row at all."""
    expected = sum_oracle(rows)
    if expected.scattered:
        with pytest.raises(Unreadable) as caught:
            run(rows, Lines.SUM)
        assert caught.value.code is UnreadableCode.SCATTERED_LINES
        return
    gathered = run(rows, Lines.SUM)
    got = gathered.frame.select("line", "transaction_id", "local_time", "total").rows()
    assert got == expected.rows
    assert {reject.line: reject.code for reject in gathered.rejects} == expected.rejects
    assert gathered.merged == expected.merged
    assert gathered.frame.height + gathered.merged + len(gathered.rejects) == sum(
        each.good for each in rows
    )


@given(files())
def test_the_first_row_with_a_total_is_the_transaction(rows: list[Row]) -> None:
    """The rows without one are lines of it, and no rejects."""
    expected = first_oracle(rows)
    gathered = run(rows, Lines.FIRST)
    got = gathered.frame.select("line", "transaction_id", "local_time", "total").rows()
    assert got == expected.rows
    assert {reject.line: reject.code for reject in gathered.rejects} == expected.rejects
    assert gathered.merged == expected.merged


@given(files())
def test_the_last_row_of_a_key_is_the_one_that_holds(rows: list[Row]) -> None:
    """A later row corrects an earlier one, and a bad row corrects nothing."""
    gathered = run(rows, Lines.LAST)
    last = {each.id: each for each in rows if each.good}
    assert [line for line, _, _ in totals(gathered)] == sorted(each.line for each in last.values())
    assert gathered.duplicates == sum(each.good for each in rows) - len(last)
    assert (gathered.merged, len(gathered.rejects)) == (0, 0)


def test_items_of_a_sale_are_its_total() -> None:
    """Also where its rows do not follow each other; line and moment are those of the first."""
    rows = [
        row(2, "A", "8.00"),
        row(3, "B", "1.10"),
        row(4, "A", "0.62", local=NOON + timedelta(minutes=3)),
        row(5, "B", "-2.20"),
        row(6, "B", "0.00000001"),
    ]
    gathered = run(rows, Lines.SUM)
    assert totals(gathered) == [(2, "A", "8.62"), (3, "B", "-1.09999999")]
    assert gathered.frame["occurred_at"].to_list() == ["2017-01-31T12:00:00Z"] * 2
    assert gathered.merged == 3


def test_a_row_that_is_a_reject_takes_its_transaction_with_it() -> None:
    """A sum without it would be wrong; all rows come back together, to be mended together."""
    rows = [row(2, "A", "8.00"), row(3, "A", None), row(4, "A", "1.00"), row(5, "B", "1.00")]
    gathered = run(rows, Lines.SUM)
    assert totals(gathered) == [(5, "B", "1.00")]
    assert [(one.line, one.code, one.raw) for one in gathered.rejects] == [
        (2, RejectCode.INCOMPLETE_TRANSACTION, "row 2"),
        (4, RejectCode.INCOMPLETE_TRANSACTION, "row 4"),
    ]
    assert "'A' would be incomplete: its row on line 3 was rejected" in gathered.rejects[0].message


def test_a_lost_row_takes_its_neighbours_with_it() -> None:
    """It is one of theirs, or a transaction by itself: nothing tells."""
    rows = [row(2, "A", "1"), row(3, "B", "1"), row(5, "C", "1"), row(6, "D", "1")]
    gathered = run(rows, Lines.SUM, lost=(4,))
    assert [name for _, name, _ in totals(gathered)] == ["A", "D"]
    assert [one.line for one in gathered.rejects] == [3, 5]
    assert "line 4 beside it" in gathered.rejects[0].message
    assert totals(run([], Lines.SUM, lost=(2,))) == []


def test_a_lost_row_among_scattered_ones_holds_the_file() -> None:
    """It could be a part of any transaction."""
    rows = [row(2, "A", "1"), row(3, "B", "1"), row(4, "A", "1")]
    assert run(rows, Lines.SUM).merged == 1
    with pytest.raises(Unreadable) as caught:
        run(rows, Lines.SUM, lost=(5,))
    assert caught.value.code is UnreadableCode.SCATTERED_LINES
    assert "Line 5 is a reject" in caught.value.message
    assert "those of 'A' are on lines 2 and 4" in caught.value.message


@pytest.mark.parametrize(
    ("between", "hours", "one"),
    [(False, 24, True), (False, 25, False), (True, 11, True), (True, 12, False)],
)
def test_numbers_that_begin_again_are_not_one_transaction(
    between: bool, hours: int, one: bool
) -> None:
    """A tab may be open over midnight; but number 17 of today is not number 17 of yesterday."""
    later = NOON + timedelta(hours=hours)
    rows = [row(2, "17", "1"), *([row(3, "18", "1")] * between), row(4, "17", "1", local=later)]
    for lines in (Lines.SUM, Lines.FIRST):
        gathered = run(rows, lines)
        assert ("17" in gathered.frame["transaction_id"]) is one
        assert [each.line for each in gathered.rejects] == ([] if one else [2, 4])
        assert {each.code for each in gathered.rejects} <= {RejectCode.TWO_MOMENTS}


def test_a_fraction_of_a_second_is_a_moment_too() -> None:
    """Some rows have one and some do not."""
    later = NOON + timedelta(days=2, microseconds=5)
    gathered = run([row(2, "17", "1"), row(3, "17", "1", local=later)], Lines.SUM)
    assert [each.code for each in gathered.rejects] == [RejectCode.TWO_MOMENTS] * 2
    assert "2017-01-31T12:00:00 on line 2, 2017-02-02T12:00:00.000005 on line 3" in (
        gathered.rejects[0].message
    )


def test_a_sum_beyond_all_money_is_a_reject() -> None:
    """A column has slipped."""
    gathered = run([row(2, "A", "9" * 18), row(3, "A", "1"), row(4, "B", "1")], Lines.SUM)
    assert totals(gathered) == [(4, "B", "1.00")]
    assert [each.code for each in gathered.rejects] == [RejectCode.MONEY_TOO_LONG] * 2


def test_lines_of_an_order_without_a_total_are_no_rejects() -> None:
    """An order's cells stand on its first row, or on all of them."""
    rows = [
        row(2, "A", "117.90"),
        row(3, "A", "", local=None),
        row(4, "A", ""),
        row(5, "B", "5"),
        row(6, "B", "5.00"),
        row(7, "C", ""),
        row(8, "C", "1"),
    ]
    gathered = run(rows, Lines.FIRST)
    assert totals(gathered) == [(2, "A", "117.90"), (5, "B", "5.00"), (8, "C", "1.00")]
    assert (gathered.merged, len(gathered.rejects)) == (4, 0)


def test_two_totals_of_one_order_are_rejects_both() -> None:
    """Which one is right, a person must say."""
    gathered = run([row(2, "A", "5"), row(3, "A", ""), row(4, "A", "6")], Lines.FIRST)
    assert totals(gathered) == []
    assert {each.code for each in gathered.rejects} == {RejectCode.TWO_TOTALS}
    assert "'A' has two totals: 5.00 on line 2, 6.00 on line 4" in gathered.rejects[0].message


def test_an_order_without_any_total_is_a_reject() -> None:
    """Of each of its rows."""
    gathered = run([row(2, "A", ""), row(3, "A", "")], Lines.FIRST)
    assert [(each.line, each.code) for each in gathered.rejects] == [
        (2, RejectCode.EMPTY_MONEY),
        (3, RejectCode.EMPTY_MONEY),
    ]


def test_the_text_of_a_reject_is_cut_and_shown_safely() -> None:
    """An id is the sender's text."""
    typed, raws = frame_of([row(2, "A{x}\x1b" + "y" * 90, "1"), row(3, "B", None)])
    raws = raws.with_columns(raw=pl.lit("x" * 5000))
    [reject] = gather(typed, raws, TRANSACTIONS, Lines.SUM, lost=lost_at(1)).rejects
    assert "A{x}\N{REPLACEMENT CHARACTER}yyy" in reject.message
    assert len(reject.message) < 200
    assert reject.raw == "x" * 2000
