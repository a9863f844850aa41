"""Looking at one tenant: what database, disk and journal say of it, gathered for the checks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ingest import journalling
from ingest.home import Home
from ingest.journalling import Decided
from ingest.verify.problems import Problem, ProblemCode, restoring
from storage import audit
from storage.audit import Facts
from storage.delivery import day_of
from storage.errors import DropsafeError
from storage.journal import Intent, Line
from storage.packs import Pack


@dataclass(slots=True)
class Seen:
    """What is said of one tenant, and where its deliveries stand: ids by place.

    `blind` are the days of packs that cannot be read: nothing can be said of what is in them.
    `intended` are lines that are about to be in the journal. `decided` is None where that was not
    looked at, or cannot be read. `server_runs`: there is somebody to finish what a crash left.
    """

    tenant: str
    facts: Facts
    server_runs: bool
    waiting: set[str] = field(default_factory=set)
    held: set[str] = field(default_factory=set)
    archived: set[str] = field(default_factory=set)
    blind: set[str] = field(default_factory=set)
    intended: tuple[Line, ...] = ()
    decided: Decided | None = None

    @property
    def standing(self) -> set[str]:
        """Every delivery that is anywhere on the disk."""
        return self.waiting | self.held | self.archived

    def is_blind_to(self, delivery: str) -> bool:
        """Whether a delivery may be in a pack that cannot be read."""
        return bool(self.blind) and str(day_of(delivery)) in self.blind

    def problem(
        self, code: ProblemCode, message: str, remedy: str, *, delivery: str | None = None
    ) -> Problem:
        """A problem of this tenant."""
        return Problem(
            code=code, tenant=self.tenant, delivery=delivery, message=message, remedy=remedy
        )


def stand(home: Home, seen: Seen) -> Iterator[Problem]:
    """Note where the deliveries stand; gives what is wrong with packs.

    The places are looked at in the order in which a delivery moves, so that one that moves on is
    seen twice rather than not at all.
    """
    seen.waiting.update(home.inbox.waiting(seen.tenant))
    seen.held.update(home.inbox.held(seen.tenant))
    seen.archived.update(home.archive.loose(seen.tenant))
    for path, pack in audit.packs(home.archive, seen.tenant):
        if pack is None:
            seen.blind.add(audit.day_of_pack(path))
            yield damaged_pack(home, seen, path)
        else:
            seen.archived.update(pack.deliveries)


def damaged_pack(home: Home, seen: Seen, path: Path, pack: Pack | None = None) -> Problem:
    """The problem of a pack that cannot be read, or not all of it."""
    name = path.relative_to(home.layout.home)
    held = f", which has {len(pack.deliveries):,} deliveries," if pack else ""
    return seen.problem(
        ProblemCode.ARCHIVE_DAMAGED,
        f"{name}{held} cannot be read.",
        f"Check the disk. {restoring(seen.tenant)}",
    )


def look_for_intent(home: Home, seen: Seen) -> Iterator[Problem]:
    """Note what a crash kept from being written into the journal; gives what is wrong with it."""
    try:
        intent = home.journal.intent(seen.tenant)
    except (ValueError, KeyError, TypeError):
        yield seen.problem(
            ProblemCode.INTENT_DAMAGED,
            "What was about to be decided cannot be read, and nothing is loaded before it is.",
            f"Move archive/{seen.tenant}/intent.json out of the home, then: "
            f"dropsafe verify --tenant {seen.tenant}",
        )
        return
    if not home.journal.is_interrupted(seen.tenant):
        return
    if intent is not None and _is_done(intent, seen):
        seen.intended = intent.lines
    if not seen.server_runs:
        yield seen.problem(
            ProblemCode.INTENT_LEFT,
            "A crash came between a change of the rows and its lines in the journal.",
            f"It is finished by: dropsafe rebuild --verify {seen.tenant}",
        )


def read_journal(home: Home, seen: Seen) -> Iterator[Problem]:
    """Note what was decided; gives what is wrong with the journal, if there is one."""
    if seen.facts.told and not home.journal.exists(seen.tenant):
        return
    try:
        seen.decided = journalling.decided(home, seen.tenant, and_then=seen.intended)
    except DropsafeError as error:
        yield seen.problem(ProblemCode.JOURNAL_DAMAGED, error.message, error.hint)
    except (KeyError, TypeError) as error:
        yield seen.problem(
            ProblemCode.JOURNAL_DAMAGED,
            f"A line of the journal is none, or speaks of what is not in it: {error}.",
            f"Restore archive/{seen.tenant}/journal.jsonl from a backup of the archive.",
        )


def _is_done(intent: Intent, seen: Seen) -> bool:
    fold = seen.facts.folds.get(intent.record)
    return fold is not None and fold.version >= intent.version
