"""Homes on both databases, for every test that loads something."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import settings

from ingest.home import Home, make_directories, open_home
from storage.layout import Layout
from tests.databases import KINDS, Databases
from tests.e2e.running import dropsafe, dropsafe_json
from tests.shop import MAPPING

MakeHome = Callable[[str, Path], Home]

# How long an example takes says how busy the machine is, and nothing of what is tested.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """The databases of this test process."""
    found = Databases(tmp_path_factory.mktemp("databases"))
    yield found
    found.close()


@pytest.fixture
def make_home(databases: Databases) -> Iterator[MakeHome]:
    """Makes a home in a directory, with a fresh database of one kind."""
    with ExitStack() as stack:

        def make(kind: str, path: Path) -> Home:
            layout = Layout(path)
            make_directories(layout)
            url = stack.enter_context(databases.fresh(kind, layout))
            layout.settings.write_text(f'[database]\nurl = "{url}"\n')
            home = open_home(path)
            stack.callback(home.database.close)
            return home

        yield make


@pytest.fixture(scope="session")
def fresh_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home as `dropsafe init` makes it; take a copy."""
    path = tmp_path_factory.mktemp("template") / "home"
    dropsafe(path, "init")
    return path


@pytest.fixture(scope="session")
def fresh_shop(fresh_home: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A home with the tenant acme and its mapping, and the tenant's Upload Key; take a copy."""
    directory = tmp_path_factory.mktemp("template")
    path = shutil.copytree(fresh_home, directory / "home")
    key: str = dropsafe_json(path, "tenant", "add", "acme")["upload_key"]
    (directory / "mapping.toml").write_text(MAPPING)
    dropsafe(path, "mapping", "set", "acme", str(directory / "mapping.toml"))
    return path, key


@pytest.fixture(params=KINDS)
def loading_home(request: pytest.FixtureRequest, tmp_path: Path, make_home: MakeHome) -> Home:
    """A home on each database in turn."""
    return make_home(request.param, tmp_path / "home")
