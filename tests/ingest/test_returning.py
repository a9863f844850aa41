"""`dropsafe rejects ID --as-sent`: mended and sent back, what was bad is loaded."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from ingest import describing
from ingest.home import Home
from ingest.returning import rejects_as_sent
from ingest.verdicts import Held
from parsers.reject import REJECTS_KEPT
from storage.errors import NotAllowed
from storage.ledger import Entry, State
from tests.e2e.running import command, dropsafe, dropsafe_json, set_mapping
from tests.shop import MAPPING, deliver, entry, open_shop, send, totals

HEADER = "Store;Receipt;When;Total;Remark"
GERMAN = "\r\n".join(
    [
        "Umsätze",
        "",
        HEADER,
        "A;1;2026-03-01 10:00:00;1,50;Grüße",
        "A;2;2026-03-01 10:00:00;zwei;süß",
        "A;3;2026-03-01 10:00:00",
        "",
    ]
).encode("cp1252")


def _home(loading_home: Home, mapping: str = MAPPING) -> Home:
    open_shop(loading_home, mapping=mapping)
    return loading_home


def test_mended_and_sent_back_it_loads(loading_home: Home) -> None:
    """Under the same mapping, with what the file settled for the feed; all rows are there then."""
    home = _home(loading_home)
    first = send(home, GERMAN)
    assert (first.state, first.rejected) == (State.LOADED, 2)
    data = rejects_as_sent(home, first).decode("cp1252")
    assert data == "\r\n".join(
        [
            "Umsätze",
            "",
            f"{HEADER};what to mend",
            "A;2;2026-03-01 10:00:00;zwei;süß;Total: The total 'zwei' is not an amount of money",
            "A;3;2026-03-01 10:00:00;;;The row has 3 fields, but the header has 5 columns",
            "",
        ]
    )
    mended = data.replace("zwei;", "2,50;").replace("00;;;", "00;3,50;;")
    second = send(home, mended.encode("cp1252"), name="mended.csv")
    assert (second.state, second.rejected, second.message) == (
        State.LOADED,
        0,
        "Every row was read.",
    )
    assert totals(home) == {("A", "1"): "1.50", ("A", "2"): "2.50", ("A", "3"): "3.50"}


def test_all_of_them_are_given_also_those_that_are_not_kept(loading_home: Home) -> None:
    """The file is read again from the archive."""
    home = _home(loading_home)
    many = REJECTS_KEPT + 10
    rows = "".join(f"A;{at};2026-03-01 10:00:00;x;\n" for at in range(many))
    loaded = send(home, f"{HEADER}\n{rows}".encode())
    assert len(rejects_as_sent(home, loaded).splitlines()) == many + 1


def test_it_is_read_with_the_version_it_was_last_read_with(loading_home: Home) -> None:
    """A newer mapping does not change what was rejected, until a replay; nor does an older one."""
    other = MAPPING.replace('"Total"', '"Remark"')
    home = _home(loading_home, other)
    describing.set_mapping(home, tenant="acme", feed="default", text=MAPPING)
    loaded = send(home, GERMAN)
    before = rejects_as_sent(home, loaded)
    assert b"Total: " in before
    describing.set_mapping(home, tenant="acme", feed="default", text=other)
    assert rejects_as_sent(home, loaded) == before


def test_of_a_held_delivery_the_bad_rows_are_shown(loading_home: Home) -> None:
    """Also where the mapping allows none: there is no other way to see them."""
    home = _home(loading_home, f'{MAPPING}[rejects]\nat_most = "0%"\n')
    held = send(home, GERMAN)
    assert (held.state, held.reason) == (State.QUARANTINED, "too-many-rejects")
    assert len(rejects_as_sent(home, held).splitlines()) == 5


def test_what_cannot_be_read_is_said(loading_home: Home) -> None:
    """The verdict on the file is the error; what waits, or holds others, is none to be read."""
    home = _home(loading_home)
    held = send(home, b"Store,Receipt\nA,1\n")
    with pytest.raises(Held, match="missing"):
        rejects_as_sent(home, held)
    waiting: Entry = entry(home, deliver(home, GERMAN))
    with pytest.raises(NotAllowed, match="not read yet"):
        rejects_as_sent(home, waiting)


def test_the_command_writes_the_bytes(fresh_shop: tuple[Path, str], tmp_path: Path) -> None:
    """To standard output as they are; of a held delivery it is told what they are not good for."""
    home = shutil.copytree(fresh_shop[0], tmp_path / "home")
    (tmp_path / "sales.csv").write_bytes(GERMAN.decode("cp1252").encode("utf-16"))
    told = dropsafe_json(home, "load", "acme", str(tmp_path / "sales.csv"), "--wait")
    arguments = [*command(home), "rejects", told["delivery"], "--as-sent"]
    done = subprocess.run(arguments, check=True, capture_output=True)
    assert done.stdout.decode("utf-16").startswith(f"Umsätze\r\n\r\n{HEADER};what to mend\r\n")
    assert done.stderr == b""
    dropsafe(home, "rejects", told["delivery"], "--as-sent", "--json", status=2)

    set_mapping(home, "acme", f'{MAPPING}[rejects]\nat_most = "0%"\n')
    told = dropsafe_json(home, "load", "acme", str(tmp_path / "sales.csv"), "--wait")
    arguments[-2] = told["delivery"]
    again = subprocess.run(arguments, check=True, capture_output=True)
    assert again.stdout == done.stdout
    assert b"its good rows are not loaded either" in again.stderr
