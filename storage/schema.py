"""Bringing a database to the schema that this code needs."""

from __future__ import annotations

from pathlib import Path

from storage import migrations
from storage.database import SCHEMA, Database, schema_version


def upgrade(database: Database) -> None:
    """Make the schema, or bring an older one up to date; one that is current is left alone.

    Raises:
        DatabaseAway: no answer.
    """
    with database.reading() as connection:
        if schema_version(connection) == SCHEMA:
            return
    # Most often there is nothing to do, and Alembic takes 0.15 s to be imported.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    with database.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, SCHEMA)
