"""The command is a contract: names, keys, exit statuses and costs that scripts rely on."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.e2e.running import command, dropsafe, dropsafe_json
from tests.shop import MAPPING, table

SALES = table(("B", "9", "1.5"), ("A", "10", "x"), ("A", "9", "-2"))

VERDICT = {
    "delivery",
    "state",
    "reason",
    "message",
    "new",
    "changed",
    "unchanged",
    "rejected",
    "duplicates",
}


@pytest.fixture
def home(fresh_home: Path, tmp_path: Path) -> Path:
    return shutil.copytree(fresh_home, tmp_path / "home")


@pytest.fixture(scope="module")
def loaded_shop(fresh_shop: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which acme has loaded a file with one bad row."""
    directory = tmp_path_factory.mktemp("template")
    path = shutil.copytree(fresh_shop[0], directory / "home")
    (directory / "sales.csv").write_bytes(SALES)
    dropsafe(path, "load", "acme", str(directory / "sales.csv"), "--wait")
    return path


@pytest.fixture
def shop(loaded_shop: Path, tmp_path: Path) -> Path:
    """The same to change, with the file and the mapping beside it."""
    (tmp_path / "mapping.toml").write_text(MAPPING)
    (tmp_path / "sales.csv").write_bytes(SALES)
    return shutil.copytree(loaded_shop, tmp_path / "home")


def loaded_id(home: Path) -> str:
    """The id of the shop's first delivery."""
    identifier: str = dropsafe_json(home, "deliveries")[0]["delivery"]
    return identifier


def test_init_can_be_repeated(home: Path) -> None:
    """The second time nothing is lost, settings included."""
    (home / "dropsafe.toml").write_text('[smtp]\ndomain = "drop.example"\n')
    assert dropsafe_json(home, "init")["made"] is False
    assert "drop.example" in (home / "dropsafe.toml").read_text()


def test_a_new_tenant_is_told_its_credentials_once(home: Path) -> None:
    """The keys of the document are a contract; the Upload Key is stored nowhere in clear."""
    told = dropsafe_json(home, "tenant", "add", "acme")
    assert set(told) == {"tenant", "user", "upload_key", "mail_address"}
    assert (told["tenant"], told["user"]) == ("acme", "acme")
    assert told["mail_address"].startswith("acme-")
    assert told["mail_address"].endswith("@drop.localhost")
    assert len(told["upload_key"]) * 5 >= 128
    shown = dropsafe(home, "tenant", "show", "acme")
    assert told["upload_key"] not in shown
    for file in home.rglob("*"):
        if file.is_file():
            assert told["upload_key"].encode() not in file.read_bytes()


def test_rotating_makes_a_new_key_and_on_request_a_new_address(home: Path) -> None:
    """The mail address stays, unless it is asked for."""
    first = dropsafe_json(home, "tenant", "add", "acme")
    second = dropsafe_json(home, "tenant", "rotate", "acme")
    third = dropsafe_json(home, "tenant", "rotate", "acme", "--mail-address")
    assert len({told["upload_key"] for told in (first, second, third)}) == 3
    assert first["mail_address"] == second["mail_address"] != third["mail_address"]


def test_a_tenant_can_be_given_keys_senders_and_limits(home: Path, tmp_path: Path) -> None:
    """What is added is shown, can be changed, and can be taken away again."""
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    dropsafe(home, "tenant", "add", "acme", "--key", f"{key}.pub", "--sender", "*@shop.example")
    shown = dropsafe_json(home, "tenant", "show", "acme")
    (fingerprint,) = shown["keys"]
    assert fingerprint in subprocess.check_output(["ssh-keygen", "-l", "-f", key], text=True)
    assert (shown["senders"], shown["plain_ftp"]) == (["*@shop.example"], False)

    changed = dropsafe_json(
        home, "tenant", "change", "acme", "--remove-key", fingerprint, "--plain-ftp",
        "--max-file-size", "1000", "--remove-sender", "*@shop.example",
    )  # fmt: skip

    assert (changed["keys"], changed["senders"]) == ([], [])
    assert (changed["plain_ftp"], changed["max_file_size"]) == (True, 1000)
    said = dropsafe(home, "tenant", "change", "acme", "--remove-key", "SHA256:x", status=1)
    assert "SHA256:x" in said


def test_bytes_are_kept_for_ever_unless_it_is_said_for_how_long(home: Path) -> None:
    """For how many days can be said, changed and taken back; none at all is a slip."""
    dropsafe(home, "tenant", "add", "acme", "--keep-days", "400")
    assert dropsafe_json(home, "tenant", "show", "acme")["keep_days"] == 400
    assert dropsafe_json(home, "tenant", "change", "acme", "--keep-days", "30")["keep_days"] == 30
    assert dropsafe_json(home, "tenant", "change", "acme", "--keep-for-ever")["keep_days"] is None
    dropsafe(home, "tenant", "change", "acme", "--keep-days", "0", status=2)
    both = ("--keep-days", "3", "--keep-for-ever")
    dropsafe(home, "tenant", "change", "acme", *both, status=2)


@pytest.mark.parametrize("name", ["../x", "Acme", "-a", "a" * 64, "a b", "a\n"])
def test_a_tenant_s_name_is_safe_as_a_directory(home: Path, name: str) -> None:
    """It is a user name and a directory: nothing else is let through."""
    said = dropsafe(home, "tenant", "add", "--", name, status=1)
    assert "lower-case letters" in said


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "holds no public key"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\n", "private key"),
        ("ssh-dss AAAAB3NzaC1kc3M= x\n", "not a public key that is accepted"),
        ("ssh-ed25519 AAAA x\n", "not a valid public key"),
    ],
)
def test_a_bad_key_file_is_explained(home: Path, tmp_path: Path, content: str, words: str) -> None:
    """The line names the file and what to give instead."""
    (tmp_path / "key.pub").write_text(content)
    said = dropsafe(home, "tenant", "add", "acme", "--key", str(tmp_path / "key.pub"), status=1)
    assert words in said
    assert "key.pub" in said


def test_a_short_password_is_refused(home: Path) -> None:
    """A password that a person chose has to be one."""
    said = dropsafe(home, "tenant", "add", "acme", "--password-stdin", status=1, input="short\n")
    assert "at least 12" in said
    dropsafe(home, "tenant", "add", "acme", "--password-stdin", input="long enough, truly\n")
    assert dropsafe_json(home, "tenant", "show", "acme")["password"] is True


def test_load_and_wait_says_the_verdict(shop: Path, tmp_path: Path) -> None:
    """The keys are a contract; the same file again is a duplicate."""
    verdict = dropsafe_json(shop, "load", "acme", str(tmp_path / "sales.csv"), "--wait")
    assert set(verdict) == VERDICT
    assert verdict["state"] == "duplicate"
    (tmp_path / "more.csv").write_bytes(table(("A", "11", "3"), ("A", "11", "4"), ("A", "9", "-2")))
    verdict = dropsafe_json(shop, "load", "acme", str(tmp_path / "more.csv"), "--wait")
    assert {key: verdict[key] for key in VERDICT - {"delivery", "message"}} == {
        "state": "loaded",
        "reason": None,
        "new": 1,
        "changed": 0,
        "unchanged": 1,
        "rejected": 0,
        "duplicates": 1,
    }


def test_load_without_wait_leaves_the_work_to_a_worker(shop: Path, tmp_path: Path) -> None:
    """work --once does all that waits."""
    (tmp_path / "more.csv").write_bytes(table(("A", "11", "3")))
    waiting = dropsafe_json(shop, "load", "acme", str(tmp_path / "more.csv"))
    assert (waiting["state"], set(waiting)) == ("received", VERDICT)
    assert (
        dropsafe_json(shop, "deliveries", "--state", "received")[0]["delivery"]
        == (waiting["delivery"])
    )
    assert dropsafe_json(shop, "work", "--once") == {"worked": 1}
    assert dropsafe_json(shop, "show", waiting["delivery"])["state"] == "loaded"
    assert dropsafe_json(shop, "work", "--once") == {"worked": 0}


def test_show_has_the_keys_of_load_and_more(shop: Path) -> None:
    """Where it came from, what it was read with, and when."""
    shown = dropsafe_json(shop, "show", loaded_id(shop))
    assert shown["pruned"] is False
    assert set(shown) > VERDICT
    assert (shown["tenant"], shown["name"], shown["via"]) == ("acme", "sales.csv", "load")
    assert (shown["feed"], shown["mapping_version"], shown["attempts"]) == ("default", 1, 1)


def test_rows_are_sorted_by_the_bytes_of_their_key(shop: Path) -> None:
    """Columns, order and formats of the dump are a contract."""
    printed = list(csv.reader(io.StringIO(dropsafe(shop, "rows", "acme"))))
    delivery = loaded_id(shop)
    assert printed == [
        ["location_id", "transaction_id", "occurred_at", "local_time", "total", "delivery", "line"],
        ["A", "9", "2026-03-01T15:00:00Z", "2026-03-01T10:00:00", "-2.00", delivery, "4"],
        ["B", "9", "2026-03-01T15:00:00Z", "2026-03-01T10:00:00", "1.50", delivery, "2"],
    ]


def test_rejects_say_where_and_why(shop: Path) -> None:
    """As CSV, and as JSON with the same content."""
    (row,) = csv.DictReader(io.StringIO(dropsafe(shop, "rejects", loaded_id(shop))))
    assert row["line"] == "3"
    assert (row["column"], row["reason"]) == ("Total", "not-money")
    assert row["raw"] == "A,10,2026-03-01 10:00:00,x"
    (document,) = dropsafe_json(shop, "rejects", loaded_id(shop))
    assert {**document, "line": "3"} == row


def test_cat_gives_the_original_bytes(shop: Path, tmp_path: Path) -> None:
    """Also of what is not text."""
    data = bytes(range(256)) * 10
    (tmp_path / "x.csv").write_bytes(data)
    held = dropsafe_json(shop, "load", "acme", str(tmp_path / "x.csv"), "--wait")
    assert held["state"] == "quarantined"
    assert subprocess.check_output([*command(shop), "cat", held["delivery"]]) == data


def test_undo_and_redo_say_what_becomes_of_the_rows(shop: Path) -> None:
    """For scripts a document, for people the rows that change; in a dry run nothing does."""
    one = loaded_id(shop)
    rows = dropsafe(shop, "rows", "acme")
    tried = dropsafe_json(shop, "undo", one, "--dry-run")
    assert (tried["vanished"], tried["went_back"], tried["stayed"]) == (2, {}, 0)
    assert {change["before"]["total"] for change in tried["sample"]} == {"1.50", "-2.00"}
    assert dropsafe(shop, "rows", "acme") == rows

    said = dropsafe(shop, "undo", one).splitlines()
    assert any(line.split() == ["vanished", "2"] for line in said)
    assert any(line.split() == ["B", "9", "1.50", "-"] for line in said)
    assert dropsafe_json(shop, "deliveries", "--state", "undone")[0]["delivery"] == one
    assert dropsafe_json(shop, "rows", "acme") == []

    done = dropsafe_json(shop, "redo", one)
    assert [each["applied"] for each in done["deliveries"]] == [True]
    assert (done["new"], done["changed"], done["stayed"]) == (2, 0, 0)
    assert dropsafe(shop, "rows", "acme") == rows
    told = dropsafe(shop, "undo", "1htfj5nsh5b82", status=1)
    assert told.startswith("dropsafe: There is no delivery 1htfj5nsh5b82.")


def test_a_replay_says_what_it_does_before_and_after(shop: Path, tmp_path: Path) -> None:
    """--dry-run changes nothing and says the same numbers."""
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(MAPPING.replace('"Store"', '{ constant = "X" }'))
    dropsafe(shop, "mapping", "set", "acme", str(mapping))
    before = dropsafe(shop, "rows", "acme")
    tried = dropsafe_json(shop, "replay", "--tenant", "acme", "--dry-run")
    assert dropsafe(shop, "rows", "acme") == before
    done = dropsafe_json(shop, "replay", loaded_id(shop))
    counts = {"new": 1, "changed": 0, "unchanged": 0, "gone": 2}
    assert {key: tried[key] for key in counts} == counts
    assert {key: done[key] for key in counts} == counts
    assert (tried["dry_run"], done["dry_run"]) == (True, False)
    assert done["deliveries"][0]["duplicates"] == 1  # A-9 and B-9 are one transaction now
    assert done["deliveries"][0]["applied"] is True
    later = dropsafe_json(shop, "replay", "--tenant", "acme", "--since", "2099-01-01")
    assert later["deliveries"] == []


def test_mappings_are_versioned_and_checked(shop: Path, tmp_path: Path) -> None:
    """The text of the current version makes no new one; a broken one says every key at fault."""
    mapping = tmp_path / "mapping.toml"
    assert dropsafe_json(shop, "mapping", "set", "acme", str(mapping))["version"] == 1
    assert dropsafe(shop, "mapping", "show", "acme") == MAPPING
    mapping.write_text('record = "transactions"\ntimezone = "Mars/Olympus"\n')
    said = dropsafe(shop, "mapping", "set", "acme", str(mapping), status=1)
    assert "timezone" in said
    assert "columns.total" in said
    assert len(dropsafe_json(shop, "mapping", "history", "acme")) == 1
    assert "no mapping for the feed x" in dropsafe(
        shop, "mapping", "show", "acme", "--feed", "x", status=1
    )


def test_a_feed_can_be_removed(shop: Path, tmp_path: Path) -> None:
    """It is gone from the tenant, and the history says since when."""
    mapping = str(tmp_path / "mapping.toml")
    dropsafe(shop, "mapping", "set", "acme", mapping, "--feed", "old-tills")
    removed = dropsafe_json(shop, "mapping", "remove", "acme", "--feed", "old-tills")
    assert removed == {"tenant": "acme", "feed": "old-tills", "version": 2, "released": 0}
    assert dropsafe_json(shop, "tenant", "show", "acme")["feeds"] == {"default": 1}
    history = dropsafe_json(shop, "mapping", "history", "acme", "--feed", "old-tills")
    assert [one["text"] for one in history] == [MAPPING, ""]
    assert "removed" in dropsafe(shop, "mapping", "history", "acme")
    said = dropsafe(shop, "mapping", "remove", "acme", "--feed", "old-tills", status=1)
    assert "no mapping for the feed old-tills" in said


def test_mapping_check_says_what_would_happen_and_changes_nothing(
    shop: Path, tmp_path: Path
) -> None:
    """Counts as load would say them, with the rejects; nothing is stored."""
    (tmp_path / "more.csv").write_bytes(
        table(("A", "9", "-2"), ("B", "9", "7"), ("C", "1", "1"), ("C", "2", "y"))
    )
    found = dropsafe_json(shop, "mapping", "check", "acme", str(tmp_path / "more.csv"))
    counts = {key: found[key] for key in ("new", "changed", "unchanged", "rejected")}
    assert counts == {"new": 1, "changed": 1, "unchanged": 1, "rejected": 1}
    assert found["rejects"][0]["line"] == 5
    assert len(dropsafe_json(shop, "deliveries")) == 1
    (tmp_path / "bad.csv").write_bytes(b"a,b\n1,2\n")
    held = dropsafe_json(shop, "mapping", "check", "acme", str(tmp_path / "bad.csv"))
    assert (held["state"], held["reason"]) == ("quarantined", "missing-column")
    assert (held["feed"], held["mapping_version"]) == ("default", 1)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("show", "0000000000000"), "There is no delivery 0000000000000."),
        (("show", "../../etc"), "There is no delivery"),
        (("cat", "x"), "There is no delivery"),
        (("rows", "nobody"), "There is no tenant nobody."),
        (("tenant", "show", "nobody"), "There is no tenant nobody."),
        (("tenant", "add", "acme"), "There is a tenant acme already."),
        (("deliveries", "--tenant", "nobody"), "There is no tenant nobody."),
        (("mapping", "history", "nobody"), "There is no tenant nobody."),
        (("replay", "--tenant", "nobody"), "There is no tenant nobody."),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    shop: Path, arguments: tuple[str, ...], words: str
) -> None:
    """Exit status 1, one line on standard error, and what to do next."""
    said = dropsafe(shop, *arguments, status=1)
    assert said.startswith("dropsafe: ")
    assert words in said
    assert len(said.splitlines()) == 1
