"""What is told of a delivery: what was noticed in its file, wherever its verdict is, and when."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.e2e.running import dropsafe, dropsafe_json
from tests.shop import HEADER, MAPPING

FILE = f"Sales\n{HEADER},Status\n" + "".join(
    f"A,{at},2026-03-01 10:00:00,{total},{status}\n"
    for at, (total, status) in enumerate([("1.50", "ok"), ("x", "ok"), ("2", "void")])
)
NOTES = ["1 line before the header passed over (line 1).", "1 row left out: Status is 'void'."]


@pytest.fixture
def shop(fresh_shop: tuple[Path, str], tmp_path: Path) -> Path:
    """A home with a mapping from standard input, and a file beside it."""
    home = shutil.copytree(fresh_shop[0], tmp_path / "home")
    mapping = MAPPING.replace("[rows]\n", '[rows]\ndrop = { Status = ["void"] }\n')
    said = dropsafe(home, "mapping", "set", "acme", "-", input=mapping)
    assert "version 2" in said
    (tmp_path / "sales.csv").write_text(FILE)
    return home


def test_notes_stand_below_each_other_and_what_is_ignored_is_counted(
    shop: Path, tmp_path: Path
) -> None:
    """By load, show, mapping check and replay --dry-run alike, for people and for scripts."""
    file = str(tmp_path / "sales.csv")
    loaded = dropsafe(shop, "load", "acme", file, "--wait")
    [entry] = dropsafe_json(shop, "deliveries")
    shown = dropsafe(shop, "show", entry["delivery"])
    checked = dropsafe(shop, "mapping", "check", "acme", file)
    for said in (loaded, shown, checked):
        lines = said.splitlines()
        first = next(at for at, line in enumerate(lines) if line.startswith("notes "))
        assert [line.removeprefix("notes").strip() for line in lines[first : first + 2]] == NOTES
        assert lines[first].index(NOTES[0]) == lines[first + 1].index(NOTES[1])
        assert [line.split() for line in lines if line.startswith("ignored")] == [["ignored", "1"]]
    assert dropsafe_json(shop, "mapping", "check", "acme", file)["notes"] == NOTES

    tried = dropsafe(shop, "replay", entry["delivery"], "--dry-run").splitlines()
    at = tried.index(f"{entry['delivery']}:")
    assert tried[at + 1 : at + 3] == [f"  {note}" for note in NOTES]
    [told] = dropsafe_json(shop, "replay", entry["delivery"], "--dry-run")["deliveries"]
    assert (told["ignored"], told["notes"]) == (1, NOTES)


def test_every_moment_that_is_reported_has_one_form(shop: Path, tmp_path: Path) -> None:
    """That of the rows: in UTC, to the second."""
    loaded = dropsafe_json(shop, "load", "acme", str(tmp_path / "sales.csv"), "--wait")
    shown = dropsafe_json(shop, "show", loaded["delivery"])
    (said,) = dropsafe_json(shop, "why", "acme", "A", "0")["history"]
    moments = [shown["received_at"], shown["settled_at"], said["received_at"]]
    assert [re.sub("[0-9]", "9", moment) for moment in moments] == ["9999-99-99T99:99:99Z"] * 3
