"""What a command costs in processor time: those that read no file answer at once."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.running import command
from tests.shop import MAPPING, table

_MOST = 0.7  # s of processor time, where the imports that every command needs take 0.25
_BARE = ("import sqlalchemy, pydantic, typer", 0.25)
_ROUNDS = 10


@pytest.fixture
def home(fresh_shop: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with the tenant acme and its mapping; beside it, where commands run, two files."""
    monkeypatch.chdir(tmp_path)
    Path("sales.csv").write_bytes(table(("A", "1", "2")))
    Path("acme.toml").write_text(f"# Another.\n{MAPPING}")
    return shutil.copytree(fresh_shop[0], tmp_path / "home")


LOOKING = [
    "status --json",
    "deliveries",
    "rows acme",
    "tenant list",
    "tenant add quick",
    "mapping show acme",
    "mapping history acme",
    "mapping pin acme",
]
DOING = [
    "init",
    "work --once",
    "replay --tenant acme",
    "load acme sales.csv",
    "mapping set acme acme.toml",
    "mapping pin acme decimal=.",
    "mapping remove acme --feed default",
]


@pytest.mark.parametrize("words", [*LOOKING, *DOING])
def test_commands_that_read_no_file_are_quick(home: Path, words: str) -> None:
    """Under 0.7 s of processor time; on a machine that is slow or busy, so much more as it is.

    A processor that is shared counts more time for the same work. So it is measured against the
    bare imports, in turns, and the best of some rounds counts.
    """
    _is_quick(lambda: [*command(home), *words.split()])


def test_a_first_init_is_quick(tmp_path: Path) -> None:
    """Though it makes keys, settings and tables."""
    homes = (tmp_path / str(each) for each in range(_ROUNDS))
    _is_quick(lambda: [*command(next(homes)), "init"])


def _is_quick(arguments: Callable[[], list[str]]) -> None:
    program, usual = _BARE
    taken, bare = 60.0, 60.0
    for _ in range(_ROUNDS):
        taken = min(taken, _processor_seconds(arguments()))
        bare = min(bare, _processor_seconds([sys.executable, "-c", program]))
        if taken < _MOST:
            break
    assert taken < _MOST * max(1.0, bare / usual)


def _processor_seconds(arguments: list[str]) -> float:
    # Measuring coverage costs time that nobody else pays.
    plain = {key: value for key, value in os.environ.items() if not key.startswith("COV")}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(arguments, check=False, capture_output=True, env=plain)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@pytest.mark.parametrize("words", [*LOOKING, *DOING])
def test_what_costs_time_is_imported_only_where_it_is_used(home: Path, words: str) -> None:
    """polars would add 0.25 s, Alembic 0.15, structlog, which brings rich along, 0.1."""
    program = (
        "import os, sys; from ingest.cli import main\n"
        f"sys.argv = ['dropsafe', '--home', {str(home)!r}, *sys.argv[1:]]\n"
        "try: main()\nexcept SystemExit as ended: status = ended.code\n"
        "heavy = {'polars', 'alembic', 'structlog', 'rich', 'watchdog',\n"
        "         'asyncssh', 'pyftpdlib', 'aiosmtpd', 'psycopg'}\n"
        "os.write(2, ' '.join(sorted(heavy & set(sys.modules))).encode())\n"
        "sys.exit(status)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *words.split()], check=True, capture_output=True
    )
    assert (done.stderr.decode(), bool(done.stdout)) == ("", True)
