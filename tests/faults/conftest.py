"""Scenes for the faults, and the table at the end of the run."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import Protocol

import pytest

from ingest.certificate import certificate
from ingest.hostkey import hostkey_of
from ingest.settings import Sftp, Tls
from storage.layout import Layout
from tests.databases import Databases
from tests.faults import promises
from tests.faults.acts import Act
from tests.faults.forker import Forker, forking
from tests.faults.scene import Scene, copied, furnish
from tests.faults.strikes import why_not
from tests.faults.sweeps import Sweep

MakeScene = Callable[[str], Scene]
MakeSweep = Callable[[Act, str], Sweep]

_TALLY = "fault"


class Tally(Protocol):
    """Notes for the table: what was done, at how many points, and how many files were lost."""

    def __call__(self, fault: str, points: int, *, lost: int = 0) -> None: ...


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give every test here the time that it may take."""
    for item in items:
        if item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(600))


def needs(*programs: str, root: bool = False) -> None:
    """Skip a test, loudly, where a program is missing or this is not root."""
    missing = [one for one in programs if shutil.which(one, path=_path()) is None]
    if root and os.geteuid() != 0:
        missing.append("root")
    if missing:
        pytest.skip(f"LOUD: not run, for want of {', '.join(missing)}")


def _path() -> str:
    return f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Host key and certificate, made once."""
    layout = Layout(tmp_path_factory.mktemp("keys"))
    hostkey_of(layout, Sftp())
    certificate(layout, Tls())
    return layout.keys


@pytest.fixture
def make_scene(databases: Databases, keys: Path, tmp_path: Path) -> Iterator[MakeScene]:
    """Makes a scene on a fresh database of one kind."""
    with ExitStack() as stack:
        made = 0

        def make(kind: str) -> Scene:
            nonlocal made
            made += 1
            path = tmp_path / f"scene-{made}" / "home"
            path.mkdir(parents=True)
            url = stack.enter_context(databases.fresh(kind, Layout(path)))
            return furnish(path, kind=kind, url=url, keys=keys)

        yield make


@pytest.fixture(scope="session")
def forker() -> Iterator[Forker]:
    """What starts processes at once."""
    with forking() as found:
        yield found


@pytest.fixture
def make_sweep(
    make_scene: MakeScene, forker: Forker, databases: Databases, tmp_path: Path
) -> MakeSweep:
    """Makes the sweep of an act on a database of one kind."""
    needs("strace")
    if why := why_not(forker.pid):
        pytest.skip(f"LOUD: not run: {why}")

    def make(act: Act, kind: str) -> Sweep:
        scene = make_scene(kind)
        act.prepare(scene, forker)
        numbers = count()

        @contextmanager
        def copies(scene: Scene) -> Iterator[Scene]:
            directory = tmp_path / f"copy-{next(numbers)}"
            directory.mkdir()
            with copied(scene, databases, directory / "home") as copy:
                yield copy
            shutil.rmtree(directory)

        return Sweep(act, scene, forker, copies)

    return make


def check_kept(scene: Scene, tally: Tally, fault: str, points: int) -> None:
    """Start the server again, hold the scene against the promises, and note it for the table."""
    scene.recover()
    promises.check(scene)
    tally(fault, points, lost=promises.lost(scene))


@pytest.fixture
def tally(record_property: Callable[[str, object], None]) -> Tally:
    """Notes a line for the table."""

    def note(fault: str, points: int, *, lost: int = 0) -> None:
        record_property(_TALLY, [fault, points, lost])

    return note


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table of docs/faults.md, and loudly what was not run."""
    lines: dict[str, list[int]] = {}
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name == _TALLY and report.when == "call":
                fault, points, lost = value
                line = lines.setdefault(fault, [0, 0])
                line[0] += points
                line[1] += lost
    if lines:
        terminalreporter.section("faults")
        terminalreporter.write_line("| Fault | Points | Lost |")
        terminalreporter.write_line("|---|---:|---:|")
        for fault, (points, lost) in sorted(lines.items()):
            terminalreporter.write_line(f"| {fault} | {points:,} | {lost or 'nothing'} |")
    for report in terminalreporter.getreports("skipped"):
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        terminalreporter.write_line(f"NOT RUN: {report.nodeid}: {why}")
