"""Runs `dropsafe` commands, many of them, without paying for the start of Python each time.

Of the half second that a command takes nearly all goes into importing its libraries. Here a process
imports them once and forks for each command, which is then run as the command line runs it.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

_forks = get_context("forkserver")
_forks.set_forkserver_preload(
    ["__main__", "ingest.cli", "ingest.home", "ingest.lookup", "sqlalchemy.dialects.sqlite"]
)


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a command: its exit status, what it printed, and what it complained of."""

    status: int
    output: str
    complaint: str


def run(arguments: Sequence[str], environment: Mapping[str, str]) -> Done:
    """Run a command to its end; several threads may do so at once."""
    with tempfile.TemporaryDirectory(prefix="dropsafe-command-") as directory:
        process = _forks.Process(
            target=_command, args=(list(arguments), dict(environment), directory)
        )
        process.start()
        process.join()
        # Not the exit code of the process: threads that start and join others at once may take
        # it from each other.
        status, output, complaint = (
            one.read_bytes().decode(errors="replace") if one.exists() else ""
            for one in (Path(directory, name) for name in ("status", "out", "err"))
        )
    return Done(int(status or 1), output, complaint)


def _command(arguments: list[str], environment: dict[str, str], directory: str) -> None:
    os.environ.clear()
    os.environ.update(environment)
    for descriptor, name in ((1, "out"), (2, "err")):
        opened = os.open(Path(directory, name), os.O_WRONLY | os.O_CREAT, 0o600)
        os.dup2(opened, descriptor)
        os.close(opened)
    sys.argv = ["dropsafe", *arguments]
    from ingest.cli import main  # noqa: PLC0415 - here, in the process that forks

    try:
        main()
    except SystemExit as end:
        Path(directory, "status").write_text(str(end.code or 0))
        raise
