"""What a command costs in processor time: those that read no file answer at once."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.running import command


@pytest.fixture
def home(fresh_shop: tuple[Path, str], tmp_path: Path) -> Path:
    """A home with the tenant acme and its mapping."""
    return shutil.copytree(fresh_shop[0], tmp_path / "home")


QUICK = [
    ("status", "--json"),
    ("deliveries", "--json"),
    ("deliveries",),
    ("rows", "acme"),
    ("tenant", "list", "--json"),
    ("tenant", "add", "quick"),
    ("mapping", "show", "acme"),
]


@pytest.mark.parametrize("arguments", QUICK, ids=[" ".join(one) for one in QUICK])
def test_commands_that_read_no_file_are_quick(home: Path, arguments: tuple[str, ...]) -> None:
    """Under 0.7 s of processor time; the best of three, as other processes disturb."""
    assert min(_processor_seconds(home, arguments) for _ in range(3)) < 0.7


def _processor_seconds(home: Path, arguments: tuple[str, ...]) -> float:
    # Measuring coverage costs time that nobody else pays.
    plain = {key: value for key, value in os.environ.items() if not key.startswith("COV")}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([*command(home), *arguments], check=False, capture_output=True, env=plain)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_polars_is_imported_only_to_read_files(home: Path) -> None:
    """It would add a quarter of a second to every look-up."""
    program = (
        "import sys; from ingest.cli import main\n"
        f"sys.argv = ['dropsafe', '--home', {str(home)!r}, 'rows', 'acme']\n"
        "try: main()\nexcept SystemExit: pass\n"
        "heavy = {'polars', 'asyncssh', 'pyftpdlib', 'aiosmtpd', 'alembic', 'watchdog'}\n"
        "sys.exit(f'imported {heavy & set(sys.modules)}' if heavy & set(sys.modules) else 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_a_command_that_only_looks_up_imports_neither_structlog_nor_rich(home: Path) -> None:
    """They would take 0.1 s of processor time; and what logs, logs errors only."""
    program = (
        "import sys; from ingest.cli import main\n"
        f"sys.argv = ['dropsafe', '--home', {str(home)!r}, *sys.argv[1:]]\n"
        "try: main()\nexcept SystemExit: pass\n"
        "import os; os.write(2, ' '.join({'structlog', 'rich'} & set(sys.modules)).encode())\n"
    )
    for words in ("tenant list", "deliveries", "status", "tenant add x", "mapping history x"):
        done = subprocess.run(
            [sys.executable, "-c", program, *words.split()], check=True, capture_output=True
        )
        assert (done.stderr, bool(done.stdout)) == (b"", True)
