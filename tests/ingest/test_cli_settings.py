"""A home and its settings, as the commands find them: what is wrong is named, key by key."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.e2e.running import dropsafe


@pytest.fixture
def home(fresh_home: Path, tmp_path: Path) -> Path:
    return shutil.copytree(fresh_home, tmp_path / "home")


def test_a_directory_that_is_no_home_is_said(tmp_path: Path) -> None:
    """With the command that makes one."""
    said = dropsafe(tmp_path, "deliveries", status=1)
    assert "init" in said


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[sftp]\nlisten = 5\n", "sftp.listen"),
        ('[sftp]\nlisten = "nowhere"\n', "sftp.listen"),
        ("[sftp]\nprot = 5\n", "sftp.prot: there is no such setting"),
        ("[workers]\ncount = -1\n", "workers.count"),
        ("[sftp\n", "not TOML"),
    ],
)
def test_bad_settings_name_the_key(home: Path, text: str, words: str) -> None:
    """One line, for every command."""
    (home / "dropsafe.toml").write_text(text)
    said = dropsafe(home, "status", status=1)
    assert words in said
    assert len(said.splitlines()) == 1


def test_the_environment_comes_before_the_file(home: Path) -> None:
    """And an error in it names the variable."""
    (home / "dropsafe.toml").write_text('[smtp]\ndomain = "file.example"\n')
    environment = {**os.environ, "DROPSAFE_SMTP__DOMAIN": "env.example"}
    told = dropsafe(home, "tenant", "add", "acme", "--json", env=environment)
    assert json.loads(told)["mail_address"].endswith("@env.example")
    broken = {**os.environ, "DROPSAFE_WORKERS__COUNT": "many"}
    assert "DROPSAFE_WORKERS__COUNT" in dropsafe(home, "status", status=1, env=broken)
    for name in ("SMTP__DOMIAN", "STMP__DOMAIN"):
        unknown = {**os.environ, f"DROPSAFE_{name}": "x"}
        assert "there is no such setting" in dropsafe(home, "status", status=1, env=unknown)
