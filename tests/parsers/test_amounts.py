"""The total of a row: one column or several, in cents, in one currency; and refunds."""

from decimal import Context, Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.money.amounts import (
    canonical_amounts,
    exact,
    find_sign,
    read_total,
    refunded,
    too_long,
)
from parsers.money.written import NotMoneyError, read_money
from parsers.reject import RejectCode, Unreadable, UnreadableCode
from parsers.values.sources import Amount
from parsers.values.values import Found, Values


def found(column: str, *texts: str) -> Found:
    """A column of a file."""
    return Found(column=column, texts=pl.Series(texts, dtype=pl.String))


def read(source: Amount, *columns: Found, decimal: str = ".") -> Values:
    """Read the column `total`."""
    return read_total("total", source, columns, decimal)


def lines(*columns: Found) -> pl.Series:
    """The lines of a file's rows."""
    return pl.int_range(2, 2 + len(columns[0].texts), eager=True, dtype=pl.Int64)


# Python's own context keeps 28 digits, which a sum of amounts may exceed.
EXACT = Context(prec=60)
texts = st.one_of(
    st.sampled_from(("", "x", "-7", "(7.50)", "1,000.25", "0.0000000001", "9" * 18)),
    st.decimals(min_value=-(10**9), max_value=10**9, places=10).map("{:f}".format),
)


@given(st.lists(st.tuples(texts, texts, texts), min_size=1, max_size=5))
def test_columns_are_added_and_subtracted_exactly(rows: list[tuple[str, str, str]]) -> None:
    """As Python's decimals do; the first must be there, a blank one further on is nothing."""
    source = Amount(add=("Net", "Tax"), subtract=("Refunded",))
    values = read(source, *(found(name, *column) for name, column in zip(
        ("Net", "Tax", "Refunded"), zip(*rows, strict=True), strict=True)))  # fmt: skip
    for at, row in enumerate(rows):
        total, flaw, column = Decimal(), None, None
        for sign, name, text in zip((1, 1, -1), ("Net", "Tax", "Refunded"), row, strict=True):
            try:
                amount = Decimal(read_money(text or ("0" if name != "Net" else ""), "."))
                total = EXACT.fma(amount, sign, total)
            except NotMoneyError as error:
                flaw, column = (flaw or error.code), (column or name)
        if flaw is None and abs(total) >= 10**18:
            flaw = RejectCode.MONEY_TOO_LONG
        assert values.code[at] == flaw
        if flaw is None:
            assert values.columns["total"][at] == read_money(f"{total:f}", ".")
        elif column is not None:
            assert values.source[at] == column
            assert values.text[at] == row[("Net", "Tax", "Refunded").index(column)]


@given(st.decimals(min_value=-(10**17), max_value=10**17, places=10))
def test_an_amount_survives_its_number(amount: Decimal) -> None:
    """To the last place, and in canonical form."""
    text = read_money(f"{amount:f}", ".")
    assert canonical_amounts(exact(pl.Series([text]))).to_list() == [text]
    assert not too_long(pl.Series([text]))[0]


@pytest.mark.parametrize(
    ("text", "places", "total"),
    [
        ("1250", 2, "12.50"),
        ("-5", 2, "-0.05"),
        ("0", 2, "0.00"),
        ("7 €", 2, "0.07"),
        ("12500", 3, "12.50"),
        ("12345", 3, "12.345"),
        ("500", 0, "500.00"),
    ],
)
def test_cents_are_whole_numbers(text: str, places: int, total: str) -> None:
    """The point is put where the mapping says; 0 says that there are no cents at all."""
    values = read(Amount(add=("A",), minor_units=places), found("A", text))
    assert values.columns["total"].to_list() == [total]
    assert values.code.to_list() == [None]


@pytest.mark.parametrize(
    "text",
    ["12.50", "1,250", "1.250", "1250.00", "1250,-", "1250.", "1 250", "1'250", "1\u202f250"],
)
def test_a_fraction_of_a_cent_is_a_reject(text: str) -> None:
    """The till may have begun to write whole amounts: a hundred times too much or too little."""
    source = Amount(add=("A",), minor_units=2)
    column = found("A", text, "7")
    assert find_sign(source, [column], lines(column)) == "."
    values = read(source, column)
    assert values.code.to_list() == [RejectCode.NOT_MINOR_UNITS, None]
    assert values.text[0] == text


def test_an_amount_in_another_currency_is_a_reject() -> None:
    """And has no say about the decimal sign of the others."""
    source = Amount(add=("A",), currency="EUR")
    column = found("A", "1,50 €", "EUR 2,50", "3,50", "$1.234,00", "4 USD", "", "x")
    assert find_sign(source, [column], lines(column)) == ","
    values = read(source, column, decimal=",")
    assert values.columns["total"].to_list()[:3] == ["1.50", "2.50", "3.50"]
    assert values.code.to_list() == [
        *(None, None, None, RejectCode.OTHER_CURRENCY, RejectCode.OTHER_CURRENCY),
        *(RejectCode.EMPTY_MONEY, RejectCode.NOT_MONEY),
    ]
    assert values.text[3] == "$1.234,00"


def test_a_sign_of_many_currencies_may_be_the_one_of_the_mapping() -> None:
    """`$` is said in Canada too."""
    values = read(Amount(add=("A",), currency="CAD"), found("A", "$1.50", "C$1.50", "US$1.50"))
    assert values.code.to_list() == [None, None, RejectCode.OTHER_CURRENCY]


def test_all_columns_of_a_total_are_written_with_one_sign() -> None:
    """What one of them proves holds for the others; and two currencies cannot be added."""
    source = Amount(add=("Net", "Tax"))
    net, tax = found("Net", "1,234"), found("Tax", "0.50")
    assert find_sign(source, [net, tax], lines(net)) == "."
    with pytest.raises(Unreadable) as caught:
        find_sign(source, [net, found("Tax", "")], lines(net))
    assert caught.value.code is UnreadableCode.AMBIGUOUS_DECIMAL
    assert "column 'Net', 'Tax'" in caught.value.message
    with pytest.raises(Unreadable) as caught:
        find_sign(source, [found("Net", "1.00 €"), found("Tax", "1.00 £")], lines(net))
    assert caught.value.code is UnreadableCode.MIXED_CURRENCIES
    assert "'1.00 £' on line 2" in caught.value.message


def test_a_refund_is_negative_however_it_is_written() -> None:
    """Some tills write it with a minus already; nothing is never negative."""
    values = read(Amount(add=("A",)), found("A", "7.00", "-7.00", "0", "x", "7.00"))
    turned = refunded("total", values, pl.Series([True, True, True, True, False]))
    assert turned.columns["total"].to_list() == ["-7.00", "-7.00", "0.00", None, "7.00"]
    assert turned.code.equals(values.code)


@pytest.mark.parametrize("texts", [("0000000300", "0000012345"), ("0500",), ("-00300", "+12345")])
def test_numbers_that_zeros_fill_up_are_held(texts: tuple[str, ...]) -> None:
    """A host writes cents so: a hundred times as much would be loaded. The mapping may say."""
    column = found("A", *texts, "")
    with pytest.raises(Unreadable) as caught:
        find_sign(Amount(add=("A",)), [column], lines(column))
    assert caught.value.code is UnreadableCode.AMBIGUOUS_DECIMAL
    assert "line 2" in caught.value.message
    assert "minor_units" in caught.value.remedy
    for places in (0, 2):
        assert find_sign(Amount(add=("A",), minor_units=places), [column], lines(column)) == "."


@pytest.mark.parametrize(
    "texts", [("0300", "12345"), ("300", "123"), ("000", "300"), ("0300", "12.50"), ("05", "12")]
)
def test_other_whole_numbers_are_amounts(texts: tuple[str, ...]) -> None:
    """Of several lengths, without zeros before them, or with none but those."""
    column = found("A", *texts)
    assert find_sign(Amount(add=("A",)), [column], lines(column)) == "."
