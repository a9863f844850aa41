"""What a damage did to a file, and where none can be done that a reader could see."""

from dataclasses import dataclass, field

from tests.rendering.plan import Plan
from tests.rendering.shapes import Key
from tests.rendering.writing import File

_ROWS_THAT_TELL = 5
SEVERAL_ROWS = ("items", "items of orders", "first row only")
"""Shapes in which a sale may have several rows."""


@dataclass(slots=True, kw_only=True)
class Harm:
    """What a damage did: nothing (`done` is false), or this.

    `gone` are the sales of which a row is not there any more, `doubtful` those of which the file
    says two things, so that neither may load. `must_hold` is why nothing may load.
    `untold` are keys that the mapping does not have, though it should.
    """

    done: bool = False
    gone: set[Key] = field(default_factory=set)
    doubtful: set[Key] = field(default_factory=set)
    must_hold: str | None = None
    untold: set[str] = field(default_factory=set)


def can_be_told(plan: Plan, file: File) -> bool:
    """Whether there is a row to damage, and enough to tell what is wrong with it.

    Without a header only the other rows say how many fields a row has.
    """
    return len(file.rows) >= (_ROWS_THAT_TELL if plan["header"] == "none" else 1)
