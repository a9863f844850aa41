"""Amounts of money against an oracle: decimal.Decimal on what was rendered."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.money.written import PLAIN, DecimalEvidence, NotMoneyError, read_money, weigh
from parsers.reject import RejectCode

amounts = st.decimals(
    min_value=-999999999999999999,
    max_value=999999999999999999,
    allow_nan=False,
    places=2,
) | st.decimals(min_value=-5000, max_value=5000, allow_nan=False, places=8)
SIGNS = ("-{}", "{}-", "({})", "- {}", "\N{MINUS SIGN}{}")
CURRENCIES = ("{}", "${}", "{} €", "CHF {}", "{}\N{NO-BREAK SPACE}zł", "kr. {}", "Rs.{}", "R$ {}")
GROUPS = {".": ("", ",", " ", "'", "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}", "\u2019")}
GROUPS[","] = ("", ".", *GROUPS["."][2:])


def _canonical(value: Decimal) -> str:
    """The oracle's way to write a value: plain, two places at least, no minus before zero."""
    text = f"{value:f}"
    whole, _, places = text.partition(".")
    places = places.rstrip("0").ljust(2, "0")
    return f"{whole}.{places}".removeprefix("-" if not value else "\0")


@given(
    st.data(), amounts, st.sampled_from(".,"), st.sampled_from(SIGNS), st.sampled_from(CURRENCIES)
)
def test_what_was_written_is_read(
    data: st.DataObject, value: Decimal, decimal: str, sign: str, currency: str
) -> None:
    """However a till writes an amount, the very same amount is read."""
    group = data.draw(st.sampled_from(GROUPS[decimal]))
    whole, _, places = f"{abs(value):,f}".partition(".")
    text = whole.replace(",", group) + decimal + places
    inside = data.draw(st.booleans())
    negative = sign if value < 0 else "{}"
    text = (
        negative.format(currency.format(text)) if inside else currency.format(negative.format(text))
    )
    blanks = data.draw(st.sampled_from(("", " ", "\N{NO-BREAK SPACE}")))
    assert read_money(blanks + text + blanks, decimal) == _canonical(value)


@given(st.text(alphabet="0123456789.,-+() '$€EeCHFkr\N{NO-BREAK SPACE}", max_size=14))
def test_nothing_is_read_as_something_else(text: str) -> None:
    """Of any text, if it is read at all, every digit counts and the sign is that of the text.

    A dash instead of cents, as in 12,- or 12.--, is no sign.
    """
    for decimal in ".,":
        try:
            got = read_money(text, decimal)
        except NotMoneyError:
            continue
        plain = re.sub(rf"(?<=[0-9])[{decimal}]--?(?![0-9-])", "", text)
        digits = re.sub(rf"[^0-9{decimal}]", "", re.sub("kr[.]|Rs[.]", "", plain))
        value = Decimal(digits.replace(",", ".")) * (-1 if set("-(") & set(plain) else 1)
        assert Decimal(got) == value
        assert got == _canonical(value)


@given(amounts)
def test_what_is_called_plain_is_canonical(value: Decimal) -> None:
    """The shortcut for plain values takes only what the long way would leave as it is."""
    for text in (_canonical(value), f"{value:f}", f"{value:.2f}", "-0.00", "007.50"):
        if re.search(PLAIN["."], text):
            assert read_money(text, ".") == text
        if re.search(PLAIN[","], text.replace(".", ",")):
            assert read_money(text.replace(".", ","), ",") == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$1,234.50", "1234.50"),
        ("-$7.00", "-7.00"),
        ("$-7.00", "-7.00"),
        ("($33.62)", "-33.62"),
        ("5-", "-5.00"),
        ("\N{MINUS SIGN}5", "-5.00"),
        ("$1,149.00 ", "1149.00"),
        ("CHF 1'234.50", "1234.50"),
        ("$12.50 USD", "12.50"),
        ("Rs.500", "500.00"),
        (".5", "0.50"),
        ("1.99000001", "1.99000001"),
        ("1.99000000", "1.99"),
        ("-0.00", "0.00"),
        ("+5", "5.00"),
        ("12,34,567.00", "1234567.00"),
        ("-₹1,23,456.50", "-123456.50"),
        ("'-12.50", "-12.50"),  # guarded against being read as a formula
        ("'(12.50)", "-12.50"),
        ("12.-", "12.00"),
        ("\\1,234", "1234.00"),  # the yen sign, in the code page of Japan
    ],
)
def test_forms_that_tills_write_with_a_point(text: str, expected: str) -> None:
    """Each was seen in a real export."""
    assert read_money(text, ".") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12,50 €", "12.50"),
        ("1.234,56", "1234.56"),
        ("1 234,56", "1234.56"),
        ("1\N{NO-BREAK SPACE}234,56", "1234.56"),
        ("1\N{NARROW NO-BREAK SPACE}234,56", "1234.56"),
        ("70,48\N{NO-BREAK SPACE}zł", "70.48"),
        ("kr. 12,50", "12.50"),
        ("12,-", "12.00"),
        ("1.234,-- €", "1234.00"),
        ("-12,\N{EN DASH}", "-12.00"),
    ],
)
def test_forms_that_tills_write_with_a_comma(text: str, expected: str) -> None:
    """Each was seen in a real export."""
    assert read_money(text, ",") == expected


@pytest.mark.parametrize(
    "text",
    [
        *("---", "N/A", "NaN", "1e999", "1E+3", "inf", "abc", "12,34.5", "1,23", "1,2345", "0,123"),
        *("1,,234", "1 234,567", "1.2.3", "(-5)", "-5-", "((5))", "(5", "5)", "5.", "12 50"),
        *("1,2,345", "123,45,678", "1,23,45", "0,12,345", "1 23 456", "50¢", "50￠", "5%", "5 CR"),
        *("'12.50", "'--5", "12.5.-", "12.-5", "5.-5", "3 .-"),
        *("5+", "$5€", "1,234 567", "٣.50", "5 6", "$", ".", "12,-", "1_000", "0x10", "1" * 101),
    ],
)
def test_what_is_not_an_amount_is_refused(text: str) -> None:
    """Words, exponents, two signs and groups that are not of three are never guessed at."""
    with pytest.raises(NotMoneyError) as caught:
        read_money(text, ".")
    assert caught.value.code is RejectCode.NOT_MONEY


@pytest.mark.parametrize("text", ["", "  ", "\N{NO-BREAK SPACE}", "--", "-", "\N{EM DASH}"])
def test_a_blank_is_no_amount(text: str) -> None:
    """Nothing is not zero."""
    with pytest.raises(NotMoneyError) as caught:
        read_money(text, ".")
    assert caught.value.code is RejectCode.EMPTY_MONEY


@pytest.mark.parametrize("text", ["1234567890123456789", "0.12345678901"])
def test_more_digits_than_a_row_can_hold_are_refused(text: str) -> None:
    """18 digits before the point and 10 after it are the most."""
    with pytest.raises(NotMoneyError) as caught:
        read_money(text, ".")
    assert caught.value.code is RejectCode.MONEY_TOO_LONG


def test_zeros_that_say_nothing_do_not_count_as_digits() -> None:
    """Only digits that matter are counted against the limits."""
    assert read_money("000000000000000000001.500000000000000", ".") == "1.50"


@pytest.mark.parametrize(
    ("texts", "decimal"),
    [
        (["5", "-7", "abc"], "."),  # no sign at all: whole amounts, either way the same
        (["1.50"], "."),
        (["1,50"], ","),
        (["1,234", "1.50"], "."),
        (["1.234", "1,50"], ","),
        (["1.234.567"], ","),
        (["1,234.56"], "."),
        (["0.123"], "."),  # no group begins with 0
        (["1.99000001"], "."),
        (["1,234"], None),
        (["1.234", "5"], None),
        (["1.5", "2.5", "3,5"], "."),  # the odd one becomes a reject
        (["1.5", "2,5"], None),
        (["1.5", "2.5", "3,5", "1.234"], None),
    ],
)
def test_the_decimal_sign_is_decided_by_evidence_only(
    texts: list[str], decimal: str | None
) -> None:
    """Values with one reading decide for the others; where nothing decides, nothing is guessed."""
    assert weigh(texts, DecimalEvidence()).decide() == decimal
