"""Where deliveries stand, held against the state that the ledger tells."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.home import Home
from ingest.verify.looking import Seen
from ingest.verify.problems import WORKING_OFF, Problem, ProblemCode, rebuilding, restoring
from storage.audit import Told
from storage.delivery import order_of
from storage.ledger import SETTLED, State


def check(seen: Seen) -> Iterator[Problem]:
    """Find deliveries that are nowhere, in two places, or where they should not be.

    What is in the inbox is to be worked on, whatever is known of its past.
    """
    told, archived, held, waiting = seen.facts.told, seen.archived, seen.held, seen.waiting
    for delivery in sorted(held & (archived | waiting)):
        other = "archive" if delivery in archived else "inbox"
        message = f"It is in quarantine, and also in the {other}."
        yield _rebuilt(seen, ProblemCode.TWICE, delivery, message)
    for delivery in [] if seen.server_runs else sorted(waiting & seen.loose):
        if delivery not in told or told[delivery].state not in SETTLED:
            message = "It is in the inbox, and also in the archive."
            yield seen.problem(ProblemCode.TWICE, message, WORKING_OFF, delivery=delivery)
    for delivery in sorted((archived | held) - told.keys() - waiting):
        place = "archive" if delivery in archived else "quarantine"
        message = f"It is in {_THE[place]}, but the ledger does not know it."
        yield _rebuilt(seen, ProblemCode.NOT_IN_LEDGER, delivery, message)
    for entry in told.values():
        yield from _entry(seen, entry)
    if not seen.facts.is_tenant and (told or seen.standing):
        yield seen.problem(
            ProblemCode.TENANT_UNKNOWN,
            "There are deliveries of this tenant, but the database does not know it.",
            f"dropsafe rebuild {seen.tenant}; and to let it in again: "
            f"dropsafe tenant rotate {seen.tenant}",
        )


def check_sequence(home: Home, newest: str) -> Iterator[Problem]:
    """Find that the next file would not have its place behind the newest that the ledger knows."""
    upcoming = home.spool.sequence.upcoming()
    what = ""
    if newest and upcoming is None:
        what = "is gone or cannot be read"
    elif newest and upcoming is not None and upcoming <= order_of(newest):
        what = f"is behind delivery {newest}, and so is the clock"
    if what:
        yield Problem(
            code=ProblemCode.SEQUENCE_DAMAGED,
            tenant=None,
            delivery=None,
            message=f"The file 'sequence', which says what place the next file has, {what}.",
            remedy="Set the clock right, and move sequence out of the home if it is there: the "
            "next file that comes has its place above the newest there is.",
        )


def _entry(seen: Seen, entry: Told) -> Iterator[Problem]:
    """Find a delivery of the ledger that is not where its state says."""
    delivery, settled = entry.id, entry.state in SETTLED
    if delivery in seen.waiting:
        if settled and not seen.server_runs:
            message = f"The ledger says '{entry.state}', but it is still in the inbox."
            yield seen.problem(ProblemCode.NOT_MOVED, message, WORKING_OFF, delivery=delivery)
    elif delivery in seen.archived:
        if not settled:
            yield _misplaced(seen, entry, "archive")
    elif delivery in seen.held:
        if entry.state != State.QUARANTINED:
            yield _misplaced(seen, entry, "quarantine")
    elif not seen.is_blind_to(delivery):
        yield _nowhere(seen, entry)


_THE = {"archive": "the archive", "quarantine": "quarantine"}


def _rebuilt(seen: Seen, code: ProblemCode, delivery: str, message: str) -> Problem:
    return seen.problem(code, message, rebuilding(seen.tenant), delivery=delivery)


def _misplaced(seen: Seen, entry: Told, place: str) -> Problem:
    message = f"The ledger says '{entry.state}', but it is in {_THE[place]}."
    return _rebuilt(seen, ProblemCode.MISPLACED, entry.id, message)


def _nowhere(seen: Seen, entry: Told) -> Problem:
    count = seen.facts.rows.get(entry.id, 0)
    stay = f" Its {count:,} rows stay, but it cannot be read again." if count else ""
    return seen.problem(
        ProblemCode.NOWHERE,
        f"The ledger says '{entry.state}', but it is nowhere on the disk.{stay}",
        restoring(seen.tenant),
        delivery=entry.id,
    )
