"""Ids that are a part of a cell, of a file's name, of a folder or of a mailbox."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.mappings.mapping import Mapping, parse_mapping
from parsers.mappings.patterns import pattern_problems, take, take_of_each
from parsers.mappings.sent import Sent
from parsers.reject import RejectCode, Unreadable, UnreadableCode
from parsers.rows.places import located, read_masked_ids
from parsers.values.sources import Constant
from parsers.values.values import Found

MAPPING = """
timezone = "UTC"
[columns]
location_id = { %s }
transaction_id = "Id"
total = "Total"
occurred_at = "When"
"""
SIGNS = "ab_.\N{LATIN SMALL LETTER E WITH ACUTE}^]\\-"
FEW = "a_"  # so that a pattern often fits, and often in two ways
parts = st.one_of(st.text(FEW + "*", max_size=4), st.text(SIGNS + "*", max_size=4))
patterns = st.builds("{}{{}}{}".format, parts, parts).filter(
    lambda pattern: not [*pattern_problems(pattern)]
)
texts = st.one_of(st.text(FEW, max_size=8), st.text(SIGNS + " ", max_size=8).map(str.strip))


def ways(pattern: str, text: str, at: int = 0) -> set[tuple[int, str]]:
    """Everything that `{}` may stand for in a text, with its place, found by trying all."""
    if not pattern:
        return {(-1, "")} if at == len(text) else set()
    if pattern.startswith("{}"):
        rest = pattern.removeprefix("{}")
        return {
            (at, text[at:end])
            for end in range(at + 1, len(text) + 1)
            if rest[:1] not in text[at:end] or not rest
            if ways(rest, text, end)
        }
    if pattern[0] == "*":
        return {way for start in range(at, len(text) + 1) for way in ways(pattern[1:], text, start)}
    return ways(pattern[1:], text, at + 1) if text[at : at + 1] == pattern[0] else set()


@given(patterns, st.lists(texts, max_size=5))
def test_a_mask_takes_what_can_be_taken_in_one_way(mask: str, cells: list[str]) -> None:
    """A column at once as one cell after the other, and nothing where there are two ways."""
    expected = []
    for cell in cells:
        found = ways(mask, cell)
        [(_, taken), *others] = found or {(0, "")}
        expected.append(None if others else taken.strip() or None)
    assert take_of_each(pl.Series(cells, dtype=pl.String), mask).to_list() == expected


@given(patterns, texts)
def test_a_name_is_taken_like_a_cell(pattern: str, name: str) -> None:
    """In a name case does not count."""
    [taken] = take_of_each(pl.Series([name]), pattern)
    assert take(pattern, name) == take(pattern.upper(), name)
    if taken is not None:
        assert take(pattern.upper(), name) == (taken,)


@pytest.mark.parametrize(
    ("pattern", "name", "taken"),
    [
        ("Sales_{}_*.csv", "sales_0042_11202026.CSV", ("0042",)),
        ("Sales_{}_*.csv", "Sales_12_34_5.csv", ("12",)),
        ("*_{}.csv", "Sales_0042.csv", ("0042",)),
        ("*_{}.csv", "Sales_2026_0042.csv", ("2026_0042", "0042")),
        ("shop-{}", "Shop-Berlin", ("Berlin",)),
        ("{}", "North", ("North",)),
        ("Sales_{}.csv", "Sales_.csv", ()),
        ("Sales_{}.csv", "Sales_1.csv.bak", ()),
        ("Sales_{}.csv", "Sales_1xcsv", ()),
        ("Sales_{}", "Sales_1\n", ("1",)),
    ],
)
def test_names_as_shops_write_them(pattern: str, name: str, taken: tuple[str, ...]) -> None:
    """One reading, or none, or both of two."""
    assert take(pattern, name) == taken


def test_a_mask_compares_exactly() -> None:
    """A cell is written by a machine: another case is another kind of id."""
    cells = pl.Series(["SB0007", "sb0007", "SB", "a_b_c_d"])
    assert take_of_each(cells, "SB{}").to_list() == ["0007", None, None, None]


def test_a_cell_that_a_mask_fits_in_two_ways_is_not_taken() -> None:
    """Whichever were taken could be the other."""
    cells = pl.Series(["a_b_c_d", "a_b_c"])
    assert take_of_each(cells, "*_{}_*").to_list() == [None, "b"]


def test_a_cell_that_the_mask_does_not_fit_is_a_reject() -> None:
    """A blank one is a missing id, as it is without a mask."""
    cells = ["#1002", "1002", "", "#1.3E+18", "1,3E+18", "#1.3E18", "#" + "9" * 256]
    values = read_masked_ids("transaction_id", "#{}", Found(column="Name", texts=pl.Series(cells)))
    assert values.columns["transaction_id"][0] == "1002"
    assert values.code.to_list() == [
        None,
        RejectCode.ID_NOT_IN_MASK,
        RejectCode.EMPTY_ID,
        RejectCode.DAMAGED_ID,
        RejectCode.DAMAGED_ID,
        RejectCode.DAMAGED_ID,
        RejectCode.LONG_ID,
    ]
    assert values.text.to_list() == cells
    assert set(values.source) == {"Name"}


@pytest.mark.parametrize(
    ("source", "sent", "location"),
    [
        ('file_name = "Sales_{}_*.csv"', Sent(name="in/old\\Sales_0042_1.csv"), "0042"),
        ('folder = "{}"', Sent(folder="/Berlin/"), "Berlin"),
        ('folder = "shops/{}/out"', Sent(folder="shops\\7\\out"), "7"),
        ('mailbox = "shop-{}"', Sent(mailbox="SHOP-7"), "7"),
    ],
)
def test_the_way_a_file_came_names_its_shop(source: str, sent: Sent, location: str) -> None:
    """Tills that do not write a shop's id into the file write it beside."""
    mapping = parse_mapping(MAPPING % source)
    found = located(mapping, sent)
    assert found.columns["location_id"] == Constant(location)
    assert found.names() == ("Id", "When", "Total")
    assert located(found, Sent()) == found


@pytest.mark.parametrize(
    ("source", "sent", "words"),
    [
        (
            'file_name = "Sales_{}_*.csv"',
            Sent(name="Umsatz_0042.csv"),
            "from the file's name, but 'Umsatz_0042.csv' does not fit the pattern 'Sales_{}_*.csv'",
        ),
        ('file_name = "*_{}.csv"', Sent(name="a_b_c.csv"), "in two ways: as 'b_c' or 'c'"),
        ('folder = "{}"', Sent(name="a.csv"), "the folder of the upload, but it is unknown"),
        ('mailbox = "shop-{}"', Sent(mailbox="info"), "the mailbox of the address, but 'info'"),
        ('file_name = "{}"', Sent(name="a\x07b"), "'a\N{REPLACEMENT CHARACTER}b' does not fit"),
    ],
)
def test_a_file_that_does_not_name_its_shop_is_held(source: str, sent: Sent, words: str) -> None:
    """Pattern and name are said, and which key to mend."""
    with pytest.raises(Unreadable) as caught:
        located(_mapping(source), sent)
    assert caught.value.code is UnreadableCode.NO_LOCATION
    assert words in caught.value.message
    assert f"mend {source.split(' ', maxsplit=1)[0]} in" in caught.value.remedy


def _mapping(source: str) -> Mapping:
    return parse_mapping(MAPPING % source)
