"""A file that contradicts its mapping, or mixes what must not be mixed, is held and not bent."""

import contextlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.delimited import read
from parsers.mappings.mapping import parse_mapping
from parsers.reading import Reading
from parsers.reject import RejectCode, Unreadable, UnreadableCode
from tests.parsers.dialects import HEADER, plain_mapping

COMBINED = """
timezone = "UTC"
[rows]
lines = "last"
[columns]
location_id = "Store"
transaction_id = {{ combine = ["Receipt", "Note"], separator = "{separator}" }}
total = "Total"
occurred_at = "When"
"""


def _totals(texts: list[str], pin: str = "") -> Reading:
    """Read a file with these totals, the first of them on line 2."""
    rows = [f'7,{at},"{text}",2017-01-01 12:00,\n' for at, text in enumerate(texts)]
    layout = f'[format]\ndecimal = "{pin}"' if pin else ""
    return read((",".join(HEADER) + "\n" + "".join(rows)).encode(), plain_mapping(layout))


def _held(texts: list[str], pin: str = "") -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        _totals(texts, pin)
    return caught.value


amounts = st.tuples(
    st.decimals(min_value=-5000000, max_value=5000000, places=3),
    st.integers(min_value=0, max_value=3),
    st.booleans(),
)


def _written(amount: tuple[Decimal, int, bool], sign: str) -> tuple[str, Decimal]:
    """The text of an amount as a till with this decimal sign writes it, and what it means."""
    value, places, grouped = amount
    text = f"{value:,.{places}f}" if grouped else f"{value:.{places}f}"
    group = "." if sign == "," else ","
    return text.translate({ord("."): sign, ord(","): group}), Decimal(text.replace(",", ""))


@given(st.lists(amounts, min_size=1, max_size=6), st.sampled_from(".,"), st.sampled_from(".,"))
def test_no_total_is_misread_under_a_pin(
    table: list[tuple[Decimal, int, bool]], sign: str, pin: str
) -> None:
    """If one amount has just two places, which prove the sign, then a file pinned to the other is
    held, or what is loaded of it is what was written."""
    written = [_written(amount, sign) for amount in table]
    written.append(_written((Decimal("9.9"), 2, False), sign))
    reading = None
    with contextlib.suppress(Unreadable):
        reading = _totals([text for text, _ in written], pin)
    if reading is None:
        assert _held([text for text, _ in written], pin).code is UnreadableCode.CONTRADICTS_MAPPING
        assert pin != sign
        return
    loaded = reading.rows.select("transaction_id", "total").rows()
    assert all(Decimal(total) == written[int(at)][1] for at, total in loaded)
    assert pin != sign or len(loaded) == len(written)


@pytest.mark.parametrize(
    ("texts", "pin", "words"),
    [
        (["5", "1,234", "9,90"], ".",
         "'9,90' on line 4. So '1,234' on line 3 may be 1.234 and not 1234.00"),
        (["9.90", "1.234"], ",", "'9.90' on line 2. So '1.234' on line 3 may be 1.234 and not"),
        (["1,234", "9,90", "8,80", "7.70"], ".", "'9,90' on line 3"),
    ],
)  # fmt: skip
def test_a_column_that_proves_the_other_sign_holds_the_file(
    texts: list[str], pin: str, words: str
) -> None:
    """The words name both readings, their lines, and what to write into the mapping."""
    held = _held(texts, pin)
    assert held.code is UnreadableCode.CONTRADICTS_MAPPING
    assert words in held.message
    assert f'decimal = "{"," if pin == "." else "."}"' in held.remedy


@pytest.mark.parametrize(
    ("texts", "pin", "loaded"),
    [
        (["1,234"], ".", ["1234.00"]),  # proves nothing: the pin knows
        (["1,234", "9.90"], ".", ["1234.00", "9.90"]),
        (["9,90", "5"], ".", ["5.00"]),  # what does not fit is a reject, and 5 is 5
        (["1,234", "9,90", "8.80"], ".", ["1234.00", "8.80"]),  # as many speak for the pin
    ],
)
def test_a_pin_that_nothing_outweighs_holds(texts: list[str], pin: str, loaded: list[str]) -> None:
    """Rows that do not fit it are rejects, and the others are read by it."""
    reading = _totals(texts, pin)
    assert reading.rows["total"].to_list() == loaded
    assert {reject.code for reject in reading.rejects} <= {RejectCode.NOT_MONEY}
    assert len(reading.rejects) == len(texts) - len(loaded)


@pytest.mark.parametrize(
    ("texts", "lines"),
    [
        (["$5.00", "€7.00"], (2, 3)),
        (["5.00", "$5.00", "($6.00)", "-7.00 EUR"], (3, 5)),
        (["5.00 kr", "5.00 zł"], (2, 3)),
        (["$5.00 USD", "$5.00 CAD"], (2, 3)),
        (["$5.00", "USD 5.00", "NZD 5.00"], (3, 4)),
        (["1'500.00 CHF", "£.50"], (2, 3)),
        (["$1.00", "99¢"], (2, 3)),
    ],
)
@pytest.mark.parametrize("pin", ["", "."])
def test_two_currencies_in_one_column_hold_the_file(
    texts: list[str], lines: tuple[int, int], pin: str
) -> None:
    """Dollars and euros are no sum: a line is named for each."""
    held = _held(texts, pin)
    assert held.code is UnreadableCode.MIXED_CURRENCIES
    first, second = (f"'{texts[line - 2]}' on line {line}" for line in lines)
    assert f"{first}, {second}" in held.message


@pytest.mark.parametrize(
    "texts",
    [
        ["$5.00", "7.00"],
        ["$5.00", "-$7.00", "7.00 USD", "US$ 7.00", "$7.00 USD"],
        ["€5.00", "7.00 EUR", "(€7.00)", "eur. 7.00"],
        ["5.00 kr", "kr. 5.00", "5.00 SEK"],
        ["Rs.500", "₹500", "500 INR"],
        ["£5.00", "￡5.00"],
    ],
)
def test_one_currency_written_in_several_ways_loads(texts: list[str]) -> None:
    """A sign, a code, a word or nothing may say the same."""
    assert _totals(texts).rows.height == len(texts)


# A dash alone says that there is none.
parts = st.text(alphabet="1-", min_size=1, max_size=3).filter(lambda part: part.strip("-"))


@given(
    st.lists(st.tuples(st.sampled_from("AB"), parts, parts), max_size=6),
    st.sampled_from(("", "-", "--", "/")),
)
def test_an_id_of_several_columns_never_merges_two_transactions(
    table: list[tuple[str, str, str]], separator: str
) -> None:
    """A file is held if two rows of one shop have one id made of different parts; rows of the same
    parts are one transaction, of which the last counts."""
    rows = [
        f"{shop},{one},{at},2017-01-01 12:00,{two}\n" for at, (shop, one, two) in enumerate(table)
    ]
    data = (",".join(HEADER) + "\n" + "".join(rows)).encode()
    mapping = parse_mapping(COMBINED.format(separator=separator))
    keys = {(shop, one + separator + two) for shop, one, two in table}
    if len(keys) < len(set(table)):
        with pytest.raises(Unreadable) as caught:
            read(data, mapping)
        assert caught.value.code is UnreadableCode.AMBIGUOUS_ID
        return
    reading = read(data, mapping)
    last = {(shop, one + separator + two): f"{at}.00" for at, (shop, one, two) in enumerate(table)}
    got = reading.rows.select("location_id", "transaction_id", "total").rows()
    assert {(shop, key): total for shop, key, total in got} == last


def test_one_part_of_three_may_be_the_same() -> None:
    """1, 23 and 4 are not 12, 3 and 4."""
    mapping = COMBINED.format(separator="").replace('"Note"]', '"Note", "When"]')
    rows = "7,1,5.00,2017-01-01 12:00,23\n7,12,6.00,2017-01-01 12:00,3\n"
    with pytest.raises(Unreadable) as caught:
        read((",".join(HEADER) + "\n" + rows).encode(), parse_mapping(mapping))
    assert caught.value.code is UnreadableCode.AMBIGUOUS_ID


def test_both_makings_of_an_ambiguous_id_are_shown() -> None:
    """With their lines, and the way out; a row that is rejected anyway merges nothing."""
    head = ",".join(HEADER) + "\n7,x,5.00,2017-01-01 12:00,y\n7,1,5.00,2017-01-01 12:00,23\n"
    mapping = parse_mapping(COMBINED.format(separator=""))
    with pytest.raises(Unreadable) as caught:
        read(f"{head}7,12,6.00,2017-01-01 12:00,3\n".encode(), mapping)
    assert "'1', '23' on line 3; '12', '3' on line 4" in caught.value.message
    assert "'Receipt', 'Note'" in caught.value.message
    assert 'separator = "/"' in caught.value.remedy
    assert read(f"{head}7,12,abc,2017-01-01 12:00,3\n".encode(), mapping).rows.height == 2
