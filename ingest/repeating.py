"""Which deliveries are duplicates, once others are read anew or count again."""

from __future__ import annotations

from dataclasses import replace

from ingest import refolding
from ingest.home import Home
from ingest.replay_fold import Chosen
from storage.ledger import State


def with_repeats(
    home: Home, tenant: str, chosen: list[Chosen]
) -> tuple[list[Chosen], list[Chosen]]:
    """Find those of the chosen that were duplicates, and are once all of them are read anew.

    The rule is the one by which they became duplicates: the delivery before it in the fold has the
    same bytes and is read by the same version of the same feed's mapping.

    Gives the chosen, and behind them the others that are duplicates again, or of another one: a
    delivery that is redone takes its place back from the repeat that counted instead of it.
    """
    with home.database.reading() as connection:
        counted = refolding.counted(connection, tenant)
    said = {entry.id: Chosen(entry, feed) for entry, feed in counted}
    said.update({one.entry.id: one for one in chosen})
    redone = {one.entry.id for one in chosen if one.entry.state is State.UNDONE}
    before: dict[str, Chosen] = {}  # by record type: each has a fold of its own
    for delivery in sorted(said):
        one = said[delivery]
        record = one.feed.mapping.record
        previous = before.get(record)
        if previous and _may_repeat(one, previous, redone) and one.says_as(previous):
            one = said[delivery] = replace(one, repeats=previous.repeats or previous.entry.id)
            if previous.entry.id in redone:
                redone.add(delivery)
        before[record] = one
    ours = {one.entry.id for one in chosen}
    others = [said[delivery] for delivery in sorted(redone - ours)]
    return [said[one.entry.id] for one in chosen], [one for one in others if _is_news(one)]


def _may_repeat(one: Chosen, previous: Chosen, redone: set[str]) -> bool:
    """Whether a delivery was a duplicate, be it that it counted in place of one that was undone."""
    if one.entry.state is State.DUPLICATE:
        return True
    brought_nothing = one.entry.new == one.entry.changed == 0
    return brought_nothing and not redone.isdisjoint((one.entry.id, previous.entry.id))


def _is_news(one: Chosen) -> bool:
    return (one.entry.state, one.entry.same_as) != (State.DUPLICATE, one.repeats)
