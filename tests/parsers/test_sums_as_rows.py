"""Rows that are exactly what other rows add up to hold the file: loaded, they would double it."""

from decimal import Decimal

import pytest

from parsers.delimited import read
from parsers.reading import Reading
from parsers.reject import Unreadable, UnreadableCode
from tests.parsers.dialects import HEADER, plain_mapping

TOP = ",".join(HEADER) + "\n"
DAYS = (("4.00", "5.37", "6.74"), ("5.00", "6.37", "1.20", "-0.50"), ("6.00", "7.37", "8.74"))


def _read(text: str, extra: str = "") -> Reading:
    return read(text.encode(), plain_mapping(extra))


def _held(text: str, extra: str = "") -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        _read(text, extra)
    return caught.value


def _row(number: int, total: str, *, day: int = 1, shop: str = "7", note: str = "x") -> str:
    return f"{shop},R{number},{total},2026-01-{day:02d} 12:{number % 60:02d},{note}\n"


def _sum(totals: tuple[str, ...]) -> str:
    return f"{sum(map(Decimal, totals)):.2f}"


def _blocks(shops: tuple[str, ...], days: tuple[int, ...], *, first: bool = False) -> list[str]:
    """Rows in three blocks, each of a shop and a day, and with its sum behind or before it."""
    rows: list[str] = []
    for at, totals in enumerate(DAYS):
        block = [
            _row(10 * at + number, total, day=days[at], shop=shops[at])
            for number, total in enumerate(totals)
        ]
        whole = [_row(900 + at, _sum(totals), day=days[at], shop=shops[at], note="Z")]
        rows += whole + block if first else block + whole
    return rows


@pytest.mark.parametrize(
    ("shops", "days"),
    [(("7", "7", "7"), (1, 2, 3)), (("7", "8", "9"), (1, 1, 1)), (("7", "7", "7"), (1, 1, 1))],
)
def test_a_sum_behind_each_block_holds_the_file(
    shops: tuple[str, ...], days: tuple[int, ...]
) -> None:
    """Of a day, of a shop, or of whatever it is that ends there."""
    rows = _blocks(shops, days)
    held = _held(TOP + "".join(rows))
    assert held.code is UnreadableCode.AMBIGUOUS_FOOTER
    assert "3 rows are exactly what the rows beside them add up to" in held.message
    assert "16.11 on line 5" in held.message
    assert _read(TOP + "".join(rows), "[format]\nfooter = ''").rows.height == 13
    assert _read(TOP + "".join(rows), '[rows]\ndrop = { Note = ["Z"] }').rows.height == 10


def test_a_sum_before_each_block_and_one_of_all_the_sums_hold_the_file() -> None:
    """The last may be that of all blocks."""
    assert "3 rows are" in _held(TOP + "".join(_blocks(("7",) * 3, (1, 2, 3), first=True))).message
    whole = _sum(tuple(total for day in DAYS for total in day))
    rows = "".join(_blocks(("7",) * 3, (1, 1, 1))) + _row(999, whole)
    assert "3 rows are" in _held(TOP + rows).message


def test_the_sums_of_shops_that_stand_together_at_the_end_hold_the_file() -> None:
    """Though the rows of the shops are mixed."""
    rows = [
        _row(10 * at + number, totals[number], shop=str(at))
        for number in range(3)
        for at, totals in enumerate(DAYS)
    ]
    sums = [_row(900 + at, _sum(totals[:3]), shop=str(at)) for at, totals in enumerate(DAYS)]
    assert "3 rows are" in _held(TOP + "".join(rows + sums)).message


@pytest.mark.parametrize("below", [[], ["8.35"], ["8.35", "12.50"]])
@pytest.mark.parametrize("first", [True, False])
def test_the_sum_of_all_holds_the_file_wherever_it_stands(below: list[str], *, first: bool) -> None:
    """As the first row, or with an average and a maximum below it."""
    totals = ("12.50", "7.25", "3.10", "9.00", "9.90")
    if first and below:
        return
    rows = [_row(at, total) for at, total in enumerate(totals)]
    whole = [_row(900, _sum(totals))]
    rows = whole + rows if first else rows + whole
    rows += [_row(901 + at, total) for at, total in enumerate(below)]
    held = _held(TOP + "".join(rows))
    assert held.code is UnreadableCode.AMBIGUOUS_FOOTER
    assert f"Line {2 if first else 7}" in held.message
    assert ("rows below it" if first else "rows above it") in held.message


@pytest.mark.parametrize(
    "totals",
    [
        ("5.00", "5.00", "5.00", "5.00", "5.00", "25.00", "5.00"),  # a group of five, one price
        ("25.00", "5.00", "5.00", "5.00", "5.00", "5.00"),
        ("1.00", "2.00", "3.00", "1.20", "0.10", "7.31", "2.00"),  # a cent more
        ("1.00", "2.00", "3.00", "6.00", "9.00", "0.10", "2.00"),  # but one block
    ],
)
def test_rows_that_add_up_by_chance_hold_nothing(totals: tuple[str, ...]) -> None:
    """Few or alike ones do."""
    rows = "".join(_row(at, total) for at, total in enumerate(totals))
    assert _read(TOP + rows).rows.height == len(totals)


def _receipts(*receipts: tuple[str, ...]) -> str:
    return TOP + "".join(
        f"7,R{at},{total},2026-01-01 12:{at:02d},item {part}\n"
        for at, totals in enumerate(receipts)
        for part, total in enumerate(totals)
    )


@pytest.mark.parametrize(
    "receipts",
    [
        (("3.10", "2.10", "5.20"), ("3.20", "2.10", "5.30"), ("9.00", "0.50", "9.50")),
        (("5.20", "3.10", "2.10"), ("5.30", "3.20", "2.10"), ("9.50", "9.00", "0.50")),
        (("3.10", "2.10", "5.20", "5.20"), ("3.20", "2.10", "5.30", "5.30"),
         ("9.00", "0.50", "9.50", "9.50"), ("4.00", "4.00")),
        (("3.10", "3.10"), ("2.10", "2.10"), ("1.10", "1.10"), ("4.00", "4.00"), ("5.00", "5.00")),
    ],
)  # fmt: skip
def test_totals_among_the_items_hold_the_file(receipts: tuple[tuple[str, ...], ...]) -> None:
    """Added up with the items they would double each receipt."""
    held = _held(_receipts(*receipts), '[rows]\nlines = "sum"')
    assert held.code is UnreadableCode.LINE_ITEMS
    assert "exactly what their other rows add up to" in held.message
    all_rows = '[rows]\nlines = "sum"\n[format]\nfooter = ""'
    assert _read(_receipts(*receipts), all_rows).rows.height == len(receipts)


def test_payments_among_the_items_hold_the_file() -> None:
    """With a minus sign they bring each receipt to nothing."""
    receipts = [("3.10", f"{at}.10", f"-{at + 3}.20") for at in range(1, 5)]
    held = _held(_receipts(*receipts), '[rows]\nlines = "sum"')
    assert held.code is UnreadableCode.LINE_ITEMS
    assert "add up to nothing" in held.message


@pytest.mark.parametrize(
    "receipts",
    [
        (("3.10", "2.10", "5.20"), ("3.20", "2.10"), ("9.00", "0.50", "9.00"), ("1.00", "2.00")),
        (("2.00", "2.00", "4.00"), ("2.00", "2.00", "2.00"), ("4.00", "2.00", "2.00")) * 2,
        (("3.10", "3.10"), ("2.10", "2.10"), ("1.10", "1.10")),
        (("3.10", "-3.10"), ("2.10", "2.00"), ("1.10", "1.20"), ("4.00", "-4.00")),
    ],
)
def test_items_that_add_up_by_chance_are_items(receipts: tuple[tuple[str, ...], ...]) -> None:
    """Two of one price and one of twice as much, a void sale."""
    assert _read(_receipts(*receipts), '[rows]\nlines = "sum"').rows.height == len(receipts)
