"""Whatever is wrong in a home is found, and what is said of it mends it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.verify.problems import ProblemCode
from ingest.verify.verifying import verify
from ingest.worker import Worker
from tests.documents import DOCUMENTS
from tests.e2e.running import dropsafe
from tests.ingest.verify import damages
from tests.ingest.verify.scene import UNKNOWN, Scene, found
from tests.shop import dump

# What is done to the home, and what is found then. Commands of the remedies mend it, and moving
# out what a remedy says is to be moved out.
DAMAGES: list[tuple[Callable[[Scene], None], list[str]]] = [
    (damages.to_quarantine, ["misplaced last"]),
    (damages.to_inbox, ["not-moved last"]),
    (damages.held_to_archive, ["misplaced held"]),
    (damages.held_before_it_was_said, ["not-in-ledger waiting"]),
    (damages.twice, ["twice last"]),
    (damages.twice_packed, ["twice last"]),
    (damages.half_beside_pack, ["twice last"]),
    (damages.held_and_waiting, ["twice held"]),
    (damages.not_in_ledger, ["not-in-ledger last", "rows-alone last", "fold-differs last"]),
    (damages.tenant_unknown, ["tenant-unknown"]),
    (damages.no_journal, ["journal-lacks"]),
    (damages.journal_lacks_a_reading, ["journal-lacks last"]),
    (damages.journal_lacks_an_undo, ["journal-lacks undone"]),
    (damages.ledger_lacks_an_undo, ["journal-differs undone"]),
    (damages.another_version, ["journal-differs last"]),
    (damages.journal_lacks_a_version, ["journal-lacks"]),
    (damages.database_lacks_a_version, ["mapping-missing"]),
    (damages.another_text, ["mapping-differs"]),
    (damages.rows_alone, ["rows-alone unknown"]),
    (damages.rows_uncounted, ["rows-uncounted undone"]),
    (damages.superseded_alone, ["rows-alone 0000000000000"]),
    (damages.superseded_astray, ["superseded-astray"]),
    (damages.rows_missing, ["rows-missing", "superseded-astray"]),
    (damages.no_original, ["no-original repeat"]),
    (damages.no_original_at_all, ["no-original repeat"]),
    (damages.original_with_other_bytes, ["no-original last"]),
    (damages.fold_behind, ["fold-differs last"]),
    (damages.intent_left, ["intent-left"]),
    (damages.half_an_intent, ["intent-left"]),
    (damages.intent_done, ["intent-left"]),
    (damages.intent_damaged, ["intent-damaged"]),
    (damages.release_left, ["release-left"]),
    (damages.journal_begun_anew, ["journal-damaged"]),
    (damages.journal_of_garbage, ["journal-damaged"]),
    (damages.journal_of_numbers, ["journal-damaged"]),
    (damages.waiting_and_archived, ["twice waiting"]),
    (damages.links_astray, ["links-astray"]),
    (damages.pack_twice, ["pack-misnamed"]),
    (damages.pack_of_another, ["envelope-misplaced"]),
    (damages.strays, ["stray"]),
    (damages.parked_damaged, ["parked-damaged"]),
]

_COMMAND = re.compile(r"dropsafe ([a-z]+(?: (?:--)?[a-z0-9-]+)*)")
_MOVE = re.compile(r"[Mm]ove (\S*/\S+) out of the home|^(.+) is nothing|^(\S+), an upload")


@pytest.mark.parametrize(
    ("damage", "codes"), DAMAGES, ids=[damage.__name__ for damage, _ in DAMAGES]
)
def test_what_is_wrong_is_found_and_its_remedy_mends_it(
    scene: Scene, tmp_path: Path, damage: Callable[[Scene], None], codes: list[str]
) -> None:
    """Each damage is named, and nothing else; what its remedy says makes all well again."""
    home = scene.home
    damage(scene)
    problems = verify(home).problems
    names = {getattr(scene, name): name for name in ("first", "repeat", "undone", "last")}
    names |= {scene.held: "held", scene.waiting: "waiting", UNKNOWN: "unknown"}
    shown = {
        f"{one.code} {names.get(one.delivery or '', one.delivery or '')}".strip()
        for one in problems
    }
    assert shown == set(codes)

    for one in problems:
        for moved in _MOVE.finditer(f"{one.message}\n{one.remedy}"):
            path = scene.files / next(name for name in moved.groups() if name)
            path.rename(tmp_path / path.name)
    for words in dict.fromkeys(words for one in problems for words in _COMMAND.findall(one.remedy)):
        if not words.startswith("verify"):
            dropsafe(scene.files, *words.split())
    assert {code for code, _ in found(home)} <= {"not-moved"}
    Worker(home).run_once()
    assert found(home) == set()


def test_the_rows_are_right_again_too(scene: Scene) -> None:
    """A damage to places and journal costs no row, and neither does its remedy."""
    damages.to_quarantine(scene)
    damages.ledger_lacks_an_undo(scene)
    dropsafe(scene.files, "rebuild", "acme")
    assert dump(scene.home) == scene.rows


def test_every_code_is_found_by_some_test_and_documented() -> None:
    """A kind of problem that nothing can bring about, or that is not explained, is none."""
    files = [one.read_text("utf-8") for one in Path(__file__).parent.glob("*.py")]
    assert not [code for code in ProblemCode if not any(f'"{code}' in one for one in files)]
    [text] = [one.read_text("utf-8") for one in DOCUMENTS if one.name == "verify.md"]
    rows = re.findall(r"^\| `([a-z-]+)` \| [^|]+ \| [^|]+ \|$", text, re.MULTILINE)
    assert sorted(rows) == sorted(ProblemCode)
