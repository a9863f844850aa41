"""The gateway's tenants follow the database, and outlive it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Connection

from ingest import tenancy
from ingest.accounts_watch import AccountsWatch
from ingest.auth import LoginRefused
from ingest.home import Home
from storage import accounts, tenants
from storage.accounts import Tenant
from storage.errors import DatabaseAway
from tests.conftest import MakeHome


@pytest.fixture
def home(make_home: MakeHome, tmp_path: Path) -> Home:
    return make_home("sqlite", tmp_path / "home")


def test_a_tenant_can_log_in_the_moment_it_is_made(home: Home) -> None:
    """Also right after the gateway looked: a refusal looks once more."""
    keeper = AccountsWatch(home).gatekeeper
    for name in ("one", "two", "three"):
        made = tenancy.add(home, Tenant(name=name))
        found = keeper.with_password(name, made.upload_key, via="sftp", peer="127.0.0.1")
        assert found.tenant.name == name


def test_guessing_costs_few_looks(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forty wrong guesses at once are answered by a handful of queries."""
    keeper = AccountsWatch(home).gatekeeper
    looks: list[int] = []
    real = tenants.changes

    def counted(connection: Connection) -> int:
        looks.append(1)
        return real(connection)

    monkeypatch.setattr(tenants, "changes", counted)

    with ThreadPoolExecutor(40) as pool:
        found = list(pool.map(lambda n: keeper.with_mailbox(f"nobody-{n}"), range(40)))

    assert found == [None] * 40
    assert 1 <= len(looks) <= 4


def test_a_start_while_the_database_is_away_uses_the_last_snapshot(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reception goes on; the snapshot holds no secret in clear and is private."""
    made = tenancy.add(home, Tenant(name="acme"))
    AccountsWatch(home)
    stored = home.layout.accounts
    assert made.upload_key not in stored.read_text()
    assert oct(stored.stat().st_mode & 0o777) == "0o600"

    def away(_connection: object) -> int:
        raise DatabaseAway("gone")

    monkeypatch.setattr(tenants, "changes", away)
    keeper = AccountsWatch(home).gatekeeper

    admission = keeper.with_password("acme", made.upload_key, via="sftp", peer="x")
    assert admission.tenant.name == "acme"
    with pytest.raises(LoginRefused):
        keeper.with_password("acme", "wrong", via="sftp", peer="x")


@pytest.mark.parametrize(
    "saved",
    ["", "{", "7", '["acme"]', '[{"name": "acme"}]', '[{"later": 1, "keys": [], "senders": []}]'],
)
def test_a_snapshot_that_cannot_be_read_lets_nobody_in_and_stops_no_gateway(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], saved: str
) -> None:
    """Until the database answers: then everybody is known again, and the snapshot is mended."""
    made = tenancy.add(home, Tenant(name="acme"))
    home.layout.accounts.write_text(saved)

    def away(_connection: object) -> int:
        raise DatabaseAway("gone")

    with monkeypatch.context() as patch:
        patch.setattr(tenants, "changes", away)
        keeper = AccountsWatch(home).gatekeeper
        assert keeper.named("acme") is None
    assert "accounts.damaged" in capsys.readouterr().out
    found = keeper.with_password("acme", made.upload_key, via="sftp", peer="x")
    assert found.tenant.name == "acme"
    assert [one.name for one in accounts.load_snapshot(home.layout.accounts)] == ["acme"]


def test_a_home_without_a_snapshot_lets_nobody_in(tmp_path: Path) -> None:
    """The very first start, with the database away."""
    assert accounts.load_snapshot(tmp_path / "accounts.json") == ()


def test_a_full_disk_does_not_keep_a_new_tenant_out(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The snapshot on disk is for bad days; today's is in memory."""

    def full(*_: object) -> None:
        raise OSError(28, "full")

    monkeypatch.setattr(accounts, "save_snapshot", full)
    keeper = AccountsWatch(home).gatekeeper
    made = tenancy.add(home, Tenant(name="acme"))
    admission = keeper.with_password("acme", made.upload_key, via="sftp", peer="x")
    assert admission.tenant.name == "acme"


def test_changes_are_seen_without_anybody_asking(home: Home) -> None:
    """A tenant that is disabled is out after a second or so."""
    from tests.waiting import eventually  # noqa: PLC0415 - one use

    tenancy.add(home, Tenant(name="acme"))
    watch = AccountsWatch(home)
    watch.start()
    try:
        with home.database.writing() as connection:
            tenant = tenants.find(connection, "acme")
            tenants.change(connection, accounts.Tenant(name="acme", enabled=False))
        assert tenant.enabled
        eventually(lambda: watch.gatekeeper.named("acme") is None, seconds=5)
    finally:
        watch.stop()


def test_a_rotated_key_ends_what_it_let_in(home: Home) -> None:
    """What was let in with the old Upload Key is out after a second or so, without being asked."""
    from tests.waiting import eventually  # noqa: PLC0415 - as above

    made = tenancy.add(home, Tenant(name="acme"))
    watch = AccountsWatch(home)
    keeper = watch.gatekeeper
    before = keeper.with_password("acme", made.upload_key, via="sftp", peer="x")
    watch.start()
    try:
        rotated = tenancy.rotate(home, "acme", mail_address=False)
        eventually(lambda: keeper.still_in(before) is None, seconds=5)
        after = keeper.with_password("acme", rotated.upload_key, via="sftp", peer="x")
        assert keeper.still_in(after) is not None
    finally:
        watch.stop()
