"""Numbers that begin again each day hold the file: the last row of each would win."""

import pytest

from parsers.delimited import read
from parsers.mappings.mapping import parse_mapping
from parsers.reading import Reading
from parsers.reject import Unreadable, UnreadableCode


def _read(*rows: str, rules: str = "", key: str = '"Id"') -> Reading:
    """Read rows of a receipt, a day of November, an hour and an amount, from line 2."""
    text = "Id,Day,When,Total\n" + "".join(
        f"{name},{day},2026-11-{day} {hour}:00,{total}\n"
        for name, day, hour, total in (row.split() for row in rows)
    )
    mapping = parse_mapping(
        'timezone = "Europe/Berlin"\n[columns]\nlocation_id = { constant = "1" }\n'
        f'transaction_id = {key}\ntotal = "Total"\noccurred_at = "When"\n[rows]\n{rules}\n'
    )
    return read(text.encode(), mapping)


def _refused(*rows: str, code: UnreadableCode = UnreadableCode.AMBIGUOUS_ID) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        _read(*rows)
    assert caught.value.code is code
    return caught.value


TWO_DAYS = ("1 19 10 5.00", "2 19 11 4.00", "1 20 10 6.00", "2 20 11 7.00")
OTHERS = tuple(f"x{n} 19 10 1.00" for n in range(99))


def test_numbers_of_two_days_hold_the_file() -> None:
    """The rows are named, and so is what to write."""
    verdict = _refused(*TWO_DAYS)
    assert "'1', but are of different days: 2026-11-19T10:00:00 on line 2" in verdict.message
    assert "2026-11-20T10:00:00 on line 4" in verdict.message
    assert "combine" in (verdict.remedy or "")
    assert 'lines = "last"' in (verdict.remedy or "")


def test_either_answer_decides_it() -> None:
    """The number with its day, or the word that later rows are corrections."""
    combined = _read(*TWO_DAYS, key='{ combine = ["Day", "Id"] }')
    assert combined.rows["total"].to_list() == ["5.00", "4.00", "6.00", "7.00"]
    assert _read(*TWO_DAYS, rules='lines = "last"').duplicates == 2


def test_tickets_of_one_price_are_told_by_their_number() -> None:
    """Several ids that come again, and one in fifty; a single one may be a date that was mended."""
    _refused("1 19 10 5.00", "2 19 11 5.00", "1 20 10 5.00", "2 20 11 5.00")
    assert _read("1 19 10 5.00", "2 19 11 5.00", "1 20 10 5.00").duplicates == 1
    twice = ("1 19 10 5.00", "2 19 11 5.00", *OTHERS, "1 20 10 5.00", "2 20 11 5.00")
    assert _read(*twice).duplicates == 2


def test_one_number_with_two_totals_is_enough() -> None:
    """Either of the two would be lost."""
    _refused("1 19 10 5.00", *OTHERS, "1 20 10 6.00")


def test_a_correction_is_of_the_same_day() -> None:
    """And a tab may be open over midnight, if nothing stands between its rows."""
    assert _read("1 19 10 5.00", *OTHERS, "1 19 10 6.00").duplicates == 1
    assert _read("1 19 23 5.00", "1 20 01 5.00", "2 20 02 5.00").duplicates == 1


def test_corrections_are_rare() -> None:
    """Where one id in three has two totals they are items, or numbers of several tills."""
    rows = ("1 19 10 5.00", "2 19 11 4.00", "1 19 10 6.00", "2 19 11 7.00")
    others = ("3 19 12 1.00", "4 19 12 1.00", "5 19 12 1.00", "6 19 12 1.00")
    verdict = _refused(*rows, *others, code=UnreadableCode.LINE_ITEMS)
    assert "2 ids have rows with different totals, such as '1' on lines 2 and 4" in verdict.message
    for answer in ("sum", "last"):
        assert f'lines = "{answer}"' in (verdict.remedy or "")
        assert _read(*rows, *others, rules=f'lines = "{answer}"').rows.height == 6
    assert _read(*rows, *others, "7 19 12 1.00").duplicates == 2
    assert _read(*rows[:3], "2 19 11 4.00").duplicates == 2
