"""Parts of an email or a container: when they were received, and what they share with the whole."""

from __future__ import annotations

from ingest import describing, lookup
from ingest.home import Home
from ingest.replay import replay
from ingest.undo import redo, undo
from storage.ledger import State
from tests.e2e.running import dropsafe_json
from tests.parsers.packing import zipped
from tests.shop import MAPPING, deliver, dump, entry, open_shop, table, totals, work_off

TWO = zipped({"a.csv": table(("A", "1", "1")), "b.txt": table(("B", "1", "1"))})
"""Two files, of which the mapping wants one."""


def _part(home: Home, number: int) -> tuple[str, State, str | None]:
    one = lookup.deliveries(home, tenant="acme")[number]
    return one.id, one.state, one.reason


def test_a_part_was_received_when_the_whole_was(loading_home: Home) -> None:
    """However late it is opened: by that time its mapping of then is found."""
    open_shop(loading_home)
    whole = deliver(loading_home, TWO, name="all.zip")
    work_off(loading_home)
    assert {one.received_at for one in lookup.deliveries(loading_home)} == {whole.received_at}


def test_a_held_part_of_what_was_undone_does_not_load_by_itself(loading_home: Home) -> None:
    """Not when a mapping releases it, nor by a replay; but once all of it counts again."""
    home = loading_home
    open_shop(home)
    whole = deliver(home, TWO, name="all.zip")
    work_off(home)
    part, state, reason = _part(home, 2)
    assert (state, reason) == (State.QUARANTINED, "no-feed")
    undo(home, "acme", [whole.id])

    wanted = MAPPING.replace('["*.csv"]', '["*.csv", "*.txt"]')
    describing.set_mapping(home, tenant="acme", feed="default", text=wanted)
    work_off(home)
    assert _part(home, 2)[1:] == (State.QUARANTINED, "parent-undone")
    assert f"dropsafe redo {whole.id}" in (lookup.delivery(home, part).remedy or "")
    [outcome] = replay(home, "acme", [part]).deliveries
    assert (outcome.applied, outcome.reason) == (False, "parent-undone")
    assert dump(home) == []

    redo(home, "acme", [whole.id])
    work_off(home)
    assert totals(home) == {("A", "1"): "1.00", ("B", "1"): "1.00"}


def test_a_part_that_counts_by_itself_again_is_loaded(loading_home: Home) -> None:
    """To redo one part is to have the whole count: what is held of it may load."""
    home = loading_home
    open_shop(home)
    whole = deliver(home, TWO, name="all.zip")
    work_off(home)
    undo(home, "acme", [whole.id])
    redo(home, "acme", [_part(home, 1)[0]])
    assert entry(home, whole).state is State.LOADED


def test_the_command_takes_the_parts_along(loading_home: Home) -> None:
    """Of what was opened nothing can be read anew but what came out of it."""
    home = loading_home
    open_shop(home)
    whole = deliver(home, zipped({"a.csv": table(("A", "1", "1"))}), name="all.zip")
    work_off(home)
    told = dropsafe_json(home.layout.home, "replay", whole.id)
    assert [(one["delivery"], one["applied"]) for one in told["deliveries"]] == [
        (_part(home, 1)[0], True)
    ]
