"""A worker: waits for the bell, claims a tenant, works its deliveries off in order."""

from __future__ import annotations

import errno
import signal
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Protocol

import structlog

from ingest import events, pipeline, setting_aside, settling
from ingest.bell import Bell
from ingest.home import Home, open_home
from ingest.lifeline import die_with_parent
from ingest.tidying import Tidier, tidy
from ingest.verdicts import LoadedCode
from storage.errors import DamagedIntent, DropsafeError
from storage.ledger import Entry

log = structlog.get_logger()

_TURN_SECONDS = 2.0  # after so long a tenant's claim is given up for a moment, for a replay to take
_BREATH = 0.05  # s between two turns, in which somebody else can take a busy tenant
_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 15.0
_EVERYBODYS_TROUBLE = {
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EROFS,
    errno.EMFILE,
    errno.ENFILE,
    errno.ENOMEM,
}


class Progress(Protocol):
    """Told how many deliveries are done, of how many, and how many rows they brought."""

    def __call__(self, done: int, total: int, rows: int, /) -> None: ...


def _untold(_done: int, _total: int, _rows: int, /) -> None:
    """Nobody wants to know."""


class Worker:
    """Works deliveries off until told to stop; what it is at is finished first."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._stopping = threading.Event()
        self._pause = _FIRST_PAUSE
        self._excused: set[str] = set()
        self._failures: Counter[str] = Counter()
        self._done = 0  # deliveries, and
        self._rows = 0  # what they brought: for those who want to see progress

    def stop(self) -> None:
        """End after the delivery that is being worked on; may be called from a signal handler."""
        self._stopping.set()

    def run(self) -> None:
        """Work until stopped: on every ring, and through all of the inbox now and then."""
        sweep_seconds = self._home.settings.workers.sweep_seconds
        tidier = Tidier(self._home)
        with Bell(self._home.layout) as bell:
            sweep_at = 0.0
            waiting: set[str] = set()
            while not self._stopping.is_set():
                if time.monotonic() >= sweep_at:
                    waiting.update(self._home.inbox.tenants())
                    sweep_at = time.monotonic() + sweep_seconds
                if self._round(waiting):
                    tidier.go_on()
                    self._pause = _FIRST_PAUSE
                    waiting |= bell.wait(_BREATH if waiting else min(0.5, sweep_seconds))
                else:
                    self._stopping.wait(self._pause)
                    self._pause = min(2 * self._pause, _LONGEST_PAUSE)
                    sweep_at = 0.0  # look at everything again after the trouble has passed

    def run_once(self, progress: Progress = _untold) -> int:
        """Work off all that waits and is not in another worker's hands; returns how many.

        A tenant whose interrupted decision cannot be read is left out, and told of in the end.

        Raises:
            DropsafeError: a failure that may pass, such as a database that does not answer.
            DamagedIntent: of one tenant; all others are worked off.
        """
        inbox, done, left_out = self._home.inbox, 0, dict[str, DamagedIntent]()
        while not self._stopping.is_set():
            tenants = [one for one in inbox.tenants() if one not in left_out]
            total = done + sum(len(inbox.waiting(tenant)) for tenant in tenants)
            progress(done, total, self._rows)
            before = done
            for tenant in tenants:
                try:
                    done += self._tenant(tenant)
                except DamagedIntent as error:
                    left_out[tenant] = error
                progress(done, max(total, done), self._rows)
            if done == before:
                break
        Tidier(self._home).finish()
        if left_out:
            raise next(iter(left_out.values()))
        return done

    def run_tenant(self, tenant: str, *, until: str, progress: Progress = _untold) -> None:
        """Work a tenant's queue off up to a delivery, unless another worker is at it.

        Raises DropsafeError and DamagedIntent as `run_once`.
        """
        with self._home.inbox.claim(tenant) as claimed:
            if claimed:
                settling.release_due(self._home, tenant)
            while claimed:
                waiting = [one for one in self._home.inbox.waiting(tenant) if one <= until]
                progress(self._done, self._done + len(waiting), self._rows)
                if not waiting:
                    break
                self._attempt(tenant, waiting[0])

    def _round(self, tenants: set[str]) -> bool:
        """Give each of these tenants one turn, and take out those that are done.

        False after a failure that may pass and that any other tenant would meet too.
        """
        for tenant in sorted(tenants):
            try:
                if not self._tenant(tenant):
                    tenants.discard(tenant)
            except (DropsafeError, OSError) as error:
                if may_pass(error):
                    log.warning("worker.waits", why=str(error), hint=getattr(error, "hint", ""))
                    return False
                tenants.discard(tenant)  # the next sweep tries it again
                if isinstance(error, DamagedIntent):
                    log.warning("tenant.waits", tenant=tenant, why=str(error), hint=error.hint)
                else:
                    log.exception("tenant.failed", tenant=tenant)
            if self._stopping.is_set():
                break
        return True

    def _tenant(self, tenant: str) -> int:
        """Work on one tenant's queue for a turn; returns how many attempts were made."""
        if not self._home.inbox.has_work(tenant):
            return 0  # most tenants, most of the time: not worth a claim
        done = 0
        deadline = time.monotonic() + _TURN_SECONDS
        with self._home.inbox.claim(tenant) as claimed:
            if claimed:
                settling.release_due(self._home, tenant)
            while claimed and time.monotonic() < deadline and not self._stopping.is_set():
                waiting = self._home.inbox.waiting(tenant)
                if not waiting:
                    break
                done += self._work_through(tenant, waiting, deadline)
            if claimed and done:
                tidy(self._home, tenant)
        return done

    def _work_through(self, tenant: str, waiting: list[str], deadline: float) -> int:
        """Work a listed queue off, as long as nothing new can have come to its front."""
        for done, delivery in enumerate(waiting, start=1):
            settled = self._attempt(tenant, delivery)
            if not settled or time.monotonic() > deadline or self._stopping.is_set():
                return done
        return len(waiting)

    def _attempt(self, tenant: str, delivery: str) -> bool:
        """Try one delivery; a failure of its own is tried again at once, and counted.

        False if the queue has to be looked at anew: it failed, or was opened, and its parts come
        next.

        Raises:
            DropsafeError, OSError: the trouble is not the delivery's own and may pass.
            DamagedIntent: the trouble is the tenant's.
        """
        entry = None
        try:
            entry = pipeline.process(
                self._home, tenant, delivery, counted=delivery not in self._excused
            )
        except Exception as error:
            if may_pass(error) or isinstance(error, DamagedIntent):
                self._excused.add(delivery)
                raise
            self._failures[delivery] += 1
            log.exception("delivery.failed", delivery=delivery, tenant=tenant)
            if self._failures[delivery] <= self._home.settings.workers.attempts:
                self._excused.discard(delivery)
                return False
            # The ledger could not even count the attempts: the envelope is damaged, or worse.
            self._set_aside(tenant, delivery)
        self._excused.discard(delivery)
        self._failures.pop(delivery, None)
        self._done += 1
        self._rows += _rows_of(entry)
        return entry is not None and entry.reason != LoadedCode.OPENED

    def _set_aside(self, tenant: str, delivery: str) -> None:
        """Hold a delivery, if need be without a word in the ledger. Raises what may pass."""
        try:
            setting_aside.write_down(self._home, tenant, delivery)
        except Exception as error:
            if may_pass(error):
                raise
            log.exception("delivery.failed", delivery=delivery, tenant=tenant)
        self._home.inbox.quarantine(tenant, delivery)
        log.error("delivery.set_aside", delivery=delivery, tenant=tenant)


def _rows_of(entry: Entry | None) -> int:
    return entry.new + entry.changed + entry.unchanged if entry is not None else 0


def may_pass(error: Exception) -> bool:
    """Whether any other delivery would have met the same trouble."""
    if isinstance(error, DropsafeError):
        return error.temporary
    return isinstance(error, OSError) and error.errno in _EVERYBODYS_TROUBLE


def run_until_told(home: Home) -> None:
    """Work until SIGTERM or SIGINT, finishing what was begun."""
    # Now, not at the first file: an installation that cannot read must not blame a file for it.
    import parsers.delimited  # noqa: F401, PLC0415 - as said

    worker = Worker(home)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    log.info("worker.ready")
    worker.run()
    log.info("worker.stopped")


def main() -> None:
    """Run as `python -m ingest.worker HOME LIFELINE`; started by the server only."""
    home_path, lifeline = sys.argv[1:]
    die_with_parent(int(lifeline))
    home = open_home(Path(home_path))
    events.configure(home.settings.log)
    run_until_told(home)


if __name__ == "__main__":
    main()
