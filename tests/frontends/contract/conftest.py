"""The open door that a client comes to."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import argon2
import pytest

from tests.frontends.conftest import Home
from tests.frontends.contract.clients import Client
from tests.frontends.contract.doors import Door, opened
from tests.frontends.smtp_serving import mail_certificate  # noqa: F401 - the fixture `certificate`


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody here has a password, and each home makes a hash to compare against: 0.1 s saved."""
    cheap = partial(argon2.PasswordHasher, time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(argon2, "PasswordHasher", cheap)


@pytest.fixture
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory of the client's own; the home is elsewhere."""
    return tmp_path_factory.mktemp("client")


@pytest.fixture
def door(client: Client, home: Home, files: Path, certificate: Path) -> Iterator[Door]:
    """The door of a test's client, open until the test ends."""
    with opened(client.kind, home, files, certificate) as door:
        yield door
