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
        "#NULL!", "#SPILL!", "Err:502", "-", "--", "\N{EM DASH}", "#BEZUG!", "#NV", "#ZAHL!",
        "#AD?", "#NOME?", "#N/D", "#I/T", "#VALOR!", "#ССЫЛКА!", "#Н/Д", "########", "(blank)",  # noqa: RUF001
        "k.A.", "?",
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
    "name",
    [
        "Nancy", "None Street", "NA-1", "Nullarbor", "N1", "A-", "#12", "#REF", "E5", "5E12",
        "\u0645\u06cc\u200c\u062e\u0648\u0631", "ක්\u200dෂ",
    ],
)  # fmt: skip
def test_what_is_only_like_no_id_is_one(name: str) -> None:
    """Only a word for nothing alone says that there is none.

    And what nobody sees joins letters where they need it: in Persian, and in alphabets of India
    and around it.
    """
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
    "date", ["12-Mar", "03-Dec", "Mar-45", "12. Mrz", "03-d\u00e9c.", "12.03.2026", "2026-03-12"]
)
def test_an_id_that_a_spreadsheet_took_for_a_date_is_none(date: str) -> None:
    """It was 12-3 or 3-12, of which one may be there, too."""
    others = ["17-45", "3-41", "5-33"]
    assert _codes([*others, date]) == [*[None] * 3, RejectCode.DAMAGED_ID]
    assert _codes([*others, "R1", date]) == [None] * 5
    assert _codes([date, "17-45"]) == [None] * 2
    assert _codes([*others, "12-Gate", "12-X"]) == [None] * 5


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


@pytest.mark.parametrize("mark", ["\u200b", "\ufeff", "\u200e"])
def test_a_status_with_what_nobody_sees_is_a_reject(mark: str) -> None:
    """It may be one of the words that the mapping names."""
    text = TOP + f"7,R1,1.50,2026-01-05 12:00,Vo{mark}id\n7,R2,1.50,2026-01-05 12:00,Closed\n"
    reading = read(text.encode(), plain_mapping('[rows]\ndrop = { Note = ["Void"] }'))
    assert reading.rows["transaction_id"].to_list() == ["R2"]
    assert [one.code for one in reading.rejects] == [RejectCode.UNKNOWN_STATUS]


@pytest.mark.parametrize("word", ["TBD", "unknown", "offen", "0", "000"])
def test_an_id_without_a_digit_that_comes_twice_names_nothing(word: str) -> None:
    """Where other ids are numbers, and these rows are of two moments: two sales, and no name."""
    numbers = [f"R{at}" for at in range(1, 8)]
    reading = _read([word, *numbers, word])
    assert reading.rows["transaction_id"].to_list() == numbers
    assert [one.code for one in reading.rejects] == [RejectCode.NULL_ID] * 2
    assert _read([word, *numbers, word], '[rows]\nlines = "last"').duplicates == 1
    assert _read([word, *numbers[:-1], "R1", word]).rejected == 0  # other numbers come again, too


def test_a_word_that_comes_once_or_again_with_its_own_moment_is_an_id() -> None:
    """As are words where most ids are words: a later row of one is a correction."""
    assert _read(["R1", "TBD", "R2"]).rejected == 0
    same = "".join(f"7,{receipt},1.50,2026-01-05 12:01,x\n" for receipt in ("R1", "TBD", "TBD"))
    assert read((TOP + same).encode(), plain_mapping()).duplicates == 1
    names = _read(["Anna", "Bert", "Carl", "Anna", "Dora", "Emil", "Fritz"])
    assert (names.rejected, names.duplicates) == (0, 1)


@pytest.mark.parametrize("text", ["??????", "M?nchen", "?rhus", "Caf? ?????", "S??d", "Nord-??"])
def test_letters_that_an_encoding_did_not_have_are_no_id(text: str) -> None:
    """Moscow and Kazan would be one shop."""
    assert id_flaw(text) is RejectCode.ID_CONTROL_CHARACTER
    assert _codes(["R1", text]) == [None, RejectCode.ID_CONTROL_CHARACTER]
    assert "letters were lost" in _read([text]).rejects[0].message


@pytest.mark.parametrize(
    "text", ["What's next?", "Who? Where?", "shop?id=7", "https://till.example/r?A17", "R?7"]
)
def test_a_question_may_be_a_name(text: str) -> None:
    """And a question mark may stand in an address."""
    assert id_flaw(text) is None
    assert _codes([text]) == [None]


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
