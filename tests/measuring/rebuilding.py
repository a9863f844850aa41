"""How long a rebuild takes beside the loading: python -m tests.measuring.rebuilding --help."""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ingest.home import Home, open_home
from tests.shop import MAPPING, deliver

_HEADER = "Store,Receipt,When,Total"


def _sales(number: int, rows: int) -> bytes:
    """A file of sales that no other file has."""
    day = f"2026-03-{1 + number % 28:02}"
    lines = (
        f"A{number % 7},{number * rows + at},{day} 10:00:00,{at}.{number % 90 + 10}"
        for at in range(rows)
    )
    return "\n".join([_HEADER, *lines, ""]).encode()


def _dropsafe(home: Path, *arguments: str) -> float:
    """Run a command as an operator does; gives the seconds that it took."""
    begin = time.monotonic()
    subprocess.run(
        [sys.executable, "-m", "ingest.cli", "--home", str(home), *arguments],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.monotonic() - begin


def _fill(home: Home, names: list[str], deliveries: int, rows: int) -> None:
    for number in range(deliveries):
        deliver(home, _sales(number, rows), tenant=names[number % len(names)])


def main() -> None:
    """Fill a home, load it, rebuild it, and print the seconds."""
    parser = argparse.ArgumentParser(prog="python -m tests.measuring.rebuilding")
    parser.add_argument("--deliveries", type=int, default=10_000)
    parser.add_argument("--tenants", type=int, default=1)
    parser.add_argument("--rows", type=int, default=50, help="in each delivery")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "home"
        (Path(directory) / "mapping.toml").write_text(MAPPING)
        _dropsafe(path, "init")
        names = [f"shop-{number}" for number in range(given.tenants)]
        for name in names:
            _dropsafe(path, "tenant", "add", name)
            _dropsafe(path, "mapping", "set", name, f"{directory}/mapping.toml")
        home = open_home(path)
        _fill(home, names, given.deliveries, given.rows)
        home.database.close()
        loading = _dropsafe(path, "work", "--once")
        rebuilding = _dropsafe(path, "rebuild")
        verifying = _dropsafe(path, "rebuild", "--verify")
        for file in path.glob("dropsafe.db*"):
            file.unlink()
        lost = _dropsafe(path, "rebuild")
    print(  # noqa: T201 - a command
        f"{given.deliveries:,} deliveries of {given.rows} rows, {given.tenants} tenants: "
        f"load {loading:.1f} s, rebuild {rebuilding:.1f} s ({rebuilding / loading:.2f}), "
        f"verify {verifying:.1f} s, after the loss of the database {lost:.1f} s "
        f"({lost / loading:.2f})"
    )


if __name__ == "__main__":
    main()
