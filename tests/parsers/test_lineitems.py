"""Without a word in the mapping, rows that look like lines of a transaction hold the file."""

import polars as pl
import pytest

from parsers.canonical import TRANSACTIONS
from parsers.mappings.rows import Lines
from parsers.reject import Unreadable, UnreadableCode
from parsers.shapes.gathering import Gathered, gather


def run(*rows: str, lines: Lines | None = None) -> Gathered:
    """Gather rows written as `id,total,note`, the first on line 2."""
    cells = [each.split(",") for each in rows]
    blank = [total == "" for _, total, _ in cells]
    typed = pl.DataFrame(
        {
            "line": pl.Series(range(2, 2 + len(rows)), dtype=pl.Int64),
            "location_id": pl.Series(["7"] * len(rows), dtype=pl.String),
            "transaction_id": pl.Series([name for name, _, _ in cells], dtype=pl.String),
            "occurred_at": "2017-01-31T12:00:00Z",
            "local_time": "2017-01-31T12:00:00",
            "total": pl.Series([total or None for _, total, _ in cells], dtype=pl.String),
            "code": pl.Series(["empty-money" if each else None for each in blank], dtype=pl.String),
            "blank": blank,
        }
    )
    raws = typed.select("line").with_columns(raw=pl.Series(rows, dtype=pl.String))
    return gather(typed, raws, TRANSACTIONS, lines)


def refused(*rows: str) -> Unreadable:
    """The verdict on rows that are refused, and load as soon as the mapping says what they are."""
    with pytest.raises(Unreadable) as caught:
        run(*rows)
    assert caught.value.code is UnreadableCode.LINE_ITEMS
    for lines in Lines:
        assert f'lines = "{lines}"' in caught.value.remedy or lines is Lines.SUM
        run(*rows, lines=lines)
    return caught.value


OTHERS = tuple(f"x{n},1.00,Tea" for n in range(98))


def test_two_items_of_one_sale_hold_the_file() -> None:
    """The last one would win, and the money of the first be lost: the rows are named."""
    verdict = refused("A,8.00,Latte", "A,2.50,Scone", *OTHERS)
    assert "Lines 2 and 3 have one id, 'A', but not one total (8.00 and 2.50)" in verdict.message
    assert 'lines = "sum"' in verdict.remedy


def test_many_keys_with_two_totals_hold_the_file_whatever_their_words() -> None:
    """One in fifty is no rare correction any more."""
    refused("A,8.00,Tea", "A,2.50,Tea", "B,1.00,Tea", "B,2.00,Tea", *OTHERS)
    assert run("A,8.00,Tea", "A,2.50,Tea", "B,1.00,Tea", "B,2.00,Tea", *OTHERS, "y,1.00,Tea")


def test_a_correction_below_its_row_is_none() -> None:
    """It says the same but for numbers, and is rare."""
    gathered = run("A,8.00,Tea", "A,2.50,Tea", "B,1.00,Tea")
    assert gathered.frame["total"].to_list() == ["2.50", "1.00"]
    assert gathered.duplicates == 1


def test_a_correction_far_from_its_row_is_none() -> None:
    """Whatever it says."""
    assert run("A,8.00,Tea", "B,1.00,Tea", "A,2.50,Corrected").duplicates == 1


def test_the_same_row_twice_is_none() -> None:
    """A payment that was pending and then completed counts once."""
    assert run("A,8.00,Pending", "A,8.00,Completed", "B,1.00,x").duplicates == 1


def test_orders_with_their_total_on_the_first_row_hold_the_file() -> None:
    """All their other rows would be rejects."""
    verdict = refused("A,8.00,Latte", "A,,Scone", "B,8.00,Latte", "B,,Scone", *OTHERS)
    assert "Line 3 has the id of line 2, 'A', and no total" in verdict.message


def test_a_missing_total_here_and_there_is_a_reject() -> None:
    """As it is in any file."""
    assert run("A,8.00,Latte", "A,,Scone", "B,8.00,Latte", "C,,Latte", "C,,Scone").frame.height == 2


def test_the_same_id_in_another_shop_is_another_transaction() -> None:
    """An id is unique within a location only."""
    typed = pl.DataFrame(
        {
            "line": [2, 3],
            "location_id": ["7", "8"],
            "transaction_id": ["A", "A"],
            "occurred_at": "2017-01-31T12:00:00Z",
            "local_time": "2017-01-31T12:00:00",
            "total": ["1.00", "2.00"],
            "code": pl.Series([None, None], dtype=pl.String),
            "blank": False,
        }
    )
    raws = pl.DataFrame({"line": [2, 3], "raw": ["a", "b"]})
    assert gather(typed, raws, TRANSACTIONS, None).frame.height == 2
    assert gather(typed, raws, TRANSACTIONS, Lines.SUM).frame.height == 2
