"""What folding again does to the rows, as it is told to those who ask for it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from storage.ledger import Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What folding again does to the rows; `gone` are rows that nothing says any more."""

    new: int
    changed: int
    unchanged: int
    gone: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One row before and after: the values, and the delivery they come from; None if no row."""

    location_id: str
    transaction_id: str
    before: dict[str, str] | None
    after: dict[str, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What folding again does: `back` says how many rows go back to which older delivery.

    `brought` says by delivery how many of the rows that come from it then are new or changed.
    """

    difference: Difference
    back: dict[str, int]
    sample: tuple[Change, ...]
    brought: dict[str, Counts] = field(default_factory=dict)


NO_EFFECT = Effect(difference=Difference(new=0, changed=0, unchanged=0, gone=0), back={}, sample=())


def together(one: Effect, other: Effect, *, shown: int) -> Effect:
    """The effect of two refolds of different rows."""
    return Effect(
        difference=Difference(
            new=one.difference.new + other.difference.new,
            changed=one.difference.changed + other.difference.changed,
            unchanged=one.difference.unchanged + other.difference.unchanged,
            gone=one.difference.gone + other.difference.gone,
        ),
        back=dict(Counter(one.back) + Counter(other.back)),
        sample=(*one.sample, *other.sample)[:shown],
        brought={**one.brought, **other.brought},
    )
