"""The journal of the archive, held against ledger and mappings."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.home import Home
from ingest.journalling import Decided
from ingest.verify.looking import Seen
from ingest.verify.problems import (
    Problem,
    ProblemCode,
    rebuilding,
    restoring,
)
from storage.audit import Told
from storage.journal import restore_or_write_anew
from storage.ledger import SETTLED, State


def check_existence(home: Home, seen: Seen) -> Iterator[Problem]:
    """Find a tenant that has settled deliveries and no journal: what may be said at once."""
    settled = any(one.state in SETTLED for one in seen.facts.told.values())
    if settled and not home.journal.exists(seen.tenant):
        message = "It has no journal: without the database its rows could not be made again."
        yield seen.problem(ProblemCode.JOURNAL_LACKS, message, "To have it written: dropsafe init")


def check(seen: Seen) -> Iterator[Problem]:
    """Find what journal and database tell otherwise, or one of them does not know."""
    decided = seen.decided
    if decided is None:
        return
    yield from _versions(seen, decided)
    if decided.lacks_a_decision(seen.facts.folds.values()):
        message = "The journal does not say what was undone, redone or replayed last."
        remedy = restore_or_write_anew(seen.tenant)
        yield seen.problem(ProblemCode.JOURNAL_LACKS, message, remedy)
    spoken_of = {*decided.read, *decided.opened, *decided.undone}
    for delivery, told in seen.facts.told.items():
        if told.state in SETTLED and delivery not in seen.waiting:
            yield from _reading(seen, decided, told)
    for delivery in sorted(spoken_of - seen.facts.told.keys() - seen.standing):
        if not seen.is_blind_to(delivery):
            message = "The journal speaks of it, but neither the disk nor the ledger knows it."
            remedy = restoring(seen.tenant)
            yield seen.problem(ProblemCode.NOWHERE, message, remedy, delivery=delivery)


def _reading(seen: Seen, decided: Decided, told: Told) -> Iterator[Problem]:
    """Compare what is said of one settled delivery."""
    is_undone = told.state == State.UNDONE
    as_read = decided.read.get(told.id)
    differs = ""
    if not decided.tells_of(told.id, told.state):
        message = (
            "The journal does not say that it was undone: a rebuild would bring its rows back."
            if told.id in decided.read or told.id in decided.opened
            else "The journal does not say how it was read: a rebuild would leave it out."
        )
        remedy = restore_or_write_anew(seen.tenant)
        yield seen.problem(ProblemCode.JOURNAL_LACKS, message, remedy, delivery=told.id)
    elif as_read is not None and as_read != (told.feed, told.mapping_version):
        feed, version = as_read
        differs = (
            f"The ledger says it was read by version {told.mapping_version} of {told.feed}, "
            f"the journal by version {version} of {feed}."
        )
    elif as_read is None and told.feed is not None:
        differs = "The ledger says that it was read, the journal only that it was opened."
    elif is_undone and told.id not in decided.undone:
        differs = "The ledger says that it is undone, the journal that it counts."
    elif not is_undone and told.id in decided.undone:
        differs = "The ledger says that it counts, the journal that it is undone."
    if differs:
        remedy = f"To have it as the journal says: {rebuilding(seen.tenant)}"
        yield seen.problem(ProblemCode.JOURNAL_DIFFERS, differs, remedy, delivery=told.id)


def _versions(seen: Seen, decided: Decided) -> Iterator[Problem]:
    """Compare the versions of the mappings."""
    ours = seen.facts.versions
    theirs = {key: version.text for key, version in decided.versions.items()}
    for feed, number in sorted(ours.keys() | theirs.keys()):
        key = (feed, number)
        name = f"version {number} of the mapping of {feed}"
        if key not in ours:
            yield seen.problem(
                ProblemCode.MAPPING_MISSING,
                f"The journal has {name}, the database has not.",
                f"If it is to hold: {rebuilding(seen.tenant)}. If a crash kept it from being set, "
                "set it again.",
            )
        elif key not in theirs:
            message = f"The database has {name}, the journal has not."
            remedy = restore_or_write_anew(seen.tenant)
            yield seen.problem(ProblemCode.JOURNAL_LACKS, message, remedy)
        elif ours[key] != theirs[key]:
            yield seen.problem(
                ProblemCode.MAPPING_DIFFERS,
                f"Database and journal have different texts of {name}.",
                f"If the database is right: {restore_or_write_anew(seen.tenant)} "
                f"If the journal is: {rebuilding(seen.tenant)}",
            )
