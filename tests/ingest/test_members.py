"""What comes out of containers: sheets as tables, which feed wants them, what commands say."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ingest import lookup
from ingest.home import Home
from storage.ledger import State
from tests.e2e.running import dropsafe, dropsafe_json
from tests.ingest.test_opening import ARCHIVE, work_off
from tests.parsers.packing import row, xlsx, zipped
from tests.shop import MAPPING, deliver, dump, open_shop, send, table

BOOK = (
    row(1, "Store", "Receipt", "When", "Total")
    + row(2, "0042", "1234567890123456789", "2026-03-01 10:00:00", 12.5)
    + row(4, "0042", 1234567890123456789.0, "2026-03-01 10:00:00", 1)
)


@pytest.mark.parametrize("pattern", ["*.xlsx", "sales*", "*"])
def test_a_sheet_loads_as_any_table(loading_home: Home, pattern: str) -> None:
    """Its lines are the rows of the sheet, and an id that Excel rounded is a reject."""
    open_shop(loading_home, mapping=MAPPING.replace("*.csv", pattern))
    deliver(loading_home, xlsx({"Umsatz": BOOK}), name="Sales.xlsx")

    _, sheet = work_off(loading_home)

    assert (sheet.name, sheet.state, sheet.new, sheet.rejected) == (
        "Sales.xlsx",
        State.LOADED,
        1,
        1,
    )
    (loaded,) = dump(loading_home)
    assert (loaded[0], loaded[1], loaded[4], loaded[6]) == (
        "0042",
        "1234567890123456789",
        "12.50",
        2,
    )


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [("umsatz*", [True, False]), ("till-*.xlsx", [True, True]), ("*.csv", [False, False])],
)
def test_a_feed_asks_for_the_sheet_or_the_workbook(
    loading_home: Home, pattern: str, wanted: list[bool]
) -> None:
    """By the name of either."""
    open_shop(loading_home, mapping=MAPPING.replace("*.csv", pattern))
    deliver(loading_home, xlsx({"Umsatz": BOOK, "Other": BOOK}), name="till-7.xlsx")
    parts = work_off(loading_home)[1:]
    assert [one.reason != "no-feed" for one in parts] == wanted


def test_a_container_under_a_temporary_name_may_not_be_complete(loading_home: Home) -> None:
    """Its members are held until a pattern asks for such names; their own do not count."""
    open_shop(loading_home)
    archive = zipped({"a.csv": table(("A", "1", "1")), ".b.csv": table(("A", "2", "2"))})
    deliver(loading_home, archive, name="march.zip.part")
    deliver(loading_home, archive, name="march.zip")
    reasons = [one.reason for one in work_off(loading_home) if one.parent]
    assert reasons == ["never-renamed", "never-renamed", None, None]


def test_a_long_list_of_members_is_cut(loading_home: Home) -> None:
    """The verdict stays readable."""
    open_shop(loading_home)
    opened = send(loading_home, zipped({f"{n}.csv": b"x" for n in range(30)}), name="a.zip")
    assert opened.message.startswith("30 inside: a.zip//0.csv, ")
    assert opened.message.endswith("a.zip//19.csv and 10 more.")


def test_the_same_workbook_again_is_a_duplicate(loading_home: Home) -> None:
    """Its sheet has the same bytes each time it is opened."""
    open_shop(loading_home, mapping=MAPPING.replace("*.csv", "*"))
    for _ in range(2):
        deliver(loading_home, xlsx({"Umsatz": BOOK}), name="Sales.xlsx")
    states = [one.state for one in work_off(loading_home)]
    assert states == [State.LOADED, State.LOADED, State.LOADED, State.DUPLICATE]


def test_numbers_of_members_are_set_aside(loading_home: Home) -> None:
    """As many as a container may have members never reach the next delivery."""
    open_shop(loading_home)
    container = deliver(loading_home, ARCHIVE, name="march.zip")
    after = deliver(loading_home, table(("A", "9", "9")))
    assert lookup.part_ids(container.id)[-1] < after.id


def test_load_and_wait_says_the_verdict_on_every_member(
    fresh_shop: tuple[Path, str], tmp_path: Path
) -> None:
    """All of them are worked off before the command ends."""
    home = shutil.copytree(fresh_shop[0], tmp_path / "home")
    (tmp_path / "march.zip").write_bytes(ARCHIVE)
    load_it = ("load", "acme", str(tmp_path / "march.zip"), "--wait")

    verdict = dropsafe_json(home, *load_it)

    assert (verdict["state"], verdict["reason"]) == ("loaded", "opened")
    assert [(one["state"], one["new"]) for one in verdict["parts"]] == [
        ("loaded", 1),
        ("loaded", 1),
        ("quarantined", 0),
    ]
    shown = dropsafe_json(home, "show", verdict["parts"][1]["delivery"])
    assert (shown["name"], shown["parent"]) == ("march.zip//tills/b.csv", verdict["delivery"])
    assert len(dropsafe_json(home, "deliveries", "--tenant", "acme")) == 4
    said = dropsafe(home, *load_it)
    assert said.index("opened") < said.index("march.zip//a.csv") < said.index("no-feed")
    assert "parts" not in dropsafe_json(home, "load", "acme", str(tmp_path / "march.zip"))
