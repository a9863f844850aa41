"""The decimal sign of a file: found, pinned, contradicted or in doubt."""

import pytest

from parsers.delimited import read
from parsers.reading import Reading
from parsers.reject import RejectCode, Unreadable, UnreadableCode
from tests.parsers.dialects import HEADER, plain_mapping


def _read(body: str, extra: str = "") -> Reading:
    return read((",".join(HEADER) + "\n" + body).encode(), plain_mapping(extra))


def test_an_amount_of_two_readings_holds_the_file() -> None:
    """Both readings are named, with the row that shows them and the line that settles it."""
    body = '7,1,5,2017-01-01 12:00,\n7,2,"1,234",2017-01-01 12:00,\n'
    with pytest.raises(Unreadable) as caught:
        _read(body)
    assert caught.value.code is UnreadableCode.AMBIGUOUS_DECIMAL
    assert "'1,234' on line 3 may be 1234.00 or 1.234" in caught.value.message
    assert 'decimal = "."' in caught.value.remedy
    assert _read(body, '[format]\ndecimal = "."').rows["total"].to_list() == ["5.00", "1234.00"]
    assert _read(body, '[format]\ndecimal = ","').rows["total"].to_list() == ["5.00", "1.234"]


def test_points_and_commas_in_one_column_hold_the_file() -> None:
    """If they are as many, none of them is a slip."""
    with pytest.raises(Unreadable) as caught:
        _read('7,1,1.50,2017-01-01 12:00,\n7,2,"1,50",2017-01-01 12:00,\n')
    assert caught.value.code is UnreadableCode.AMBIGUOUS_DECIMAL
    assert "'1.50' on line 2 has a point, '1,50' on line 3 a comma" in caught.value.message


def test_a_wrongly_grouped_amount_is_never_bent_to_the_pin() -> None:
    """1,23 under a decimal point is neither 123 nor 1.23."""
    reading = _read('7,1,"1,23",2017-01-01 12:00,\n', '[format]\ndecimal = "."')
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
        _read(body, f'[format]\ndecimal = "{pinned}"')
    assert caught.value.code is UnreadableCode.CONTRADICTS_MAPPING
    assert caught.value.message.endswith(said)


def test_a_few_totals_in_another_sign_than_the_pinned_one_are_rejects() -> None:
    """Where more of them have the pinned one, the others are slips."""
    body = "".join(
        f'7,{at},"{total}",2017-01-01 12:00,\n'
        for at, total in enumerate(("9.90", "8.80", "1,23", "4,56"))
    )
    reading = _read(body, '[format]\ndecimal = "."')
    assert (reading.rows.height, reading.rejected) == (2, 2)
