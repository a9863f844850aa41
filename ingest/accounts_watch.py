"""Keeping the gateway's tenants up to date, also while the database is away."""

from __future__ import annotations

import threading
import time

import structlog

from ingest.auth import Gatekeeper
from ingest.home import Home
from storage import accounts, tenants
from storage.accounts import Tenant
from storage.errors import DropsafeError

log = structlog.get_logger()

_LOOK_SECONDS = 1.0  # how soon a tenant that is disabled is out
_LEAST_SECONDS = 0.2  # between looks that refused logins ask for, so that guessing costs little


class AccountsWatch:
    """Holds a gatekeeper's snapshot to the database, by a version number read each second."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._lock = threading.Lock()
        self._looked_at = 0.0
        self._changes: int | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="accounts", daemon=True)
        self.gatekeeper = Gatekeeper(refresh=self._look)
        self._look()
        if self._changes is None:
            log.warning("accounts.from_snapshot", why="the database does not answer")
            self.gatekeeper.replace(self._saved())

    def start(self) -> None:
        """Begin to look regularly."""
        self._thread.start()

    def stop(self) -> None:
        """Stop looking."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(_LOOK_SECONDS):
            self._look()

    def _look(self) -> None:
        """Give the gatekeeper the tenants as they are now, if they changed and somebody answers.

        Who asks while another looks waits, and is served by the first look that begins after the
        question: so a tenant that was made a moment ago is found, and a thousand wrong guesses
        cost five looks a second.
        """
        asked = time.monotonic()
        with self._lock:
            if self._looked_at >= asked:
                return
            time.sleep(max(0.0, self._looked_at + _LEAST_SECONDS - time.monotonic()))
            self._looked_at = time.monotonic()
            try:
                with self._home.database.reading() as connection:
                    changes = tenants.changes(connection)
                    if changes == self._changes:
                        return
                    everyone = tenants.everyone(connection)
            except DropsafeError as error:
                log.warning("accounts.stale", why=error.message)
                return
            self.gatekeeper.replace(everyone)
            self._changes = changes
            self._save(everyone)

    def _saved(self) -> tuple[Tenant, ...]:
        """The tenants as last saved; nobody, if they cannot be read, until the database answers."""
        try:
            return accounts.load_snapshot(self._home.layout.accounts)
        except ValueError as error:
            log.error("accounts.damaged", why=str(error))  # noqa: TRY400 - what is wrong is said
            return ()

    def _save(self, everyone: tuple[Tenant, ...]) -> None:
        try:
            accounts.save_snapshot(self._home.layout.accounts, everyone)
        except OSError as error:  # a full disk must not keep a new tenant out
            log.warning("accounts.not_saved", why=str(error))
