"""The server of the demo, and its commands: everything goes through the `dropsafe` command."""

from __future__ import annotations

import csv
import io
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import demo_commands
import demo_stop

T = TypeVar("T")

COMMAND = Path(sys.executable).with_name("dropsafe")
PATIENCE = 60.0  # s; for anything that is waited for
_PAUSE = 0.4  # s; each look takes time from the server
_PASSIVE_PORTS = 8


class DemoFailed(Exception):
    """Something was not as it should be; the text says what."""


class Dropsafe:
    """The `dropsafe` command on the demo's home, which is in the directory `work`."""

    def __init__(self, work: Path) -> None:
        self.work = work
        self.home = home = work / "home"
        low = _free_ports(_PASSIVE_PORTS)
        self.environment = {
            # A setting that the visitor made for another server is not for this one.
            **{k: v for k, v in os.environ.items() if not k.startswith("DROPSAFE_")},
            "DROPSAFE_HOME": str(home),
            "DROPSAFE_SFTP__LISTEN": "127.0.0.1:0",
            "DROPSAFE_FTP__LISTEN": "127.0.0.1:0",
            "DROPSAFE_FTP__PASSIVE_PORTS": f"{low}-{low + _PASSIVE_PORTS - 1}",
            "DROPSAFE_SMTP__LISTEN": "127.0.0.1:0",
        }

    def __call__(self, *arguments: str | Path) -> str:
        """Run a command and return what it prints. Raises DemoFailed with what it complains of."""
        demo_stop.if_asked()
        done = demo_commands.run([str(one) for one in arguments], self.environment)
        demo_stop.if_asked()  # Ctrl-C ends the command too, and that is no failure
        if done.status:
            raise DemoFailed(f"dropsafe {arguments[0]} failed: {done.complaint.strip()}")
        return done.output

    def json(self, *arguments: str | Path) -> Any:  # noqa: ANN401 - as JSON is
        """Run a command with --json and return the document it prints."""
        return json.loads(self(*arguments, "--json"))

    def csv(self, *arguments: str | Path) -> list[dict[str, str]]:
        """Run a command that prints CSV and return its rows."""
        return list(csv.DictReader(io.StringIO(self(*arguments))))

    @contextmanager
    def serving(self) -> Iterator[Callable[[], dict[str, str]]]:
        """Run the server while the block runs; what is yielded waits for its addresses."""
        ready = self.work / "ready.json"
        with (
            (self.work / "server.log").open("wb") as log,
            subprocess.Popen(  # noqa: S603 - our own command
                [COMMAND, "serve", "--ready-file", ready],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            ) as process,
        ):

            def addresses() -> dict[str, str] | None:
                if process.poll() is not None:
                    raise DemoFailed("The server did not start.")
                return json.loads(ready.read_bytes()) if ready.exists() else None

            try:
                yield lambda: wait_for("the server to listen", addresses)
            except Exception as error:
                error.add_note("The server's log ends with:\n" + self._log_tail())
                raise
            finally:
                _stop(process)

    def _log_tail(self) -> str:
        log = (self.work / "server.log").read_text("utf-8", errors="replace")
        return "\n".join(log.splitlines()[-12:])


def wait_for(what: str, look: Callable[[], T | None]) -> T:
    """Look again and again until there is something to see. Raises DemoFailed at the deadline."""
    deadline = time.monotonic() + PATIENCE
    while (seen := look()) is None:
        demo_stop.if_asked()
        if time.monotonic() > deadline:
            raise DemoFailed(f"Waited {PATIENCE:.0f} s for {what}, in vain.")
        time.sleep(_PAUSE)
    return seen


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()  # SIGTERM: it finishes what it is at
    try:
        process.wait(PATIENCE)
    finally:
        process.kill()  # only if it did not; its children end with it


def _free_ports(count: int) -> int:
    """The first of some ports in a row that are free, below those given out to clients."""
    random = Random()  # noqa: S311 - no secret
    while True:
        low = random.randrange(20_000, 32_000)
        if all(_is_free(port) for port in range(low, low + count)):
            return low


def _is_free(port: int) -> bool:
    with socket.socket() as sock:
        try:
            sock.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
