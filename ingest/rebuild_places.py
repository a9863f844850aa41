"""The deliveries of a rebuild, each in its place in the fold, and what the ledger is told of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ingest import journalling
from ingest.feeds import Feed, feed_of
from ingest.home import Home
from ingest.journalling import Decided
from ingest.loading import Findings, finish, intact_bytes, lost, say_the_same
from ingest.replay_fold import UNDONE
from ingest.verdicts import Held, HoldCode, LoadedCode
from storage import ledger
from storage.database import Connection
from storage.errors import DamagedArchive, NotFound
from storage.journal import Line
from storage.ledger import Counts, Entry, State, waiting_entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One delivery in its place in the fold; `repeats` is what it is a duplicate of, if it is.

    `told` is what the ledger has of it as settled, if it has; it may be an older one, which tells
    something else than the journal. Of a `pruned` one there are no bytes any more. One that `falls
    back` was read anew since the database was dumped, and cannot be any more: its rows are what its
    `feed` made of it before.
    """

    entry: Entry
    feed: Feed
    undone: bool
    pruned: bool
    told: Entry | None
    repeats: str | None = None
    falls_back: bool = False

    def says_as(self, other: Place) -> bool:
        """Whether the two say the same and are read the same way."""
        return self.feed == other.feed and say_the_same(self.entry, other.entry, self.feed)

    @property
    def is_known(self) -> bool:
        """Whether the ledger says of it what the journal does."""
        return self.told is not None and (
            self._is_undone_there == self.undone and self._is_read_so_there
        )

    @property
    def had_rows(self) -> bool:
        """Whether what it brought is in the rows, as far as nothing newer replaced it."""
        return self.told is not None and not self._is_undone_there

    @property
    def as_it_stands(self) -> Line:
        """What the journal says of one that counts as it is read here."""
        feed = self.feed
        return journalling.of_reading(self.entry.id, feed.name, feed.version, dict(feed.pins))

    @property
    def stays_as_told(self) -> bool:
        """Whether the ledger knows what it did, and no reading would tell more of it."""
        return self.told is not None and (self.undone or self.pruned)

    @property
    def _is_undone_there(self) -> bool:
        return self.told is not None and self.told.state is State.UNDONE

    @property
    def _is_read_so_there(self) -> bool:
        told, feed = self.told, self.feed
        return told is not None and (told.feed, told.mapping_version) == (feed.name, feed.version)


def places(
    home: Home, tenant: str, record: str, decided: Decided, told: dict[str, Entry]
) -> list[Place]:
    """The deliveries that ever counted in one fold, in order of receipt.

    One that is undone, and of which neither ledger nor disk know anything, has none. Raises Held.
    """
    feeds = {
        key: feed_of(version) for key, version in decided.versions.items() if not version.is_removal
    }
    found: list[Place] = []
    before: Place | None = None
    for delivery in sorted(decided.read):
        undone, pruned = delivery in decided.undone, is_pruned(home, tenant, delivery)
        was_read = _before(told.get(delivery)) if pruned and not undone else None
        falls_back = was_read in feeds and was_read != decided.read[delivery]
        feed = feeds[was_read if was_read is not None and falls_back else decided.read[delivery]]
        if feed.mapping.record != record:
            continue
        entry = told.get(delivery) or entry_on_disk(home, tenant, delivery, if_any=undone)
        if entry is None:
            continue
        place = Place(
            entry=entry,
            feed=feed,
            undone=undone,
            pruned=pruned,
            told=told.get(delivery),
            falls_back=falls_back,
        )
        if not undone:
            if before and place.says_as(before):
                place = replace(place, repeats=before.repeats or before.entry.id)
            before = place
        found.append(place)
    return found


def _before(told: Entry | None) -> tuple[str, int] | None:
    """By which version of which feed the rows were made that the database has of a delivery."""
    if told is None or told.state is State.UNDONE or not told.feed or not told.mapping_version:
        return None
    return told.feed, told.mapping_version


def is_pruned(home: Home, tenant: str, delivery: str) -> bool:
    """Whether retention has taken its bytes; not if they are damaged, or nowhere."""
    try:
        return home.archive.is_pruned(tenant, delivery)
    except (NotFound, DamagedArchive):
        return False


def entry_on_disk(home: Home, tenant: str, delivery: str, *, if_any: bool) -> Entry | None:
    """What the envelope of a delivery says; None if it is lost, with `if_any`. Raises Held."""
    try:
        return waiting_entry(home.archive.envelope(tenant, delivery))
    except NotFound as error:
        verdict = lost(tenant, delivery)
        cause: Exception = error
    except (DamagedArchive, ValueError) as error:
        verdict = Held(
            HoldCode.DAMAGED,
            f"The envelope of delivery {delivery} cannot be read.",
            remedy=lost(tenant, delivery).remedy,
        )
        cause = error
    if if_any:
        return None
    raise verdict from cause


def is_lost(home: Home, entry: Entry) -> bool:
    """Whether a delivery's bytes are damaged or nowhere."""
    try:
        intact_bytes(home, entry)
    except Held as verdict:
        return verdict.reason == HoldCode.DAMAGED
    return False


_NO_READING = Findings(
    reason=LoadedCode.PRUNED,
    message="",
    rejects=(),
    rejected=0,
    duplicates=0,
    ignored=0,
    notes=(),
    settled={},
    columns=(),
)
PRUNED = replace(
    _NO_READING,
    message="Its bytes are kept no longer, as the tenant's retention says; what they brought is "
    "not known any more.",
)
LOST = replace(
    _NO_READING,
    reason=HoldCode.DAMAGED,
    message="Its bytes are lost; what they brought is not known any more.",
)


def write_down(
    connection: Connection, home: Home, place: Place, findings: Findings, counts: Counts
) -> None:
    """Bring back what the ledger knew of a delivery, or have it say what the journal does."""
    entry, told = place.entry, place.told
    if told is not None and place.stays_as_told:
        stays = place.had_rows or place.undone
        ledger.loaded(  # what it did and its rejects stay as they were written down
            connection,
            entry.id,
            counts=told.counts,
            reason=told.reason if stays else findings.reason,
            message=told.message if stays else findings.message,
            feed=place.feed.name,
            mapping_version=place.feed.version,
            same_as=told.same_as if place.undone else place.repeats,
            notes=told.notes,
        )
    else:
        ledger.begin(connection, home.archive.envelope(entry.tenant, entry.id))
        did = findings.counts(new=counts.new, changed=counts.changed, unchanged=counts.unchanged)
        finish(home, connection, entry, place.feed, findings, counts=did, repeats=place.repeats)
    if place.undone:
        ledger.undone(connection, entry.id, message=UNDONE)
