"""A second till with the same numbers, and an export that was appended to itself, hold the file."""

import random
import re

import pytest

from parsers.delimited import read
from parsers.mappings.mapping import parse_mapping
from parsers.reading import Reading
from parsers.reject import Unreadable, UnreadableCode

HEADER = "Store,Till,Receipt,When,Total"


def _at(minutes: int) -> str:
    return f"2026-10-01 {8 + minutes // 60:02d}:{minutes % 60:02d}"


def _sales(till: int, count: int, *, start: int = 0, step: int = 7, price: str = "") -> list[str]:
    """One row for each sale of a till that counts from 1, with totals that all differ."""
    return [
        f"A,{till},{n},{_at(start + n * step)},{price or f'{till * 3 + n * 1.37:.2f}'}"
        for n in range(1, count + 1)
    ]


def _items(till: int, count: int, *, start: int = 0, rows: int = 2) -> list[str]:
    """Several rows for each sale of a till that counts from 1."""
    return [
        f"A,{till},{n},{_at(start + n * 7)},{till + n + row / 10:.2f}"
        for n in range(1, count + 1)
        for row in range(rows)
    ]


def _read(rows: list[str], rules: str = "", key: str = '"Receipt"') -> Reading:
    mapping = parse_mapping(
        'timezone = "Europe/Berlin"\n[columns]\nlocation_id = "Store"\n'
        f'transaction_id = {key}\ntotal = "Total"\noccurred_at = "When"\n[rows]\n{rules}\n'
    )
    return read("\n".join([HEADER, *rows, ""]).encode(), mapping)


def _held(rows: list[str], rules: str = "") -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        _read(rows, rules)
    assert caught.value.code is UnreadableCode.AMBIGUOUS_ID
    return caught.value


SUM = 'lines = "sum"'


def test_a_second_till_is_no_correction() -> None:
    """Few numbers of many come again, at other times and with other totals."""
    rows = [*_sales(1, 40), *_sales(2, 10, start=3)]
    verdict = _held(rows)
    assert "10 ids come again in the same order at other times, such as '1'" in verdict.message
    assert "2026-10-01T08:07:00 on line 2, 2026-10-01T08:10:00 on line 42" in verdict.message
    assert _read(rows, key='{ combine = ["Till", "Receipt"] }').rows.height == 50
    assert _read(rows, 'lines = "last"').duplicates == 10
    _held(sorted([*_sales(1, 40), *_sales(2, 10, start=10)], key=lambda row: row.split(",")[3]))
    _held(rows[::-1])
    _held([row.replace("A,", f"{shop},", 1) for row in rows for shop in "ABC"])


def test_a_second_till_is_seen_at_one_price() -> None:
    """All tickets cost the same, and so nothing but their times tells them apart."""
    _held([*_sales(1, 8, price="2.50"), *_sales(2, 8, start=70, price="2.50")])
    _held([*_sales(1, 30, price="2.50"), *_sales(2, 3, start=3, price="2.50")])


def test_corrections_and_rows_that_are_sent_again_are_none() -> None:
    """They stand for a few rows here and there, or say when the sale was, or what it came to."""
    rows = _sales(1, 40)
    corrected = [f"A,1,{n},{_at(500 + n)},{n}.00" for n in (4, 9, 17, 30)]
    assert _read([*rows, *corrected]).duplicates == 4
    assert _read([*rows, *(row.replace(".", ".5") for row in rows[10:15])]).duplicates == 5
    assert _read([*rows, *rows]).duplicates == 40
    # The same sales, closed a while after they were opened, or in the order of their corrections.
    assert _read([*rows, *(re.sub(r" \S+,", " 23:59,", row) for row in rows)]).duplicates == 40
    backwards = [f"A,1,{n},{_at(500 - n)},{n}.00" for n in (12, 11, 10, 9)]
    assert _read([*rows, *backwards]).duplicates == 4
    assert _read([*rows, *_sales(1, 2, start=3)]).duplicates == 2


@pytest.mark.parametrize("seed", range(40))
def test_corrections_at_random_hold_no_file(seed: int) -> None:
    """Of forty sales some are corrected later in the day."""
    chance = random.Random(seed)  # noqa: S311 - a test's
    numbers = sorted(chance.sample(range(1, 41), 6))
    corrected = [f"A,1,{n},{_at(400 + at * 5)},{n}.00" for at, n in enumerate(numbers)]
    assert _read([*_sales(1, 40), *corrected]).duplicates == 6


def test_two_tills_are_not_added_up() -> None:
    """Under `sum` their sales would be one."""
    rows = [*_items(1, 4), *_items(2, 4, start=60)]
    verdict = _held(rows, SUM)
    assert "4 ids come again in the same order at other times" in verdict.message
    assert _read(rows, SUM, key='{ combine = ["Till", "Receipt"] }').rows.height == 8
    _held([*_items(1, 30), *_items(2, 10, start=3)], SUM)


def test_an_export_that_was_appended_is_not_added_up() -> None:
    """With its header or without, and if it has grown since: every total would be doubled."""
    rows = _items(1, 5)
    verdict = _held([*rows, *rows], SUM)
    assert "The rows of 5 transactions stand in the file twice" in verdict.message
    assert "those of '1' from line 2 and again from line 12" in verdict.message
    _held([*rows, HEADER, *rows], SUM)
    _held([*rows, *_items(1, 9)], SUM)
    _held([*_items(1, 9), *_items(1, 9)[6:12]], SUM)
    assert _read(rows, SUM).rows.height == 5


def test_rows_of_one_sale_may_stand_apart() -> None:
    """Its payments by their kind, or what a table orders: at one time, or a few of many."""
    sales, cards = _items(1, 20, rows=1), _items(1, 20, rows=1)
    payments = [row.replace(".", ".7") for row in cards]
    assert _read([*sales, *payments], SUM).rows.height == 20
    assert _read([*sales, *payments[::3]], SUM).rows.height == 20
    # The second round of some tables, and of all, by and by.
    tables = _items(1, 12)
    rounds = [f"A,1,{n},{_at(200 + n)},{n}.00" for n in (2, 5, 6, 11) for _ in range(2)]
    assert _read([*tables, *rounds], SUM).rows.height == 12
    mixed = [
        f"A,1,{n // 2 + at % 2},{_at(n * 9 + at)},{n}.00" for n in range(1, 20) for at in (0, 1)
    ]
    assert _read(mixed, SUM).rows.height > 5
    # All of three tables, or of more while others order too.
    assert _read([*_items(1, 3), *_items(2, 3, start=60)], SUM).rows.height == 3
    order = (1, 2, 1, 3, 2, 4, 3, 5, 4, 6, 5, 6)
    turns = [f"A,1,{n},{_at(at * 5)},{at}.00" for at, n in enumerate(order) for _ in range(2)]
    assert _read(turns, SUM).rows.height == 6
    # One item each, at its own time, by what it is.
    foods = [f"A,1,{n},{_at(n * 7)},{n}.00" for n in range(1, 12)]
    drinks = [f"A,1,{n},{_at(n * 7 + 3)},2.00" for n in range(1, 12)]
    assert _read([*foods, *drinks], SUM).rows.height == 11
    # The same coffee for two tables, twice.
    coffees = [f"A,1,{n},{_at(0)},3.00" for n in (1, 2, 1, 2)]
    assert _read(coffees, SUM).rows["total"].to_list() == ["6.00", "6.00"]
