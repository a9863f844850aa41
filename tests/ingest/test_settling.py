"""What files settle for their feed: later ones are read by it, or held; and a person may decide."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ingest import describing, settling
from ingest.home import Home
from ingest.replay import replay
from ingest.worker import Worker
from parsers.mappings.pins import PinError
from storage import files, mappings
from storage.ledger import State
from tests.conftest import MakeHome
from tests.shop import deliver, entry, open_shop, totals
from tests.shop import work_off as work

MAPPING = """
timezone = "Europe/Berlin"
[columns]
location_id = "Filiale"
transaction_id = "Bon"
total = "Summe"
occurred_at = "Zeit"
"""
HEADER = "Filiale;Bon;Summe;Zeit\n"
SUMMER = (HEADER + "1;1;9,90;25/07/2026 10:00\n").encode()
DOUBTFUL = (HEADER + "1;2;1.234;03/07/2026 10:00\n").encode()


@pytest.fixture
def home(make_home: MakeHome, tmp_path: Path) -> Home:
    home = make_home("sqlite", tmp_path / "home")
    open_shop(home)
    describing.set_mapping(home, tenant="acme", feed="default", text=MAPPING)
    return home


def pins(home: Home) -> dict[str, str]:
    with home.database.reading() as connection:
        return dict(mappings.of_feed(connection, "acme", "default").pins)


def test_a_file_settles_what_it_proves(home: Home) -> None:
    """Delimiter, decimal sign, order of day and month, header line, end of file."""
    deliver(home, SUMMER)
    work(home)
    assert pins(home) == {
        "delimiter": ";",
        "decimal": ",",
        "date_format": "%d/%m/%Y %H:%M",
        "header_line": "1",
        "final_line_end": "yes",
    }


def test_a_doubtful_file_is_read_as_those_before_it(home: Home) -> None:
    """1.234 is a thousand and 03/07 in July, since the till writes so."""
    deliver(home, SUMMER)
    doubtful = deliver(home, DOUBTFUL)
    work(home)
    assert entry(home, doubtful).state is State.LOADED
    assert totals(home)["1", "2"] == "1234.00"


def test_what_was_held_for_want_of_proof_loads_once_another_file_proves_it(home: Home) -> None:
    """Whichever comes first, the rows are the same in the end."""
    doubtful = deliver(home, DOUBTFUL)
    work(home)
    assert entry(home, doubtful).reason in {"ambiguous-decimal", "ambiguous-date"}
    deliver(home, SUMMER)
    work(home)
    assert entry(home, doubtful).state is State.LOADED
    assert totals(home)["1", "2"] == "1234.00"


KILLED = """
import os, signal, sys
from pathlib import Path
from ingest import settling
from ingest.home import open_home
from ingest.replay import replay
from ingest.worker import Worker

settling.release = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
home, *ids = sys.argv[1:]
if ids:
    replay(open_home(Path(home)), "acme", ids)
else:
    Worker(open_home(Path(home))).run_once()
"""
"""A worker or a replay that dies between settling something and releasing what was held."""


@pytest.mark.parametrize("order", ["held before", "held, and late"])
def test_a_kill_before_the_release_is_made_up_for_by_the_next_worker(
    home: Home, order: str
) -> None:
    """What a file has settled is committed then, so no further file would settle it again."""
    summer = deliver(home, SUMMER) if order == "held, and late" else None
    if summer is not None:  # set aside, so that the one behind it comes first
        files.move(home.layout.waiting("acme", summer.id), home.layout.held("acme", summer.id))
    doubtful = deliver(home, DOUBTFUL)
    work(home)
    assert entry(home, doubtful).state is State.QUARANTINED
    if summer is None:
        summer = deliver(home, SUMMER)
    else:
        home.inbox.release("acme", summer.id)
    home.database.close()
    killed = subprocess.run([sys.executable, "-c", KILLED, str(home.layout.home)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert pins(home)["decimal"] == ","
    assert entry(home, doubtful).state is State.QUARANTINED
    Worker(home).run_once()
    assert entry(home, summer).state is State.LOADED
    assert entry(home, doubtful).state is State.LOADED
    assert totals(home)["1", "2"] == "1234.00"
    assert not home.inbox.has_work("acme")


@pytest.mark.parametrize("killed", [False, True], ids=["whole", "killed"])
def test_a_replay_that_settles_something_releases_what_was_held_for_it(
    home: Home, *, killed: bool
) -> None:
    """As loading it does, and as safely: nothing waits then, but the release is due."""
    settled = deliver(home, SUMMER)
    work(home)
    settling.pin(home, tenant="acme", feed="default", changes={"decimal": "", "date_format": ""})
    doubtful = deliver(home, DOUBTFUL)
    work(home)
    assert entry(home, doubtful).state is State.QUARANTINED
    if killed:
        arguments = [sys.executable, "-c", KILLED, str(home.layout.home), settled.id]
        assert subprocess.run(arguments, check=False).returncode == -signal.SIGKILL
        assert home.inbox.waiting("acme") == []
    else:
        replay(home, "acme", [settled.id])
    Worker(home).run_once()
    assert entry(home, doubtful).state is State.LOADED


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("1;3;9.90;26/07/2026 10:00\n1;4;1,234;26/07/2026 10:00\n", "contradicts-mapping"),
        ("1;3;9,90;07/26/2026 10:00\n", "contradicts-mapping"),
        ("1;3;9,90;26/07/2026 10:00", "cut-short"),
    ],
)
def test_a_file_that_contradicts_what_is_settled_is_held(
    home: Home, body: str, reason: str
) -> None:
    """It is not bent to fit: another till, another setting, or a file that broke off."""
    deliver(home, SUMMER)
    other = deliver(home, (HEADER + body).encode())
    work(home)
    held = entry(home, other)
    assert (held.state, held.reason) == (State.QUARANTINED, reason)


def test_a_header_on_another_line_is_held_until_a_person_decides(home: Home) -> None:
    """`any` lets each file decide for itself from then on."""
    deliver(home, SUMMER)
    moved = deliver(home, b"Report of 26 July\n" + SUMMER.replace(b";1;", b";7;"))
    work(home)
    assert entry(home, moved).reason == "contradicts-mapping"
    version, released = settling.pin(
        home, tenant="acme", feed="default", changes={"header_line": "any"}
    )
    assert (version.version, released) == (3, 1)
    work(home)
    assert entry(home, moved).state is State.LOADED
    assert pins(home)["header_line"] == "any"


def test_a_person_decides_what_no_file_proves(home: Home) -> None:
    """One command, and what was held loads."""
    doubtful = deliver(home, DOUBTFUL)
    work(home)
    settling.pin(
        home,
        tenant="acme",
        feed="default",
        changes={"decimal": ".", "date_format": "%m/%d/%Y %H:%M"},
    )
    work(home)
    assert entry(home, doubtful).state is State.LOADED
    assert totals(home)["1", "2"] == "1.234"


def test_a_pin_taken_away_is_settled_anew(home: Home) -> None:
    """An empty value forgets it."""
    deliver(home, SUMMER)
    work(home)
    settling.pin(home, tenant="acme", feed="default", changes={"decimal": ""})
    assert "decimal" not in pins(home)


def test_a_new_mapping_keeps_the_pins_that_it_does_not_touch(home: Home) -> None:
    """Another column of totals may be written otherwise; the order of the dates stays."""
    deliver(home, SUMMER)
    work(home)
    describing.set_mapping(
        home, tenant="acme", feed="default", text=MAPPING.replace('"Summe"', '"Netto"')
    )
    assert pins(home)["date_format"] == "%d/%m/%Y %H:%M"
    assert "decimal" not in pins(home)


def test_what_was_loaded_is_read_the_same_after_pins_were_added(home: Home) -> None:
    """A replay under the same version changes nothing."""
    plain = deliver(home, (HEADER + "1;1;5;2026-07-01 10:00\n").encode())
    work(home)
    before = totals(home)
    deliver(home, (HEADER + "1;2;9,90;2026-07-02 10:00\n").encode())
    work(home)
    assert replay(home, "acme", [plain.id]).effect.difference.changed == 0
    assert totals(home).items() >= before.items()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("decimal", "x"),
        ("header_line", "first"),
        ("date_format", "%H"),
        ("final_line_end", "maybe"),
        ("encoding", "klingon"),
        ("total", "1"),
    ],
)
def test_a_pin_that_cannot_be_is_refused(home: Home, key: str, value: str) -> None:
    """With its key in the words."""
    with pytest.raises(PinError, match=key):
        settling.pin(home, tenant="acme", feed="default", changes={key: value})
