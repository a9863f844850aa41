"""The demo: it ends by itself, well, with everything shown, and leaves no process behind."""

from __future__ import annotations

import csv
import importlib
import os
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent
SAMPLES = ROOT / "sample_feeds"
PATIENCE = 300.0

pytestmark = pytest.mark.timeout(360)


@dataclass(frozen=True)
class Played:
    """A demo that has ended."""

    status: int
    output: str
    errors: str
    processes_left: bool
    left_over: list[Path]


@contextmanager
def playing(directory: Path) -> Iterator[subprocess.Popen[str]]:
    """The demo in a process group of its own, with its temporary files in a directory."""
    with subprocess.Popen(
        [sys.executable, SAMPLES / "demo.py"],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(directory)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def group_is_gone(group: int) -> bool:
    """Whether no process of a group runs, or will in a moment.

    What forks for the demo's commands ends when it sees that the demo has ended, so a little later.
    """
    deadline = time.monotonic() + 5
    while not (gone := _is_gone(group)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return gone


def _is_gone(group: int) -> bool:
    """Whether none runs now; those that ended may wait for init to take note."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _parent, its_group = stat.read_text().rpartition(")")[2].split()[:3]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(its_group) == group and state != "Z":
            return False
    return True


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """The demo, played once for all tests."""
    directory = tmp_path_factory.mktemp("demo")
    with playing(directory) as process:
        output, errors = process.communicate(timeout=PATIENCE)
        return Played(
            status=process.returncode,
            output=output,
            errors=errors,
            processes_left=not group_is_gone(process.pid),
            left_over=list(directory.iterdir()),
        )


def test_everything_is_as_expected(played: Played) -> None:
    """The exit status is 0, which the demo gives only if all its checks held; nothing complains."""
    assert (played.status, played.errors) == (0, "")
    assert "All as expected" in played.output


def test_every_file_is_shown(played: Played) -> None:
    """Each file of the dozen shops is delivered and has a verdict."""
    for about in SAMPLES.glob("*/feed.toml"):
        feed = tomllib.loads(about.read_text("utf-8"))
        for delivery in feed["deliveries"] if "feed" not in feed else []:
            assert played.output.count(delivery["file"]) >= 2


def test_every_till_of_the_hall_has_a_line(played: Played) -> None:
    """Each further file, or table in it, stands in one line with its state and its counts."""
    _, _, table = played.output.partition("A till of every make")
    lines = [line.split() for line in table.splitlines()]
    shown = 0
    for about in SAMPLES.glob("*/feed.toml"):
        feed = tomllib.loads(about.read_text("utf-8"))
        for one in feed["deliveries"] if "feed" in feed else []:
            name = one.get("table") or "/".join(filter(None, [one.get("folder"), one["file"]]))
            state = "quarantined" if "held" in one else "loaded"
            counts = [str(one.get(key, 0)) for key in ("new", "ignored", "rejected")]
            begin = [*name.split(), state, *counts]
            assert any(line[: len(begin)] == begin for line in lines), name
            shown += 1
    assert shown >= 20


def test_every_way_is_used(played: Played) -> None:
    """All five ways in are shown."""
    for way in ("SFTP, key", "SFTP, Upload Key", "FTP with TLS", "plain FTP", "email"):
        assert f"✓ {way} " in played.output


def test_every_reject_is_shown(played: Played) -> None:
    """Line, column and reason of each bad row of the bad file stand in one line."""
    lines = [line.split() for line in played.output.splitlines()]
    with (SAMPLES / "06-bad-rows" / "rejects.csv").open(encoding="utf-8", newline="") as file:
        _, *golden = csv.reader(file)
    assert len(golden) >= 10
    for reject in golden:
        number, column, reason = reject
        words = [number, *(column or "(all of it)").split(), reason]
        assert any(line[: len(words)] == words for line in lines), reject


def test_what_is_held_loads_by_itself(played: Played) -> None:
    """The held file is shown with its reason, and then as loaded."""
    held, _, loaded = played.output.partition("mapping set rosies-records sample_feeds/")
    assert "export.csv  quarantined  no-mapping" in held
    assert "tried again" in loaded
    assert "✓ export.csv: loaded" in loaded


def test_the_replay_is_shown(played: Played) -> None:
    """The dry run and the replay tell the same, and a row is shown before and after."""
    assert "It would make 0 new, 12 changed, 0 unchanged, 0 gone." in played.output
    assert "It made 0 new, 12 changed, 0 unchanged, 0 gone." in played.output
    assert "03/11/2026 11:28  2026-03-11T11:28:00  2026-11-03T11:28:00" in played.output


def test_refunds_are_shown(played: Played) -> None:
    """Refunds and corrections of the re-sent file are named as such."""
    assert [line.split()[-2] for line in played.output.splitlines() if "13000000157" in line] == [
        "corrected", "corrected", "new", "new", "new", "new", "new", "refund", "refund",
    ]  # fmt: skip


def test_it_fits_a_hundred_columns(played: Played) -> None:
    """No line is wider than 100 characters, and no escape sequence goes into a pipe."""
    assert max(map(len, played.output.splitlines())) <= 100
    assert "\x1b" not in played.output


def test_nothing_is_left(played: Played) -> None:
    """No process and no file of it is left."""
    assert not played.processes_left
    assert played.left_over == []


def test_it_can_be_stopped(tmp_path: Path) -> None:
    """SIGTERM in the middle ends the demo and its server within seconds, and nothing is left."""
    with playing(tmp_path) as process:
        assert process.stdout is not None
        while "The server listens" not in process.stdout.readline():
            assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=30)
        assert (process.returncode, errors) == (130, "")
        assert "Stopped." in output
        assert group_is_gone(process.pid)
        assert list(tmp_path.iterdir()) == []


def test_a_difference_is_a_failure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A row that is not the golden one makes the exit status 1, and is told."""
    monkeypatch.syspath_prepend(str(SAMPLES))
    demo: Any = importlib.import_module("demo")
    feed = demo.all_feeds()[0]
    columns = ("location_id", "transaction_id", "occurred_at", "local_time", "total", "line")
    rows = [dict(zip(columns, line, strict=True)) for line in feed.golden("expected.csv")]
    checks = demo.Checks()
    checks.rows(feed, rows)
    assert demo._finish(demo.Screen(), checks, seconds=1, kept=None) == 0
    rows[3]["total"] = "0.01"
    checks.rows(feed, rows)
    assert demo._finish(demo.Screen(), checks, seconds=1, kept=None) == 1
    told = capsys.readouterr().out
    assert "0.01" in told.partition("1 of ")[2].partition("checks failed:")[2]
