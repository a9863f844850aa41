"""Copies of a database, lost and put back, and what a rebuild finds then."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select

from ingest.home import Home
from ingest.rebuild import Rebuilt
from storage.tables import metadata


def forget(home: Home) -> None:
    """Lose everything that the database knew."""
    with home.database.writing() as connection:
        for each in metadata.tables.values():
            connection.execute(each.delete())


def dumped(home: Home) -> dict[str, list[dict[str, Any]]]:
    """A copy of the whole database."""
    with home.database.reading() as connection:
        return {
            name: [dict(row) for row in connection.execute(select(each)).mappings()]
            for name, each in metadata.tables.items()
        }


def put_back(home: Home, copy: dict[str, list[dict[str, Any]]]) -> None:
    forget(home)
    with home.database.writing() as connection:
        for name, rows in copy.items():
            if rows:
                connection.execute(insert(metadata.tables[name]), rows)


def differing(made: Rebuilt) -> tuple[int, ...]:
    found = made.effect.difference
    return found.new, found.changed, found.gone, made.misattributed, made.superseded


ALL_WELL = (0, 0, 0, 0, 0)
