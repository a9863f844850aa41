"""Titles among the rows and other tables below them: the rows that follow are of another kind."""

import pytest

from parsers.delimited import read
from parsers.mappings.mapping import parse_mapping
from parsers.reading import Reading
from parsers.reject import Unreadable, UnreadableCode
from tests.parsers.dialects import HEADER, plain_mapping

TOP = ",".join(HEADER) + "\n"
ROWS = "".join(f"7,R{at},1.50,2026-01-05 12:0{at},x\n" for at in range(1, 4))
BELOW = "".join(f"7,S{at},2.50,2026-01-06 12:0{at},x\n" for at in range(1, 4))
NO_SHOP = """timezone = "Europe/Berlin"
[columns]
location_id = { constant = "BERLIN" }
transaction_id = "Receipt"
total = "Total"
occurred_at = "When"
"""


def _read(text: str, extra: str = "") -> Reading:
    return read(text.encode(), plain_mapping(extra))


def _held(text: str) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        _read(text)
    assert caught.value.code is UnreadableCode.HEADER
    return caught.value


@pytest.mark.parametrize(
    "title",
    [
        "Refunds", '"Refunds"', "\nRefunds", "Voided transactions,,,,", "Store: Hamburg",
        "Store:,Hamburg,,,", "Total,,4.50,,\n\nRefunds",
        "*** Refunds ***", "\u8fd4\u91d1", "2. Refunds", "Voided transactions (2):", "refunds",
        "(3) Refunds [12]", "storno:",
    ],
)  # fmt: skip
def test_a_title_among_the_rows_holds_the_file_and_a_comment_decides(title: str) -> None:
    """What stands below it may be refunds, or another shop's."""
    text = ("Store: Berlin\n" if "Store:" in title else "") + TOP + ROWS + title + "\n" + BELOW
    held = _held(text)
    assert "stands among the rows like a title" in held.message
    [first, *_] = [cell for cell in title.rsplit("\n", maxsplit=1)[-1].split(",") if cell]
    assert f'comment = "{first.strip(chr(34))}"' in held.remedy
    reading = _read(text, f"[format]\ncomment = '{first}'")
    assert reading.rows.height == 6
    assert not reading.rejects


@pytest.mark.parametrize(
    "line",
    [
        "Page 2", "Monday 5 January 2026", "05.01.2026", "17", "R-20", "Total,,4.50,,", "x",
        "12 rows", "-----", "Printed by Anna",
    ],
)  # fmt: skip
def test_a_line_that_is_no_title_holds_nothing(line: str) -> None:
    """A page's number, a day, a piece of a note, a total: it is a reject, or left out."""
    assert _read(TOP + ROWS + line + "\n" + BELOW).rows.height >= 5


def test_a_comment_of_one_word_for_a_kind_of_rows_is_a_title() -> None:
    """Found by its sign, it says what stands below it; one that the mapping names does not."""
    text = TOP + "# Sales of Monday\n" + ROWS + "# Refunds\n" + BELOW
    assert "'# Refunds'" in _held(text).message
    assert _read(text, "[format]\ncomment = '# Refunds'").rows.height == 6
    assert _read(text.replace("Refunds", "closed by Anna")).rows.height == 6


@pytest.mark.parametrize(
    ("first", "second", "held"),
    [
        ("Shop 11", "Shop 12", True),
        ("Shop 11,,,,", "SHOP  12,,,,", True),
        ("Till no. 3 of Shop 1", "Till no. 4 of Shop 1", True),
        ("Shop 11", "Shop 11", False),
        ("Shop 11", "Till 12", False),
        ("Day 1", "Day 2", False),
        ("Week 40", "Week 41", False),
        ("Sales 05.01.2026", "Sales 06.01.2026", False),
        ("Page 1", "Page 2", False),
    ],
)
def test_a_line_above_the_header_with_another_number_is_a_title(
    first: str, second: str, *, held: bool
) -> None:
    """Of another shop or till; a day or a page says nothing that the rows do not."""
    text = first + "\n" + TOP + ROWS + second + "\n" + BELOW
    if held:
        assert "stands among the rows like a title" in _held(text).message
    else:
        assert _read(text).rows.height >= 6


def test_a_label_with_another_value_than_above_the_header_holds_the_file() -> None:
    """The rows below it are of another shop, and its numbers may be the same."""
    top = "Receipt,When,Total\n"
    rows = "1,2026-01-05 10:00,5.00\n2,2026-01-05 10:00,6.00\n"
    text = "Store: 12\n" + top + rows + "Store: 13\n" + rows
    with pytest.raises(Unreadable) as caught:
        read(text.encode(), parse_mapping(NO_SHOP))
    assert "'Store: 13'" in caught.value.message
    same = text.replace("13", "12")
    assert read(same.encode(), parse_mapping(NO_SHOP)).rejected == 0


def test_a_day_above_the_rows_of_each_day_holds_nothing() -> None:
    """Rows say themselves of which day they are."""
    text = "Date: 05.01.2026\n" + TOP + ROWS + "Date: 06.01.2026\n" + BELOW
    assert _read(text).rows.height == 6


def test_a_title_that_the_rows_below_it_repeat_says_nothing_new() -> None:
    """As where a report is ordered by cashier."""
    text = TOP + ROWS.replace(",x", ",Anna") + "Bert\n" + BELOW.replace(",x", ",Bert")
    assert _read(text).rows.height == 6


def test_a_mapping_that_knows_other_records_among_the_rows_holds_nothing() -> None:
    """They are left out as it says."""
    text = TOP + ROWS + "Refunds,,,,\n" + BELOW
    reading = _read(text, '[rows]\nkeep = { Total = ["*"] }')
    assert (reading.rows.height, reading.ignored, reading.rejected) == (6, 1, 0)
    filled = (TOP + ROWS + "Refunds,,,,\n" + BELOW).replace("7,S", ",S")
    assert _read(filled, '[rows]\nfill_down = ["Store"]').rows.height == 6


def test_a_table_below_with_other_names_holds_the_file() -> None:
    """Its payments would load as sales."""
    text = TOP + ROWS + "\nTill,Payment No,Amount,Paid at,Kind\n" + BELOW.replace("S", "P")
    held = _held(text)
    assert "Line 6 is a header, too" in held.message


@pytest.mark.parametrize(
    "row",
    [
        "7,R9,void,void,x",  # the number of a receipt
        "Main St,none,void,cancelled,x\nMain St,none,void,cancelled,x",  # the second is a row
        "Shop,void,void,cancelled,x",  # no header has a name twice
        "Shop,Number,,Time,x",
        "Shop,Number,Amount,2026-01-05 12:00,x",
    ],
)
def test_a_bad_row_is_no_header(row: str) -> None:
    """Its shop is known, or its number, or it has a value."""
    reading = _read(TOP + ROWS + "Main St,R8,1.50,2026-01-05 12:00,x\n" + row + "\n" + BELOW)
    assert reading.rows.height == 7
    assert reading.rejected == row.count("\n") + 1


def test_names_with_no_rows_below_them_are_a_reject() -> None:
    """Nothing is read by them."""
    assert _read(TOP + ROWS + "Till,Payment No,Amount,Paid at,Kind\n").rejected == 1


def _day(*totals: str, last: str = "7,Z-Bon") -> str:
    *sales, whole = totals
    rows = [f"7,R{at},{total},2026-01-05 12:0{at},x\n" for at, total in enumerate(sales)]
    return TOP + "".join(rows) + f"{last},{whole},2026-01-05 20:00,End of day\n"


@pytest.mark.parametrize(
    "totals", [("12.50", "7.25", "3.10", "22.85"), ("5.00", "5.00", "-1.00", "0.10", "9.10")]
)
def test_a_last_row_with_the_sum_of_all_others_holds_the_file_until_the_mapping_says(
    totals: tuple[str, ...],
) -> None:
    """Whatever it is called: loaded, it would double the day."""
    text = _day(*totals)
    with pytest.raises(Unreadable) as caught:
        _read(text)
    assert caught.value.code is UnreadableCode.AMBIGUOUS_FOOTER
    assert f"'7,Z-Bon,{totals[-1]}," in caught.value.message
    assert _read(text, "[format]\nfooter = ''").rows.height == len(totals)
    assert _read(text, "[format]\nfooter = '7,Z-Bon'").rows.height == len(totals) - 1


@pytest.mark.parametrize(
    "totals",
    [
        ("12.50", "7.25", "19.75"),  # by chance
        ("12.50", "7.25", "0.00", "19.75"),
        ("12.50", "7.25", "3.10", "22.84"),
        ("3.50", "3.50", "-3.50", "3.50"),  # a sale like the others
        ("0.00", "0.00", "0.00", "0.00"),
        ("-1.00", "-2.00", "-3.00", "-6.00"),  # refunds
    ],
)
def test_a_last_row_that_is_no_such_sum_is_a_sale(totals: tuple[str, ...]) -> None:
    """Few rows, or alike ones, add up by chance."""
    assert _read(_day(*totals)).rows.height == len(totals)
