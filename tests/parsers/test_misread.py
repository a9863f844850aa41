"""Rows of full width in which a mapped cell is only a part of what was sent, or something else."""

import pytest

from parsers.delimited import read
from parsers.reading import Reading
from parsers.reject import RejectCode, Unreadable, UnreadableCode
from tests.parsers.dialects import HEADER, plain_mapping

WHEN = "2026-01-05 12:00"


def _read(text: str) -> Reading:
    return read(text.encode(), plain_mapping())


def _only_reject(text: str, line: int) -> RejectCode:
    """The code of the reject on a line, which is loaded in no way."""
    reading = _read(text)
    assert line not in reading.rows["line"].to_list()
    return next(reject.code for reject in reading.rejects if reject.line == line)


@pytest.mark.parametrize("cell", ['R2"', 'R2" ', '1061x"2'])
def test_an_id_that_lost_its_opening_quote_is_a_reject(cell: str) -> None:
    """It would be another id; where nothing is quoted the quote is a character like any other."""
    row = f"{{}},1.50,{WHEN},x\n"
    text = ",".join(HEADER) + "\n" + row.format('7,"R1"') + row.format("7," + cell)
    if cell == '1061x"2':
        text = text.replace('x"2,1.50', 'x"2,1.50"')
    assert _only_reject(text, 3) is RejectCode.STRAY_QUOTE
    assert _read(text.replace('"', "")).rows.height == 2


def test_an_id_with_a_doubled_quote_at_its_end_is_whole() -> None:
    """As the till writes it."""
    text = ",".join(HEADER) + f'\n7,"R 5""",1.50,{WHEN},x\n'
    assert _read(text).rows["transaction_id"].to_list() == ['R 5"']


def test_units_in_a_note_are_no_reason() -> None:
    """Nobody mapped it."""
    text = ",".join(HEADER) + f'\n7,"R1",1.50,{WHEN},pipe 5"\n'
    assert _read(text).rows.height == 1


@pytest.mark.parametrize(
    ("header", "torn", "line"),
    [
        ("Store,Receipt,When,Total", f"7,R2,{WHEN},7\n38.37\n", 3),
        ("Note,Store,Receipt,When,Total", f'"two\nlines",7,R2,{WHEN},7\n38.37\n', 3),
        ("Total,Store,Receipt,When", f"8\n12.27,7,R2,{WHEN}\n", 4),
        ("Store,Total,When,Receipt", f"7,5.00,{WHEN},R1\n05\n", 3),
        ("Store,Receipt,Total,When", f"7,R2,5.00,{WHEN[:-1]}\n5\n", 3),
    ],
)
def test_a_row_that_is_torn_in_its_outer_column_is_a_reject(
    header: str, torn: str, line: int
) -> None:
    """What is left of it looks whole; the piece on the line beside it says that it is not."""
    cells = {"Note": "x", "Store": "7", "Receipt": "R1", "Total": "1.50", "When": WHEN}
    good = ",".join(cells[name] for name in header.split(",")) + "\n"
    assert _only_reject(header + "\n" + good + torn, line) is RejectCode.TOO_FEW_FIELDS


@pytest.mark.parametrize(
    ("good", "torn"),
    [
        (["R-2001", "R-2002"], "R-20\n00"),
        (["St. Ives", "St. Mary's"], "St\n. John's"),
        (["4F9K", "YX7A", "9QQ2"], "B4K\n7"),
        ([], "St\n. John's"),
        (["R-1001", "R-1003"], "R-10\n  02"),  # as mail and editors fold a line
        (["St. Ives", "St. Paul"], "St.\n\tJohn"),
    ],
)
def test_a_row_that_is_torn_in_its_first_cell_is_a_reject(good: list[str], torn: str) -> None:
    """The other cells of the column show that what is left is no whole one."""
    for column in ("Receipt,Store", "Store,Receipt"):
        rows = [f"{cell},X{at},{WHEN},1.50\n" for at, cell in enumerate([*good, torn])]
        text = f"{column},When,Total\n" + "".join(rows)
        assert _only_reject(text, len(good) + 3) is RejectCode.TOO_FEW_FIELDS
        assert _read(text).rows.height == len(good)


@pytest.mark.parametrize("cells", [["12", "0042", "7"], ["High St", "Main", "St. Ives"], ["Main"]])
def test_a_remark_above_a_row_is_no_piece_of_its_first_cell(cells: list[str]) -> None:
    """Together with it the cell is like no other."""
    rows = [f"{cell},X{at},{WHEN},1.50\n" for at, cell in enumerate(cells)]
    text = "Store,Receipt,When,Total\n" + "".join(rows[:-1]) + "*** Page 2 ***\n" + rows[-1]
    assert _read(text).rows.height == len(cells)


def test_a_line_that_is_no_piece_of_a_row_spoils_none() -> None:
    """The number of a page, say, between rows that end with an amount."""
    good = f"7,R{{}},{WHEN},7.00\n"
    text = "Store,Receipt,When,Total\n" + good.format(1) + "Page 2\n" + good.format(2)
    reading = _read(text)
    assert reading.rows.height == 2
    assert [reject.line for reject in reading.rejects] == [3]


def test_another_header_far_below_holds_the_file() -> None:
    """The name of a column where its values should be: below it the columns are others."""
    rows = "".join(f"7,R{at},1.50,{WHEN},x\n" for at in range(300))
    text = ",".join(HEADER) + "\n" + rows + f"Shop,Number,Tip,When,Note\nR9,7,0.50,{WHEN},x\n"
    with pytest.raises(Unreadable) as caught:
        _read(text)
    assert caught.value.code is UnreadableCode.HEADER
    assert "Line 302 is a header" in caught.value.message


@pytest.mark.parametrize("mark", ["\t", ";", "|"])
def test_a_last_row_that_is_divided_otherwise_is_no_footer(mark: str) -> None:
    """It is a sale that cannot be read, and is told."""
    text = ",".join(HEADER) + f"\n7,R1,1.50,{WHEN},x\n"
    last = mark.join(("7", "R2", "2.50", WHEN, "x")) + "\n"
    assert _only_reject(text + last, 3) is RejectCode.TOO_FEW_FIELDS
    assert not _read(text + "Printed by Jo; at the till\n").rejects


@pytest.mark.parametrize("note", ["'a,b'", " 'a,b' "])
def test_a_cell_that_another_quote_cuts_in_two_is_a_reject(note: str) -> None:
    """With a delimiter lost elsewhere in the row it has full width by accident."""
    text = f"Total,When,Store,Receipt,Note\n1.50,{WHEN},7,R1,x\n1.50,{WHEN},7;R2,{note}\n"
    assert _only_reject(text, 3) is RejectCode.STRAY_QUOTE
    assert not _read(text.replace(note, "x,y").replace("7;R2", "7,'R2").replace("x,y", "z")).rejects


def test_a_character_of_the_delimiter_too_many_is_no_part_of_an_id() -> None:
    """It may as well be the note before it."""
    row = f"7||1.50||{WHEN}||{{}}||R{{}}\n"
    text = "Store||Total||When||Note||Receipt\n" + row.format("x", 1) + row.format("|", 2)
    assert _only_reject(text, 3) is RejectCode.TOO_MANY_FIELDS


def test_a_row_with_a_lone_quote_is_not_repaired() -> None:
    """1073",.45 may be anything, and the delimiter is not all that is wrong with it."""
    text = f"""Note,Total,Store,When,Receipt
x,3685.00,7,{WHEN},R1
7,1073",.45,7,{WHEN},R2
"""
    assert _only_reject(text, 3) is RejectCode.TOO_MANY_FIELDS


def test_a_row_with_zeros_in_a_cell_that_is_not_mapped_is_a_reject() -> None:
    """A line end may be among them: the head of one row, and the tail of another."""
    row = f"7,R{{}},1.50,{WHEN},{{}}\n"
    rows = [row.format(at, "x") for at in range(3)]
    text = ",".join(HEADER) + "\n" + "".join(rows) + row.format(3, "x\0\0")
    assert _only_reject(text, 5) is RejectCode.LOST_BYTES
    filled = text.replace(",x", ",x\0")
    assert _read(filled).rows.height == 4
    named = text.replace("\0", "").replace("R2", "R2\0")
    assert _only_reject(named, 4) is RejectCode.ID_CONTROL_CHARACTER
