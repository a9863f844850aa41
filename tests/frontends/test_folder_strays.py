"""What lies in the wrong place of the drop folder is never read, and said once."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from structlog.testing import capture_logs

from ingest.frontends.folder import DropFolder
from tests.frontends.conftest import Home
from tests.frontends.drop_folder import (
    CSV,
    drop_directory,  # noqa: F401 - the fixture `drop`
    look_twice,
    quiet_folder,  # noqa: F401 - the fixture `folder`
)


def misplaced(logs: Sequence[Any]) -> dict[str, str]:
    """Path and reason of what was said to be in the wrong place, each no more than once."""
    lines = [line for line in logs if line["event"] == "drop.misplaced"]
    found = {line["path"]: line["reason"] for line in lines}
    assert len(found) == len(lines)
    return found


def test_only_regular_files_are_touched(
    home: Home, folder: DropFolder, drop: Path, tmp_path: Path
) -> None:
    """Links are not followed, a pipe does not block, a directory is passed over."""
    secret = tmp_path / "secret"
    secret.write_bytes(b"not yours")
    (drop / "link.csv").symlink_to(secret)
    (drop / "dangling.csv").symlink_to(tmp_path / "nothing")
    os.mkfifo(drop / "pipe.csv")
    (drop / "directory.csv").mkdir()

    with capture_logs() as logs:
        look_twice(folder)
        folder.look()

    assert home.accepted() == []
    assert len(list(drop.iterdir())) == 4
    assert secret.read_bytes() == b"not yours"
    assert misplaced(logs) == {
        "acme/link.csv": "a link: it is not followed",
        "acme/dangling.csv": "a link: it is not followed",
        "acme/pipe.csv": "not a file",
        "acme/directory.csv": "a directory: files in it are not looked at",
    }


def test_what_is_in_no_tenant_s_directory_is_said_once(home: Home, folder: DropFolder) -> None:
    """Once for each path until it is gone; an empty directory, or a hidden name, is no matter."""
    folder.look()
    root = home.layout.drop
    for name in ("nobody", "empty", ".hidden"):
        (root / name).mkdir()
    (root / "nobody" / "a.csv").write_bytes(CSV)
    (root / ".hidden" / "a.csv").write_bytes(CSV)
    (root / "b\n.csv").write_bytes(CSV)
    (root / "c.csv.part").write_bytes(CSV)
    with capture_logs() as logs:
        for _ in range(3):
            folder.look()
    assert misplaced(logs) == {
        "nobody": "no enabled tenant has this name",
        "b?.csv": "not in a tenant's directory",
    }

    with capture_logs() as logs:
        (root / "nobody" / "a.csv").unlink()
        folder.look()
        (root / "nobody" / "a.csv").write_bytes(CSV)
        folder.look()
    assert misplaced(logs) == {"nobody": "no enabled tenant has this name"}
    assert home.accepted() == []


def test_a_new_tenant_s_files_are_taken_where_they_lay(home: Home, folder: DropFolder) -> None:
    """What was misplaced is in its place when the tenant is made."""
    (home.layout.drop / "late").mkdir(parents=True)
    (home.layout.drop / "late" / "a.csv").write_bytes(CSV)
    folder.look()
    home.gatekeeper.replace([home.tenant, replace(home.tenant, name="late")])
    look_twice(folder)
    assert [one.origin.tenant for one, _ in home.accepted()] == ["late"]
