"""Why a row is as it is: every delivery that ever said something about it, and what it said."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ingest import lookup, refolding
from ingest.feeds import Feed
from ingest.home import Home
from ingest.loading import intact_bytes, read, read_record
from ingest.verdicts import Held, HoldCode
from parsers.canonical import TRANSACTIONS
from parsers.reject import Reject
from parsers.values.sources import Column
from storage import ledger, rows
from storage.errors import NotFound
from storage.ledger import SETTLED, Entry, State

Progress = Callable[[int, int], None]

_RUN = re.compile(r"[0-9A-Za-z]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one delivery said of a transaction; `values` is None if it cannot be read any more.

    `message` says what stands against reading it again.
    `effect` is `new`, `changed` or `unchanged` against what had been said before it, or `undone`;
    or why it says nothing although the id stands in it: `rejected`, `held`, `waiting`. Of the last
    two nobody knows by which mapping they will be read. `is_row` says that the row has its values
    from here.
    """

    delivery: str
    received_at: str
    name: str
    feed: str | None
    mapping_version: int | None
    line: int | None
    values: dict[str, str] | None
    effect: str
    is_row: bool
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """A transaction: its row, the record as it was sent, and all that was ever said of it."""

    location_id: str
    transaction_id: str
    row: dict[str, Any] | None
    raw: str | None
    history: tuple[Said, ...]


def why(
    home: Home,
    tenant: str,
    location: str,
    transaction: str,
    *,
    progress: Progress = lambda _done, _all: None,
) -> Why:
    """Find out where a transaction's row comes from, from the archive.

    `progress` is told how many deliveries were looked through, and of how many. Raises
    DatabaseAway; a delivery that cannot be read any more is part of the answer.
    """
    record = TRANSACTIONS.name
    key = (location, transaction)
    with home.database.reading() as connection:
        values = rows.values_of(connection, tenant, record, key)
        entries = ledger.entries(connection, tenant=tenant, states=SETTLED)
        as_read = refolding.as_read(connection, tenant, entries)
    candidates = [
        (entry, feed) for entry, feed in as_read if feed and feed.mapping.record == record
    ]
    row = values[-1] if values else None
    history: list[Said] = []
    raw = None
    for done, (entry, feed) in enumerate(candidates, start=1):
        said = _said(home, entry, feed, key, values)
        if said is not None:
            said = _in_its_place(said, row, history)
            history.append(said)
            if said.is_row and said.line is not None and not said.message:
                raw = read_record(home, entry, feed, said.line)
        progress(done, len(candidates))
    history += _not_loaded(home, tenant, transaction)
    history.sort(key=lambda said: said.delivery)
    return Why(
        location_id=location,
        transaction_id=transaction,
        row=row,
        raw=raw,
        history=tuple(history),
    )


def _said(
    home: Home, entry: Entry, feed: Feed, key: tuple[str, str], known: list[dict[str, Any]]
) -> Said | None:
    """What one delivery says of a transaction, if it says anything.

    `known` are the values that the row has and had.
    """
    try:
        if not _may_say(intact_bytes(home, entry), feed, key[1]):
            return None
        reading = read(home, entry, feed)
    except Held as verdict:
        if verdict.reason == HoldCode.PRUNED:
            return _as_is_known(entry, feed, known, verdict.message)
        return _of(entry, feed, effect="unreadable", message=verdict.message)
    found = reading.rows.filter(
        (reading.rows["location_id"] == key[0]) & (reading.rows["transaction_id"] == key[1])
    )
    if found.is_empty():
        return _rejected(entry, feed, reading.rejects, key)
    [values] = found.to_dicts()
    shown = {name: values[name] for name in TRANSACTIONS.values}
    effect = "undone" if entry.state is State.UNDONE else ""
    return _of(entry, feed, effect=effect, line=int(values["line"]), values=shown)


def _rejected(
    entry: Entry, feed: Feed, rejects: Sequence[Reject], key: tuple[str, str]
) -> Said | None:
    """What a delivery would have said of a transaction in a record that could not be read."""
    names = (key[1], key[0]) if _is_column(feed, "location_id") else (key[1],)
    for one in rejects:
        if _is_column(feed, "transaction_id") and all(_stands_in(each, one.raw) for each in names):
            return _of(entry, feed, effect="rejected", line=one.line, message=one.message)
    return None


def _not_loaded(home: Home, tenant: str, transaction: str) -> list[Said]:
    """The deliveries that are held or still wait, and have a transaction's id in them."""
    found = []
    for entry in lookup.deliveries(home, tenant=tenant):
        if entry.state in SETTLED or entry.is_message:
            continue
        try:
            data = intact_bytes(home, entry)
        except (Held, NotFound):
            continue
        if _is_in(transaction, data):
            held = entry.state is State.QUARANTINED
            effect = "held" if held else "waiting"
            found.append(_of(entry, None, effect=effect, message=entry.message))
    return found


def _stands_in(text: str, raw: str) -> bool:
    """Whether a text stands in a record as a word of its own."""
    return re.search(rf"(?<!\w){re.escape(text)}(?!\w)", raw) is not None


def _is_column(feed: Feed, field: str) -> bool:
    return isinstance(feed.mapping.columns[field], Column)


def _as_is_known(
    entry: Entry, feed: Feed, known: list[dict[str, Any]], message: str
) -> Said | None:
    """What a delivery said whose bytes are kept no longer: only a value that was new then."""
    for values in known:
        if values["delivery"] == entry.id:
            shown = {name: values[name] for name in TRANSACTIONS.values}
            line = int(values["line"])
            return _of(entry, feed, effect="", line=line, values=shown, message=message)
    return None


def _in_its_place(said: Said, row: dict[str, Any] | None, before: list[Said]) -> Said:
    """What it did to what was said before it, and whether the row has its values from here."""
    if said.effect:
        return said
    last = next((one for one in reversed(before) if one.effect in _COUNTS), None)
    effect = "new" if last is None else "unchanged" if last.values == said.values else "changed"
    is_row = row is not None and (row["delivery"], row["line"]) == (said.delivery, said.line)
    return replace(said, effect=effect, is_row=is_row)


_COUNTS = ("new", "changed", "unchanged")


def _of(
    entry: Entry,
    feed: Feed | None,
    *,
    effect: str,
    line: int | None = None,
    values: dict[str, str] | None = None,
    message: str = "",
) -> Said:
    return Said(
        delivery=entry.id,
        received_at=entry.received_at,
        name=entry.name,
        feed=feed.name if feed else None,
        mapping_version=feed.version if feed else None,
        line=line,
        values=values,
        effect=effect,
        is_row=False,
        message=message,
    )


def _may_say(data: bytes, feed: Feed, transaction: str) -> bool:
    """Whether a file may hold a transaction id: a look at its bytes, as reading costs far more.

    The letters and digits of an id from one column stand in the file as they are, in every
    encoding that is read, but for the zeros of UTF-16 and UTF-32 among them.
    """
    return not _is_column(feed, "transaction_id") or _is_in(transaction, data)


def _is_in(transaction: str, data: bytes) -> bool:
    longest = max(_RUN.findall(transaction), key=len, default="")
    return longest.encode() in data or longest.encode() in data.replace(b"\0", b"")
