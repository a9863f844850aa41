"""What is shown on a terminal, and only there: progress, and tables that fit."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import shutil
import struct
import subprocess
import termios
from pathlib import Path

import pytest

from tests.e2e.running import command, dropsafe, dropsafe_json
from tests.shop import table


@pytest.fixture
def shop(fresh_shop: tuple[Path, str], tmp_path: Path) -> Path:
    """A home of which acme has a mapping, with a file beside it."""
    (tmp_path / "sales.csv").write_bytes(table(("A", "1", "2")))
    return shutil.copytree(fresh_shop[0], tmp_path / "home")


def on_terminal(home: Path, *arguments: str, columns: int = 80, stderr_only: bool = False) -> str:
    """Run a command on a real terminal, and give what it wrote there, without its colours."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    plain = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "LINES")}
    process = subprocess.Popen(
        [*command(home), *arguments],
        stdout=subprocess.DEVNULL if stderr_only else theirs,
        stderr=theirs,
        env={**plain, "TERM": "xterm"},
    )
    os.close(theirs)
    written = b""
    while piece := _read(ours):
        written += piece
    os.close(ours)
    assert process.wait(60) == 0
    return re.sub(r"\x1b\[[0-9;]*m", "", written.decode())


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 1 << 16)
    except OSError:  # how a terminal says that its other end is closed
        return b""


def test_load_and_wait_shows_both_its_steps(shop: Path, tmp_path: Path) -> None:
    """Storing, then reading and loading, on a terminal; nothing in a pipe."""
    file = str(tmp_path / "sales.csv")
    shown = on_terminal(shop, "load", "acme", file, "--wait", stderr_only=True)
    assert shown.index("Storing") < shown.index("Reading and loading")
    piped = subprocess.run(
        [*command(shop), "load", "acme", file, "--wait"], check=True, capture_output=True
    )
    assert piped.stderr == b""


def test_deliveries_and_rows_are_counted(shop: Path, tmp_path: Path) -> None:
    """How many are done, of how many, the rows so far, and since when; from the first on."""
    file = str(tmp_path / "sales.csv")
    dropsafe(shop, "load", "acme", file)
    shown = on_terminal(shop, "load", "acme", file, "--wait", columns=120, stderr_only=True)
    assert re.search(r"Reading and loading.* 0/2 deliveries, 0 rows 0:00:0", shown)
    assert re.search(r"Reading and loading.* 2/2 deliveries, 2 rows 0:00:0", shown)


@pytest.mark.parametrize("words", ["load acme sales.csv --wait", "replay --tenant acme"])
def test_a_document_comes_without_a_bar(
    shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    """Also where standard error is a terminal: who asks for JSON is a program."""
    monkeypatch.chdir(tmp_path)
    dropsafe(shop, "load", "acme", "sales.csv", "--wait")
    assert on_terminal(shop, *words.split(), "--json", stderr_only=True) == ""


def test_a_replay_shows_how_far_it_is(shop: Path, tmp_path: Path) -> None:
    """On a terminal; in a pipe nothing but the answer."""
    for _ in range(2):
        dropsafe(shop, "load", "acme", str(tmp_path / "sales.csv"), "--wait")
    arguments = ("replay", "--tenant", "acme")
    shown = on_terminal(shop, *arguments, columns=120, stderr_only=True)
    assert re.search(r"Replaying.* 2/2 deliveries, 2 rows 0:00:0", shown)
    piped = subprocess.run([*command(shop), *arguments], check=True, capture_output=True)
    assert piped.stderr == b""


def test_deliveries_fit_a_terminal_of_80_columns(shop: Path, tmp_path: Path) -> None:
    """A line each: what came, from whom, and what became of it; counts where there is room."""
    (tmp_path / "the-sales-of-a-whole-week-日本語.csv").write_bytes(b"nothing,known\n1,2\n")
    for file in ("sales.csv", "the-sales-of-a-whole-week-日本語.csv"):
        dropsafe(shop, "load", "acme", str(tmp_path / file), "--wait")
    first, second = dropsafe_json(shop, "deliveries")

    narrow = on_terminal(shop, "deliveries").splitlines()
    wide = on_terminal(shop, "deliveries", columns=160).splitlines()

    assert narrow[0].split() == ["delivery", "received", "tenant", "file", "state", "reason"]
    assert len(narrow) == 3
    assert max(len(line) + line.count("日") * 3 for line in narrow) <= 80
    assert narrow[1].split()[0] == first["delivery"]
    assert "the-sales-" in narrow[2]
    assert "…" in narrow[2]
    assert narrow[2].endswith("quarantined missing-column")
    assert {"via", "new", "rejected"} < set(wide[0].split())
    assert second["name"] in wide[2]


def test_a_table_in_a_pipe_is_whole(shop: Path, tmp_path: Path) -> None:
    """grep finds every column, and a delivery is one line, however long its name."""
    name = "x" * 150 + ".csv"
    shutil.copy(tmp_path / "sales.csv", tmp_path / name)
    dropsafe(shop, "load", "acme", str(tmp_path / name), "--wait")
    header, row = dropsafe(shop, "deliveries").splitlines()
    assert {"via", "new", "unchanged"} < set(header.split())
    assert name in row


def test_what_is_worked_off_by_hand_is_said_once(shop: Path, tmp_path: Path) -> None:
    """The answer says it: no line of the log comes on top, unless something went wrong."""
    dropsafe(shop, "load", "acme", str(tmp_path / "sales.csv"))
    done = subprocess.run([*command(shop), "work", "--once"], check=True, capture_output=True)
    assert (done.stdout, done.stderr) == (b"1 worked off.\n", b"")


@pytest.mark.parametrize("name", ["undo", "redo", "rebuild"])
def test_json_comes_without_a_bar(shop: Path, tmp_path: Path, name: str) -> None:
    """On a terminal, too."""
    loaded = dropsafe_json(shop, "load", "acme", str(tmp_path / "sales.csv"), "--wait")
    if name == "redo":
        dropsafe(shop, "undo", loaded["delivery"])
    arguments = [name, "--json", *([] if name == "rebuild" else [loaded["delivery"]])]
    assert on_terminal(shop, *arguments, stderr_only=True) == ""
