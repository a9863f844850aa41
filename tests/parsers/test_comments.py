"""A line that begins with # is a comment, unless ids may begin so."""

import pytest

from parsers.delimited import read
from parsers.dialects.evidence import find_dialect
from parsers.mappings.format import Format
from parsers.mappings.mapping import parse_mapping
from parsers.reading import Reading
from parsers.reject import Unreadable, UnreadableCode

MAPPING = """
timezone = "Europe/Berlin"
[columns]
location_id = { constant = "7" }
transaction_id = { column = "Receipt", mask = "#{}" }
total = "Total"
occurred_at = "When"
"""
HEADER = "Receipt,When,Total,Note\n"


def _read(body: str, mapping: str = MAPPING) -> Reading:
    return read((HEADER + body).encode(), parse_mapping(mapping))


@pytest.mark.parametrize("mapping", [MAPPING, MAPPING.replace("#{}", "{}")])
def test_ids_that_begin_with_the_sign_are_rows(mapping: str) -> None:
    """A single row, a row with line ends in quotes, a row that is too short: none is left out."""
    taken = "" if "#{}" in mapping else "#"
    reading = _read('#2215,2023-03-05 11:39:31,115.94,"Deliver to:\n 5, High St\n"\n', mapping)
    assert reading.rows["transaction_id"].to_list() == [f"{taken}2215"]
    assert len(_read("#2215,2023-03-05 11:39:31\n", mapping).rejects) == 1
    with pytest.raises(Unreadable) as held:
        _read("#2215,2023-03-05 11:39:31", mapping)
    assert held.value.code is UnreadableCode.CUT_SHORT


def test_with_a_mask_that_begins_with_the_sign_there_are_no_comments() -> None:
    """Other rows may begin otherwise."""
    body = "7,2023-03-05 11:39,1.50,\n# page 2\n8,2023-03-05 11:40,1.50,\n"
    assert len(_read(body).rejects) == 3
    plain = _read(body, MAPPING.replace('{ column = "Receipt", mask = "#{}" }', '"Receipt"'))
    assert plain.rejects == ()
    assert [one.kind.value for one in plain.skipped] == ["comment"]


@pytest.mark.parametrize(
    ("body", "names", "comments"),
    [
        ("# page 2\n7,1,x,\n", (), True),
        ("# page 2\n7,1,x,\n", ("Receipt", "When"), True),
        ("# none\n", ("Receipt", "When"), False),
        ("# none\n", ("When", "Total"), True),
        ('#7,"a\nb",2.50,x\n8,1,2.50,y\n', ("Receipt", "Total"), False),
        ('#7,1,2.50,"a\nb"\n#8,2\n', ("Receipt", "When"), False),
        ("8,1,2.50,\n#7,1,2.50,x\n", ("Receipt", "When"), False),
    ],
)
def test_comments_are_told_from_rows(body: str, names: tuple[str, ...], comments: bool) -> None:
    """No row of full width begins with the sign, and some row begins otherwise."""
    found = find_dialect(HEADER + body, Format(delimiter=","), names)
    assert found.comment == ("#" if comments else None)
