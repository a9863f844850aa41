"""The database: one engine, transactions, and the refusal to run where a power cut loses work.

Measured with 50 acknowledged commits and then a power cut: SQLite in WAL with synchronous=NORMAL
lost all 50, with the driver's defaults 1, in WAL with FULL none; PostgreSQL with
synchronous_commit off lost all, with it on none.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, Engine, Table, create_engine, event, inspect, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DatabaseError, InterfaceError, OperationalError

from storage.errors import DamagedDatabase, DatabaseAway, DropsafeError, UnsafeDatabase
from storage.files import names_in
from storage.layout import Layout

__all__ = [
    "SCHEMA",
    "Connection",
    "Database",
    "schema_version",
    "upsert",
    "write",
]  # no other package names SQLAlchemy

SCHEMA = "0005"
"""The newest migration: what the tables in storage.tables are."""

_BUSY_SECONDS = 30
_CONNECT_SECONDS = 5
_VANISHED_SECONDS = 15
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_PRIMARY_CODE = 0xFF  # of an error of SQLite, below what says more of it
_LOSES_COMMITS = {"synchronous_commit": "off", "fsync": "off", "full_page_writes": "off"}


class Database:
    """The embedded SQLite database of a home, or a PostgreSQL database."""

    def __init__(self, layout: Layout, url: str = "") -> None:
        self._layout = layout
        try:
            parsed = make_url(url or f"sqlite:///{layout.database}")
        except ArgumentError as error:
            raise DropsafeError(
                "database.url is not a database address.",
                hint="Use postgresql://user:password@host/name, or leave it empty.",
            ) from error
        backend = parsed.get_backend_name()
        if backend == "postgresql":
            self.engine = create_engine(
                parsed.set(drivername="postgresql+psycopg"),
                pool_pre_ping=True,
                hide_parameters=True,  # values of rows and hashes have no place in a log
                connect_args={
                    "connect_timeout": _CONNECT_SECONDS,
                    # A server that vanished without a goodbye is away, not waited for.
                    "tcp_user_timeout": _VANISHED_SECONDS * 1000,
                    "keepalives_idle": _VANISHED_SECONDS,
                },
            )
        elif backend == "sqlite":
            self.engine = create_engine(
                parsed, hide_parameters=True, connect_args={"timeout": _BUSY_SECONDS}
            )
            _prepare_sqlite(self.engine)
        else:
            raise DropsafeError(
                f"database.url names {backend}, which dropsafe does not speak.",
                hint="Use postgresql://user:password@host/name, or leave it empty for SQLite.",
            )

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """A connection on which several transactions may follow each other.

        Raises:
            DatabaseAway: no answer, or the connection broke; the transaction may or may not have
                been committed, so whatever was done must bear doing again.
            DamagedDatabase: SQLite cannot read its file.
        """
        try:
            with self.engine.connect() as connection:
                yield connection
        except (DatabaseError, InterfaceError) as error:
            if _tells_of_damage(error):
                raise DamagedDatabase(str(error.orig), self._layout.database) from error
            if not isinstance(error, OperationalError | InterfaceError):
                raise
            raise DatabaseAway(
                "The database does not answer.", hint=str(error.orig).strip()
            ) from error

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state and changes nothing. Raises DatabaseAway."""
        with self.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is durable when the block ends. Raises DatabaseAway."""
        with self.connect() as connection, write(connection):
            yield connection

    def check(self) -> None:
        """Refuse a database without our schema, or one that would lose commits.

        Raises:
            DatabaseAway: no answer.
            UnsafeDatabase: it is set up to lose what it committed; names the setting.
            DropsafeError: the schema is missing or of another version; names what makes it.
        """
        with self.reading() as connection:
            if connection.dialect.name == "postgresql":
                _check_postgresql(connection)
            version = schema_version(connection)
        if version is None:
            hint = "Run 'dropsafe init' first."
            if any(names_in(self._layout.archive)) or any(names_in(self._layout.settled)):
                hint = "To make it from the archive, rows and all: dropsafe rebuild"
            raise DropsafeError("The database is not set up yet.", hint=hint)
        if version != SCHEMA:
            raise DropsafeError(
                f"The database has schema {version}, this dropsafe needs {SCHEMA}.",
                hint="Run 'dropsafe init': it brings the schema up to date.",
            )


@contextmanager
def write(connection: Connection) -> Iterator[None]:
    """A writing transaction on a connection that is open already.

    SQLite takes its one write lock at the start: a transaction that read first could not be
    upgraded once another writer had committed.
    """
    connection.execution_options(dropsafe_begin="IMMEDIATE")
    try:
        with connection.begin():
            yield
    finally:
        connection.execution_options(dropsafe_begin="")


def upsert(connection: Connection, table: Table) -> Any:  # noqa: ANN401 - either dialect's own Insert
    """An insert with `on_conflict_…`, which both databases have, each in its own class."""
    # Each brings its drivers along, so only the one that is spoken is imported.
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - only this database needs it

        return postgresql.insert(table)
    from sqlalchemy.dialects import sqlite  # noqa: PLC0415 - as above

    return sqlite.insert(table)


def _prepare_sqlite(engine: Engine) -> None:
    """WAL with FULL, and transactions begun by us rather than guessed by the driver."""

    @event.listens_for(engine, "connect")
    def on_connect(connection: DBAPIConnection, _record: object) -> None:
        if engine.url.database:
            _keep_private(Path(engine.url.database))
        driver = cast("sqlite3.Connection", connection)
        driver.isolation_level = None
        mode = driver.execute("PRAGMA journal_mode=WAL").fetchone()[0]
        driver.execute("PRAGMA synchronous=FULL")
        level = driver.execute("PRAGMA synchronous").fetchone()[0]
        if mode != "wal" or level != 2:  # noqa: PLR2004 - 2 is FULL
            raise UnsafeDatabase(
                f"SQLite offers journal mode {mode} and synchronous={level} here; "
                "dropsafe needs WAL and FULL.",
                hint="Put the home on a local disk.",
            )

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        mode = connection.get_execution_options().get("dropsafe_begin", "")
        connection.exec_driver_sql(f"BEGIN {mode}")


def _tells_of_damage(error: DatabaseError | InterfaceError) -> bool:
    code = getattr(error.orig, "sqlite_errorcode", None)
    return code is not None and code & _PRIMARY_CODE in _DAMAGED


def _keep_private(database: Path) -> None:
    """Let only its owner read the embedded database, one of an earlier version too.

    SQLite makes the files beside it with the mode that the database has.
    """
    for path in (database, *(Path(f"{database}{suffix}") for suffix in ("-wal", "-shm"))):
        with suppress(FileNotFoundError, PermissionError):  # it is another's, who has given leave
            if path.stat().st_mode & 0o077:
                path.chmod(0o600)


def _check_postgresql(connection: Connection) -> None:
    for setting, bad in _LOSES_COMMITS.items():
        value = connection.exec_driver_sql(f"SHOW {setting}").scalar_one()
        if value == bad:
            raise UnsafeDatabase(
                f"PostgreSQL runs with {setting} = {bad}: a power cut would lose commits.",
                hint=f"Set {setting} = on for this database.",
            )


def schema_version(connection: Connection) -> str | None:
    """The migration that a database is at; None if it was never set up."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.exec_driver_sql(
        "SELECT version_num FROM alembic_version"
    ).scalar()
    return version
