"""Rebuild: a tenant's rows made again from the archive and its journal, and from nothing else.

They are made beside the live rows and then put in their place in one transaction. What the
database does not know any more (deliveries, mappings, the tenant itself) is brought back as well:
all but credentials, which are in no archive.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog

from ingest import journalling, tenancy
from ingest.claiming import claimed
from ingest.feeds import Feed, feed_of
from ingest.home import Home
from ingest.journalling import Decided
from ingest.loading import Findings, finish, intact_bytes, read, say_the_same
from ingest.refolding import SHOWN
from ingest.replay_fold import UNDONE
from ingest.verdicts import LoadedCode
from parsers.canonical import RECORD_TYPES
from storage import ledger, mappings, rows, tenants
from storage.accounts import Tenant
from storage.database import Connection, write
from storage.delivery import delivery_id, order_of
from storage.effect import NO_EFFECT, Effect, together
from storage.errors import DatabaseAway, NotAllowed, NotFound
from storage.ledger import SETTLED, Counts, Entry, State, waiting_entry
from storage.refold import Refold

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
    not know, so that their rows are lost.
    """

    tenant: str
    deliveries: int
    restored: int
    released: int
    effect: Effect
    no_credentials: bool
    taken_as_is: int = 0
    without_rows: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """One delivery in its place in the fold; `repeats` is what it is a duplicate of, if it is.

    Of a `pruned` one there are no bytes any more.
    """

    entry: Entry
    feed: Feed
    undone: bool
    pruned: bool
    repeats: str | None = None

    def says_as(self, other: _Place) -> bool:
        """Whether the two say the same and are read the same way."""
        return self.feed == other.feed and say_the_same(self.entry, other.entry, self.feed)


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
    progress: Progress = lambda _done, _all: None,
) -> Rebuilt:
    """Make a tenant's rows again from the archive; with `verify` only say where they differ.

    Raises:
        NotAllowed: the tenant's queue stays busy.
        Held: a delivery cannot be read as it was; names it. Nothing is changed.
        DropsafeError: the journal is damaged.
        DatabaseAway: no answer; nothing changed, or all of it did.
    """
    with claimed(home, tenant):
        if not verify:
            home.archive.sort_out(tenant)
        decided = journalling.decided(home, tenant)
        no_credentials = False if verify else _restore_tenant(home, decided, tenant)
        known = _known(home, tenant, decided)
        effect, restored = NO_EFFECT, [one for one in _archived(decided) if one not in known]
        places: list[_Place] = []
        for record in RECORD_TYPES:
            ours = _places(home, tenant, record, decided, known)
            made = _fold(home, tenant, record, ours, known, verify=verify, progress=progress)
            effect = together(effect, made, shown=SHOWN)
            places += ours
        released = 0
        if not verify:
            _restore_opened(home, tenant, decided, known)
            released = _release(home, tenant)
            log.info("tenant.rebuilt", tenant=tenant, restored=len(restored))
    pruned = [one.entry.id for one in places if one.pruned and not one.undone]
    return Rebuilt(
        tenant=tenant,
        taken_as_is=sum(one in known for one in pruned),
        without_rows=sum(one not in known for one in pruned),
        deliveries=len(_counted(decided)),
        restored=len(restored),
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


def _known(home: Home, tenant: str, decided: Decided) -> dict[str, Entry]:
    """What the ledger says as the journal does; a dump of the database may be an older one."""
    with home.database.reading() as connection:
        entries = ledger.entries(connection, tenant=tenant, states=SETTLED)
    return {one.id: one for one in entries if _agrees(one, decided)}


def _agrees(entry: Entry, decided: Decided) -> bool:
    as_read = decided.read.get(entry.id)
    if as_read is not None and as_read != (entry.feed, entry.mapping_version):
        return False
    return (entry.state is State.UNDONE) == (entry.id in decided.undone)


def _archived(decided: Decided) -> list[str]:
    return sorted({*decided.read, *decided.opened})


def _counted(decided: Decided) -> list[str]:
    return sorted(decided.read.keys() - decided.undone)


def _feeds(decided: Decided) -> dict[tuple[str, int], Feed]:
    return {
        key: feed_of(version) for key, version in decided.versions.items() if not version.is_removal
    }


def _fold(
    home: Home,
    tenant: str,
    record: str,
    places: list[_Place],
    known: dict[str, Entry],
    *,
    verify: bool,
    progress: Progress,
) -> Effect:
    """Fold one record type from the beginning, and put it in place of the rows.

    Where retention has taken bytes away, from the last of those on that the database knows.
    """
    base = max((one.entry.id for one in places if one.pruned and one.entry.id in known), default="")
    with home.database.connect() as connection:
        with connection.begin():
            before = rows.fold_of(connection, tenant, record)
            refold = Refold(connection, tenant, record)
            _begin(refold, base)
            restored: list[tuple[_Place, Findings, Counts]] = []
            for done, place in enumerate(places, start=1):
                is_known = place.entry.id in known
                if place.pruned and not is_known:
                    restored.append((place, _PRUNED, Counts()))
                elif place.entry.id > base and not (place.undone and is_known):
                    reading = read(home, place.entry, place.feed)
                    said = reading.rows
                    counts = Counts() if place.undone else refold.say_all(place.entry.id, said)
                    if not is_known:
                        restored.append((place, Findings.of(reading), counts))
                progress(done, len(places))
            refold.affect_all()
            effect = refold.effect(shown=SHOWN)
        if verify:
            return effect
        with write(connection):
            if rows.fold_of(connection, tenant, record, lock=True) != before:
                raise DatabaseAway("The rows were changed meanwhile; try again.")
            refold.apply()
            for place, findings, counts in restored:
                _write_down(connection, home, place, findings, counts)
            if places:
                rows.advance(connection, tenant, record, delivery=places[-1].entry.id)
            rows.remember(connection, tenant, record)
    return effect


def _begin(refold: Refold, base: str) -> None:
    """Take the rows as they were up to a delivery; from nothing if there is no such base.

    Raises:
        NotAllowed: it is not known how they were.
    """
    if not base:
        return
    refold.affect_all()
    if not refold.start(before=delivery_id(order_of(base) + 1)):
        raise NotAllowed(
            f"The bytes of delivery {base} and older ones are kept no longer, and what newer ones "
            "replaced was not kept by the version of dropsafe that loaded them.",
            hint="The rows stay as they are. Newer deliveries can still be replayed and undone.",
        )


_PRUNED = Findings(
    reason=LoadedCode.PRUNED,
    message="Its bytes are kept no longer, as the tenant's retention says; what they brought is "
    "not known any more.",
    rejects=(),
    rejected=0,
    duplicates=0,
    ignored=0,
    notes=(),
    settled={},
    columns=(),
)


def _places(
    home: Home, tenant: str, record: str, decided: Decided, known: dict[str, Entry]
) -> list[_Place]:
    """The deliveries that ever counted in one fold, in order of receipt."""
    feeds = _feeds(decided)
    places: list[_Place] = []
    before: _Place | None = None
    for delivery in sorted(decided.read):
        feed = feeds[decided.read[delivery]]
        if feed.mapping.record != record:
            continue
        entry = known.get(delivery) or _entry(home, tenant, delivery)
        place = _Place(
            entry=entry,
            feed=feed,
            undone=delivery in decided.undone,
            pruned=home.archive.is_pruned(tenant, delivery),
        )
        if not place.undone:
            if before and place.says_as(before):
                place = replace(place, repeats=before.repeats or before.entry.id)
            before = place
        places.append(place)
    return places


def _entry(home: Home, tenant: str, delivery: str) -> Entry:
    return waiting_entry(home.archive.envelope(tenant, delivery))


def _write_down(
    connection: Connection, home: Home, place: _Place, findings: Findings, counts: Counts
) -> None:
    """Bring back what the ledger knew of a delivery."""
    entry = place.entry
    ledger.begin(connection, home.archive.envelope(entry.tenant, entry.id))
    did = findings.counts(new=counts.new, changed=counts.changed, unchanged=counts.unchanged)
    finish(home, connection, entry, place.feed, findings, counts=did, repeats=place.repeats)
    if place.undone:
        ledger.undone(connection, entry.id, message=UNDONE)


def _restore_opened(home: Home, tenant: str, decided: Decided, known: dict[str, Entry]) -> None:
    """Bring back what the ledger knew of emails and containers."""
    lost = sorted(decided.opened - known.keys())
    if not lost:
        return
    for delivery in lost:  # their bytes are held against their checksums as well
        if not home.archive.is_pruned(tenant, delivery):
            intact_bytes(home, _entry(home, tenant, delivery))
    with home.database.writing() as connection:
        for delivery in lost:
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


def _release(home: Home, tenant: str) -> int:
    """Let what is held try again if nobody knows why, and what is settled and nobody knows of.

    No journal may speak of it; or it came before a delivery that can be read no longer, and its
    place in the fold is not known.
    """
    with home.database.reading() as connection:
        known = {one.id: one.state for one in ledger.entries(connection, tenant=tenant)}
    lost = [one for one in home.inbox.held(tenant) if known.get(one) is not State.QUARANTINED]
    released = sum(home.inbox.release(tenant, one) for one in lost)
    settled = {one for one, state in known.items() if state in SETTLED}
    for delivery in home.archive.deliveries(tenant):
        if delivery not in settled:
            home.archive.give_back(tenant, delivery)
            released += 1
    return released
