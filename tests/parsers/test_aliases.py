"""Other names of columns: read under any of them, and written into a mapping word by word."""

import pytest

from parsers.delimited import read
from parsers.mappings.aliases import text_with_aliases
from parsers.mappings.mapping import MappingError, parse_mapping
from parsers.reject import Unreadable, UnreadableCode

MAPPING = """
timezone = "UTC"   # of all shops
[columns]
location_id = "Store"
transaction_id = { combine = ["Till", "Receipt"] }
total = { add = ["Net", "Tax"] }
occurred_at = { column = "When", timezone = { column = "Zone" } }
[rows]
drop = { State = ["void"] }
[aliases]
"Net" = ["Netto", "Net sales"]
"Till" = ["Kasse"]
"Tax" = ["MwSt"]
"When" = ["Zeit"]
"Zone" = ["Zeitzone"]
"State" = ["Status"]
[timezones]
"2" = "Europe/Berlin"
"""
OLD = b"Store,Till,Receipt,Net,Tax,When,Zone,State\n1,2,3,10,1,2026-01-01 10:00,UTC,ok\n"
NEW = (
    b"Store,Kasse,Receipt,Netto,MwSt,Zeit,Zeitzone,Status\n"
    b"1,2,3,10,1,2026-01-01 10:00,UTC,ok\n1,2,4,10,1,2026-01-01 10:00,UTC,void\n"
)


def test_a_file_is_read_under_any_name() -> None:
    """In every kind of source, and in the rules for rows."""
    mapping = parse_mapping(MAPPING)
    old, new = read(OLD, mapping), read(NEW, mapping)
    assert old.rows.equals(new.rows)
    assert old.rows["total"].to_list() == ["11.00"]
    assert new.ignored == 1


def test_a_column_under_none_of_its_names_is_missing() -> None:
    """The verdict names it as the mapping does."""
    with pytest.raises(Unreadable) as caught:
        read(NEW.replace(b"MwSt", b"VAT"), parse_mapping(MAPPING))
    assert caught.value.code == UnreadableCode.MISSING_COLUMN
    assert "'Tax'" in caught.value.message


def test_a_name_is_added_and_all_else_stays() -> None:
    """Comments, order and the tables behind."""
    text = text_with_aliases(MAPPING, {"Net": "Kwota", "Store": 'The "shop"'})
    mapping = parse_mapping(text)
    assert mapping.aliases["Net"] == ("Netto", "Net sales", "Kwota")
    assert mapping.aliases["Store"] == ('The "shop"',)
    assert mapping.timezones == {"2": "Europe/Berlin"}
    assert "# of all shops" in text


def test_an_alias_of_no_column_is_a_mistake() -> None:
    """It would never be looked for."""
    with pytest.raises(MappingError, match=r"aliases\.Nett"):
        parse_mapping(MAPPING.replace('"Net" =', '"Nett" ='))
