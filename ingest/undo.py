"""Undo and redo: a delivery leaves the fold, or enters it again, in its own place."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import structlog

from ingest import lookup, refolding
from ingest.claiming import claimed
from ingest.home import Home
from ingest.replay_fold import UNDONE, Chosen, fold_again
from storage import ledger
from storage.effect import NO_EFFECT, Effect
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


def undo(home: Home, tenant: str, ids: Collection[str], *, dry_run: bool = False) -> Undoing:
    """Have these deliveries of a tenant count no more; of an email or a container, its parts.

    What they alone had said goes, what they had replaced comes back, what later ones said stays.
    It is done at once: no reader sees a part of it. Doing it again changes nothing.

    Raises:
        NotAllowed: the tenant's queue stays busy.
        Held: a later delivery has to be read again for this, and cannot be.
        DatabaseAway: no answer; nothing changed, or all of it did.
    """
    return _turn(home, tenant, ids, leaves=True, dry_run=dry_run)


def redo(home: Home, tenant: str, ids: Collection[str], *, dry_run: bool = False) -> Undoing:
    """Have deliveries that were undone count again, read as they were. Raises as `undo` does."""
    return _turn(home, tenant, ids, leaves=False, dry_run=dry_run)


def _turn(home: Home, tenant: str, ids: Collection[str], *, leaves: bool, dry_run: bool) -> Undoing:
    with claimed(home, tenant):
        entries = [lookup.delivery(home, one) for one in sorted(ids)]
        parts = [part for entry in entries for part in lookup.parts(home, entry)]
        entries = sorted({one.id: one for one in (*entries, *parts)}.values(), key=lambda e: e.id)
        with home.database.reading() as connection:
            as_read = dict(
                zip(
                    (one.id for one in entries),
                    (feed for _, feed in refolding.as_read(connection, tenant, entries)),
                    strict=True,
                )
            )
        turned = [one for one in entries if _why_not(one, leaves=leaves) is None]
        chosen = [
            Chosen(one, feed, leaves=leaves)
            for one in turned
            if (feed := as_read[one.id]) is not None
        ]
        effect = fold_again(home, tenant, chosen, dry_run=dry_run) if chosen else NO_EFFECT
        if not dry_run:
            _mark_opened(home, [one for one in turned if as_read[one.id] is None], leaves=leaves)
            for one in turned:
                if leaves:
                    log.info("delivery.undone", delivery=one.id, tenant=tenant)
                else:
                    log.info("delivery.redone", delivery=one.id, tenant=tenant)
    return Undoing(deliveries=tuple(_outcome(one, leaves=leaves) for one in entries), effect=effect)


def _why_not(entry: Entry, *, leaves: bool) -> str | None:
    """Why a delivery cannot be undone, or redone; None if it can."""
    if leaves and entry.state in COUNTED:
        return None
    if not leaves and entry.state is State.UNDONE:
        return None
    if entry.state is State.UNDONE:
        return "It is undone already."
    if entry.state in COUNTED:
        return "It was not undone."
    if entry.state is State.QUARANTINED:
        return "It is held: none of it was loaded."
    return "It waits in the inbox: none of it was loaded yet."


def _outcome(entry: Entry, *, leaves: bool) -> Outcome:
    why_not = _why_not(entry, leaves=leaves)
    if why_not is not None:
        return Outcome(delivery=entry.id, applied=False, state=entry.state, message=why_not)
    return Outcome(
        delivery=entry.id,
        applied=True,
        state=State.UNDONE if leaves else State.LOADED,
        message=UNDONE if leaves else "Redone: what it says counts again.",
    )


def _mark_opened(home: Home, opened: list[Entry], *, leaves: bool) -> None:
    """Mark emails and containers, which say nothing themselves, as their parts are marked."""
    with home.database.writing() as connection:
        for one in opened:
            if leaves:
                ledger.undone(connection, one.id, message=one.message)
            else:
                ledger.loaded(
                    connection, one.id, counts=one.counts, reason=one.reason, message=one.message
                )
    home.journal.append(
        opened[0].tenant if opened else "",
        [{"undone" if leaves else "opened": one.id} for one in opened],
    )
