"""Verify beside a server: no false alarm, and what it says at its start."""

from __future__ import annotations

import fcntl
import json
import secrets
import subprocess
import threading

import pytest

from ingest.frontends.folder.entries import State
from ingest.frontends.folder.taking import Taking, remember
from ingest.home import Home
from ingest.verify.verifying import verify
from ingest.worker import Worker
from storage.delivery import Origin
from tests.e2e.running import command, dropsafe, run_server
from tests.ingest.verify import damages
from tests.ingest.verify.scene import Scene, flip, found
from tests.shop import deliver, open_shop, table
from tests.waiting import eventually


def test_what_is_left_in_spool_and_drop_folder_goes_with_the_next_start(scene: Scene) -> None:
    """Uploads cut off by a kill, but none that is under way; and a file that was taken."""
    home = scene.home
    under_way = home.spool.receive(Origin(tenant="acme", name="a.csv", via="load"), limit=99)
    assert found(home) == set()
    dead = home.layout.spool / secrets.token_hex(16)
    dead.mkdir()
    assert found(home) == {("spool-left", None)}
    under_way.abort()
    dropped = home.layout.drop / "acme" / "sales.csv"
    dropped.parent.mkdir()
    dropped.write_bytes(b"Store")
    state = State.of(dropped.lstat())
    taking = Taking(tenant="acme", delivery=scene.last, path=dropped, state=state)
    remember(home.layout.taking, [taking])
    assert found(home) == {("spool-left", None), ("taking-left", scene.last)}
    with run_server(scene.files):
        eventually(lambda: not home.layout.taking.exists())
    assert found(home) == set()
    assert not dropped.exists()


def test_what_moves_on_while_we_look_is_no_problem(scene: Scene) -> None:
    """What seemed wrong is looked at once more, when nobody is at work on the tenant."""
    damages.to_quarantine(scene)
    flip(scene.kept(scene.first) / "data")

    def mend(_done: int, _all: int) -> None:
        scene.held_at(scene.last).rename(scene.kept(scene.last))

    wrong = verify(scene.home, progress=mend).problems
    assert [(one.code, one.delivery) for one in wrong] == [("bytes-differ", scene.first)]


def test_a_worker_at_work_is_not_mistaken_for_damage(
    loading_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While deliveries are loaded one after the other, every look finds all well.

    Also if the queue stays so busy that it cannot be taken for the second look.
    """
    monkeypatch.setattr("ingest.verify.verifying._PATIENCE", 0.1)
    home = loading_home
    open_shop(home)
    for number in range(60):
        deliver(home, table(("A", str(number), "1")))
    worker = threading.Thread(target=Worker(home).run_once)
    worker.start()
    looks = 0
    while worker.is_alive():
        assert {code for code, _ in found(home)} <= {"not-moved"}
        looks += 1
    worker.join()
    assert looks > 1
    assert found(home) == set()


def test_a_running_server_finishes_by_itself_what_a_crash_left(scene: Scene) -> None:
    """So that is not said while one runs."""
    damages.to_inbox(scene)
    damages.intent_left(scene)
    damages.release_left(scene)
    assert {code for code, _ in found(scene.home)} == {"not-moved", "intent-left", "release-left"}
    with scene.home.layout.lock.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert found(scene.home) == set()


def test_the_command_says_what_is_wrong_and_ends_with_1(scene: Scene) -> None:
    """In words and as JSON; one tenant alone; and 0 if all is well."""
    files = scene.files
    assert "9 deliveries were looked at" in dropsafe(files, "verify")
    assert dropsafe(files, "verify", "--quick").endswith("All is well.\n")
    damages.not_in_ledger(scene)
    told = subprocess.run([*command(files), "verify"], capture_output=True, text=True, check=False)
    assert told.returncode == 1
    assert f"not-in-ledger  acme {scene.last}\n" in told.stdout
    assert "  Remedy: dropsafe rebuild acme\n" in told.stdout
    assert told.stderr.startswith("dropsafe: 3 problems")
    told = subprocess.run(
        [*command(files), "verify", "--json", "--tenant", "acme"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    document = json.loads(told.stdout)
    assert (told.returncode, document["deliveries"]) == (1, 9)
    assert document["bytes"] > 500
    assert document["problems"][0] == {
        "code": "not-in-ledger",
        "tenant": "acme",
        "delivery": scene.last,
        "message": "It is in the archive, but the ledger does not know it.",
        "remedy": "dropsafe rebuild acme",
    }
    assert "no tenant nobody" in dropsafe(files, "verify", "--tenant", "nobody", status=1)


def test_a_server_says_at_its_start_what_is_wrong_and_serves(scene: Scene) -> None:
    """Beside its work, in the log."""
    damages.not_in_ledger(scene)
    with run_server(scene.files, DROPSAFE_LOG__FORMAT="json") as server:
        eventually(lambda: "verify.done" in server.log)
        lines = [json.loads(one) for one in server.log.splitlines() if '"verify.' in one]
        [done] = [one for one in lines if one["event"] == "verify.done"]
        wrong = [one for one in lines if one["event"] == "verify.problem"]
        assert (done["deliveries"], done["problems"], done["whole"]) == (9, len(wrong), True)
        assert {one["code"] for one in wrong} >= {"not-in-ledger"}
        assert {one["level"] for one in wrong} == {"error"}
        assert wrong[0]["remedy"] == "dropsafe rebuild acme"
