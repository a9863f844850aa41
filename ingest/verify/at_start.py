"""The quick verification when a server starts: beside it, never in its way, and loud."""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress

import structlog

from ingest.home import Home
from ingest.verify.verifying import Report, verify
from storage.errors import DatabaseAway

log = structlog.get_logger()

_MOST_SECONDS = 10.0  # of processor time: of a home that takes more, not all is looked at
_MOST_SHOWN = 20
_NICE = 10  # Linux has priorities for each thread: sched(7)
_STOP_PATIENCE = 1.0  # s


class StartCheck:
    """One quick verification in a thread of its own; whatever it finds, the server goes on."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="verify", daemon=True)

    def start(self) -> None:
        """Begin; call it once."""
        self._thread.start()

    def stop(self) -> None:
        """End it, if it was begun and is still at work."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(_STOP_PATIENCE)

    def _run(self) -> None:
        with suppress(OSError):  # it is no harm if it is not allowed
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
        try:
            report = verify(self._home, quick=True, go_on=self._goes_on)
        except DatabaseAway as error:
            log.warning("verify.waits", why=error.message, hint="Look later: dropsafe verify")
        except Exception:
            log.exception("verify.failed")
        else:
            if not self._stopping.is_set():
                _tell(report)
        finally:
            self._home.database.close()  # nothing else in this process needs a connection

    def _goes_on(self) -> bool:
        return not self._stopping.is_set() and time.thread_time() < _MOST_SECONDS


def _tell(report: Report) -> None:
    for one in report.problems[:_MOST_SHOWN]:
        log.error(
            "verify.problem",
            code=str(one.code),
            tenant=one.tenant,
            delivery=one.delivery,
            message=one.message,
            remedy=one.remedy,
        )
    log.info(
        "verify.done",
        deliveries=report.deliveries,
        problems=len(report.problems),
        whole=report.whole,
        seconds=round(time.thread_time(), 2),
    )
