"""Bringing a database to the schema that this code needs."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config

from storage import migrations
from storage.database import SCHEMA, Database


def upgrade(database: Database) -> None:
    """Make the schema, or bring an older one up to date; one that is current is left alone.

    Raises:
        DatabaseAway: no answer.
    """
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    with database.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, SCHEMA)
