"""Mapped cells that other quotation marks or another encoding would read otherwise."""

import pytest

from parsers.delimited import read
from parsers.reading import Reading
from parsers.reject import RejectCode, Unreadable, UnreadableCode
from tests.parsers.dialects import HEADER, plain_mapping

WHEN = "2026-01-05 12:00"
TOP = ",".join(HEADER) + "\n"


def _row(store: str, receipt: str, note: str = "x") -> str:
    return f"{store},{receipt},1.50,{WHEN},{note}\n"


def _read(data: str | bytes, extra: str = "") -> Reading:
    return read(data if isinstance(data, bytes) else data.encode(), plain_mapping(extra))


def _refusal(data: str | bytes, extra: str = "") -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        _read(data, extra)
    return caught.value


def _receipts(reading: Reading) -> list[str]:
    return reading.rows["transaction_id"].to_list()


@pytest.mark.parametrize("rows", [0, 5000])
def test_a_cell_in_single_quotes_holds_the_file_and_a_pin_decides(rows: int) -> None:
    """Nobody can tell whether they belong to it; also where they come late in a long file."""
    before = "".join(_row("7", f"A{at}", "it's") for at in range(rows))
    text = TOP + before + _row("7", "'R3'") + _row("7", "R4")
    refusal = _refusal(text)
    assert refusal.code is UnreadableCode.AMBIGUOUS_DIALECT
    assert f"line {rows + 2} it is 'R3'" in refusal.message
    assert _receipts(_read(text, '[format]\nquote = "\'"'))[rows:] == ["R3", "R4"]
    assert _receipts(_read(text, "[format]\nquote = '\"'"))[rows:] == ["'R3'", "R4"]


@pytest.mark.parametrize(
    "others",
    [
        _row("7", "'1003'"),  # a number: nobody writes it so but in quotes
        f"7,R5,'1.50',{WHEN},x\n",
        _row("7", "R5", "'a, b'"),
        _row("7", "'R5'") + _row("7", "'R6'"),
    ],
)
def test_evidence_settles_that_single_quotes_quote(others: str) -> None:
    """A delimiter or a value inside of them, or three such cells."""
    receipts = _receipts(_read(TOP + _row("7", "'R3'") + others))
    assert receipts[0] == "R3"
    assert not any("'" in receipt for receipt in receipts)


def test_where_double_quotes_quote_single_ones_belong_to_the_value() -> None:
    """A till quotes in one way."""
    assert _receipts(_read(TOP + _row("7", "'R3'", '"a, b"'))) == ["'R3'"]


def test_cells_that_nobody_mapped_may_have_any_quotes() -> None:
    """They are not read."""
    assert _receipts(_read(TOP + _row("7", "R3", "'so'"))) == ["R3"]


@pytest.mark.parametrize("cell", ['"R4', '"R4"'])
def test_a_double_quote_where_single_ones_quote_holds_the_file(cell: str) -> None:
    """A lone one may be a mistake, a pair may quote; in a note it does not matter."""
    rows = "".join(_row("'7'", f"'A{at}'", "'x'") for at in range(3))
    refusal = _refusal(TOP + rows + _row("'7'", cell, "'x'"))
    assert refusal.code is UnreadableCode.AMBIGUOUS_DIALECT
    assert f"line 5 it is {cell}" in refusal.message
    assert _receipts(_read(TOP + rows + _row("'7'", "'B'", '"so'))) == ["A0", "A1", "A2", "B"]


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "cp1250", "iso8859_15", "cp850"])
def test_a_row_in_utf_8_is_a_reject_under_a_pinned_encoding(encoding: str) -> None:
    """It would be another shop; the others load."""
    rows = [_row("Zürich", "R1").encode(encoding), _row("Zürich", "R2").encode()]
    data = TOP.encode() + b"".join([*rows, _row("Köln", "R3").encode(encoding)])
    reading = _read(data, f'[format]\nencoding = "{encoding}"')
    assert reading.rows["location_id"].to_list() == ["Zürich", "Köln"]
    [reject] = reading.rejects
    assert (reject.line, reject.column, reject.code) == (3, "Store", RejectCode.OTHER_ENCODING)
    assert "'Zürich'" in reject.message


def test_a_row_in_utf_8_beyond_the_sample_is_a_reject() -> None:
    """The encoding is found by a sample, and each mapped cell is looked at."""
    rows = "".join(_row("Góra", f"{at}", f"żółw ślęża {at}") for at in range(3000))
    reading = _read((TOP + rows).encode("cp1250") + _row("Góra", "late").encode())
    assert reading.rows["location_id"].unique().to_list() == ["Góra"]
    assert [reject.line for reject in reading.rejects] == [3002]


def test_an_incomplete_sum_is_no_sum() -> None:
    """A row in UTF-8 is lost to its transaction like any other: that and its neighbours wait."""
    rows = [_row("Zürich", name) for name in ("A", "B", "B", "C", "D")]
    data = TOP.encode() + b"".join(
        row.encode("utf-8" if at == 2 else "cp1252") for at, row in enumerate(rows)
    )
    reading = _read(data, '[format]\nencoding = "cp1252"\n[rows]\nlines = "sum"')
    assert _receipts(reading) == ["A", "D"]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("Stěžery", "cp852"), ("\N{HALFWIDTH KATAKANA LETTER TE}ｩ", "cp932"), ("ΜΈ", "cp1253")],
)
def test_what_is_utf_8_by_chance_is_no_reject(text: str, encoding: str) -> None:
    """These are words as they are: the likelier reading counts."""
    other = {"cp852": "Plzeň", "cp932": "東京", "cp1253": "Αθήνα"}[encoding]
    data = (TOP + _row(text, "R1") + _row(other, "R2")).encode(encoding)
    reading = _read(data, f'[format]\nencoding = "{encoding}"')
    assert reading.rows["location_id"].to_list() == [text, other]


def test_escapes_of_chinese_hold_the_file_and_a_pin_decides() -> None:
    """HZ is plain ASCII: what stands in a mapped cell may be meant."""
    data = (TOP + _row("北京", "R1")).encode("hz")
    refusal = _refusal(data)
    assert refusal.code is UnreadableCode.AMBIGUOUS_ENCODING
    assert "'北京' in hz" in refusal.message
    assert _read(data, '[format]\nencoding = "hz"').rows["location_id"].to_list() == ["北京"]
    note = (TOP + _row("7", "R1", "北京")).encode("hz")
    assert _receipts(_read(note)) == ["R1"]


@pytest.mark.parametrize(("name", "encoding"), [("東京", "iso2022_jp"), ("서울", "iso2022_kr")])
def test_escapes_of_iso_2022_are_read_or_rejected(name: str, encoding: str) -> None:
    """They begin with a control character, which no id has."""
    data = (TOP + _row(name, "R1")).encode(encoding)
    assert _read(data).rows["location_id"].to_list() == [name]
    [reject] = _read(data, '[format]\nencoding = "utf-8"').rejects
    assert reject.code is RejectCode.ID_CONTROL_CHARACTER


@pytest.mark.parametrize(
    "cell", ["“R3”", "„R3“", "”R3”", "\u2018R3\u2019", "`R3`", "\u00b4R3\u00b4", "`R3'"]
)
def test_a_cell_in_the_quotes_of_print_holds_the_file_and_a_pin_decides(cell: str) -> None:
    """A program for letters puts them in the place of the others, or a shop is called so."""
    text = TOP + _row("7", "R1", '"x, y"') + _row("7", cell)
    refusal = _refusal(text)
    assert refusal.code is UnreadableCode.AMBIGUOUS_DIALECT
    assert f"line 3 it is {cell}" in refusal.message
    assert _receipts(_read(text, "[format]\nquote = '\"'")) == ["R1", cell]


@pytest.mark.parametrize("cell", ['"“R3”"', "«R3»", "R`3`", "“R”3"])
def test_a_name_with_such_marks_is_a_name(cell: str) -> None:
    """In quotes itself, in the marks of names, or with more around it."""
    assert _receipts(_read(TOP + _row("7", cell))) == [cell.strip('"')]


@pytest.mark.parametrize("unseen", ["\u00a0", "\u2009", "\ufeff", "\u200b", " \u00a0", "\u00a0 "])
@pytest.mark.parametrize("cell", ['"R2"', '"R""2"', '"a, b"'])
@pytest.mark.parametrize("after", ["", "\u00a0"])
def test_a_quote_behind_what_nobody_sees_is_a_reject(unseen: str, cell: str, after: str) -> None:
    """The id would be another one, with its quotes."""
    reading = _read(TOP + _row('"7"', '"R1"') + _row('"7"', unseen + cell + after))
    assert _receipts(reading) == ["R1"]
    [reject] = reading.rejects
    divided = "," in cell  # then there is one field too many besides
    assert reject.line == 3
    assert reject.code in (RejectCode.STRAY_QUOTE, *[RejectCode.TOO_MANY_FIELDS] * divided)
