"""Ending the demo early: between two steps, so that none is left half done.

An exception out of a signal handler comes up wherever the program happens to be: in the middle of
a client library, or of what the garbage collector calls, where it is lost.
"""

from __future__ import annotations

import signal
from types import FrameType

_asked: list[int] = []


def listen() -> None:
    """Take Ctrl-C, SIGTERM and a closed terminal for the wish to end."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _ask)


def if_asked() -> None:
    """The place between two steps. Raises KeyboardInterrupt if the demo is to end."""
    if _asked:
        raise KeyboardInterrupt


def _ask(number: int, _frame: FrameType | None) -> None:
    """Note the wish; whoever says it twice does not want to wait for the step's end."""
    _asked.append(number)
    if len(_asked) > 1:
        raise KeyboardInterrupt
