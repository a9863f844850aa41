"""Setting a mapping: what it says of what is loaded already."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.e2e.running import dropsafe
from tests.shop import MAPPING, table


def test_setting_a_mapping_says_that_what_is_loaded_stays(
    fresh_shop: tuple[Path, str], tmp_path: Path
) -> None:
    """Until the command that it names, which has done it then; a first mapping has no such word."""
    shop = shutil.copytree(fresh_shop[0], tmp_path / "home")
    (tmp_path / "sales.csv").write_bytes(table(("A", "1", "1")))
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(MAPPING.replace('"Store"', '{ constant = "X" }'))
    dropsafe(shop, "load", "acme", str(tmp_path / "sales.csv"), "--wait")
    said = dropsafe(shop, "mapping", "set", "acme", str(mapping)).splitlines()
    assert said[-1] == (
        "1 loaded delivery stays as it was read, until: dropsafe replay --tenant acme"
    )
    _, _, named = said[-1].partition("until: dropsafe ")
    dropsafe(shop, *named.split())
    assert [row.split(",")[0] for row in dropsafe(shop, "rows", "acme").split()[1:]] == ["X"]
    assert "stay" not in dropsafe(shop, "mapping", "set", "acme", str(mapping))
    dropsafe(shop, "tenant", "add", "newcomer")
    assert "stay" not in dropsafe(shop, "mapping", "set", "newcomer", str(mapping))
