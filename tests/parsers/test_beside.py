"""Two tables side by side, with names made different, hold the file."""

import pytest

from parsers.delimited import read
from parsers.reading import Reading
from parsers.reject import Unreadable, UnreadableCode
from tests.parsers.dialects import plain_mapping

LEFT = "Store,Receipt,Total,When"
ROWS = [(f"A,R{at},1.50,2026-01-05 12:0{at}", f"B,S{at},2.50,2026-01-05 12:0{at}") for at in "123"]


def _text(right: str, rows: list[tuple[str, str]] = ROWS, between: str = ",") -> str:
    return "".join(f"{a}{between}{b}\n" for a, b in [(LEFT, right), *rows])


def _read(text: str, extra: str = "") -> Reading:
    return read(text.encode(), plain_mapping(extra))


def _right(suffix: str) -> str:
    return ",".join(f"{name}{suffix}" for name in LEFT.split(","))


@pytest.mark.parametrize("suffix", [".1", "_2", " 2", "2", " (2)", "_duplicated_0"])
@pytest.mark.parametrize("extra", ["", "[format]\nheader_line = 1\n"])
def test_a_second_table_beside_the_first_holds_the_file(suffix: str, extra: str) -> None:
    """The sales of the right one would be lost without a word."""
    text = _text(_right(suffix), between=",,")
    with pytest.raises(Unreadable) as caught:
        _read(text, extra)
    assert caught.value.code is UnreadableCode.HEADER
    assert "two tables may stand side by side" in caught.value.message
    rules = caught.value.remedy.partition("[rows] ")[2].partition(". The file")[0]
    assert _read(text, f"{extra}[rows]\n{rules}").rows.height == 3


@pytest.mark.parametrize(
    "right", ["Store.1,Receipt.1,Total.1,Paid", "Store.1,Receipt.2,Total.1,When.1", "W,X,Y,Z"]
)
def test_some_names_that_come_again_are_no_second_table(right: str) -> None:
    """A second amount, or a second date."""
    assert _read(_text(right)).rows.height == 3


def test_names_that_come_again_with_nothing_under_them_are_no_second_table() -> None:
    """There is nothing to be lost."""
    assert _read(_text(_right(".1"), [(left, ",,,") for left, _ in ROWS])).rows.height == 3
