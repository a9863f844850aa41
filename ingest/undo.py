"""Undo and redo: a delivery leaves the fold, or enters it again, in its own place."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import structlog

from ingest import journalling, lookup, refolding, settling
from ingest.claiming import claimed
from ingest.home import Home
from ingest.loading import verdict_on_repeat
from ingest.repeating import with_repeats
from ingest.replay_fold import UNDONE, Chosen, fold_again
from ingest.rereading import rereading
from ingest.verdicts import HoldCode
from storage import ledger
from storage.database import Connection
from storage.effect import NO_EFFECT, Effect
from storage.journal import Line
from storage.ledger import COUNTED, Entry, State

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one delivery: whether it was undone or redone, else why not."""

    delivery: str
    applied: bool
    state: State
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Undoing:
    """What an undo or a redo did, or in a dry run would do, to one tenant's rows."""

    deliveries: tuple[Outcome, ...]
    effect: Effect


Progress = Callable[[int, int], None]


def undo(
    home: Home,
    tenant: str,
    ids: Collection[str],
    *,
    dry_run: bool = False,
    progress: Progress = lambda _done, _all: None,
) -> Undoing:
    """Have these deliveries of a tenant count no more; of an email or a container, its parts.

    What they alone had said goes, what they had replaced comes back, what later ones said stays.
    It is done at once: no reader sees a part of it. Doing it again changes nothing. `progress` is
    told how many deliveries were read for it, of how many.

    Raises:
        NotAllowed: the tenant's queue stays busy.
        Held: a later delivery has to be read again for this, and cannot be.
        DatabaseAway: no answer; nothing changed, or all of it did.
    """
    with claimed(home, tenant):
        entries = _with_parts(home, ids)
        turned = [one for one in entries if one.state in COUNTED]
        chosen, opened = _as_read(home, tenant, turned, leaves=True)
        instead = _counting_instead(home, tenant, turned)

        def also(connection: Connection) -> list[Line]:
            for one in opened:
                ledger.undone(connection, one.id, message=one.message)
            return [journalling.of_undo(one.id) for one in opened]

        effect = NO_EFFECT
        if turned:
            effect = _fold(home, tenant, chosen, dry_run=dry_run, progress=progress, also=also)
        if not dry_run:
            for one in turned:
                log.info("delivery.undone", delivery=one.id, tenant=tenant)
    outcomes = (_undone(one, instead=instead.get(one.id)) for one in entries)
    return Undoing(deliveries=tuple(outcomes), effect=effect)


def redo(
    home: Home,
    tenant: str,
    ids: Collection[str],
    *,
    dry_run: bool = False,
    progress: Progress = lambda _done, _all: None,
) -> Undoing:
    """Have deliveries that were undone count again, read as they were. Raises as `undo` does."""
    with claimed(home, tenant):
        entries = _with_parts(home, ids)
        turned = [one for one in entries if one.state is State.UNDONE]
        as_read, opened = _as_read(home, tenant, turned, leaves=False)
        chosen, followers = with_repeats(home, tenant, as_read)
        opened += _undone_parents(home, turned)

        def also(connection: Connection) -> list[Line]:
            for one in followers:
                _mark_repeat(connection, one)
            return _mark_opened(connection, opened)

        effect = NO_EFFECT
        if turned:
            effect = _fold(home, tenant, chosen, dry_run=dry_run, progress=progress, also=also)
        if not dry_run:
            if opened:
                settling.release(home, tenant, (HoldCode.PARENT_UNDONE,))
            for one in turned:
                log.info("delivery.redone", delivery=one.id, tenant=tenant)
    repeats = {one.entry.id for one in chosen if one.repeats}
    outcomes = (_redone(one, repeats=one.id in repeats) for one in entries)
    return Undoing(deliveries=tuple(outcomes), effect=effect)


def _fold(
    home: Home,
    tenant: str,
    chosen: list[Chosen],
    *,
    dry_run: bool,
    progress: Progress,
    also: Callable[[Connection], list[Line]],
) -> Effect:
    with rereading(home, tenant) as read:
        return fold_again(
            home, tenant, chosen, read=read, dry_run=dry_run, progress=progress, also=also
        )


def _with_parts(home: Home, ids: Collection[str]) -> list[Entry]:
    """These deliveries and their parts, each once, in the order of receipt."""
    entries = [lookup.delivery(home, one) for one in sorted(ids)]
    parts = [part for entry in entries for part in lookup.parts(home, entry)]
    return sorted({one.id: one for one in (*entries, *parts)}.values(), key=lambda one: one.id)


def _as_read(
    home: Home, tenant: str, turned: list[Entry], *, leaves: bool
) -> tuple[list[Chosen], list[Entry]]:
    """Those that say something, as they were read; and emails and containers, which do not."""
    with home.database.reading() as connection:
        as_read = refolding.as_read(connection, tenant, turned)
    return (
        [Chosen(one, feed, leaves=leaves) for one, feed in as_read if feed is not None],
        [one for one, feed in as_read if feed is None],
    )


def _counting_instead(home: Home, tenant: str, turned: list[Entry]) -> dict[str, str]:
    """By delivery that is undone, the last of its duplicates that still counts."""
    ids = {one.id for one in turned}
    with home.database.reading() as connection:
        repeats = ledger.entries(connection, tenant=tenant, states=(State.DUPLICATE,))
    return {one.same_as: one.id for one in repeats if one.same_as in ids and one.id not in ids}


def _undone_parents(home: Home, parts: list[Entry]) -> list[Entry]:
    """Emails and containers that were undone, of which a part is to count again."""
    names = {one.parent for one in parts if one.parent} - {one.id for one in parts}
    parents = [lookup.delivery(home, one) for one in sorted(names)]
    return [one for one in parents if one.state is State.UNDONE]


def _undone(entry: Entry, *, instead: str | None) -> Outcome:
    """What an undo did to a delivery; `instead` counts in its place."""
    if entry.state not in COUNTED:
        return _refused(entry, "It is undone already.")
    message = UNDONE
    if instead:
        message += (
            f" {instead} has the same bytes and counts in its place; undo it, too, if need be."
        )
    return Outcome(delivery=entry.id, applied=True, state=State.UNDONE, message=message)


def _redone(entry: Entry, *, repeats: bool) -> Outcome:
    """What a redo did to a delivery; `repeats`: as the duplicate of another."""
    if entry.state is not State.UNDONE:
        return _refused(entry, "It was not undone.")
    return Outcome(
        delivery=entry.id,
        applied=True,
        state=State.DUPLICATE if repeats else State.LOADED,
        message="Redone: what it says counts again.",
    )


def _refused(entry: Entry, loaded: str) -> Outcome:
    """Say why a delivery is left as it is; `loaded` says so of one that was loaded once."""
    if entry.state is State.UNDONE or entry.state in COUNTED:
        message = loaded
    elif entry.state is State.QUARANTINED:
        message = "It is held: none of it was loaded."
    else:
        message = "It waits in the inbox: none of it was loaded yet."
    return Outcome(delivery=entry.id, applied=False, state=entry.state, message=message)


def _mark_repeat(connection: Connection, one: Chosen) -> None:
    """Mark what counted in place of an undone delivery as the duplicate that it is again."""
    original = one.repeats or one.entry.id
    message = verdict_on_repeat(original)
    ledger.repeats(connection, one.entry.id, original=original, message=message)


def _mark_opened(connection: Connection, opened: list[Entry]) -> list[Line]:
    """Mark emails and containers, which say nothing themselves, as their parts are marked."""
    for one in opened:
        ledger.loaded(connection, one.id, counts=one.counts, reason=one.reason, message=one.message)
    return [journalling.of_opening(one.id) for one in opened]
