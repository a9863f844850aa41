"""The database refuses to run where it would lose work, and says when it is away."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from ingest.home import Home
from storage import schema, tenants
from storage.accounts import Tenant
from storage.database import SCHEMA, Database
from storage.errors import DatabaseAway, DropsafeError, UnsafeDatabase
from storage.layout import Layout
from storage.tables import mappings as mappings_table
from storage.tables import metadata
from tests.conftest import MakeHome
from tests.databases import KINDS, Databases


@pytest.fixture(params=KINDS)
def empty(
    request: pytest.FixtureRequest, databases: Databases, tmp_path: Path
) -> Iterator[Database]:
    """A database in which nothing was ever made."""
    with databases.empty(request.param) as url:
        database = Database(Layout(tmp_path), url)
        yield database
        database.close()


def test_the_migrations_make_the_tables_that_the_code_uses(empty: Database) -> None:
    """A column that is added to the code and not to a migration fails here."""
    with empty.writing() as connection:
        schema.migrate(connection)
    _fits(empty)


def test_an_older_schema_is_brought_up_to_date(empty: Database) -> None:
    """From the first version on, by the same command."""
    with empty.writing() as connection:
        schema.migrate(connection, to="0001")
    schema.upgrade(empty)
    _fits(empty)


def test_a_new_schema_is_the_one_that_the_migrations_make(empty: Database) -> None:
    """And Alembic takes it for its own."""
    schema.upgrade(empty)
    _fits(empty)
    with empty.writing() as connection:
        schema.migrate(connection)


def _fits(database: Database) -> None:
    database.check()
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert context.get_current_revision() == SCHEMA
        assert compare_metadata(context, metadata) == []


def test_upgrading_twice_changes_nothing(loading_home: Home) -> None:
    """init may be run again at any time."""
    schema.upgrade(loading_home.database)
    loading_home.database.check()


def test_the_embedded_database_is_private(make_home: MakeHome, tmp_path: Path) -> None:
    """With the files that SQLite puts beside it; one that was made by an earlier version, too."""
    home = make_home("sqlite", tmp_path / "home")
    home.database.close()
    home.layout.database.chmod(0o644)
    with home.database.writing() as connection:
        tenants.add(connection, Tenant(name="acme"))
        made = sorted(tmp_path.glob("home/dropsafe.db*"))
        assert [one.name for one in made] == ["dropsafe.db", "dropsafe.db-shm", "dropsafe.db-wal"]
        assert [one.stat().st_mode & 0o777 for one in made] == [0o600] * 3
    home.database.close()


def test_a_database_without_our_schema_is_refused(tmp_path: Path) -> None:
    """The operator is told what to run."""
    database = Database(Layout(tmp_path))
    with pytest.raises(DropsafeError) as caught:
        database.check()
    assert "dropsafe init" in caught.value.hint
    database.close()


def test_another_schema_version_is_refused(loading_home: Home) -> None:
    """An older or newer dropsafe does not touch what it does not understand."""
    with loading_home.database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DropsafeError, match="has schema 9999"):
        loading_home.database.check()


def test_sqlite_runs_in_wal_with_full_synchronisation(make_home: MakeHome, tmp_path: Path) -> None:
    """Of 50 commits before a power cut, anything less lost some."""
    home = make_home("sqlite", tmp_path / "home")
    with home.database.reading() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2


def test_sqlite_without_wal_is_refused(tmp_path: Path) -> None:
    """Where WAL cannot be had, as in memory or on some network disks, dropsafe does not run."""
    database = Database(Layout(tmp_path), "sqlite://")
    with pytest.raises(UnsafeDatabase, match="WAL and FULL"):
        database.check()
    database.close()


def test_postgresql_that_does_not_wait_for_its_disk_is_refused(
    make_home: MakeHome, tmp_path: Path
) -> None:
    """With synchronous_commit off a power cut lost every commit."""
    home = make_home("postgresql", tmp_path / "home")
    name = home.database.engine.url.database
    with home.database.writing() as connection:
        connection.execute(text(f'ALTER DATABASE "{name}" SET synchronous_commit = off'))
    home.database.close()
    with pytest.raises(UnsafeDatabase, match="synchronous_commit = off") as caught:
        home.database.check()
    assert "synchronous_commit = on" in caught.value.hint


def test_a_database_that_does_not_answer_is_away(tmp_path: Path) -> None:
    """Connection refused is a trouble that may pass, not an error of ours."""
    database = Database(Layout(tmp_path), "postgresql://nobody@127.0.0.1:1/nothing")
    with pytest.raises(DatabaseAway), database.reading():
        pass
    database.close()


def test_a_locked_database_is_away(
    make_home: MakeHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lock that is held too long may pass as well."""
    monkeypatch.setattr("storage.database._BUSY_SECONDS", 0.05)
    home = make_home("sqlite", tmp_path / "home")
    holder = sqlite3.connect(home.layout.database, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseAway), home.database.writing():
        pass
    holder.close()


@pytest.mark.parametrize("url", ["mysql://x/y", "not a url"])
def test_another_kind_of_database_is_refused(tmp_path: Path, url: str) -> None:
    """The error names the setting."""
    with pytest.raises(DropsafeError, match=r"database\.url"):
        Database(Layout(tmp_path), url)


def test_a_password_in_the_url_is_not_shown(tmp_path: Path) -> None:
    """Neither the engine's name nor an error tells it."""
    database = Database(Layout(tmp_path), "postgresql://u:topsecret@127.0.0.1:1/x")
    assert "topsecret" not in repr(database.engine)
    with pytest.raises(DatabaseAway) as caught, database.reading():
        pass
    assert "topsecret" not in str(caught.value) + caught.value.hint
    database.close()


def test_a_change_of_a_tenant_is_not_lost_to_another(make_home: MakeHome, tmp_path: Path) -> None:
    """Who reads a tenant in order to change it makes others wait: a disabled one stays disabled."""
    home = make_home("postgresql", tmp_path / "home")
    with home.database.writing() as connection:
        tenants.add(connection, Tenant(name="acme", upload_key_hash="x"))

    def disable() -> None:
        with home.database.writing() as connection:
            found = tenants.find(connection, "acme", to_change=True)
            tenants.change(connection, replace(found, enabled=False))

    with ThreadPoolExecutor(1) as pool:
        with home.database.writing() as connection:
            found = tenants.find(connection, "acme", to_change=True)
            other = pool.submit(disable)
            with pytest.raises(TimeoutError):
                other.result(0.3)
            tenants.change(connection, replace(found, senders=("a@b",)))
        other.result(10)
    with home.database.reading() as connection:
        found = tenants.find(connection, "acme")
    assert (found.enabled, found.senders) == (False, ("a@b",))


def test_an_error_does_not_quote_what_was_stored(loading_home: Home) -> None:
    """Hashes and rows stay out of tracebacks."""
    statement = mappings_table.insert().values(
        tenant="a", feed="b", version=1, text="topsecret", created_at=""
    )
    with loading_home.database.writing() as connection:
        connection.execute(statement)
    with loading_home.database.connect() as connection, pytest.raises(IntegrityError) as caught:
        connection.execute(statement)
    assert "topsecret" not in str(caught.value)
