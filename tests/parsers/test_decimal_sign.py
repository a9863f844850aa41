"""The decimal sign of a file: found, pinned, contradicted or in doubt."""

from dataclasses import replace

import pytest

from parsers.delimited import read
from parsers.reject import RejectCode, Unreadable, UnreadableCode
from parsers.values.sources import Column
from tests.parsers.dialects import HEADER, plain_mapping, read_plain


def test_an_amount_of_two_readings_holds_the_file() -> None:
    """Both readings are named, with the row that shows them and the line that settles it."""
    body = '7,1,5,2017-01-01 12:00,\n7,2,"1,234",2017-01-01 12:00,\n'
    with pytest.raises(Unreadable) as caught:
        read_plain(body)
    assert caught.value.code is UnreadableCode.AMBIGUOUS_DECIMAL
    assert "'1,234' on line 3 may be 1234.00 or 1.234" in caught.value.message
    assert 'decimal = "."' in caught.value.remedy
    assert read_plain(body, '[format]\ndecimal = "."').rows["total"].to_list() == [
        "5.00",
        "1234.00",
    ]
    assert read_plain(body, '[format]\ndecimal = ","').rows["total"].to_list() == ["5.00", "1.234"]


def test_points_and_commas_in_one_column_hold_the_file() -> None:
    """If they are as many, none of them is a slip."""
    with pytest.raises(Unreadable) as caught:
        read_plain('7,1,1.50,2017-01-01 12:00,\n7,2,"1,50",2017-01-01 12:00,\n')
    assert caught.value.code is UnreadableCode.AMBIGUOUS_DECIMAL
    assert "'1.50' on line 2 has a point, '1,50' on line 3 a comma" in caught.value.message


def test_a_wrongly_grouped_amount_is_never_bent_to_the_pin() -> None:
    """1,23 under a decimal point is neither 123 nor 1.23."""
    reading = read_plain('7,1,"1,23",2017-01-01 12:00,\n', '[format]\ndecimal = "."')
    assert [reject.code for reject in reading.rejects] == [RejectCode.NOT_MONEY]


@pytest.mark.parametrize(
    ("pinned", "totals", "said"),
    [
        (".", ("1,23", "4,56"), "has decimal commas: '1,23' on line 2."),
        (",", ("1.23", "4.56"), "has decimal points: '1.23' on line 2."),
        (".", ("9.90", "1,23", "4,56"), "has decimal commas: '1,23' on line 3."),
    ],
    ids=["all commas", "all points", "more commas than points"],
)
def test_totals_that_prove_another_sign_than_the_pinned_one_hold_the_file(
    pinned: str, totals: tuple[str, ...], said: str
) -> None:
    """Loaded, it would be a file of rejects and no rows: the export has changed."""
    body = "".join(f'7,{at},"{total}",2017-01-01 12:00,\n' for at, total in enumerate(totals))
    with pytest.raises(Unreadable) as caught:
        read_plain(body, f'[format]\ndecimal = "{pinned}"')
    assert caught.value.code is UnreadableCode.CONTRADICTS_MAPPING
    assert caught.value.message.endswith(said)


def test_a_few_totals_in_another_sign_than_the_pinned_one_are_rejects() -> None:
    """Where more of them have the pinned one, the others are slips."""
    body = "".join(
        f'7,{at},"{total}",2017-01-01 12:00,\n'
        for at, total in enumerate(("9.90", "8.80", "1,23", "4,56"))
    )
    reading = read_plain(body, '[format]\ndecimal = "."')
    assert (reading.rows.height, reading.rejected) == (2, 2)


_SHORN = ("1250", "725", "990", "1.234,50", "1899")


@pytest.mark.parametrize("extra", [",", "."])
def test_amounts_that_lost_their_sign_to_a_spreadsheet_hold_the_file(extra: str) -> None:
    """12,50 became 1250, and 1.234,50 was no number to it. The mapping may say otherwise."""
    other = {",": ".", ".": ","}
    totals = [each.translate(str.maketrans(",.", f"{extra}{other[extra]}")) for each in _SHORN]
    body = "".join(f'7,{at},"{total}",2017-01-01 12:00,\n' for at, total in enumerate(totals))
    with pytest.raises(Unreadable) as caught:
        read_plain(body)
    assert caught.value.code is UnreadableCode.AMBIGUOUS_DECIMAL
    assert "'1250' on line 2" in caught.value.message
    pinned = read_plain(body, f'[format]\ndecimal = "{extra}"')
    assert pinned.rows["total"].to_list()[3] == "1234.50"


@pytest.mark.parametrize(
    "totals",
    [
        (*_SHORN, "7,25"),  # a small one that kept its sign
        (*_SHORN, "1.250"),
        ("1250", "1.234,50", "990"),
        ("1250", "725", "990", "12345,50"),
    ],
)
def test_amounts_that_kept_their_sign_are_loaded(totals: tuple[str, ...]) -> None:
    """Or are too few to say."""
    body = "".join(f'7,{at},"{total}",2017-01-01 12:00,\n' for at, total in enumerate(totals))
    assert read_plain(body).rows.height == len(totals)


def test_a_formula_of_text_is_the_text_in_any_cell_and_in_the_header() -> None:
    """A till writes it to keep a spreadsheet from changing what stands in it."""
    cells = ["7", "1", "12.50", "2017-01-01 12:00", "x"]
    text = ",".join(f'="{name}"' for name in HEADER) + "\n"
    text += ",".join(f'"=""{cell}"""' for cell in cells) + "\n"
    reading = read(text.encode(), plain_mapping())
    assert reading.rows["total"].to_list() == ["12.50"]
    assert reading.rows["local_time"].to_list() == ["2017-01-01T12:00:00"]


_MASKED = {"transaction_id": Column("Receipt", mask='="{}"')}


def test_a_mask_may_be_laid_over_a_formula() -> None:
    """It was written for what stands in the cell."""
    mapping = replace(plain_mapping(), columns={**plain_mapping().columns, **_MASKED})
    text = ",".join(HEADER) + '\n"=""7""","=""1""",12.50,2017-01-01 12:00,x\n'
    assert read(text.encode(), mapping).rows["transaction_id"].to_list() == ["1"]
