"""Currencies in a column of their own: totals that cannot stand beside each other hold the file."""

import pytest

from parsers.delimited import read
from parsers.mappings.mapping import parse_mapping
from parsers.reading import Reading
from parsers.reject import Unreadable, UnreadableCode

_MAPPING = """
timezone = "Europe/Zurich"
[columns]
location_id = "Shop"
transaction_id = "No"
total = "Total"
occurred_at = { column = "When", format = "iso" }
"""


def _read(codes: list[str], name: str = "Currency", mapping: str = _MAPPING) -> Reading:
    rows = [f"1,{at},{at}.50,2026-03-01 10:00,{code}\n" for at, code in enumerate(codes, start=1)]
    return read(f"Shop,No,Total,When,{name}\n{''.join(rows)}".encode(), parse_mapping(mapping))


def _held(codes: list[str], name: str = "Currency", mapping: str = _MAPPING) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        _read(codes, name, mapping)
    assert caught.value.code is UnreadableCode.MIXED_CURRENCIES
    return caught.value


@pytest.mark.parametrize(
    "name",
    [
        *("Currency", "currency", "Währung", "Devise", "Moneda", "Currency Code", "通貨"),
        *("order_currency", "Transaction currency", "Store Currency"),
    ],
)
def test_two_currencies_hold_the_file_until_the_mapping_says_which_rows_count(name: str) -> None:
    """Both are named with their lines, and one line in the mapping decides."""
    codes = ["EUR", "EUR", "", "CHF"]
    held = _held(codes, name)
    assert f"'{name}' names different currencies: 'EUR' on line 2, 'CHF' on line 5" in held.message
    assert f'[rows] keep = {{ "{name}" = ["EUR"] }}' in held.remedy
    rules = f'\n[rows]\nkeep = {{ "{name}" = ["EUR"] }}\n'
    assert _read(codes, name, _MAPPING + rules).rows["transaction_id"].to_list() == ["1", "2"]
    rules = f'\n[rows]\nkeep = {{ "{name}" = ["EUR", "CHF", ""] }}\n'
    assert _read(codes, name, _MAPPING + rules).rows.height == 4


@pytest.mark.parametrize(
    "codes",
    [
        ["EUR", "EUR"],
        ["eur", "EUR", ""],
        ["$", "USD", "US$"],
        ["", ""],
        ["EUR", "E?R", *["EUR"] * 5],  # a cell that says nothing
        ["card", "EUR", "CHF"],  # it is called so, and holds something else
    ],
)
def test_one_currency_or_none_loads(codes: list[str]) -> None:
    """However it is written."""
    assert _read(codes).rows.height == len(codes)


@pytest.mark.parametrize(
    "name", ["Tip currency", "Payout Currency", "Note", "Fee currency", "Presentment currency"]
)
def test_the_currencies_of_other_amounts_do_not_matter(name: str) -> None:
    """Nor does a column that is called something else."""
    assert _read(["EUR", "CHF"], name).rows.height == 2


def test_rows_that_do_not_count_have_no_say() -> None:
    """A voided sale in another currency is none."""
    data = (
        b"Shop,No,Total,When,Currency,State\n"
        b"1,1,1.50,2026-03-01 10:00,EUR,paid\n"
        b"1,2,1.50,2026-03-01 10:00,CHF,void\n"
    )
    mapping = parse_mapping(_MAPPING + '\n[rows]\ndrop = { State = ["void"] }\n')
    assert read(data, mapping).rows.height == 1


def test_the_currency_of_the_mapping_is_one_of_them() -> None:
    """Euros are expected, and all of the file says francs."""
    mapping = _MAPPING.replace('"Total"', '{ column = "Total", currency = "EUR" }')
    assert _read(["EUR", "EUR"], mapping=mapping).rows.height == 2
    assert "should be in EUR, but the column 'Currency' has 'CHF' on line 2" in (
        _held(["CHF", "CHF"], mapping=mapping).message
    )


def test_of_converted_totals_the_currency_they_were_converted_to_counts() -> None:
    """Customers paid in many; the totals are in one."""
    data = (
        b"Shop,No,Total,When,Currency,Converted Amount,Converted Currency\n"
        b"1,1,1.50,2026-03-01 10:00,EUR,1.40,CHF\n"
        b"1,2,1.50,2026-03-01 10:00,USD,1.20,CHF\n"
    )
    mapping = parse_mapping(_MAPPING.replace('"Total"', '"Converted Amount"'))
    assert read(data, mapping).rows["total"].to_list() == ["1.40", "1.20"]
    with pytest.raises(Unreadable):
        read(data, parse_mapping(_MAPPING))


@pytest.mark.parametrize("name", ["Cur", "Curr.", "WKZ", "ISO", "FX", ""])
def test_a_column_of_nothing_but_codes_is_one_of_currencies_whatever_its_name(name: str) -> None:
    """Also if the second currency comes far down, beyond what is looked at first."""
    called = name or "column 5"
    held = _held(["EUR"] * 200 + ["", "CHF"], name)
    assert f"'{called}' names different currencies: 'EUR' on line 2, 'CHF' on line 203" in (
        held.message
    )
    rules = f'\n[rows]\nkeep = {{ "{called}" = ["EUR", "CHF"] }}\n'
    assert _read(["EUR", "CHF"], name, _MAPPING + rules).rows.height == 2


@pytest.mark.parametrize(
    ("codes", "name"),
    [
        (["EUR", "EUR"], "WKZ"),
        (["EUR", "CHF", "ABC"], "WKZ"),
        (["EUR", "chf"], "WKZ"),
        (["EUR", "CHF"], "Tip currency"),
        (["", ""], "WKZ"),
        (["EUR"] * 200 + ["CHF", "card"], "WKZ"),
    ],
)
def test_a_column_with_something_else_or_of_something_else_holds_nothing(
    codes: list[str], name: str
) -> None:
    """One currency, words among the codes, the currency of a tip."""
    assert _read(codes, name).rows.height == len(codes)
