"""What the journal is told: of each delivery how it is read, of each mapping its versions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain

from ingest.home import Home
from storage import ledger, mappings, rows, tenants
from storage.database import Connection
from storage.errors import DropsafeError, NotAllowed
from storage.journal import Line, restore_or_write_anew
from storage.ledger import SETTLED, Entry, State
from storage.mappings import MappingVersion
from storage.rows import Fold


def of_version(version: MappingVersion) -> Line:
    """The line on a version of a mapping."""
    return {
        "mapping": {
            "feed": version.feed,
            "version": version.version,
            "text": version.text,
            "pins": dict(version.pins),
            "created_at": version.created_at,
        }
    }


def add_version(
    home: Home,
    connection: Connection,
    *,
    tenant: str,
    feed: str,
    text: str,
    pins: Mapping[str, str] | None = None,
) -> MappingVersion:
    """Make the next version of a feed's mapping, as `mappings.add` does, known to the journal.

    If the transaction is not committed after all, the next version takes the line's place: no
    delivery was read by it. Reads all of the tenant's journal: 0.6 s for 100,000 deliveries.

    Raises:
        NotAllowed: the journal has versions that the database lost. A new one would take the number
            of one by which deliveries were read, and they would be read by it from then on.
    """
    _check_none_is_lost(home, connection, tenant)
    version = mappings.add(connection, tenant=tenant, feed=feed, text=text, pins=pins)
    home.journal.append(tenant, [of_version(version)])
    return version


def _check_none_is_lost(home: Home, connection: Connection, tenant: str) -> None:
    """Raise NotAllowed if the journal has versions that are more than a crash's."""
    said = decided(home, tenant)
    ours = {(one.feed, one.version) for one in mappings.history(connection, tenant)}
    newest: dict[str, int] = {}
    for feed, number in ours:
        newest[feed] = max(number, newest.get(feed, 0))
    by_crash = {(feed, newest.get(feed, 0) + 1) for feed, _ in said.versions}
    lost = said.versions.keys() - ours
    lost -= by_crash - set(said.read.values())
    if lost:
        feed, number = min(lost)
        raise NotAllowed(
            f"The archive has version {number} of the mapping of {feed}, and the database has not: "
            "it is older than the archive, or was lost.",
            hint=f"First bring back what it does not know: dropsafe rebuild {tenant}",
        )


def of_reading(delivery: str, feed: str, version: int, pins: dict[str, str]) -> Line:
    """The line on a delivery that counts, read by a version of a feed's mapping."""
    return {"read": delivery, "feed": feed, "version": version, "pins": pins}


def of_opening(delivery: str) -> Line:
    """The line on an email or a container, which has no feed; its parts have."""
    return {"opened": delivery}


def of_undo(delivery: str) -> Line:
    """The line on a delivery that counts no more."""
    return {"undone": delivery}


def of_decision(mark: str, *, after: str) -> Line:
    """The line behind those on an undo, redo, replay or late load: its mark, and the one before it.

    The database has the last mark. So a journal that lost its end, or lines in the middle, is
    known: it lacks that mark, or has one that came after none there is.
    """
    return {"decided": mark, "after": after}


def note(home: Home, entry: Entry) -> None:
    """Write down how a settled delivery is read; saying it again changes nothing."""
    with home.database.reading() as connection:
        lines = lines_on(connection, entry)
    home.journal.append(entry.tenant, lines)


def lines_on(connection: Connection, entry: Entry) -> list[Line]:
    """What there is to say of a settled delivery."""
    lines: list[Line] = []
    if entry.feed is None or entry.mapping_version is None:
        lines.append(of_opening(entry.id))
    else:
        version = mappings.version_of(connection, entry.tenant, entry.feed, entry.mapping_version)
        pins = dict(version.pins)
        lines.append(of_reading(entry.id, entry.feed, entry.mapping_version, pins))
    if entry.state is State.UNDONE:
        lines.append(of_undo(entry.id))
    return lines


def adopt(home: Home) -> None:
    """Give a journal to each tenant that has none: it is from before there were journals."""
    with home.database.reading() as connection:
        names = [tenant.name for tenant in tenants.everyone(connection)]
    for name in names:
        if home.journal.exists(name):
            continue
        with home.database.reading() as connection:
            lines = [of_version(version) for version in mappings.history(connection, name)]
            for entry in ledger.entries(connection, tenant=name, states=SETTLED):
                lines += lines_on(connection, entry)
            marks = {fold.decided for fold in rows.folds_of(connection, name)} - {""}
        lines += [of_decision(mark, after="") for mark in sorted(marks)]
        home.journal.append(name, lines)


def lost_tenants(home: Home) -> list[str]:
    """Tenants of which the archive has something, and that the database does not know."""
    with home.database.reading() as connection:
        known = {tenant.name for tenant in tenants.everyone(connection)}
    return [name for name in home.archive.tenants() if name not in known]


def recover(home: Home, tenant: str) -> None:
    """Finish what a crash left between a commit and the journal; the caller has the claim."""
    if not home.journal.is_interrupted(tenant):
        return
    intent, version = home.journal.intent(tenant), 0
    if intent is not None:
        with home.database.reading() as connection:
            version = rows.fold_of(connection, tenant, intent.record).version
    home.journal.recover(tenant, intent, version=version)


@dataclass(slots=True)
class Decided:
    """What a tenant's journal says, the last word on each thing."""

    versions: dict[tuple[str, int], MappingVersion] = field(default_factory=dict)
    read: dict[str, tuple[str, int]] = field(default_factory=dict)
    opened: set[str] = field(default_factory=set)
    undone: set[str] = field(default_factory=set)
    ever_undone: set[str] = field(default_factory=set)
    marks: set[str] = field(default_factory=lambda: {""})
    has_a_gap: bool = False

    def lacks_a_decision(self, folds: Iterable[Fold]) -> bool:
        """Whether lines on an undo, redo or replay that the database knows were lost."""
        return self.has_a_gap or any(one.decided not in self.marks for one in folds)

    def tells_of(self, delivery: str, state: str) -> bool:
        """Whether it was told all that led to a settled state: what was redone, was undone once."""
        if state == State.UNDONE and delivery not in self.ever_undone:
            return False
        return delivery in self.read or delivery in self.opened


def decided(home: Home, tenant: str, *, and_then: Iterable[Line] = ()) -> Decided:
    """Read a tenant's journal to its end, and what is to be added to it.

    Raises DropsafeError if it is damaged; names the line.
    """
    found = Decided()
    for number, line in enumerate(chain(home.journal.read(tenant), and_then), start=1):
        try:
            _hear(found, tenant, line)
        except (KeyError, TypeError) as error:
            raise DropsafeError(
                f"Line {number} of {home.layout.journal(tenant)} is none, or speaks of what is not "
                f"in it: {error}.",
                hint=restore_or_write_anew(tenant),
            ) from error
    return found


def check_is_whole(home: Home, decided: Decided, tenant: str) -> list[Line]:
    """Hold a journal against the database, before rows are made by it.

    Gives the lines that a crash kept from being written: those on what is settled and was not moved
    out of the inbox yet. The caller has the claim.

    Raises:
        NotAllowed: settled deliveries, versions of mappings or decisions are not in the journal.
    """
    with home.database.reading() as connection:
        settled = ledger.entries(connection, tenant=tenant, states=SETTLED)
        versions = {(one.feed, one.version) for one in mappings.history(connection, tenant)}
        unsaid = [one for one in settled if not decided.tells_of(one.id, one.state)]
        waiting = set(home.inbox.waiting(tenant)) if unsaid else set()
        lost = [one for one in unsaid if one.id not in waiting]
        if decided.lacks_a_decision(rows.folds_of(connection, tenant)):
            raise _lacks(home, tenant, "what was undone, redone or replayed last")
        if lost:
            raise _lacks(home, tenant, f"how {len(lost):,} settled deliveries were read or undone")
        if versions - decided.versions.keys():
            raise _lacks(home, tenant, "all versions of its mappings")
        return [line for entry in unsaid for line in lines_on(connection, entry)]


def _lacks(home: Home, tenant: str, what: str) -> NotAllowed:
    hint = "To have it written anew as the ledger has it: dropsafe init"
    if home.journal.exists(tenant):
        hint = restore_or_write_anew(tenant)
    return NotAllowed(
        f"The journal of {tenant} does not say {what}, which the database does: rows would be lost "
        "in a rebuild, or come back.",
        hint=hint,
    )


def _hear(found: Decided, tenant: str, line: Line) -> None:
    """Take in one line. Raises KeyError or TypeError if it is none."""
    if "mapping" in line:
        version = MappingVersion(tenant=tenant, **line["mapping"])
        found.versions[version.feed, version.version] = version
    elif "read" in line:
        delivery, key = line["read"], (line["feed"], line["version"])
        found.versions[key] = _with_pins(found.versions[key], line["pins"])
        found.read[delivery] = key
        found.undone.discard(delivery)
    elif "opened" in line:
        found.opened.add(line["opened"])
        found.undone.discard(line["opened"])
    elif "undone" in line:
        found.undone.add(line["undone"])
        found.ever_undone.add(line["undone"])
    elif "decided" in line:
        found.has_a_gap |= line["after"] not in found.marks
        found.marks.add(line["decided"])


def _with_pins(version: MappingVersion, pins: dict[str, str]) -> MappingVersion:
    return replace(version, pins={**pins, **version.pins})
