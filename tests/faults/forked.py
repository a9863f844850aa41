"""The process that a `Forker` asks: it has imported everything, and forks.

What is forked runs the same functions that `dropsafe serve` and the commands run, on real files,
sockets and databases; only files are read in the process itself and not in one beside it.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import argon2

from ingest import cli, events, gateway, reader, reader_process, server
from ingest.home import open_home
from tests.faults.forker import ADDRESSES, LOG, READY

_SOONER_OR_LATER = (
    "alembic.config",
    "ingest.late",
    "ingest.rebuild",
    "ingest.replay",
    "ingest.undo",
    "ingest.why",
    "ingest.worker",
    "parsers.delimited",
    "psycopg",
    "sqlalchemy.dialects.postgresql.psycopg",
    "sqlalchemy.dialects.sqlite.pysqlite",
    "storage.schema",
)
"""What commands import when they need it, so that no fork has to."""


def _gateway(home_path: str) -> None:
    """All front ends, on sockets of its own."""
    home = open_home(Path(home_path))
    events.configure(home.settings.log)
    sockets = server._open_sockets(home)
    addresses = {name: server._said(sock) for name, sock in sockets.items()}
    (home.layout.home / ADDRESSES).write_text(json.dumps(addresses))
    ready = os.open(home.layout.home / READY, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    asyncio.run(gateway.run(home, sockets, ready))


def _command(home_path: str, *arguments: str) -> None:
    """A command, as from a shell."""
    sys.argv = ["dropsafe", "--home", home_path, *arguments]
    cli.main()


_ROLES: dict[str, Callable[..., None]] = {"gateway": _gateway, "command": _command}


def _spare_time() -> None:
    """Have files read in the process that asks for it, and no slow hash at every start."""
    quick = partial(argon2.PasswordHasher, time_cost=1, memory_cost=8, parallelism=1)
    argon2.PasswordHasher = quick  # type: ignore[misc,assignment]  # tills use Upload Keys

    def answer(self: reader.Reader, task: str, given: Any, known: Any) -> object:
        return reader_process._answer(task, given, known, self._limits.memory)

    reader.Reader._answer = answer  # type: ignore[method-assign]  # the one place where it is asked


def _start(role: str, home: str, *arguments: str) -> int:
    pid = os.fork()
    if pid:
        os.waitpid(pid, os.WUNTRACED)  # it has stopped
        return pid
    status = 70
    try:
        nothing = os.open(os.devnull, os.O_RDONLY)
        log = os.open(Path(home) / LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for descriptor, to in ((nothing, 0), (log, 1), (log, 2)):
            os.dup2(descriptor, to)
        os.closerange(3, 256)
        os.kill(os.getpid(), signal.SIGSTOP)
        _ROLES[role](home, *arguments)
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    except BaseException:  # noqa: BLE001 - a fork must not go on as if it were its parent
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _wait(pid: int) -> int:
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)


_ANSWERS: dict[str, Callable[..., int]] = {"start": _start, "wait": _wait}


def main() -> None:
    """Answer requests until nobody asks any more."""
    _spare_time()
    for module in _SOONER_OR_LATER:
        importlib.import_module(module)
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    for line in sys.stdin:
        what, *arguments = json.loads(line)
        answers.write(json.dumps(_ANSWERS[what](*arguments)) + "\n")


if __name__ == "__main__":
    main()
