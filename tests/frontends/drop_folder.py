"""A drop folder for tests, which looks when it is told to."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.frontends.folder import DropFolder
from ingest.settings import Folder
from tests.frontends.conftest import LIMIT, Home

CSV = b"Store ID,Total\n1,2.50\n"


def folder_of(home: Home) -> DropFolder:
    """A drop folder that looks only when it is told to."""
    return DropFolder(
        home.layout,
        settings=Folder(quiet_seconds=0.1),
        gatekeeper=home.gatekeeper,
        spool=home.spool,
        limit=LIMIT,
    )


@pytest.fixture(name="folder")
def quiet_folder(home: Home) -> DropFolder:
    """As `folder_of`."""
    return folder_of(home)


@pytest.fixture(name="drop")
def drop_directory(home: Home, folder: DropFolder) -> Path:
    """The tenant's directory, as the first look makes it."""
    folder.look()
    return home.layout.drop / "acme"


def look_twice(folder: DropFolder) -> None:
    """What it takes until a file at rest is taken."""
    folder.look()
    folder.look()
