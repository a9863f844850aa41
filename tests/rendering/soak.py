"""Reads files without end, or as many as asked for: python -m tests.rendering.soak --files N."""

import argparse
import secrets
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tests.rendering.judging import judge
from tests.rendering.mutants import MUTANTS
from tests.rendering.mutating import FILES, catch
from tests.rendering.plan import draw
from tests.rendering.rendering import render
from tests.rendering.shrinking import explain


@dataclass(slots=True)
class Tally:
    """Of many files how many were whole and loaded unaided, and what became of the others.

    `twofold` are whole files that have two readings by the way they were made.
    """

    files: int = 0
    damaged: int = 0
    twofold: int = 0
    whole: int = 0
    unaided: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    examples: dict[str, int] = field(default_factory=dict)
    damages: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    reports: list[str] = field(default_factory=list)

    @property
    def share(self) -> float:
        """The share of the whole files with one reading that were loaded without any help."""
        return self.unaided / self.whole if self.whole else 1.0

    def words(self) -> str:
        """The figures, in lines."""
        lines = [
            (
                f"{self.files:,} files: {self.whole:,} whole, {self.unaided:,} of them "
                f"({self.share:.2%}) loaded unaided; {self.damaged:,} damaged, "
                f"{self.twofold:,} with two readings; {self.failures.total()} failures"
            ),
        ]
        lines += [
            f"  {count:6,}  {reason} (seed {self.examples[reason]})"
            for reason, count in self.reasons.most_common()
        ]
        lines += [f"  {count:6,}  failures: {kind}" for kind, count in self.failures.most_common()]
        return "\n".join(lines)


def run(
    seeds: Iterable[int],
    fixed: Mapping[str, str] | None = None,
    *,
    damage: str | None = None,
    reports: int = 1,
    reasons: bool = False,
    until: float | None = None,
) -> Tally:
    """Read the files of these seeds; at most `reports` failures of each kind are made small.

    With `reasons`, also the first file of each reason for which a whole one did not load unaided.
    """
    tally = Tally()
    for seed in seeds:
        plan = draw(seed, fixed, damage=damage)
        file = render(plan)
        outcome = judge(file)
        tally.files += 1
        if file.damaged:
            tally.damaged += 1
            tally.damages[plan.damage] += 1
        elif file.twofold:
            tally.twofold += 1
        else:
            tally.whole += 1
            tally.unaided += outcome.unaided
            if not outcome.unaided:
                tally.reasons[outcome.reason] += 1
                if outcome.reason not in tally.examples and reasons:
                    tally.reports.append(explain(plan, outcome))
                tally.examples.setdefault(outcome.reason, seed)
        if outcome.failure is not None:
            tally.failures[outcome.failure.kind] += 1
            if tally.failures[outcome.failure.kind] <= reports:
                tally.reports.append(explain(plan, outcome))
        if until is not None and time.monotonic() > until:
            break
    return tally


def _mutate(seed: int) -> int:
    """Break every check in turn and say after how many files it was noticed; 1 if one was not."""
    missed = 0
    for mutant in MUTANTS:
        caught = catch(mutant, seed)
        if caught is None:
            missed += 1
            print(f"MISSED after {FILES} files: {mutant.name}")  # noqa: T201 - a command
        else:
            found = f"{caught.failure.kind}: {caught.failure.words}"
            print(f"{caught.files:4} files: {mutant.name}\n     {found}")  # noqa: T201 - a command
    return 1 if missed else 0


def main() -> int:
    """Read files, print the figures and the failures; 1 if there are any."""
    parser = argparse.ArgumentParser(prog="python -m tests.rendering.soak", description=__doc__)
    parser.add_argument("--files", type=int, default=50_000, help="how many files to read")
    parser.add_argument("--seed", type=int, help="of the first file; the next has the next one")
    parser.add_argument("--minutes", type=float, help="end after so long")
    parser.add_argument("--reports", type=int, default=1, help="failures of a kind to make small")
    parser.add_argument(
        "--reasons", action="store_true", help="show what did not load unaided, too"
    )
    parser.add_argument("--damage", help="only files with this damage")
    parser.add_argument("--with", dest="fixed", action="append", default=[], metavar="NAME=CHOICE")
    parser.add_argument("--mutate", action="store_true", help="break the reader, check by check")
    given = parser.parse_args()
    seed = secrets.randbelow(1 << 40) if given.seed is None else given.seed
    print(f"seed {seed}")  # noqa: T201 - a command
    if given.mutate:
        return _mutate(seed)
    tally = run(
        range(seed, seed + given.files),
        dict(each.split("=", 1) for each in given.fixed),
        damage=given.damage,
        reports=given.reports,
        reasons=given.reasons,
        until=None if given.minutes is None else time.monotonic() + 60 * given.minutes,
    )
    for each in tally.reports:
        print(f"\n{each}")  # noqa: T201 - a command
    print(f"\n{tally.words()}")  # noqa: T201 - a command
    return 1 if tally.failures else 0


if __name__ == "__main__":
    sys.exit(main())
