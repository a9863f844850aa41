"""Rebuild: a tenant's rows made again from the archive and its journal, and from nothing else.

They are made beside the live rows and then put in their place in one transaction. What the
database does not know any more (deliveries, mappings, the tenant itself) is brought back as well:
all but credentials, which are in no archive.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import structlog

from ingest import journalling, settling, tenancy
from ingest.claiming import claimed
from ingest.home import Home
from ingest.journalling import Decided
from ingest.loading import Findings, intact_bytes, read
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
from ingest.replay_fold import UNDONE
from ingest.verdicts import LoadedCode
from parsers.canonical import RECORD_TYPES
from storage import ledger, mappings, rows, tenants
from storage.accounts import Tenant
from storage.database import write
from storage.delivery import delivery_id, order_of
from storage.effect import NO_EFFECT, Effect, together
from storage.errors import DatabaseAway, NotAllowed, NotFound
from storage.ledger import SETTLED, Counts, Entry, State
from storage.refold_whole import WholeRefold

log = structlog.get_logger()

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What was made again of one tenant, or what differs.

    `deliveries` is how many count, `restored` how many of those in the archive the database did
    not know, `effect` what the rows were otherwise than the archive has them. `no_credentials`: the
    tenant itself was not known; nobody can log in as it until it is given an Upload Key.
    `taken_as_is` is how many deliveries could not be read, as retention has taken their bytes away,
    so that what they had brought stays as it was; `without_rows` how many of them the database did
    not know, so that their rows are lost. `misattributed` rows said what they should, but bore
    another delivery or line; `superseded` of the values that rows had before, to which an undo goes
    back, were missing, otherwise or too many.
    """

    tenant: str
    deliveries: int
    restored: int
    released: int
    effect: Effect
    no_credentials: bool
    taken_as_is: int = 0
    without_rows: int = 0
    misattributed: int = 0
    superseded: int = 0


def all_tenants(home: Home) -> list[str]:
    """Tenants that have anything in the archive, or are known to the database."""
    with home.database.reading() as connection:
        known = {tenant.name for tenant in tenants.everyone(connection)}
    return sorted(known | set(home.archive.tenants()))


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
        decided = _decided(home, tenant, without, verify=verify)
        no_credentials = False if verify else _restore_tenant(home, decided, tenant)
        told = _told(home, tenant)
        effect, found = NO_EFFECT, _Found()
        all_places: list[Place] = []
        for record in RECORD_TYPES:
            ours = places(home, tenant, record, decided, told)
            made = _fold(home, (tenant, record), ours, found, verify=verify, progress=progress)
            effect = together(effect, made, shown=SHOWN)
            all_places += ours
        restored = sum(not one.is_known for one in all_places)
        restored += _restore_opened(home, tenant, decided, told, verify=verify)
        released = 0
        if not verify:
            released = _release(home, tenant, decided) + settling.release_due(home, tenant)
            log.info("tenant.rebuilt", tenant=tenant, restored=restored)
    pruned = [one for one in all_places if one.pruned and not one.undone]
    return Rebuilt(
        tenant=tenant,
        taken_as_is=sum(one.had_rows for one in pruned),
        without_rows=sum(not one.had_rows for one in pruned),
        misattributed=found.misattributed,
        superseded=found.superseded,
        deliveries=len(_counted(decided)),
        restored=restored,
        released=released,
        effect=effect,
        no_credentials=no_credentials,
    )


def _restore_tenant(home: Home, decided: Decided, tenant: str) -> bool:
    """Bring back the tenant and its mappings; says whether the tenant was not known."""
    with home.database.reading() as connection:
        try:
            tenants.find(connection, tenant)
            is_new = False
        except NotFound:
            is_new = True
    if is_new:
        tenancy.add(home, Tenant(name=tenant))  # with an Upload Key that nobody ever sees
    with home.database.writing() as connection:
        mappings.restore(connection, list(decided.versions.values()))
        for (feed, number), version in decided.versions.items():
            mappings.settle(connection, tenant, feed, number, version.pins)
    return is_new


def _decided(home: Home, tenant: str, without: Collection[str], *, verify: bool) -> Decided:
    """What the journal says, when it is known to say it all. Raises as `rebuild` does."""
    decided = journalling.decided(home, tenant)
    lines = journalling.check_is_whole(home, decided, tenant)
    for delivery in sorted(without):
        if delivery not in decided.read.keys() | decided.opened:
            raise NotFound(
                f"{tenant} has no delivery {delivery} that was ever loaded.",
                hint=f"'dropsafe deliveries --tenant {tenant}' lists its deliveries.",
            )
        entry = entry_on_disk(home, tenant, delivery, if_any=True)
        if entry is not None and not is_lost(home, entry):
            raise NotAllowed(
                f"The bytes of delivery {delivery} are as they were received.",
                hint=f"To have it count no more: dropsafe undo {delivery}",
            )
        lines.append(journalling.of_undo(delivery))
    if lines and not verify:
        home.journal.append(tenant, lines)
    return journalling.decided(home, tenant, and_then=lines) if lines else decided


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


_Restored = list[tuple[Place, Findings, Counts]]


def _fold(
    home: Home,
    fold: tuple[str, str],
    ours: list[Place],
    found: _Found,
    *,
    verify: bool,
    progress: Progress,
) -> Effect:
    """Fold one record type from the beginning, and put it in place of the rows.

    Where retention has taken bytes away, from the last of those on that the database knows.
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
        if verify:
            return effect
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


def _say_all(home: Home, refold: WholeRefold, ours: list[Place], progress: Progress) -> _Restored:
    """Fold in what counts; gives what the ledger is to be told, of what it does not know so."""
    base = max((one.entry.id for one in ours if one.pruned and one.told), default="")
    _begin(refold, base, {one.entry.id for one in ours if not one.undone})
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


def _begin(refold: WholeRefold, base: str, counted: set[str]) -> None:
    """Take what counts of the rows as they were up to a delivery; nothing if there is no such base.

    Raises:
        NotAllowed: it is not known how they were.
    """
    if not base:
        return
    refold.affect_all()
    if not refold.start_with(counted, before=delivery_id(order_of(base) + 1)):
        raise NotAllowed(
            f"The bytes of delivery {base} and older ones are kept no longer, and what newer ones "
            "replaced was not kept by the version of dropsafe that loaded them.",
            hint="The rows stay as they are. Newer deliveries can still be replayed and undone.",
        )


def _restore_opened(
    home: Home, tenant: str, decided: Decided, told: dict[str, Entry], *, verify: bool
) -> int:
    """Bring back what the ledger knew of emails and containers; gives of how many."""
    unknown: list[str] = []
    for delivery in sorted(decided.opened):
        undone = delivery in decided.undone
        if delivery in told:
            if (told[delivery].state is State.UNDONE) != undone:
                unknown.append(delivery)
            continue
        entry = entry_on_disk(home, tenant, delivery, if_any=undone)
        if entry is None:
            continue
        if not (undone or is_pruned(home, tenant, delivery)):
            intact_bytes(home, entry)  # held against their checksums as well
        unknown.append(delivery)
    if verify or not unknown:
        return len(unknown)
    with home.database.writing() as connection:
        for delivery in unknown:
            if delivery not in told:
                ledger.begin(connection, home.archive.envelope(tenant, delivery))
            ledger.loaded(
                connection,
                delivery,
                counts=Counts(),
                reason=LoadedCode.OPENED,
                message="What it holds was brought back from the archive.",
            )
            if delivery in decided.undone:
                ledger.undone(connection, delivery, message=UNDONE)
    return len(unknown)


def _release(home: Home, tenant: str, decided: Decided) -> int:
    """Let what is held try again if nobody knows why, and what is settled and nobody knows of.

    No journal may speak of it; or it came before a delivery that can be read no longer, and its
    place in the fold is not known. What was given up stays where it is.
    """
    with home.database.reading() as connection:
        known = {one.id: one.state for one in ledger.entries(connection, tenant=tenant)}
    lost = [one for one in home.inbox.held(tenant) if known.get(one) is not State.QUARANTINED]
    released = sum(home.inbox.release(tenant, one) for one in lost)
    settled = {one for one, state in known.items() if state in SETTLED}
    for delivery in home.archive.deliveries(tenant):
        if delivery not in settled | decided.undone:
            home.archive.give_back(tenant, delivery)
            released += 1
    return released
