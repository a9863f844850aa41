"""Processes that do one thing on a home and are struck on the way, to see what they leave behind.

Each is forked from a server that has everything imported and nothing open, so that one costs a few
hundredths of a second. In it the calls by which anything lasts are counted: those of `os` that
write, make, rename, remove or sync, every statement for the database and every commit. At the call
with a given number the process is killed (SIGKILL, so nothing is tidied up), or the call fails.
"""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import wraps
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from ingest import describing, events, pipeline, reader_process
from ingest.home import Home, open_home
from ingest.reader import Reader
from ingest.rebuild import rebuild
from ingest.replay import replay
from ingest.settings import Log
from ingest.undo import redo, undo
from ingest.verdicts import Held
from ingest.worker import Worker
from storage.errors import DropsafeError
from tests import shop

FAILED = 3
"""The exit status of a process that met the failure and said so."""

_LASTING = (
    *("open", "write", "pwrite", "fsync", "fdatasync", "ftruncate"),
    *("rename", "replace", "link", "unlink", "remove", "mkdir", "rmdir"),
)


@dataclass(frozen=True, slots=True)
class Blow:
    """What happens at which of the lasting calls, counted from 0."""

    how: Literal["kill", "fail"]
    at: int


class Struck:
    """Runs actions on one home in processes of their own."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["tests.crashing"])

    def start(self, action: str, *given: Any, blow: Blow | None = None) -> ForkServerProcess:
        """Begin an action in a process; see `ACTIONS`."""
        process = self._context.Process(target=_act, args=(self._home, action, given, blow))
        process.start()
        return process

    def run(self, action: str, *given: Any, blow: Blow | None = None) -> bool:
        """Do an action to its end or to the blow; says whether it came to its end."""
        return ended(self.start(action, *given, blow=blow))


def ended(process: ForkServerProcess) -> bool:
    """Wait for a process; whether it came to its end. It must not end in any unforeseen way."""
    process.join(120)
    assert process.exitcode in (0, FAILED, -signal.SIGKILL), f"ended with {process.exitcode}"
    return process.exitcode == 0


ACTIONS: dict[str, Callable[..., object]] = {
    "deliver": shop.deliver,
    "load": lambda home, delivery: pipeline.process(home, "acme", delivery),
    "replay": lambda home, ids: replay(home, "acme", ids),
    "undo": lambda home, ids: undo(home, "acme", ids),
    "redo": lambda home, ids: redo(home, "acme", ids),
    "rebuild": lambda home: rebuild(home, "acme"),
    "map": lambda home, text: describing.set_mapping(
        home, tenant="acme", feed="default", text=text
    ),
    "pack": lambda home: home.packing.pack("acme", datetime.now(UTC).date() + timedelta(days=1)),
    "work": lambda home: Worker(home).run_once(),
}
"""What can be done; each is given the home first."""


class _ReadsHere(Reader):
    """Reads in this process: it is thrown away anyway, and another one would cost half a second."""

    def _answer(self, task: str, given: tuple[object, ...], known: Any) -> object:
        try:
            return reader_process.TASKS[task](*given, **known)
        except Exception as error:  # noqa: BLE001 - the reader raises it for us
            return error


def _act(path: Path, action: str, given: tuple[Any, ...], blow: Blow | None) -> None:
    events.configure(Log(level="error"))
    home = open_home(path)
    home = replace(home, reader=_ReadsHere(home.reader._limits))
    if blow is not None:
        _count_to(home, blow)
    try:
        ACTIONS[action](home, *given)
    except (DropsafeError, OSError, Held):
        os._exit(FAILED)
    os._exit(0)  # nothing is tidied up here either


def _count_to(home: Home, blow: Blow) -> None:
    """Have the blow fall at its call."""
    calls = iter(range(blow.at, -1, -1))

    def step(failure: Exception) -> None:
        if next(calls, -1) == 0:
            if blow.how == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            raise failure

    def counted(call: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(call)
        def wrapper(*given: Any, **named: Any) -> Any:
            step(OSError(errno.EIO, os.strerror(errno.EIO)))
            return call(*given, **named)

        return wrapper

    for name in _LASTING:
        setattr(os, name, counted(getattr(os, name)))

    @event.listens_for(home.database.engine, "before_cursor_execute")
    @event.listens_for(home.database.engine, "commit")
    def before(*_: object) -> None:
        step(OperationalError("struck", None, Exception("struck")))
