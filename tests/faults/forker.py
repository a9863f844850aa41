"""Processes of dropsafe that are ready at once: forked from one that has imported everything.

A kill sweep starts thousands of processes, and each would spend most of its life on imports.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

READY = "gateway.ready"
"""A file in the home: holds a byte as soon as all front ends listen."""

ADDRESSES = "gateway.addresses"
"""A file in the home: the address of each front end."""


LOG = "forked.log"
"""A file in the home: what forked processes log and say."""


class Forker:
    """The tests' end: starts processes on a home and waits for their end."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.forked"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    @property
    def pid(self) -> int:
        """The process from which others are forked."""
        return self._process.pid

    def start(self, role: str, home: Path, *arguments: str) -> int:
        """Fork a process, which stops at once (SIGSTOP) until it is continued; its id."""
        pid: int = self._ask(["start", role, str(home), *arguments])
        return pid

    def wait(self, pid: int) -> int:
        """Wait for its end; the exit status, of one that was killed minus the signal."""
        status: int = self._ask(["wait", pid])
        return status

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(20)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _ask(self, request: Sequence[object]) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


@contextmanager
def forking() -> Iterator[Forker]:
    """A forker for the time of the block."""
    forker = Forker()
    try:
        yield forker
    finally:
        forker.close()
