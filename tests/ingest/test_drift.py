"""A column that is called otherwise now: held, the repair proposed and proved, confirmed once."""

from pathlib import Path

import pytest

from ingest import describing, drift
from ingest.home import Home
from storage import mappings
from storage.errors import NotAllowed
from storage.ledger import State
from tests.conftest import MakeHome
from tests.shop import deliver, entry, open_shop, totals, work_off

MAPPING = """
timezone = "Europe/Berlin"
[columns]
location_id = "Store"
transaction_id = "Receipt"
total = "Total"   # what the customer paid
occurred_at = "When"
"""
HEADER = "Store,Receipt,Total,Net,When\n"
ROWS = "".join(f"1,{at},{at}.50,{at}.00,2026-07-01 10:0{at}\n" for at in range(1, 6))
TRANSLATED = "Store,Receipt,Summe,Netto,When\n"
LATER = ROWS + "1,9,9.50,9.00,2026-07-01 11:00\n"


@pytest.fixture
def home(make_home: MakeHome, tmp_path: Path) -> Home:
    home = make_home("sqlite", tmp_path / "home")
    open_shop(home)
    describing.set_mapping(home, tenant="acme", feed="default", text=MAPPING)
    deliver(home, (HEADER + ROWS).encode())
    work_off(home)
    return home


def test_a_renamed_column_is_proved_by_what_comes_again(home: Home) -> None:
    """Five transactions say the same in 'Summe', and something else in 'Netto'."""
    renamed = deliver(home, (TRANSLATED + LATER).encode())
    work_off(home)
    held = entry(home, renamed)
    assert (held.state, held.reason) == (State.QUARANTINED, "missing-column")
    assert "'Total' is called 'Summe' now: 5 transactions" in held.message
    assert f"dropsafe mapping repair {renamed.id}" in held.remedy


def test_one_confirmation_makes_it_load_and_keeps_the_old_name(home: Home) -> None:
    """Files of before can still be read, so that all of them can be replayed."""
    renamed = deliver(home, (TRANSLATED + LATER).encode())
    work_off(home)
    found = drift.look(home, renamed.id)
    assert found.proved is not None
    version, released = drift.confirm(home, found, found.proved.names)
    assert (version.version, released) == (3, 1)
    work_off(home)
    assert entry(home, renamed).state is State.LOADED
    assert totals(home)["1", "9"] == "9.50"
    old = deliver(home, (HEADER + "1,10,10.50,10.00,2026-07-01 12:00\n").encode())
    work_off(home)
    assert entry(home, old).state is State.LOADED
    assert "# what the customer paid" in version.text


def test_a_second_rename_adds_to_the_first(home: Home) -> None:
    """The names of all times stay known."""
    for header in (TRANSLATED, "Store,Receipt,Kwota,Netto,When\n"):
        renamed = deliver(home, (header + LATER).encode())
        work_off(home)
        found = drift.look(home, renamed.id)
        assert found.proved is not None
        version, _ = drift.confirm(home, found, found.proved.names)
        work_off(home)
        assert entry(home, renamed).state is State.LOADED
    assert '"Total" = ["Summe", "Kwota"]' in version.text
    assert version.text.count("[aliases]") == 1


def test_two_columns_are_looked_for_together(home: Home) -> None:
    """Total and time were translated at once."""
    header = "Store,Receipt,Summe,Netto,Zeit\n"
    renamed = deliver(home, (header + LATER).encode())
    work_off(home)
    found = drift.look(home, renamed.id)
    assert found.proved is not None
    assert found.proved.names == {"Total": "Summe", "When": "Zeit"}


def test_without_a_transaction_that_comes_again_nothing_is_proved(home: Home) -> None:
    """A person may still know."""
    renamed = deliver(home, (TRANSLATED + "1,99,1.00,0.90,2026-07-02 10:00\n").encode())
    work_off(home)
    held = entry(home, renamed)
    assert "is called" not in held.message
    found = drift.look(home, renamed.id)
    assert found.proved is None
    drift.confirm(home, found, {"Total": "Summe"})
    work_off(home)
    assert entry(home, renamed).state is State.LOADED


def test_a_column_that_is_not_there_cannot_be_confirmed(home: Home) -> None:
    """Nor one that is not missing."""
    renamed = deliver(home, (TRANSLATED + LATER).encode())
    work_off(home)
    found = drift.look(home, renamed.id)
    for names in ({"Total": "Nowhere"}, {"Store": "Netto"}):
        with pytest.raises(NotAllowed):
            drift.confirm(home, found, names)
    with home.database.reading() as connection:
        assert mappings.of_feed(connection, "acme", "default").version == 2


def test_a_delivery_that_lacks_no_column_is_told_so(home: Home) -> None:
    """There is nothing to repair."""
    fine = deliver(home, (HEADER + LATER).encode())
    work_off(home)
    with pytest.raises(NotAllowed, match="not held for a missing column"):
        drift.look(home, fine.id)


def test_moved_and_added_columns_change_nothing(home: Home) -> None:
    """An added one is told once."""
    rows = "10.50,new,1,10,10.00,2026-07-01 12:00\n"
    moved = deliver(home, ("Total,Colour,Store,Receipt,Net,When\n" + rows).encode())
    work_off(home)
    loaded = entry(home, moved)
    assert loaded.state is State.LOADED
    assert any("'Colour'" in note for note in loaded.notes)
    again = deliver(home, ("Total,Colour,Store,Receipt,Net,When\n" + rows * 2).encode())
    work_off(home)
    assert not any("'Colour'" in note for note in entry(home, again).notes)
