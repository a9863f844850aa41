"""Rows, superseded values, duplicates and folds, held against the ledger."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.home import Home
from ingest.verify.looking import Seen
from ingest.verify.problems import Problem, ProblemCode, rebuilding, remaking_database
from storage.audit import Told
from storage.ledger import COUNTED, SETTLED, State


def check_folds(home: Home, seen: Seen) -> Iterator[Problem]:
    """Find duplicates of nothing that counts, and a fold whose newest delivery is another."""
    told = seen.facts.told
    newest = ""
    for one in told.values():
        if one.feed is not None and one.state in SETTLED:
            newest = max(newest, one.id)
        if one.state == State.DUPLICATE:
            yield from _original(seen, one)
    said = max((fold.newest for fold in seen.facts.folds.values()), default="")
    if said < newest:
        yield seen.problem(
            ProblemCode.FOLD_DIFFERS,
            "A delivery newer than the newest of the fold is loaded: a late one could overwrite "
            "what it said.",
            rebuilding(seen.tenant),
            delivery=newest,
        )
    elif said > newest:
        yield seen.problem(
            ProblemCode.FOLD_DIFFERS,
            "It is the newest of the fold, but the ledger does not say that it was loaded.",
            rebuilding(seen.tenant) if said in seen.standing else remaking_database(home),
            delivery=said,
        )


def check(seen: Seen) -> Iterator[Problem]:
    """Find rows and superseded values that come from no delivery that counts."""
    facts = seen.facts
    for kind, counts in (("rows", facts.rows), ("superseded values", facts.superseded)):
        for delivery, count in sorted(counts.items()):
            told = facts.told.get(delivery)
            if told is None or told.state not in COUNTED:
                yield _astray(seen, delivery, told, f"{count:,} {kind}")
    if facts.superseded_astray:
        yield seen.problem(
            ProblemCode.SUPERSEDED_ASTRAY,
            f"{facts.superseded_astray:,} superseded values belong to no row that came later.",
            rebuilding(seen.tenant),
        )
    if not facts.rows and any(_brought_only_rows(one) for one in facts.told.values()):
        yield seen.problem(
            ProblemCode.ROWS_MISSING,
            "It has no rows at all, though deliveries that count brought some.",
            rebuilding(seen.tenant),
        )


def _astray(seen: Seen, delivery: str, told: Told | None, what: str) -> Problem:
    code = ProblemCode.ROWS_UNCOUNTED if told else ProblemCode.ROWS_ALONE
    of_it = f"of which the ledger says '{told.state}'" if told else "which the ledger does not know"
    message = f"{what} bear this delivery, {of_it}."
    return seen.problem(code, message, rebuilding(seen.tenant), delivery=delivery)


def _original(seen: Seen, one: Told) -> Iterator[Problem]:
    """A duplicate has the bytes of an older delivery that counts."""
    original = seen.facts.told.get(one.same_as or "")
    fits = (
        original is not None
        and original.state in COUNTED
        and original.id < one.id
        and original.sha256 == one.sha256
    )
    if not fits:
        of_what = f"delivery {one.same_as}, which" if one.same_as else "a delivery that"
        yield seen.problem(
            ProblemCode.NO_ORIGINAL,
            f"The ledger says that it repeats {of_what} is none that counts with its bytes.",
            f"dropsafe replay {one.id}",
            delivery=one.id,
        )


def _brought_only_rows(one: Told) -> bool:
    """Whether a delivery counts and all of its records are rows.

    The counts of a replay say anew what made none, so where these are zero there must be rows.
    """
    none_left_out = one.rejected == one.ignored == one.duplicates == 0 and one.reason is None
    return one.state == State.LOADED and one.new > 0 and none_left_out
