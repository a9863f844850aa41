"""Readers with one check less, and how long the generator takes to find them out.

A mutant changes a piece of the source of some functions of parsers/. Where the piece is no longer
there, the mutant says so and must be mended.
"""

import importlib
import inspect
import sys
import textwrap
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from types import CodeType
from typing import Any

from tests.rendering.judging import Failure, judge
from tests.rendering.plan import Plan, draw
from tests.rendering.rendering import render

FILES = 400
"""So many files at most are read before a mutant must have been found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """In the source of a function, called "module:name", `before` becomes `after`."""

    function: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A reader with one check less; `fixed` and `damage` are the files that the check is for.

    One that `holds` lacks a check that leaves one reading of two: it holds what would load.
    """

    name: str
    changes: tuple[Change, ...]
    fixed: Mapping[str, str] = field(default_factory=dict, hash=False)
    damage: str | None = None
    holds: bool = False


def mutant(
    name: str,
    function: str,
    before: str,
    after: str,
    /,
    *further: tuple[str, str, str],
    damage: str | None = None,
    holds: bool = False,
    **fixed: str,
) -> Mutant:
    """A reader in which a piece of a function of parsers/, called "module:name", is another.

    `further` are pieces of other functions, `fixed` the choices of the files it is for.
    """
    changes = [Change(function=f"parsers.{function}", before=before, after=after)]
    changes += [
        Change(function=f"parsers.{where}", before=old, after=new) for where, old, new in further
    ]
    return Mutant(name=name, changes=tuple(changes), fixed=fixed, damage=damage, holds=holds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caught:
    """The file that gave a mutant away, after how many others, and what was wrong."""

    plan: Plan
    files: int
    failure: Failure


def catch(mutant: Mutant, seed: int) -> Caught | None:
    """Read files with a mutant until it fails where the whole reader does not."""
    for at in range(FILES):
        plan = draw(seed + at, mutant.fixed, damage=mutant.damage)
        file = render(plan)
        with broken(mutant):
            outcome = judge(file)
        failure = outcome.failure
        if mutant.holds and not outcome.unaided and judge(file).unaided:
            failure = Failure(kind="held for nothing", words=outcome.words)
            return Caught(plan=plan, files=at + 1, failure=failure)
        # A crash is no misreading: the check must be one that keeps a wrong value out.
        wrong = failure is not None and failure.kind != "crash"
        if failure is not None and wrong and judge(file).failure is None:
            return Caught(plan=plan, files=at + 1, failure=failure)
    return None


@contextmanager
def broken(mutant: Mutant) -> Iterator[None]:
    """Have the reader without its check for a while."""
    with ExitStack() as stack:
        for found, kept, code in _codes(mutant):
            # In place, so that whoever has imported the function by name has the mutant, too.
            stack.callback(_put, found, kept)
            _put(found, code)
        yield


def _put(found: Any, code: CodeType) -> None:
    plain = inspect.unwrap(found)
    plain.__code__ = code
    # What the function gave may be kept by itself, and by others of its module.
    for other in vars(sys.modules[plain.__module__]).values():
        if hasattr(other, "cache_clear"):
            other.cache_clear()


@cache
def _codes(mutant: Mutant) -> list[tuple[Any, CodeType, CodeType]]:
    """Each function that a mutant changes: itself, its code, and that of the mutant."""
    sources: dict[str, str] = {}
    for change in mutant.changes:
        name = change.function
        source = sources.get(name) or textwrap.dedent(inspect.getsource(_function(name)))
        if source.count(change.before) != 1:
            raise AssertionError(f"{name} does not have {change.before!r} once: mend the mutant")
        sources[name] = source.replace(change.before, change.after)
    return [_compiled(name, source) for name, source in sources.items()]


def _compiled(name: str, source: str) -> tuple[Any, CodeType, CodeType]:
    found = _function(name)
    plain = inspect.unwrap(found)
    space: dict[str, Any] = dict(plain.__globals__)
    exec(source, space)  # noqa: S102 - our own source
    return found, plain.__code__, inspect.unwrap(space[plain.__name__]).__code__


def _function(name: str) -> Any:
    module, _, path = name.partition(":")
    found: Any = importlib.import_module(module)
    for part in path.split("."):
        found = getattr(found, part)
    return found
