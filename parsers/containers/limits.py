"""How much may come out of a container. What is beyond is a bomb, or no export of a shop's."""

from __future__ import annotations

from parsers.containers.verdicts import ContainerCode
from parsers.reject import Unreadable

MOST_BYTES = 512 << 20
"""Bytes that may come out of one delivery in all, what comes out of inner containers counted too.

Four times what a client may send in one file by default. It is all in memory at once.
"""

MOST_TIMES = 300
"""How many times its own size may come out of a delivery. Tables shrink to a fifth, of numbers
that repeat themselves to a fiftieth; deflate can reach 1,032, and only bombs come near."""

FREE_BYTES = 64 << 20
"""So much may come out whatever the ratio: a day in which nothing happened shrinks a lot."""

MOST_MEMBERS = 1000
"""Tables out of one delivery. 1,023 order numbers are set aside behind each for its parts."""

MOST_ENTRIES = 10_000
"""Entries of a zip archive's directory, folders and left-out files included."""

DEEPEST = 3
"""How many containers may lie in one another: a workbook in a zip archive in a zip archive."""

MOST_CELLS = 1 << 24
"""Cells between the first and the last of a sheet that hold anything, as many as an old workbook
has at all (65,536 rows of 256). A workbook's reader takes 32 bytes and more for each, also for the
blank ones: one stray value in the last corner of a modern sheet would cost 512 GB."""


class Room:
    """What may still come out of a delivery of `packed` bytes; asked before anything is kept."""

    def __init__(self, packed: int) -> None:
        self._most = min(MOST_BYTES, max(FREE_BYTES, MOST_TIMES * packed))
        self._left = self._most

    @property
    def left(self) -> int:
        """Bytes that may still come out."""
        return self._left

    def take(self, size: int) -> None:
        """Use some of it up. Raises Unreadable (TOO_LARGE) when there is none left."""
        self._left -= size
        if self._left < 0:
            raise too_large(f"Unpacked, it has more than {self._most >> 20} MiB.")


def too_large(message: str) -> Unreadable:
    """The verdict on what is beyond a limit."""
    return Unreadable(
        ContainerCode.TOO_LARGE,
        message,
        remedy="Ask the sender for the exports in smaller pieces, or not packed at all. If nobody "
        "can have meant to send this, it was built to harm: leave it where it is.",
    )
