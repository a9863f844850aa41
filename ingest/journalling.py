"""What the journal is told: of each delivery how it is read, of each mapping its versions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain

from ingest.home import Home
from storage import ledger, mappings, rows, tenants
from storage.database import Connection
from storage.journal import Line
from storage.ledger import SETTLED, Entry, State
from storage.mappings import MappingVersion


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

    If the transaction is not committed after all, the next version takes the line's place.
    """
    version = mappings.add(connection, tenant=tenant, feed=feed, text=text, pins=pins)
    home.journal.append(tenant, [of_version(version)])
    return version


def of_reading(delivery: str, feed: str, version: int, pins: dict[str, str]) -> Line:
    """The line on a delivery that counts, read by a version of a feed's mapping."""
    return {"read": delivery, "feed": feed, "version": version, "pins": pins}


def of_undo(delivery: str) -> Line:
    """The line on a delivery that counts no more."""
    return {"undone": delivery}


def note(home: Home, entry: Entry) -> None:
    """Write down how a settled delivery is read; saying it again changes nothing."""
    with home.database.reading() as connection:
        lines = lines_on(connection, entry)
    home.journal.append(entry.tenant, lines)


def lines_on(connection: Connection, entry: Entry) -> list[Line]:
    """What there is to say of a settled delivery."""
    lines: list[Line] = []
    if entry.feed is None or entry.mapping_version is None:
        lines.append({"opened": entry.id})
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
        home.journal.append(name, lines)


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


def decided(home: Home, tenant: str, *, and_then: Iterable[Line] = ()) -> Decided:
    """Read a tenant's journal to its end, and what is to be added to it.

    Raises DropsafeError if it is damaged.
    """
    found = Decided()
    for line in chain(home.journal.read(tenant), and_then):
        if "mapping" in line:
            version = MappingVersion(tenant=tenant, **line["mapping"])
            found.versions[version.feed, version.version] = version
        elif "read" in line:
            delivery, key = line["read"], (line["feed"], line["version"])
            found.read[delivery] = key
            found.undone.discard(delivery)
            found.versions[key] = _with_pins(found.versions[key], line["pins"])
        elif "opened" in line:
            found.opened.add(line["opened"])
            found.undone.discard(line["opened"])
        elif "undone" in line:
            found.undone.add(line["undone"])
    return found


def _with_pins(version: MappingVersion, pins: dict[str, str]) -> MappingVersion:
    return replace(version, pins={**pins, **version.pins})
