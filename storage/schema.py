"""Bringing a database to the schema that this code needs."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Column, Connection, MetaData, PrimaryKeyConstraint, String, Table, insert

from storage import migrations
from storage.database import SCHEMA, Database, schema_version
from storage.tables import metadata

# Alembic's own table, as it makes it, so that it finds where a database stands.
_version = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)


def upgrade(database: Database) -> None:
    """Make the schema, or bring an older one up to date; one that is current is left alone.

    A new one is made as it is now and not by way of its history: that takes a tenth of a second
    less of every first `init`, most of it for importing Alembic.

    Raises:
        DatabaseAway: no answer.
    """
    with database.reading() as connection:
        version = schema_version(connection)
    if version == SCHEMA:
        return
    with database.writing() as connection:
        if version is None:
            metadata.create_all(connection)
            _version.create(connection)
            connection.execute(insert(_version).values(version_num=SCHEMA))
        else:
            migrate(connection)


def migrate(connection: Connection, *, to: str = SCHEMA) -> None:
    """Bring a database to a version of the schema, one migration after the other."""
    from alembic import command  # noqa: PLC0415 - takes 0.18 s, and most often nothing is to be done
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, to)
