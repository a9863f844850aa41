"""Folding again: that its cost grows with the rows and not with their square."""

from pathlib import Path

from sqlalchemy import func, select, text
from sqlalchemy.dialects import sqlite

from storage.refold import Refold
from tests.conftest import MakeHome
from tests.shop import open_shop


def test_rows_that_are_gone_are_found_by_their_key(make_home: MakeHome, tmp_path: Path) -> None:
    """A search in what was folded for each live row, never a scan of all of it."""
    home = make_home("sqlite", tmp_path / "home")
    open_shop(home)
    with home.database.connect() as connection, connection.begin():
        refold = Refold(connection, "acme", "transactions")
        query = select(func.count()).select_from(refold._gone().subquery())
        words = query.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
        plan = [row[3] for row in connection.execute(text(f"EXPLAIN QUERY PLAN {words}"))]
    assert any("SEARCH refold_rows" in step for step in plan)
    assert not any("SCAN refold_rows" in step for step in plan)
