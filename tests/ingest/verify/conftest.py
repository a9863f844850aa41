"""Such a home, made once and copied for each test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.home import make_directories, open_home
from storage.layout import Layout
from tests.databases import Databases
from tests.ingest.verify.scene import Scene, scene_in


@pytest.fixture(scope="session")
def template(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Such a home, with SQLite; take a copy."""
    layout = Layout(tmp_path_factory.mktemp("verify") / "home")
    make_directories(layout)
    layout.settings.write_text("")
    with databases.fresh("sqlite", layout):
        home = open_home(layout.home)
        scene = scene_in(home)
        home.database.close()
        yield scene


@pytest.fixture
def scene(template: Scene, tmp_path: Path) -> Iterator[Scene]:
    """A copy of that home."""
    home = open_home(shutil.copytree(template.files, tmp_path / "home"))
    yield replace(template, home=home)
    home.database.close()
