"""What a rebuild brings back beside the rows: the tenant, its mappings, what was opened or held."""

from __future__ import annotations

from ingest import journalling, tenancy
from ingest.home import Home
from ingest.journalling import Decided
from ingest.loading import intact_bytes
from ingest.rebuild_places import PRUNED, entry_on_disk, is_pruned
from ingest.replay_fold import UNDONE
from ingest.verdicts import LoadedCode
from storage import ledger, mappings, tenants
from storage.accounts import Tenant
from storage.errors import NotFound
from storage.ledger import SETTLED, Counts, Entry, State


def restore_tenant(home: Home, decided: Decided, tenant: str) -> bool:
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


def opened_otherwise(
    home: Home, tenant: str, decided: Decided, told: dict[str, Entry]
) -> list[str]:
    """Containers and emails of which the ledger does not say what the journal does. Raises Held."""
    found: list[str] = []
    for delivery in sorted(decided.opened):
        undone = delivery in decided.undone
        if delivery in told:
            if (told[delivery].state is State.UNDONE) != undone:
                found.append(delivery)
            continue
        entry = entry_on_disk(home, tenant, delivery, if_any=undone)
        if entry is None:
            continue
        if not (undone or is_pruned(home, tenant, delivery)):
            intact_bytes(home, entry)  # held against their checksums as well
        found.append(delivery)
    return found


def restore_opened(
    home: Home, tenant: str, decided: Decided, told: dict[str, Entry], deliveries: list[str]
) -> None:
    """Bring back what the ledger knew of these emails and containers."""
    if not deliveries:
        return
    with home.database.writing() as connection:
        for delivery in deliveries:
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


def release(home: Home, tenant: str, decided: Decided) -> tuple[int, int]:
    """Let what is held try again if nobody knows why, and what is settled and nobody knows of.

    No journal may speak of it; or it came before a delivery that can be read no longer, and its
    place in the fold is not known. What was given up stays where it is. Gives of how many, and how
    many are known again, but not what they brought: retention has taken their bytes away.
    """
    with home.database.reading() as connection:
        known = {one.id: one.state for one in ledger.entries(connection, tenant=tenant)}
    lost = [one for one in home.inbox.held(tenant) if known.get(one) is not State.QUARANTINED]
    released = sum(home.inbox.release(tenant, one) for one in lost)
    settled = {one for one, state in known.items() if state in SETTLED}
    pruned: list[str] = []
    for delivery in home.archive.deliveries(tenant, but_damaged=True):
        if delivery in settled | decided.undone:
            continue
        if is_pruned(home, tenant, delivery):
            pruned.append(delivery)
        else:
            home.archive.give_back(tenant, delivery)
            released += 1
    _know_again(home, tenant, pruned)
    return released, len(pruned)


def _know_again(home: Home, tenant: str, pruned: list[str]) -> None:
    """Write down that there were deliveries of which nothing but the envelopes is left.

    The journal is told first: if a crash comes then, the next rebuild does the rest.
    """
    if not pruned:
        return
    home.journal.append(tenant, [journalling.of_opening(one) for one in pruned])
    with home.database.writing() as connection:
        for delivery in pruned:
            ledger.begin(connection, home.archive.envelope(tenant, delivery))
            ledger.loaded(
                connection,
                delivery,
                counts=Counts(),
                reason=PRUNED.reason,
                message=PRUNED.message,
            )
