"""What can be wrong in a home, in code, and with what mends it; docs/verify.md explains each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from ingest.home import Home
from storage import errors


class ProblemCode(StrEnum):
    """Kinds of problems."""

    # A delivery's own files
    ARCHIVE_DAMAGED = "archive-damaged"  # a part of an archive cannot be read at all
    BYTES_DIFFER = "bytes-differ"  # not those that were received
    BYTES_MISSING = "bytes-missing"  # an envelope without bytes
    ENVELOPE_DAMAGED = "envelope-damaged"  # no envelope, or not that of these bytes
    ENVELOPE_MISPLACED = "envelope-misplaced"  # that of another delivery, or tenant
    ENVELOPE_MISSING = "envelope-missing"  # bytes without an envelope
    LINKS_ASTRAY = "links-astray"  # only dropsafe itself unpacks a part of a pack
    LEDGER_DIFFERS = "ledger-differs"  # the ledger says something else than the envelope
    # Where it stands
    MISPLACED = "misplaced"  # not where its state says
    NOT_IN_LEDGER = "not-in-ledger"  # archived or held, and the ledger does not know it
    NOWHERE = "nowhere"  # the ledger or the journal knows it, and it is on no disk
    NOT_MOVED = "not-moved"  # settled, and still in the inbox
    PACK_MISNAMED = "pack-misnamed"  # a pack of another day than its name says
    TWICE = "twice"  # in two places
    # The journal
    INTENT_DAMAGED = "intent-damaged"  # it cannot be told what a crash interrupted
    INTENT_LEFT = "intent-left"  # a crash came between a commit and the journal
    JOURNAL_DAMAGED = "journal-damaged"  # a line cannot be read
    JOURNAL_DIFFERS = "journal-differs"  # from the ledger, on one delivery
    JOURNAL_LACKS = "journal-lacks"  # a settled delivery, or a version of a mapping
    MAPPING_DIFFERS = "mapping-differs"  # database and journal have different texts
    MAPPING_MISSING = "mapping-missing"  # the journal has a version that the database has not
    # The database
    DATABASE_DAMAGED = "database-damaged"  # SQLite finds its own file damaged
    FOLD_DIFFERS = "fold-differs"  # its newest delivery is not the newest
    NO_ORIGINAL = "no-original"  # a duplicate of nothing that counts
    REJECTS_ALONE = "rejects-alone"  # of a delivery that the ledger does not know
    ROWS_ALONE = "rows-alone"  # of a delivery that the ledger does not know
    ROWS_MISSING = "rows-missing"  # none at all, though deliveries brought some
    ROWS_UNCOUNTED = "rows-uncounted"  # of a delivery that does not count
    SUPERSEDED_ASTRAY = "superseded-astray"  # values that stand above no row
    TENANT_UNKNOWN = "tenant-unknown"  # it has deliveries, and the database does not know it
    # What a crash, or a hand, has left
    PARKED_DAMAGED = "parked-damaged"  # an upload under a temporary name cannot be handed on
    RELEASE_LEFT = "release-left"  # held deliveries are due to be released, and there are none
    SEQUENCE_DAMAGED = "sequence-damaged"  # the order of receipt so far is not known
    SPOOL_LEFT = "spool-left"  # what had half arrived
    STRAY = "stray"  # a name that dropsafe knows nothing of
    TAKING_LEFT = "taking-left"  # a file of the drop folder was taken, and not removed


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong: where, what, and what mends it.

    `tenant` and `delivery` are None where it is not about one.
    """

    code: ProblemCode
    tenant: str | None
    delivery: str | None
    message: str
    remedy: str

    @property
    def identity(self) -> tuple[str, str, str]:
        """By which it is known again at a second look."""
        return self.code, self.tenant or "", self.delivery or self.message


def rebuilding(tenant: str) -> str:
    """For what the archive knows better than the database."""
    return f"dropsafe rebuild {tenant}"


def restoring(tenant: str) -> str:
    """For what nothing in the home can bring back."""
    return (
        f"Restore it from a backup of the home, then: dropsafe verify --tenant {tenant}. "
        "Without a backup, have the file sent again."
    )


def remaking_database(home: Home) -> str:
    """For what only another database mends."""
    if home.database.engine.dialect.name == "sqlite":
        return errors.remaking_database(home.layout.database)
    return (
        "Stop the server. Restore the database from a backup, or name an empty one in the "
        "settings, then: dropsafe rebuild"
    )


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Take back the advice to rebuild where that would lose rows, or bring those of another."""
    found = tuple(problems)
    first = {one.tenant: _BEFORE_A_REBUILD[one.code] for one in found if one.code in _FIRST}
    return tuple(_without_rebuild(one, first) for one in found)


def _without_rebuild(problem: Problem, first: dict[str | None, str]) -> Problem:
    """The problem with what is to be mended before it, if what mends it is a rebuild."""
    tenant = problem.tenant
    what = next(iter(first.values()), None) if tenant is None else first.get(tenant)
    if what is None or problem.code in _FIRST or rebuilding("").strip() not in problem.remedy:
        return problem
    again = f"dropsafe verify --tenant {tenant}" if tenant else "dropsafe verify"
    return replace(problem, remedy=f"First mend what is said of {what}, then: {again}")


_BEFORE_A_REBUILD = {
    ProblemCode.ENVELOPE_MISPLACED: "envelopes that are another's",
    ProblemCode.JOURNAL_DAMAGED: "the journal",
    ProblemCode.JOURNAL_LACKS: "the journal, or rows would be lost",
}
_FIRST = _BEFORE_A_REBUILD.keys()
MOVING_OUT = "Look at it, and move it out of the home."
WORKING_OFF = "dropsafe work --once"
STARTING = "It is done at the next start: dropsafe serve"
