"""Looking at one tenant: what database, disk and journal say of it, gathered for the checks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from ingest import journalling
from ingest.home import Home
from ingest.journalling import Decided
from ingest.verify.problems import MOVING_OUT, Problem, ProblemCode, restoring
from storage import audit
from storage.audit import Facts
from storage.delivery import Envelope, day_of
from storage.errors import DamagedArchive, DropsafeError
from storage.journal import Intent, Line
from storage.packs import Pack


@dataclass(slots=True)
class Seen:
    """What is said of one tenant, and where its deliveries stand: ids by place.

    `loose` are those of the archived that are not packed yet. `blind` are the days of packs that
    cannot be read: nothing can be said of what is in them. `foreign` are packs that are another
    tenant's. `intended` are lines that are about to
    be in the journal. `decided` is None where that was not looked at, or cannot be read.
    `server_runs`: there is somebody to finish what a crash left.
    """

    tenant: str
    facts: Facts
    server_runs: bool
    waiting: set[str] = field(default_factory=set)
    loose: set[str] = field(default_factory=set)
    held: set[str] = field(default_factory=set)
    archived: set[str] = field(default_factory=set)
    blind: set[str] = field(default_factory=set)
    foreign: set[Path] = field(default_factory=set)
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
    layout = home.layout
    seen.waiting.update(audit.deliveries_in(layout.inbox / seen.tenant))
    seen.held.update(audit.deliveries_in(layout.quarantine / seen.tenant))
    seen.loose.update(audit.deliveries_in(layout.settled / seen.tenant))
    seen.archived.update(seen.loose)
    for path, pack in audit.packs(home.archive, seen.tenant):
        if pack is None:
            seen.blind.add(audit.day_of_pack(path))
            yield damaged_pack(home, seen, path)
        elif whose := _of_another(seen, pack):
            seen.foreign.add(path)
            yield _misplaced_pack(home, seen, path, whose)
        elif pack.deliveries:
            right = audit.right_place(layout, seen.tenant, path, pack)
            if path == right:
                seen.archived.update(pack.deliveries)
            else:  # what is in it is not looked for there
                seen.blind.update(str(day_of(one)) for one in pack.deliveries)
                yield _misnamed_pack(home, seen, path, right)


def damaged_pack(home: Home, seen: Seen, path: Path, pack: Pack | None = None) -> Problem:
    """The problem of a pack that cannot be read, or not all of it."""
    name = path.relative_to(home.layout.home)
    held = f", which has {len(pack.deliveries):,} deliveries," if pack else ""
    return seen.problem(
        ProblemCode.ARCHIVE_DAMAGED,
        f"{name}{held} cannot be read.",
        f"Check the disk. {restoring(seen.tenant)} docs/archive.md says what else can be done.",
    )


def _misnamed_pack(home: Home, seen: Seen, path: Path, right: Path | None) -> Problem:
    name = path.relative_to(home.layout.home)
    remedy = MOVING_OUT
    if right is not None and right.exists():
        remedy = f"{right.relative_to(home.layout.home)} is there. Move {name} out of the home."
    elif right is not None:
        remedy = f"Rename it to {right.relative_to(home.layout.home)}."
    message = f"{name} has deliveries of another day than its name says: none of them is found."
    return seen.problem(ProblemCode.PACK_MISNAMED, message, remedy)


def _of_another(seen: Seen, pack: Pack) -> str:
    """Whose pack it is, by its first envelope, if it is not this tenant's.

    That is read only if the ledger knows nothing of what is in it.
    """
    if pack.deliveries.keys() & seen.facts.told.keys():
        return ""
    with suppress(DamagedArchive, OSError, ValueError):  # that is found when all of it is read
        for name in sorted(pack.deliveries)[:1]:
            whose = Envelope.from_json(pack.envelope(name)).origin.tenant
            return "" if whose == seen.tenant else whose
    return ""


def _misplaced_pack(home: Home, seen: Seen, path: Path, whose: str) -> Problem:
    name = path.relative_to(home.layout.home)
    right = home.layout.archive / whose / path.parent.name / path.name
    known = "is there already" if right.exists() else "is where it belongs"
    return seen.problem(
        ProblemCode.ENVELOPE_MISPLACED,
        f"{name} has the deliveries of another tenant, {whose}.",
        f"Move {name} out of the home; {right.relative_to(home.layout.home)} {known}.",
    )


def look_for_intent(home: Home, seen: Seen) -> Iterator[Problem]:
    """Note what a crash kept from being written into the journal; gives what is wrong with it."""
    try:
        intent = home.journal.intent(seen.tenant)
    except DropsafeError as error:
        yield seen.problem(ProblemCode.INTENT_DAMAGED, error.message, error.hint)
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


def _is_done(intent: Intent, seen: Seen) -> bool:
    fold = seen.facts.folds.get(intent.record)
    return fold is not None and fold.version >= intent.version
