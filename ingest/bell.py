"""The bell: watchdog says 'look now' when something came into the inbox.

It is a hint. Events are lost when the kernel's queue overflows, and none come from other machines;
whoever waits for the bell sweeps the inbox on a timer too.
"""

from __future__ import annotations

import threading
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog
from watchdog.events import FileClosedEvent, FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from storage.files import make_directory
from storage.layout import Layout

log = structlog.get_logger()


class Bell:
    """Collects the names of tenants for which the bell rang. A context manager."""

    def __init__(self, layout: Layout) -> None:
        self._directory = layout.bell
        self._rung: set[str] = set()
        self._ringing = threading.Condition()
        self._observer = Observer()

    def __enter__(self) -> Self:
        make_directory(self._directory)
        # Only closed files: with its default events watchdog fills its own queue.
        self._observer.schedule(
            _Handler(self), str(self._directory), event_filter=[FileClosedEvent]
        )
        try:
            self._observer.start()
        except OSError as error:  # no inotify left: the sweep finds everything, only later
            log.warning("bell.silent", why=str(error))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._observer.is_alive():
            self._observer.stop()
            self._observer.join()

    def ring(self, tenant: str = "") -> None:
        """Wake who waits; without a tenant, only to look at something else."""
        with self._ringing:
            self._rung.add(tenant)
            self._ringing.notify_all()

    def wait(self, seconds: float) -> set[str]:
        """The tenants for which it rang since the last call; waits so long for the first."""
        with self._ringing:
            self._ringing.wait_for(lambda: bool(self._rung), seconds)
            rung, self._rung = self._rung, set()
            return rung - {""}


class _Handler(FileSystemEventHandler):
    def __init__(self, bell: Bell) -> None:
        self._bell = bell

    def on_closed(self, event: FileSystemEvent) -> None:
        self._bell.ring(Path(str(event.src_path)).name)
