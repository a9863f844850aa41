"""What is an id, what only looks like one, and which are the same though written otherwise."""

import polars as pl
import pytest

from parsers.delimited import read
from parsers.reading import Reading
from parsers.reject import RejectCode
from parsers.values.id_columns import read_ids
from parsers.values.ids import id_flaw
from parsers.values.sources import Column, Combine
from parsers.values.values import Found
from tests.parsers.dialects import HEADER, plain_mapping

TOP = ",".join(HEADER) + "\n"


def _read(receipts: list[str], extra: str = "") -> Reading:
    rows = (
        f"7,{receipt},{at}.50,2026-01-05 12:0{at},x\n" for at, receipt in enumerate(receipts, 1)
    )
    return read((TOP + "".join(rows)).encode(), plain_mapping(extra))


def _codes(texts: list[str]) -> list[str | None]:
    found = Found(column="Receipt", texts=pl.Series(texts, dtype=pl.String))
    return read_ids("id", Column("Receipt"), [found], len(texts)).code.to_list()


@pytest.mark.parametrize(
    "word",
    [
        "NULL", "null", "(null)", "<NULL>", "[null]", "None", "nan", "NaN", "NaT", "nil", "N/A",
        "n/a", "NA", "\\N", "undefined", "#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!",
        "#NULL!", "#SPILL!", "Err:502", "-", "--", "\N{EM DASH}",
    ],
)  # fmt: skip
def test_a_word_for_nothing_is_no_id(word: str) -> None:
    """Else different sales without one are the same sale, and the last replaces the others."""
    reading = _read(["R1", word, "R2", word])
    assert reading.rows["transaction_id"].to_list() == ["R1", "R2"]
    assert [(one.line, one.code) for one in reading.rejects] == [
        (3, RejectCode.NULL_ID),
        (5, RejectCode.NULL_ID),
    ]
    assert f"'{word}' in the column 'Receipt'" in reading.rejects[0].message
    assert id_flaw(word) is RejectCode.NULL_ID


@pytest.mark.parametrize(
    "name", ["Nancy", "None Street", "NA-1", "Nullarbor", "N1", "A-", "#12", "#REF", "E5", "5E12"]
)
def test_a_name_with_such_letters_is_an_id(name: str) -> None:
    """Only the word alone says that there is none."""
    assert id_flaw(name) is None
    assert _codes([name]) == [None]


@pytest.mark.parametrize(
    "text", ["1.3E+18", "13E+17", "130.0E+16", "1,3e+18", "1.E+18", "1.3E18", "-1.3E+18", "1.3E-5"]
)
def test_a_number_with_an_exponent_is_no_id(text: str) -> None:
    """Its last digits are lost, whichever program wrote it."""
    assert id_flaw(text) is RejectCode.DAMAGED_ID
    assert _codes(["R1", text]) == [None, RejectCode.DAMAGED_ID]


@pytest.mark.parametrize("cut", [16, 17, 18, 19])
def test_numbers_that_a_spreadsheet_rounded_are_no_ids(cut: int) -> None:
    """15 digits are left of each, and zeros in the place of the others."""
    rounded = [f"{at}00000015734317"[:15] + "0" * (cut - 15) for at in range(11, 15)]
    assert len({*rounded}) == 4
    assert _codes([*rounded, "R1", "17"]) == [RejectCode.DAMAGED_ID] * 4 + [None] * 2


@pytest.mark.parametrize(
    "ids",
    [
        ["1300000015734317012", "1300000015734317000"],  # one that is whole is enough
        ["1300000015734310", "1300000015734320"],  # two zeros are there by chance
        [
            "20261001100500000",
            "20261001101500000",
        ],  # a time to the second, written with thousandths
        ["0001300000015734300", "0001300000015734400"],  # no number is written with zeros before it
        ["R300000015734310000", "R300000015734320000"],
        ["130000001573430", "130000001573440"],
    ],
)
def test_numbers_with_zeros_of_their_own_are_ids(ids: list[str]) -> None:
    """What a spreadsheet leaves is told by all of a length together."""
    assert _codes(ids) == [None] * len(ids)


@pytest.mark.parametrize(
    "mark",
    ["\ufeff", "\u200b", "\u200e", "\u2060", "\u00ad", "\u202a", "\u3164", "\u200d"],
)
@pytest.mark.parametrize("text", ["{}1003", "1{}003", "1003{}"])
def test_what_nobody_sees_is_no_part_of_an_id(mark: str, text: str) -> None:
    """It would be another shop, or the same sale a second time."""
    assert id_flaw(text.format(mark)) is RejectCode.ID_CONTROL_CHARACTER
    assert _codes(["R1", text.format(mark)]) == [None, RejectCode.ID_CONTROL_CHARACTER]


@pytest.mark.parametrize("name", ["\u0645\u06cc\u200c\u062e\u0648\u0631", "ක්\u200dෂ"])
def test_what_joins_letters_where_they_need_it_is(name: str) -> None:
    """In Persian, and in alphabets of India and around it."""
    assert id_flaw(name) is None
    assert _codes([name]) == [None]


@pytest.mark.parametrize("mark", ["\u200b", "\ufeff", "\u200e"])
def test_a_status_with_what_nobody_sees_is_a_reject(mark: str) -> None:
    """It may be one of the words that the mapping names."""
    text = TOP + f"7,R1,1.50,2026-01-05 12:00,Vo{mark}id\n7,R2,1.50,2026-01-05 12:00,Closed\n"
    reading = read(text.encode(), plain_mapping('[rows]\ndrop = { Note = ["Void"] }'))
    assert reading.rows["transaction_id"].to_list() == ["R2"]
    assert [one.code for one in reading.rejects] == [RejectCode.UNKNOWN_STATUS]


@pytest.mark.parametrize("blank", ["\u00a0", "\u2009", "\u202f", "\u3000"])
def test_all_blanks_within_an_id_are_one_blank(blank: str) -> None:
    """Nobody means another shop by them."""
    assert _read([f"High{blank}St"]).rows["transaction_id"].to_list() == ["High St"]


def test_a_formula_of_text_is_the_text() -> None:
    """A till writes it to keep a spreadsheet from reading a number: there is no other reading."""
    receipts = ['"=""001001"""', '="001002"', "001003", '"=SUM(""1"")"']
    found = _read(receipts).rows["transaction_id"].to_list()
    assert found == ["001001", "001002", "001003", '=SUM("1")']


def test_of_a_combined_id_the_part_that_is_none_is_named() -> None:
    """The first of them."""
    parts = [
        Found(column="Till", texts=pl.Series(["1", "NULL", "2", "-"])),
        Found(column="Receipt", texts=pl.Series(["17", "18", "", "1.3E+18"])),
    ]
    read_ = read_ids("id", Combine(names=("Till", "Receipt")), parts, 4)
    assert read_.code.to_list() == [None, "null-id", "empty-id", "null-id"]
    assert read_.source.to_list()[1:] == ["Till", "Receipt", "Till"]
    assert read_.text.to_list()[1:] == ["NULL", "", "-"]
