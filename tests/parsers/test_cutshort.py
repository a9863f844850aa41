"""A file that was cut in its last row is told from one that merely lacks a line end."""

import pytest

from parsers.reject import UnreadableCode
from parsers.trailer.cut_short import cut_short
from parsers.trailer.parting import part
from tests.parsers.tables import COMMA, mapped, records

HEADER = "Store,Id,Total,When,Note\n"
ROWS = "7,1,1.50,2026-01-01 10:00,\n7,2,2.50,2026-01-02 10:00,x\n7,3,3.50,2026-01-02 11:00,\n"


def _cut(text: str, *, pinned: bool | None = None) -> str | None:
    frame, header = records(text)
    parted = part(frame, header, COMMA, mapped=mapped(header))
    found = cut_short(text, parted, header, COMMA, pinned=pinned)
    assert found is None or found.code is UnreadableCode.CUT_SHORT
    return found.message if found else None


@pytest.mark.parametrize(
    ("end", "words"),
    [
        ("7,4,1.5", "line 5: it has 3 fields, but the header has 5 columns"),
        ("7", "it has 1 fields"),
        ('"', "line 5: it has 1 fields"),
        ('"""', "line 5: it has 1 fields"),
        ('"7', "line 5: it has 1 fields"),
        ("SB", "line 5: it has 1 fields"),
        ("call back,4.", "line 5: it has 2 fields"),
        ("Printed", "line 5: it has 1 fields"),
        (",,", "at its end: it has 3 fields"),
        (",,,,", None),
        ("-- end of report --", None),
        ("=====", None),
        ("Records: 3", None),
        ("Total for January,,7.50", None),
        ("\nPrinted on 3 January", None),
        ("\x1a", None),
        ('7,4,1.50,2026-01-03 10:00,"abc', "quotation mark in it is not closed"),
        ("7,4,1.50,2026-01-03 10:00,", None),
        ("7,4,1.50,2026-01-03 10:00,ab", None),
        ('7,4,1.50,2026-01-03 10:00,5" pipe', None),
        ("Total,,7.50", None),
        ("7,4\nTotal,,7.50", None),
    ],
)
def test_a_file_cut_in_its_last_row_is_held(end: str, words: str | None) -> None:
    """One that merely lacks the last line end is not, nor one that ends with a footer."""
    message = _cut(HEADER + ROWS + end)
    assert words in message if words and message else (message is None and words is None)
    assert _cut(HEADER + ROWS + end + "\n") is None


@pytest.mark.parametrize(
    ("columns", "others", "last", "cut"),
    [
        ("Total,When", ["1.50,2026-01-01 10:00"], "2026-01-01 10:0", True),
        ("Total,When", ["1.50,2026-01-01 10:00"], "2026-01-01 10:00", False),
        ("When,Total", ["2026-01-01 10:00,11.50"] * 4, "1.5", True),
        ("When,Total", ["2026-01-01 10:00,11.50"], "1.5", True),
        ("When,Total", ["2026-01-01 10:00,11.50"], "30", True),
        ("When,Total", ["2026-01-01 10:00,11.500"], "1.5", False),
        ("When,Total", ["2026-01-01 10:00,11.50"] * 4, "1.50", False),
        ("When,Total", ["2026-01-01 10:00,11.50"] * 4, "", False),
        ("When,Total", ["2026-01-01 10:00,11.50"], "1.", True),
        ("When,Total", ["2026-01-01 10:00,1.50", "2026-01-01 10:00,12.50"] * 2, "7.5", True),
        ("When,Total", ["2026-01-01 10:00,1.50", "2026-01-01 10:00,12.50"], "7.55", False),
        ("When,Total", ["2026-01-01 10:00,1.5", "2026-01-01 10:00,12.50"], "7.5", False),
    ],
)
def test_a_last_value_shorter_than_all_others_is_a_cut_one(
    columns: str, others: list[str], last: str, cut: bool
) -> None:
    """If the others are all of one length, or are enough amounts of so many places."""
    rows = [f"7,1,{other}\n" for other in others * 2]
    text = f"Store,Id,{columns}\n" + "".join(rows) + f"7,9,{others[0].split(',')[0]},{last}"
    assert (_cut(text) is not None) == cut


@pytest.mark.parametrize("others", [2, 7, 8])
def test_where_files_end_without_a_line_end_a_shorter_amount_needs_more_others(others: int) -> None:
    """Earlier files of the feed did: some tills write 12.5 for 12.50."""
    row = "7,1,2026-01-01 10:00,"
    text = "Store,Id,When,Total\n" + f"{row}11.50\n" * others + f"{row}7"
    assert _cut(text) is not None
    assert (_cut(text, pinned=False) is not None) == (others > 7)
    assert _cut(text, pinned=True) is not None


@pytest.mark.parametrize(
    ("others", "last", "cut"),
    [
        (["High Street"] * 20, "Main St", False),
        (["12", "14", "16"], "7", False),
        ([f"R-{n}" for n in range(11, 18)], "R-1", False),
        ([f"R-{n}" for n in range(11, 19)], "R-1", True),
    ],
)
def test_a_last_name_or_id_is_a_cut_one_if_many_others_are_of_one_length(
    others: list[str], last: str, cut: bool
) -> None:
    """That a few shops have names of one length, or all rows the same, says nothing."""
    rows = "\n".join(f"{n},1.50,2026-01-01 10:00,{each}" for n, each in enumerate([*others, last]))
    assert (_cut(f"Id,Total,When,Store\n{rows}") is not None) == cut


def test_a_line_end_that_earlier_files_have_is_missed() -> None:
    """Pinned by what was seen before."""
    text = HEADER + ROWS.rstrip("\n")
    assert _cut(text) is None
    assert "files before this one" in (_cut(text, pinned=True) or "")
    assert _cut(text + "\n", pinned=True) is None
