"""mapping suggest: files in, a mapping out that is refused until its questions are answered."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.e2e.running import dropsafe, dropsafe_json

HEADER = "Shop,Receipt,Date,Time,Total\n"
MONDAY = (
    HEADER + "High Street,50211,16/11/2026,09:02:11,14.20\nBarn,50212,16/11/2026,10:00:00,3.00\n"
)
TUESDAY = (
    HEADER + "High Street,50213,17/11/2026,09:02:11,9.20\nBarn,50214,17/11/2026,10:00:00,3.10\n"
)


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    for name, text in (("monday.csv", MONDAY), ("tuesday.csv", TUESDAY)):
        (tmp_path / name).write_text(text)
    return [str(tmp_path / "monday.csv"), str(tmp_path / "tuesday.csv")]


@pytest.fixture
def home(fresh_home: Path, tmp_path: Path) -> Path:
    return shutil.copytree(fresh_home, tmp_path / "home")


def test_a_mapping_is_proposed_without_a_home(tmp_path: Path, files: list[str]) -> None:
    """It is printed as it can be set, and nothing else with it."""
    text = dropsafe(tmp_path / "nowhere", "mapping", "suggest", *files)
    assert 'transaction_id = "Receipt"' in text
    assert "# QUESTION: In which time zone is the clock of the shop?" in text
    found = dropsafe_json(tmp_path / "nowhere", "mapping", "suggest", *files)
    assert found["mapping"] == text
    assert found["roles"]["occurred_at"] == ["Date", "Time"]
    assert len(found["questions"]) == 1
    assert found["evidence"]


def test_a_proposal_is_refused_until_it_is_answered_and_then_loads(
    home: Path, files: list[str], tmp_path: Path
) -> None:
    """The one open line is the time zone; with it the files load whole."""
    dropsafe(home, "tenant", "add", "barn")
    mapping = tmp_path / "barn.toml"
    mapping.write_text(dropsafe(home, "mapping", "suggest", *files))
    assert "timezone" in dropsafe(home, "mapping", "set", "barn", str(mapping), status=1)
    mapping.write_text('timezone = "Europe/London"\n' + mapping.read_text())
    dropsafe(home, "mapping", "set", "barn", str(mapping))
    for file in files:
        loaded = dropsafe_json(home, "load", "barn", file, "--wait")
        assert (loaded["state"], loaded["new"], loaded["rejected"]) == ("loaded", 2, 0)


def test_what_is_known_of_a_tenant_answers(home: Path, files: list[str], tmp_path: Path) -> None:
    """Its time zone is in its other mapping, and its ids tell which column has them."""
    dropsafe(home, "tenant", "add", "barn")
    mapping = tmp_path / "barn.toml"
    zone = 'timezone = "Europe/London"\n'
    mapping.write_text(zone + dropsafe(home, "mapping", "suggest", *files))
    dropsafe(home, "mapping", "set", "barn", str(mapping))
    for file in files:
        dropsafe(home, "load", "barn", file, "--wait")
    other = tmp_path / "other.csv"
    other.write_text(
        "Order ID,Order Number,Store,Date,Total\n"
        "X900000001,50211,Barn,2026-11-18 10:00,4.50\nX900000002,50219,Barn,2026-11-19 10:00,4.60\n"
    )
    alone = dropsafe_json(home, "mapping", "suggest", str(other))
    assert alone["roles"]["transaction_id"] == ["Order ID"]
    known = dropsafe_json(home, "mapping", "suggest", str(other), "--tenant", "barn")
    assert known["questions"] == []
    assert known["roles"]["transaction_id"] == ["Order Number"]
    assert 'timezone = "Europe/London"' in known["mapping"]


def test_what_is_no_table_is_said_in_one_line(tmp_path: Path, home: Path, files: list[str]) -> None:
    document = tmp_path / "a.pdf"
    document.write_bytes(b"%PDF-1.7 ...")
    assert "a PDF document" in dropsafe(home, "mapping", "suggest", str(document), status=1)
    said = dropsafe(home, "mapping", "suggest", *files, "--tenant", "nobody", status=1)
    assert "nobody" in said


def test_a_file_that_takes_too_long_is_refused_in_one_line(tmp_path: Path) -> None:
    """It is looked at in a process of its own, within the limits of the settings."""
    rows = (f"{at},{at % 97}.50,16/11/2026 09:02:11" for at in range(120_000))
    (tmp_path / "long.csv").write_text("\n".join(["Receipt,Total,When", *rows, ""]))
    said = dropsafe(
        tmp_path / "nowhere",
        *("mapping", "suggest", str(tmp_path / "long.csv")),
        status=1,
        env=os.environ | {"DROPSAFE_WORKERS__SECONDS": "1"},
    )
    assert said.startswith("dropsafe: Reading the file took more than 1 s of processor time.")
    assert said.count("\n") == 1
