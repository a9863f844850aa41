"""What the demo holds the server to: verdicts, rows and rejects as the sample feeds expect them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from demo_feeds import COUNTS, Feed, Sent

Entry = dict[str, Any]
"""A delivery as `dropsafe deliveries --json` describes it."""

Row = dict[str, str]
"""A row as `dropsafe rows` prints it."""

WAITING = ("received", "loading")
_COLUMNS = ("location_id", "transaction_id", "occurred_at", "local_time", "total", "line")


class Checks:
    """Counts what was compared, and keeps what differs."""

    def __init__(self) -> None:
        self.made = 0
        self.differences: list[str] = []

    def same(self, what: str, found: object, wanted: object) -> None:
        """Compare two values."""
        self.made += 1
        if found != wanted:
            self.differences.append(f"{what}: found {found!r}, expected {wanted!r}")

    def verdict(self, feed: Feed, sent: Sent, entry: Entry) -> None:
        """A delivery is loaded, or held, and counts what its feed.toml says."""
        what = f"{feed.shop}, {sent.name}"
        self.same(f"{what}: state", entry["state"], "quarantined" if sent.held else "loaded")
        if sent.held:
            self.same(f"{what}: held for", entry["reason"], sent.held)
        self.same(f"{what}: counts", {name: entry[name] for name in COUNTS}, sent.counts)

    def rows(self, feed: Feed, found: Iterable[Row], golden: str = "expected.csv") -> None:
        """A shop's rows are those of a golden file."""
        self._lines(
            f"{feed.title}: rows",
            [[row[name] for name in _COLUMNS] for row in found],
            feed.golden(golden),
        )

    def rejects(self, feed: Feed, found: Iterable[Row]) -> None:
        """A shop's rejects are those of its golden file."""
        self._lines(
            f"{feed.title}: rejects",
            [[one["line"], one["column"], one["reason"]] for one in found],
            feed.golden("rejects.csv"),
        )

    def _lines(self, what: str, found: list[list[str]], wanted: list[list[str]]) -> None:
        """Compare line by line, so that a difference is told in one line and not in a page."""
        self.made += len(wanted)
        self.same(f"{what}: how many", len(found), len(wanted))
        unlike = [pair for pair in zip(found, wanted, strict=False) if pair[0] != pair[1]]
        if unlike:
            self.same(f"{what}: the first that differs", *unlike[0])
