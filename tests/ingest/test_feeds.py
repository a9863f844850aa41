"""Feeds: what they may be called, and how one goes again."""

from __future__ import annotations

import pytest

from ingest import describing, lookup
from ingest.home import Home
from ingest.replay import replay
from storage import mappings
from storage.errors import NotAllowed, NotFound
from storage.ledger import State
from tests.shop import MAPPING, deliver, entry, load, open_shop, send, table, totals

NET = MAPPING.replace('"Total"', '"Net"').replace('"*.csv"', '"net*.csv"')
DATA = b"Store,Receipt,When,Total,Net\nA,1,2026-03-01 10:00:00,5.00,4.00\n"


@pytest.mark.parametrize("name", ["", "../x", "Tills", "a b", "tills\n", "é", "a" * 41])
def test_a_feed_s_name_is_a_plain_word(loading_home: Home, name: str) -> None:
    """Whatever is not is refused with the rule, before anything is stored."""
    open_shop(loading_home, mapping=None)
    with pytest.raises(NotAllowed, match="cannot be a feed's name") as refused:
        describing.set_mapping(loading_home, tenant="acme", feed=name, text=MAPPING)
    assert "lower-case letters, digits, - and _" in refused.value.hint
    with loading_home.database.reading() as connection:
        assert mappings.history(connection, "acme") == []


@pytest.mark.parametrize("name", ["a", "old-tills_2", "7" * 40])
def test_a_plain_word_is_a_feed_s_name(loading_home: Home, name: str) -> None:
    """Up to 40 characters."""
    open_shop(loading_home, mapping=None)
    version, _ = describing.set_mapping(loading_home, tenant="acme", feed=name, text=MAPPING)
    assert (version.feed, version.version) == (name, 1)


def test_files_of_a_removed_feed_go_to_another_or_are_held(loading_home: Home) -> None:
    """The default one takes what fits it; with that gone too, a file waits for a mapping."""
    open_shop(loading_home)
    describing.set_mapping(loading_home, tenant="acme", feed="net", text=NET)
    first = send(loading_home, DATA, name="net-1.csv")

    version, _ = describing.remove_feed(loading_home, tenant="acme", feed="net")

    assert (version.version, version.is_removal) == (2, True)
    assert send(loading_home, DATA, name="net-1.csv").feed == "default"
    assert lookup.delivery(loading_home, first.id).feed == "net"
    describing.remove_feed(loading_home, tenant="acme", feed="default")
    assert send(loading_home, DATA + b"\n", name="net-1.csv").reason == "no-mapping"


def test_what_was_read_with_a_removed_feed_still_counts(loading_home: Home) -> None:
    """A late file and a replay read it as it was read, from the history that stays."""
    open_shop(loading_home)
    describing.set_mapping(loading_home, tenant="acme", feed="net", text=NET)
    late = deliver(loading_home, table(("A", "1", "1"), ("B", "1", "1")))
    read = send(loading_home, DATA, name="net-1.csv")
    describing.remove_feed(loading_home, tenant="acme", feed="net")

    load(loading_home, late)
    assert totals(loading_home) == {("A", "1"): "4.00", ("B", "1"): "1.00"}

    replay(loading_home, "acme", [read.id])
    assert totals(loading_home) == {("A", "1"): "5.00", ("B", "1"): "1.00"}


def test_removing_a_feed_tries_again_what_fitted_several(loading_home: Home) -> None:
    """Its patterns are in nobody's way any more."""
    open_shop(loading_home)
    for feed in ("net", "net2"):
        describing.set_mapping(loading_home, tenant="acme", feed=feed, text=NET)
    envelope = deliver(loading_home, DATA, name="net-1.csv")
    assert load(loading_home, envelope).reason == "several-feeds"

    _, released = describing.remove_feed(loading_home, tenant="acme", feed="net2")

    assert released == 1
    assert entry(loading_home, envelope).state is State.RECEIVED
    assert load(loading_home, envelope).feed == "net"


def test_a_removed_feed_can_be_set_again_and_not_removed_twice(loading_home: Home) -> None:
    """Its versions go on from where they were; the same text is a new version then."""
    open_shop(loading_home)
    describing.remove_feed(loading_home, tenant="acme", feed="default")
    for feed in ("default", "never"):
        with pytest.raises(NotFound, match=f"no mapping for the feed {feed}"):
            describing.remove_feed(loading_home, tenant="acme", feed=feed)
    again, _ = describing.set_mapping(loading_home, tenant="acme", feed="default", text=MAPPING)
    assert again.version == 3
    with loading_home.database.reading() as connection:
        history = mappings.history(connection, "acme")
    assert [(one.version, one.is_removal) for one in history] == [
        (1, False),
        (2, True),
        (3, False),
    ]
