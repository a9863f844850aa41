"""Not one wrong value is ever loaded, whatever a till writes and whatever happens to it on its way.

Ten thousand files with known values, rendered at random. `make soak` reads more of them.
"""

import os

import pytest

from tests.rendering.mutants import MUTANTS
from tests.rendering.mutating import Mutant, catch
from tests.rendering.soak import run
from tests.rendering.switches import DAMAGES, DIMENSIONS

SEED = int(os.environ.get("DROPSAFE_TEST_SEED", "20260101"))
BATCHES, FILES = 20, 500
UNAIDED = 0.95
"""The least share of the whole files with one reading that must load without anybody's help."""

A_FAIR_SHARE = 0.2
"""Of damaged files and of whole ones; a quarter of each is damaged on average, by chance."""


@pytest.mark.parametrize("batch", range(BATCHES))
def test_no_value_is_ever_misread(batch: int) -> None:
    """Each loaded row is a true one, each true one is loaded or told of, and few are held back."""
    first = SEED + batch * FILES
    tally = run(range(first, first + FILES))
    print(f"seeds {first} to {first + FILES - 1}\n{tally.words()}")  # noqa: T201 - shown if it fails
    assert not tally.reports, "\n\n".join(tally.reports)
    assert tally.share >= UNAIDED, tally.words()
    assert min(tally.damaged, tally.whole) > FILES * A_FAIR_SHARE


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_reader_with_a_check_less_is_found_out(mutant: Mutant) -> None:
    """The generator has teeth: it misses none of the reader's checks."""
    assert catch(mutant, SEED) is not None


def test_what_is_switched_off_says_why() -> None:
    """Every dimension has a plain choice that is on, and no reason is empty."""
    for name, choices in (*DIMENSIONS.items(), ("damage", DAMAGES)):
        assert choices[0].off is None, name
        assert all(choice.off is None or choice.off.strip() for choice in choices), name
        assert len({choice.name for choice in choices}) == len(choices), name
