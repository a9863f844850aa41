"""Replay: reading deliveries again from the archive, each in its own place in the order."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import structlog

from ingest import feeds, lookup, opening, pipeline, settling
from ingest.claiming import claimed
from ingest.home import Home
from ingest.loading import verdict_on, verdict_on_repeat
from ingest.repeating import with_repeats
from ingest.replay_fold import Chosen, fold_again
from ingest.rereading import Read, rereading
from ingest.verdicts import Held
from storage import ledger, mappings
from storage.effect import NO_EFFECT, Effect
from storage.ledger import Counts, Entry, State

if TYPE_CHECKING:
    from parsers.reading import Reading

log = structlog.get_logger()

_TODAY = "9999"


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What became of one delivery: the verdict of reading it with the chosen mapping.

    `applied` is whether it is read so from now on; if not, it stayed as it was, and `reason` is why
    if there is a code for it. Of its rows `new` and `changed` are those that the tenant's rows have
    from it and did not have so before, `unchanged` all others.
    """

    delivery: str
    applied: bool
    state: State
    reason: str | None
    message: str
    records: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    duplicates: int = 0
    ignored: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What a replay did, or in a dry run would do, to one tenant's rows."""

    deliveries: tuple[Replayed, ...]
    effect: Effect


def replay(
    home: Home,
    tenant: str,
    ids: Collection[str],
    *,
    dry_run: bool = False,
    of_its_time: bool = False,
    progress: Callable[[int, int, int], None] = lambda _done, _all, _rows: None,
    folding: Callable[[int, int], None] = lambda _done, _all: None,
) -> Replay:
    """Read these deliveries of a tenant again with the chosen mapping, and fold the rows again.

    That is today's, or with `of_its_time` for each the one that was set when it was received. From
    then on that version is the one they are read with. It is done at once: no reader sees a part of
    it. One that cannot be read with it stays as it was. What was read is kept until it is through,
    so that after a kill it need not be read again.

    `progress` is told how many deliveries were read, of how many, and how many rows are in them;
    then `folding` how many were folded in.

    Raises:
        NotAllowed: the tenant's queue stays busy.
        Held: another delivery has to be read again for this, and cannot be.
        DatabaseAway: no answer; nothing changed, or all of it did.
    """
    with claimed(home, tenant), rereading(home, tenant) as read:
        entries = [one for one in lookup.deliveries(home, tenant=tenant) if one.id in ids]
        trial = _Trial(home, tenant, read, of_its_time=of_its_time, dry_run=dry_run)
        trial.read_all(entries, progress)
        outcomes = list(trial.outcomes.values())
        chosen, _ = with_repeats(home, tenant, list(trial.chosen.values()))
        if not dry_run:
            _release(home, tenant, chosen)
        effect = NO_EFFECT
        if chosen:
            effect = fold_again(home, tenant, chosen, read=read, dry_run=dry_run, progress=folding)
        if not dry_run:
            _settle(home, tenant, chosen)
            settling.release_due(home, tenant)
    repeats = {one.entry.id: one.repeats for one in chosen if one.repeats}
    return Replay(
        deliveries=tuple(
            _with_counts(_as_repeat(one, repeats.get(one.delivery)), effect) for one in outcomes
        ),
        effect=effect,
    )


class _Trial:
    """Mappings tried on a tenant's deliveries: each outcome, and which of them can be read."""

    def __init__(
        self, home: Home, tenant: str, read: Read, *, of_its_time: bool, dry_run: bool
    ) -> None:
        with home.database.reading() as connection:
            self._versions = mappings.history(connection, tenant)
        self._home = home
        self._read = read
        self._of_its_time = of_its_time
        self._dry_run = dry_run
        self._settled: dict[tuple[str, int], dict[str, str]] = {}
        self.outcomes: dict[str, Replayed] = {}
        self.chosen: dict[str, Chosen] = {}

    def read_all(self, entries: list[Entry], progress: Callable[[int, int, int], None]) -> None:
        """Read deliveries, in order; tells `progress` as `replay` does.

        What one of them proves of its feed may be what another was held for want of: those are
        tried again, until there is nothing new. Else the same replay would find more to do when it
        is repeated.
        """
        rows = 0
        for done, entry in enumerate(entries, start=1):
            self._try(entry)
            rows += self.outcomes[entry.id].records
            progress(done, len(entries), rows)
        proven = 0
        while self._proven() > proven:
            proven = self._proven()
            for entry in entries:
                if self.outcomes[entry.id].reason in settling.DECIDED_BY_PINS:
                    self._try(entry)

    def _proven(self) -> int:
        return sum(map(len, self._settled.values()))

    def _try(self, entry: Entry) -> None:
        """Try the mapping on one delivery, as far as it is to be read at all."""
        stays = self._stays(entry)
        if stays is not None:
            self.outcomes[entry.id] = stays
            return
        moment = entry.received_at if self._of_its_time else _TODAY
        versions = mappings.at(self._versions, moment)
        try:
            feed = feeds.choose(versions, tenant=entry.tenant, name=entry.name)
            settled = self._settled.setdefault((feed.name, feed.version), {})
            feed = replace(feed, pins={**settled, **feed.pins})
            reading = self._read(entry, feed)
        except Held as verdict:
            words = f"{verdict.message} It stays {entry.state}."
            self.outcomes[entry.id] = _stays(entry, verdict.reason, words)
            return
        for key, value in reading.settled.items():
            settled.setdefault(key, value)
        self.outcomes[entry.id] = _applied(entry, reading)
        self.chosen[entry.id] = Chosen(entry, feed)

    def _stays(self, entry: Entry) -> Replayed | None:
        """The outcome for one that is not read anew."""
        if entry.state in (State.RECEIVED, State.LOADING):
            words = "It waits in the inbox: a worker will read it with today's mapping."
            return _stays(entry, None, words)
        if entry.state is State.UNDONE:
            words = f"It stays undone; to have it count again: dropsafe redo {entry.id}"
            return _stays(entry, None, words)
        if opening.holds_others(self._home, entry) and not entry.parent:
            return _open_again(self._home, entry, dry_run=self._dry_run)
        try:
            opening.refuse_if_undone(self._home, entry)
        except Held as verdict:
            return _stays(entry, verdict.reason, f"{verdict.message} {verdict.remedy}")
        return None


def _applied(entry: Entry, reading: Reading) -> Replayed:
    reason, message = verdict_on(reading)
    return Replayed(
        delivery=entry.id,
        applied=True,
        state=State.LOADED,
        reason=reason,
        message=message,
        records=reading.records,
        unchanged=reading.rows.height,
        rejected=reading.rejected,
        duplicates=reading.duplicates,
        ignored=reading.ignored,
        notes=reading.notes,
    )


def _as_repeat(outcome: Replayed, original: str | None) -> Replayed:
    if original is None:
        return outcome
    words = verdict_on_repeat(original)
    return replace(outcome, state=State.DUPLICATE, reason=None, message=words)


def _with_counts(outcome: Replayed, effect: Effect) -> Replayed:
    if not outcome.applied:
        return outcome
    brought = effect.brought.get(outcome.delivery, Counts())
    unchanged = outcome.unchanged - brought.new - brought.changed
    return replace(outcome, new=brought.new, changed=brought.changed, unchanged=unchanged)


def _stays(entry: Entry, reason: str | None, message: str, *, applied: bool = False) -> Replayed:
    return Replayed(
        delivery=entry.id,
        applied=applied,
        state=entry.state,
        reason=reason,
        message=message,
        rejected=entry.rejected,
        duplicates=entry.duplicates,
        ignored=entry.ignored,
        notes=tuple(entry.notes),
    )


def _open_again(home: Home, entry: Entry, *, dry_run: bool) -> Replayed:
    """Open a held email or container again; of one that was opened, the parts can be replayed."""
    if entry.state is State.QUARANTINED and not dry_run:
        with home.database.writing() as connection:
            ledger.forgive(connection, entry.id)
        home.inbox.release(entry.tenant, entry.id)
        entry = pipeline.process(home, entry.tenant, entry.id)
        opened = entry.state is State.LOADED
        return _stays(entry, entry.reason, entry.message, applied=opened)
    if entry.state is State.QUARANTINED:
        return _stays(entry, entry.reason, entry.message)
    return _stays(entry, entry.reason, "It was opened; replay the files that came out of it.")


def _release(home: Home, tenant: str, chosen: list[Chosen]) -> None:
    """Put what was held back into the inbox: there a worker finds it, should we not get further."""
    held = [one.entry.id for one in chosen if one.entry.state is State.QUARANTINED]
    with home.database.writing() as connection:
        for delivery in held:
            ledger.forgive(connection, delivery)
    for delivery in held:
        home.inbox.release(tenant, delivery)


def _settle(home: Home, tenant: str, chosen: list[Chosen]) -> None:
    """Move what is loaded now out of the inbox."""
    for one in chosen:
        if one.entry.state is State.QUARANTINED:
            home.archive.keep(tenant, one.entry.id)
        log.info(
            "delivery.replayed", delivery=one.entry.id, tenant=tenant, version=one.feed.version
        )
