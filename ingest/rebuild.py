"""Rebuild: a tenant's rows made again from the archive and its journal, and from nothing else.

They are made beside the live rows and then put in their place in one transaction. What the
database does not know any more (deliveries, mappings, the tenant itself) is brought back as well:
all but credentials, which are in no archive.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial

import structlog

from ingest import journalling, settling
from ingest.claiming import claimed
from ingest.home import Home
from ingest.journalling import Decided
from ingest.loading import Findings, read
from ingest.rebuild_beside import opened_otherwise, release, restore_opened, restore_tenant
from ingest.rebuild_places import (
    LOST,
    PRUNED,
    Place,
    entry_on_disk,
    is_lost,
    is_pruned,
    places,
    write_down,
)
from ingest.refolding import SHOWN
from parsers.canonical import RECORD_TYPES
from storage import ledger, rows, tenants
from storage.database import write
from storage.delivery import delivery_id, order_of
from storage.effect import NO_EFFECT, Effect, together
from storage.errors import DatabaseAway, NotAllowed, NotFound
from storage.journal import Line
from storage.ledger import SETTLED, Counts, Entry
from storage.refold_whole import WholeRefold

log = structlog.get_logger()

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What was made again of one tenant, or what differs.

    `deliveries` is how many count, `restored` how many of those in the archive the database did
    not know, `effect` what the rows were otherwise than the archive has them. `no_credentials`: the
    tenant itself was not known; nobody can log in as it until it is given an Upload Key.

    Where retention has taken bytes away: what `taken_as_is` deliveries had brought stays as it was;
    of `without_rows` the database did not know what they brought; `fell_back` were read anew since
    the database was dumped, and are again as they had been read before. `in_doubt` rows may be
    otherwise: a delivery was undone since then, and newer ones may have repeated what it said.

    `misattributed` rows said what they should, but bore another delivery or line; `superseded` of
    the values that rows had before, to which an undo goes back, were missing, otherwise or surplus.
    """

    tenant: str
    deliveries: int
    restored: int
    released: int
    effect: Effect
    no_credentials: bool
    taken_as_is: int = 0
    without_rows: int = 0
    fell_back: int = 0
    in_doubt: int = 0
    misattributed: int = 0
    superseded: int = 0


def all_tenants(home: Home) -> list[str]:
    """Tenants that have anything in the home, or are known to the database."""
    with home.database.reading() as connection:
        known = {tenant.name for tenant in tenants.everyone(connection)}
    on_disk = (*home.archive.tenants(), *home.inbox.tenants(), *home.inbox.tenants_with_held())
    return sorted(known.union(on_disk))


def rebuild(
    home: Home,
    tenant: str,
    *,
    verify: bool = False,
    without: Collection[str] = (),
    progress: Progress = lambda _done, _all: None,
) -> Rebuilt:
    """Make a tenant's rows again from the archive; with `verify` only say where they differ.

    The deliveries `without` which it shall be done are lost: they are undone from then on.

    Raises:
        NotAllowed: the tenant's queue stays busy; or the journal lacks what the database knows, so
            that rows would be lost; or one to be done without can be read.
        NotFound: one to be done without is none of the tenant's that were loaded.
        Held: a delivery cannot be read as it was; names it. Nothing is changed.
        DropsafeError: the journal is damaged.
        DatabaseAway: no answer; nothing changed, or all of it did.
    """
    with claimed(home, tenant):
        if not verify:
            home.archive.sort_out(tenant)
            home.packing.mend(tenant)
        decided, lines = _decided(home, tenant, without)
        told = _told(home, tenant)
        opened = opened_otherwise(home, tenant, decided, told)
        effect, found = NO_EFFECT, _Found()
        all_places: list[Place] = []
        for record in RECORD_TYPES:
            ours = places(home, tenant, record, decided, told)
            lines += [one.as_it_stands for one in ours if one.falls_back]
            begin = partial(_begin_writing, home, tenant, decided, lines, found)
            made = _fold(
                home,
                (tenant, record),
                ours,
                found,
                begin_writing=None if verify else begin,
                progress=progress,
            )
            effect = together(effect, made, shown=SHOWN)
            all_places += ours
        restored = sum(not one.is_known for one in all_places) + len(opened)
        released, unreadable = 0, 0
        if not verify:
            restore_opened(home, tenant, decided, told, opened)
            released, unreadable = release(home, tenant, decided)
            released += settling.release_due(home, tenant)
            log.info("tenant.rebuilt", tenant=tenant, restored=restored)
    pruned = [one for one in all_places if one.pruned and not one.undone]
    return Rebuilt(
        tenant=tenant,
        taken_as_is=sum(one.had_rows for one in pruned),
        without_rows=sum(not one.had_rows for one in pruned) + unreadable,
        fell_back=sum(one.falls_back for one in all_places),
        in_doubt=found.in_doubt,
        misattributed=found.misattributed,
        superseded=found.superseded,
        deliveries=len(_counted(decided)),
        restored=restored,
        released=released,
        effect=effect,
        no_credentials=found.no_credentials,
    )


def _decided(home: Home, tenant: str, without: Collection[str]) -> tuple[Decided, list[Line]]:
    """What the journal says, when it is known to say it all, with lines that it is to be told.

    Raises as `rebuild` does.
    """
    decided = journalling.decided(home, tenant)
    lines = journalling.check_is_whole(home, decided, tenant)
    for delivery in sorted(without):
        if delivery not in decided.read.keys() | decided.opened:
            raise NotFound(
                f"{tenant} has no delivery {delivery} that was ever loaded.",
                hint=f"'dropsafe deliveries --tenant {tenant}' lists its deliveries.",
            )
        entry = entry_on_disk(home, tenant, delivery, if_any=True)
        if is_pruned(home, tenant, delivery):
            raise NotAllowed(
                f"The bytes of delivery {delivery} are kept no longer, as the tenant's retention "
                "says. That stops no rebuild: what it brought is taken as it is.",
                hint=f"dropsafe rebuild {tenant}",
            )
        if entry is not None and not is_lost(home, entry):
            raise NotAllowed(
                f"The bytes of delivery {delivery} are as they were received.",
                hint=f"To have it count no more: dropsafe undo {delivery}",
            )
        lines.append(journalling.of_undo(delivery))
    return (journalling.decided(home, tenant, and_then=lines) if lines else decided), lines


def _told(home: Home, tenant: str) -> dict[str, Entry]:
    """What the ledger says of what is settled; a dump of the database may be an older one."""
    with home.database.reading() as connection:
        entries = ledger.entries(connection, tenant=tenant, states=SETTLED)
    return {one.id: one for one in entries}


def _counted(decided: Decided) -> list[str]:
    return sorted(decided.read.keys() - decided.undone)


@dataclass(slots=True)
class _Found:
    """What was found beside the rows themselves."""

    misattributed: int = 0
    superseded: int = 0
    in_doubt: int = 0
    no_credentials: bool = False


_Restored = list[tuple[Place, Findings, Counts]]


def _fold(
    home: Home,
    fold: tuple[str, str],
    ours: list[Place],
    found: _Found,
    *,
    begin_writing: Callable[[], None] | None,
    progress: Progress,
) -> Effect:
    """Fold one record type from the beginning, and put it in place of the rows.

    Where retention has taken bytes away, from the last of those on that the database knows. When
    everything could be read, it begins to write; else it only compares.
    """
    tenant, record = fold
    with home.database.connect() as connection:
        with connection.begin():
            before = rows.fold_of(connection, tenant, record)
            refold = WholeRefold(connection, tenant, record)
            restored = _say_all(home, refold, ours, progress)
            refold.affect_all()
            effect = refold.effect(shown=SHOWN)
            found.misattributed += refold.misattributed()
            found.superseded += refold.superseded_otherwise()
            found.in_doubt += refold.in_doubt
        if begin_writing is None:
            return effect
        begin_writing()
        with write(connection):
            if rows.fold_of(connection, tenant, record, lock=True) != before:
                raise DatabaseAway("The rows were changed meanwhile; try again.")
            refold.apply()
            for place, findings, counts in restored:
                write_down(connection, home, place, findings, counts)
            if ours:
                rows.advance(connection, tenant, record, delivery=ours[-1].entry.id)
            rows.remember(connection, tenant, record)
    return effect


def _begin_writing(
    home: Home, tenant: str, decided: Decided, lines: list[Line], found: _Found
) -> None:
    """Tell the journal its lines, and bring back the tenant: everything could be read."""
    if lines:
        home.journal.append(tenant, lines)
        lines.clear()
    found.no_credentials |= restore_tenant(home, decided, tenant)


def _say_all(home: Home, refold: WholeRefold, ours: list[Place], progress: Progress) -> _Restored:
    """Fold in what counts; gives what the ledger is to be told, of what it does not know so."""
    base = max((one.entry.id for one in ours if one.pruned and one.told), default="")
    _begin(refold, base, ours)
    restored: _Restored = []
    for done, place in enumerate(ours, start=1):
        if place.stays_as_told or place.pruned:
            if not place.is_known:
                restored.append((place, PRUNED, Counts()))
        elif place.undone and is_lost(home, place.entry):
            restored.append((place, LOST, Counts()))
        elif place.undone or place.entry.id > base:
            reading = read(home, place.entry, place.feed)
            said = reading.rows
            counts = Counts() if place.undone else refold.say_all(place.entry.id, said)
            if not place.is_known:
                restored.append((place, Findings.of(reading), counts))
        progress(done, len(ours))
    return restored


def _begin(refold: WholeRefold, base: str, ours: list[Place]) -> None:
    """Take what counts of the rows as they were up to a delivery; nothing if there is no such base.

    Raises:
        NotAllowed: it is not known how they were.
    """
    if not base:
        return
    counted = [one for one in ours if not one.undone]
    heirs = {
        one.told.same_as: one.entry.id for one in reversed(counted) if one.told and one.told.same_as
    }
    # Of a value that was in the rows already the database does not know that it came again.
    repeats = [one.entry.id for one in counted if one.told is None or one.told.unchanged]
    refold.affect_all()
    if not refold.start_with(
        {one.entry.id for one in counted},
        before=delivery_id(order_of(base) + 1),
        heirs=heirs,
        repeated=max((one for one in repeats if one <= base), default=""),
    ):
        raise NotAllowed(
            f"The bytes of delivery {base} and older ones are kept no longer, and what newer ones "
            "replaced was not kept by the version of dropsafe that loaded them.",
            hint="The rows stay as they are. Newer deliveries can still be replayed and undone.",
        )
