"""Where the header stands: what is passed over above it, and what holds the file."""

import pickle

import pytest

from parsers.header.columns import MissingColumns
from parsers.header.finding import Header, find_header
from parsers.records.dialect import Dialect
from parsers.reject import Unreadable, UnreadableCode

COMMA = Dialect(delimiter=",")
NAMES = ("Store", "Id", "Total", "When")
HEADER = "Store,Id,Total,When\n"
ROWS = "7,1,1.50,2026-01-01\n7,2,2.50,2026-01-02\n7,3,3.50,2026-01-02\n"


def _find(text: str, line: int | None = None, dialect: Dialect = COMMA) -> Header:
    return find_header(text, dialect, names=NAMES, line=line)


def _held(text: str, line: int | None = None, names: tuple[str, ...] = NAMES) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        find_header(text, COMMA, names=names, line=line)
    return caught.value


def _skipped(header: Header) -> list[tuple[int, str, str]]:
    return [(one.line, one.kind.value, one.text) for one in header.skipped]


@pytest.mark.parametrize(
    ("before", "line", "skipped"),
    [
        ("", 1, []),
        ("sep=,\r\n", 2, [(1, "sep", "sep=,")]),
        ('"sep=,"\n', 2, [(1, "sep", '"sep=,"')]),
        ("Sales report\n\n", 3, [(1, "preamble", "Sales report")]),
        ("Store:,7\nFrom,2026-01-01\n,,,\n", 4,
         [(1, "preamble", "Store:,7"), (2, "preamble", "From,2026-01-01")]),
        ("Store:,0042,,\n", 2, [(1, "preamble", "Store:,0042,,")]),
        ('"Joe"s report\n"x\n', 3, [(1, "preamble", '"Joe"s report'), (2, "preamble", '"x')]),
        ("Store,Number,Sum,Day\n", 2, [(1, "preamble", "Store,Number,Sum,Day")]),
    ],
)  # fmt: skip
def test_what_stands_before_the_header_is_passed_over_and_listed(
    before: str, line: int, skipped: list[tuple[int, str, str]]
) -> None:
    """Titles, labels, blank lines, a sep= line, a line of other names, a quote that stays open."""
    header = _find(before + HEADER + ROWS)
    assert (header.line, header.next_line) == (line, line + 1)
    assert (before + HEADER + ROWS)[header.body :] == ROWS
    assert _skipped(header) == skipped


def test_a_header_far_down_is_found_up_to_the_two_hundredth_record() -> None:
    """Beyond that it may be pinned."""
    assert _find("x\n" * 199 + HEADER + ROWS).line == 200
    far = "x\n" * 200 + HEADER + ROWS
    assert _held(far).code is UnreadableCode.MISSING_COLUMN
    assert _find(far, line=201).line == 201


def test_comments_before_the_header_are_listed_and_may_hold_it() -> None:
    """Some write the header itself as a comment."""
    hash_ = Dialect(delimiter=",", comment="#")
    header = _find("# by x\n" + HEADER + ROWS, dialect=hash_)
    assert _skipped(header) == [(1, "comment", "# by x")]
    assert _find("# by x\n#" + HEADER + ROWS, dialect=hash_).columns == NAMES


@pytest.mark.parametrize("rows", [ROWS, ""])
def test_a_line_above_the_header_that_looks_like_a_row_holds_the_file(rows: str) -> None:
    """It would be lost; pinning the header says that it may be."""
    text = "Sales\n7,0,1.00,2026-01-01\n" + HEADER + rows
    held = _held(text)
    assert held.code is UnreadableCode.HEADER
    assert "line 2 above it looks like a row" in held.message
    assert "header_line = 3" in held.remedy
    assert _find(text, line=3).line == 3


def test_a_header_at_the_end_holds_the_file() -> None:
    """The rows above it would be lost, all of them."""
    assert "line 1 above it looks like a row" in _held(ROWS + HEADER).message


@pytest.mark.parametrize(
    "second", [",,EUR,", "(no),(no),(EUR),(date)", "no,no,amount,date", ",,EUR"]
)
def test_a_second_line_of_the_header_is_passed_over_and_listed(second: str) -> None:
    """Units, or other names: words above columns of numbers."""
    header = _find(HEADER + second + "\n" + ROWS)
    assert (header.line, header.next_line) == (1, 3)
    assert _skipped(header) == [(2, "second-header", second)]


@pytest.mark.parametrize(
    "row", ["7,9,abc,yesterday", "x9,y,abc,yesterday", "7,x,abc,yesterday", ",,,x9"]
)
def test_a_first_row_in_which_nothing_is_right_stays_a_row(row: str) -> None:
    """It is a reject, and no line of the header."""
    assert _find(HEADER + row + "\n" + ROWS).skipped == ()
    named = ROWS.replace("7,", "Main,")
    assert _find(HEADER + "Main,x,void,unknown\n" + named).skipped == ()


def test_two_headers_with_other_columns_hold_the_file_until_one_is_pinned() -> None:
    """An equal one is a repeated header, and stands among the records."""
    other = "Id,Store,Total,When\n"
    held = _held(HEADER + other + ROWS)
    assert held.code is UnreadableCode.HEADER
    assert "Line 1 and line 2 could both be the header" in held.message
    assert _find(HEADER + other + ROWS, line=2).columns[0] == "Id"
    pinned = _find(HEADER + other + ROWS, line=1)
    assert _skipped(pinned) == [(2, "second-header", other.strip())]
    assert _find(HEADER + ROWS + HEADER + ROWS).line == 1


def test_a_second_table_with_other_columns_holds_the_file_whatever_is_pinned() -> None:
    """Its rows would be read as if they were under the first header."""
    text = HEADER + ROWS + "Id,Store,Total,When\n" + ROWS
    for line in (None, 1):
        held = _held(text, line)
        assert held.code is UnreadableCode.HEADER
        assert "Line 5 is a header, too" in held.message


@pytest.mark.parametrize("line", [1, 2, 9])
def test_a_pinned_line_that_is_not_the_header_holds_the_file(line: int) -> None:
    """Naming the line on which the mapped columns stand."""
    held = _held("Report\n\n" + HEADER + ROWS, line)
    assert held.code is UnreadableCode.CONTRADICTS_MAPPING
    assert f"header_line = {line}, but the mapped columns stand on line 3" in held.message
    assert "header_line = 3" in held.remedy


def test_a_pinned_line_without_the_mapped_columns_anywhere_names_them() -> None:
    """As in any file whose export has changed."""
    held = _held("Report\nShop,Id,Total,When\n" + ROWS, 2)
    assert isinstance(held, MissingColumns)
    assert (held.missing, held.line) == (("Store",), 2)


def test_a_table_without_a_header_has_columns_by_number() -> None:
    """With header_line = 0; a sep= line before it is no row."""
    header = find_header("sep=,\n" + ROWS, COMMA, names=("column 1", "column 4"), line=0)
    assert header.columns == ("column 1", "column 2", "column 3", "column 4")
    assert (header.line, header.next_line, header.find("column 4")) == (0, 2, [3])
    assert ("sep=,\n" + ROWS)[header.body :] == ROWS


def test_a_table_said_to_have_no_header_must_have_none() -> None:
    """A pin is not bent to fit."""
    held = _held(HEADER + ROWS, 0, ("column 1",))
    assert held.code is UnreadableCode.CONTRADICTS_MAPPING
    assert "line 1 is one: 'Store,Id,Total,When'" in held.message
    missing = _held(ROWS, 0, ("column 1", "column 9"))
    assert isinstance(missing, MissingColumns)
    assert missing.missing == ("column 9",)


def test_numbered_columns_without_the_pin_are_asked_for() -> None:
    """One line in the mapping settles it."""
    assert "header_line = 0" in _held(ROWS, None, ("column 1", "column 3")).remedy


def test_duplicate_and_empty_names_have_addresses() -> None:
    """The n-th Amount is 'Amount (n)'; the plain name says that it is not clear."""
    text = "Amount,Id,amount,Amount,,Amount (2),column 5\n1,2,3,4,5,6,7\n"
    header = find_header(text, COMMA, names=("Amount (1)", "amount"))
    assert header.names == (
        "Amount (1)", "Id", "amount", "column 4", "column 5 (2)", "Amount (2)", "column 5",
    )  # fmt: skip
    assert [header.find(name) for name in header.names] == [[at] for at in range(7)]
    held = _held(text, None, ("Amount",))
    assert held.code is UnreadableCode.HEADER
    assert "'Amount (1)' and 'column 4'" in held.remedy


def test_missing_columns_keep_what_they_know_on_the_way_from_a_worker() -> None:
    """A repair of the mapping is proposed from it."""
    held = _held("Report\nShop,Id,Sum,When\n" + ROWS)
    for error in (held, pickle.loads(pickle.dumps(held))):  # noqa: S301 - our own bytes
        assert isinstance(error, MissingColumns)
        assert error.code is UnreadableCode.MISSING_COLUMN
        assert error.missing == ("Store", "Total")
        assert error.columns == ("Shop", "Id", "Sum", "When")
        assert error.line == 2
        assert (error.message, error.remedy) == (held.message, held.remedy)


def test_missing_columns_are_told_from_the_line_that_looks_like_a_header() -> None:
    """Even if not one of the names is there any more."""
    held = _held("Bericht\nFiliale,Beleg,Summe,Zeit\n" + ROWS)
    assert isinstance(held, MissingColumns)
    assert (held.line, held.columns) == (2, ("Filiale", "Beleg", "Summe", "Zeit"))


def test_rows_that_all_end_in_a_delimiter_have_a_column_without_a_name() -> None:
    """Not where the delimiter may cut an amount in two: 12,50 with a blank note after it."""
    semicolon = Dialect(delimiter=";")
    text = (HEADER + ROWS.replace("\n", ",\n")).replace(",", ";")
    assert _find(text, dialect=semicolon).columns == (*NAMES, "")
    cut = "Store,When,Id,Total,Note\n" + "7,2026-01-01,R1,12,50,\n" * 4
    assert len(_find(cut).columns) == 5


@pytest.mark.parametrize(
    ("text", "line", "doubtful"),
    [
        (HEADER + ROWS, 1, False),
        ("Report\nStore:,7\n\n" + HEADER + ROWS, 4, False),
        ("Report,,,\nStore:,7,,\nFrom,2026-01-01,to,2026-01-31\n" + HEADER + ROWS, 4, False),
        (HEADER + "(no),(no),(EUR),(date)\n" + ROWS, 1, False),
        ("Country,2019,2020,2021\nFR,1,2,3\nDE,4,5,6\n", 1, False),
        ("Code,Name\nR-17,a b\nR-18,c\nR-19,d e f\n", 1, False),
        ("a,b,c\n", 1, False),
        ("Name,City\nBob,Paris\nAnn,London\nJoe,Rome\n", 1, True),
        (ROWS, 0, True),
        ("Bob,Paris\nAnn,Paris\nBob,Rome\n", 0, True),
        ("R-16,x y\nR-17,a b\nR-18,c\nR-19,d e f\n", 0, True),
    ],
)
def test_without_names_the_header_is_found_by_what_cells_look_like(
    text: str, line: int, doubtful: bool
) -> None:
    """And where that may be wrong, the doubt is said."""
    header = find_header(text, COMMA)
    assert header.line == line
    assert (header.doubt is not None) == doubtful
    assert len(header.columns) == text.splitlines()[-1].count(",") + 1


def test_a_text_of_delimiters_only_has_no_header() -> None:
    """With names, they are missing."""
    assert find_header(",,\n\n", COMMA).columns == ()
    assert _held(",,\n").code is UnreadableCode.MISSING_COLUMN


@pytest.mark.parametrize("store", ["High St", "7", "St. 7"])
def test_a_row_above_the_header_is_seen_whatever_its_shop_is_called(store: str) -> None:
    """Only amounts and dates say where a row is; numbers without places may be ids."""
    held = _held(f"{store},9,1.50,2026-01-01\n" + HEADER + ROWS)
    assert held.code is UnreadableCode.HEADER
    assert "line 1 above it looks like a row" in held.message


@pytest.mark.parametrize(
    "above", [",9,1.50,2026-01-01", "Store,7,From,2026-01-01", "Report,1,2,3", "a,b,c,d"]
)
def test_a_line_of_another_kind_above_the_header_is_passed_over(above: str) -> None:
    """As labels with their values are."""
    assert _find(above + "\n" + HEADER + ROWS).line == 2


@pytest.mark.parametrize("end", [" ", "\u2028", "\x85", "\x1e", "<br>", r"\n"])
@pytest.mark.parametrize(
    "cells", ["7,1,1.50,2026-01-01", "7,1,12,2026-01-01", "7,,,1/2/2026 10:00"]
)
def test_a_header_with_values_in_it_has_lost_its_line_end(end: str, cells: str) -> None:
    """The rows would be columns that nobody mapped, and the file an empty one."""
    text = f"Store,Id,Total,When,Note{end}{cells},x{end}{cells},y\n"
    held = _held(text)
    assert held.code is UnreadableCode.HEADER
    assert "line end after it may have been lost" in held.message


@pytest.mark.parametrize("more", ["2026-01-01,2026-01-02", "2019,2020", "10:00,11:00", "1st,2nd"])
def test_dates_or_numbers_alone_may_be_names(more: str) -> None:
    """Those of a table with a column for each day."""
    assert len(_find(f"Store,Id,Total,When,{more}\n").columns) == 6


@pytest.mark.parametrize(
    "rule",
    ["-----+----+-----+-----", "---------------", "===== === ===== ====", "-----,--,---,---",
     "\u2500\u2500\u2500\u2500\u253c\u2500\u2500"],
)  # fmt: skip
def test_a_rule_under_the_names_belongs_to_the_header(rule: str) -> None:
    """As psql and SQL*Plus draw it, though nothing divides it as it does the rows."""
    header = _find(HEADER + rule + "\n" + ROWS)
    assert _skipped(header) == [(2, "second-header", rule)]
    assert header.next_line == 3


@pytest.mark.parametrize("line", ["--", "+-+", "----7", ",,"])
def test_a_line_of_a_few_dashes_is_no_rule(line: str) -> None:
    """It is a row, bad as it is."""
    assert _find(HEADER + line + "\n7,1,x,y\n").next_line == 2
