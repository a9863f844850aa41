"""Files that nobody can have meant: a verdict within the limits, and the next file is read.

Lines of 300 MB and headers of 100 MB were tried by hand: 10 to 20 s each, and in the reading
process 0.6 GiB, or 1.2 GiB if the text is not UTF-8. Here they are of a size for every day.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.home import Home
from storage.ledger import State
from tests.conftest import MakeHome
from tests.shop import HEADER, MAPPING, open_shop, send, table

_MB = 1_000_000
_ROW = b"A,1,2026-03-01 10:00:00,1.00\n"
_HEADER = HEADER.encode() + b"\n"
MONSTERS: dict[str, Callable[[], bytes]] = {
    "a line of 20 MB": lambda: b"x" * (20 * _MB),
    "a quoted cell of 20 MB": lambda: _HEADER + _ROW + b'A,2,"' + b"9" * (20 * _MB) + b'",1.00\n',
    "a header of 10 MB": lambda: b",".join(b"c%d" % at for at in range(1_200_000)) + b"\n" + _ROW,
    "a header of 10 MB that has the names": lambda: _HEADER[:-1] + b",a" * (5 * _MB) + b"\n" + _ROW,
    "3 MB of commas": lambda: b"," * (3 * _MB),
    "3 MB of commas below a header": lambda: _HEADER + b"," * (3 * _MB),
}
_MOST_MEMORY = 300  # MiB; twice the file, and what reading takes at all


@pytest.fixture
def home(make_home: MakeHome, tmp_path: Path) -> Home:
    made = make_home("sqlite", tmp_path / "home")
    open_shop(made, mapping=MAPPING)
    return made


def _most_memory(home: Home) -> int:
    """The most that the reading process ever had, in MiB."""
    process = home.reader._process
    assert process is not None
    said = Path(f"/proc/{process.pid}/status").read_text()
    found = re.search(r"VmHWM:\s+([0-9]+) kB", said)
    assert found is not None
    return int(found[1]) // 1024


@pytest.mark.parametrize("monster", MONSTERS)
def test_a_monster_is_held_and_the_next_file_is_read(home: Home, monster: str) -> None:
    """By the process that refused it: it needs not be replaced."""
    send(home, table(("A", "1", "1")))
    reader = home.reader._process

    held = send(home, MONSTERS[monster]())

    assert (held.state, held.reason) == (State.QUARANTINED, "too-wide")
    assert "1,048,576 characters" in held.message
    assert _most_memory(home) < _MOST_MEMORY
    assert send(home, table(("A", "2", "1"))).state is State.LOADED
    assert home.reader._process is reader
