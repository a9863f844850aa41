"""A file in which most rows have another number of fields than the header."""

import pytest

from parsers.delimited import read
from parsers.reading import Reading
from parsers.reject import Unreadable, UnreadableCode
from tests.parsers.dialects import plain_mapping

HEADER = "Tax,Item,Store,Total,Receipt,When\n"
GOOD = "3.62,Tea,7,{},R{},2026-01-05 12:00\n"
BAD = "{},50,Tea,7,{},R{},2026-01-05 12:00\n"


def _read(good: int, bad: list[str]) -> Reading:
    rows = [GOOD.format("45.00", at) for at in range(good)]
    return read((HEADER + "".join(rows) + "".join(bad)).encode(), plain_mapping())


def test_rows_that_may_fit_by_accident_hold_the_file() -> None:
    """Most have unquoted commas in two cells, so that those that fit lack something else."""
    bad = [BAD.format("1", "12,50", at) for at in range(50, 53)]
    with pytest.raises(Unreadable) as caught:
        _read(2, bad)
    assert caught.value.code is UnreadableCode.AMBIGUOUS_DIALECT
    assert "3 rows have 8 fields, as that on line 4 has, and only 2 have 6" in caught.value.message


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (3, [BAD.format("1", "12,50", at) for at in range(50, 53)]),
        (1, [BAD.format("1", "12,50", at) for at in range(50, 52)]),
        (0, [BAD.format("1", "12,50", at) for at in range(50, 58)]),
        (1, ["remark\n", *[BAD.format("1", "12,50", 51)], "another one\n", "the third one\n"]),
    ],
)
def test_a_few_damaged_rows_and_remarks_are_rejects(good: int, bad: list[str]) -> None:
    """As are all rows, where not one has the width of the header."""
    reading = _read(good, bad)
    assert reading.rows.height == good
    assert {one.line for one in reading.rejects} >= {good + 2}


def test_rows_that_are_repaired_count_as_whole() -> None:
    """One field too many in each of most rows, of which one reading is left."""
    rows = [f"7,R{at},1.50,2026-01-05 12:00,{'a,b' if at % 3 else 'a'}\n" for at in range(30)]
    reading = read(("Store,Receipt,Total,When,Note\n" + "".join(rows)).encode(), plain_mapping())
    assert reading.rows.height == 30


@pytest.mark.parametrize("mark", ["{}", '"{}"'])
@pytest.mark.parametrize("first", [0, 1])
def test_rows_that_are_numbered_without_a_name_hold_the_file_once(mark: str, first: int) -> None:
    """As R writes them: not a reject for each row."""
    rows = [mark.format(first + at) + "," + GOOD.format("1.50", at) for at in range(12)]
    with pytest.raises(Unreadable) as caught:
        _read(0, rows)
    assert caught.value.code is UnreadableCode.AMBIGUOUS_DIALECT
    assert "all 12 rows have 7 fields: the first one counts the rows" in caught.value.message
    assert "row.names = FALSE" in caught.value.remedy
    assert _read(0, [*rows[:5], *rows[6:]]).rejected == 11
    assert _read(0, rows[:2]).rejected == 2
