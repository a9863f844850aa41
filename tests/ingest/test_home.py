"""A home is its owner's alone."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.e2e.running import command
from tests.shop import MAPPING, table


def test_nobody_else_may_look_into_a_home(tmp_path: Path) -> None:
    """Not into the database nor into what was delivered, whatever is usual on the machine."""
    (tmp_path / "mapping.toml").write_text(MAPPING)
    (tmp_path / "sales.csv").write_bytes(table(("A", "1", "1")))
    home = tmp_path / "home"
    for words in (
        "init",
        "tenant add acme",
        "mapping set acme mapping.toml",
        "load acme sales.csv --wait",
        "load acme mapping.toml --wait",
    ):
        subprocess.run(
            [*command(home), *words.split()],
            check=True,
            capture_output=True,
            cwd=tmp_path,
            preexec_fn=lambda: os.umask(0),
        )
    assert home.stat().st_mode & 0o777 == 0o700
    assert [one for one in home.rglob("*") if one.stat().st_mode & 0o077] == []
    assert {"dropsafe.db", "archive", "quarantine"} <= {one.name for one in home.iterdir()}
