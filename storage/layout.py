"""Where everything is in a home: paths as pure functions, nothing else knows a file name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

DATA = "data"
ENVELOPE = "envelope.json"
PARKED = "parked.json"
PACK = ".tar.zst"
PRUNED_PACK = ".pruned.tar.zst"


@dataclass(frozen=True, slots=True)
class Layout:
    """The directories and files of one home."""

    home: Path

    @property
    def settings(self) -> Path:
        """The settings file."""
        return self.home / "dropsafe.toml"

    @property
    def database(self) -> Path:
        """The embedded database, where no other is set."""
        return self.home / "dropsafe.db"

    @property
    def lock(self) -> Path:
        """Held by the running server."""
        return self.home / "server.lock"

    @property
    def listening(self) -> Path:
        """Where the running server listens."""
        return self.home / "listening.json"

    @property
    def sequence(self) -> Path:
        """The order of receipt so far."""
        return self.home / "sequence"

    @property
    def accounts(self) -> Path:
        """The gateway's last snapshot of tenants, for a start while the database is away."""
        return self.home / "accounts.json"

    @property
    def folders(self) -> Path:
        """The directories that tenants made in their virtual folders, a file for each tenant."""
        return self.home / "folders"

    @property
    def keys(self) -> Path:
        """Host key and certificate."""
        return self.home / "keys"

    @property
    def spool(self) -> Path:
        """Bytes that are arriving; nothing here was acknowledged."""
        return self.home / "spool"

    @property
    def parked(self) -> Path:
        """Uploads closed under a temporary name, waiting for the client's rename."""
        return self.home / "parked"

    @property
    def inbox(self) -> Path:
        """Accepted deliveries that wait for a worker."""
        return self.home / "inbox"

    @property
    def bell(self) -> Path:
        """A file for each tenant, touched when something of it came into the inbox."""
        return self.home / "bell"

    @property
    def quarantine(self) -> Path:
        """Deliveries that could not be loaded safely."""
        return self.home / "quarantine"

    @property
    def settled(self) -> Path:
        """Deliveries that are settled and not packed yet: the last few of each tenant."""
        return self.home / "settled"

    @property
    def archive(self) -> Path:
        """Deliveries that are settled, packed, for ever or as retention says."""
        return self.home / "archive"

    def pack(self, tenant: str, day: date) -> Path:
        """What was settled of the deliveries that a tenant sent on one day (UTC)."""
        return self.archive / tenant / f"{day:%Y}" / f"{day:%Y-%m-%d}{PACK}"

    def pruned_pack(self, tenant: str, day: date) -> Path:
        """The same without the bytes, which retention has taken away."""
        return self.archive / tenant / f"{day:%Y}" / f"{day:%Y-%m-%d}{PRUNED_PACK}"

    def journal(self, tenant: str) -> Path:
        """What was decided about a tenant's deliveries."""
        return self.archive / tenant / "journal.jsonl"

    def intent(self, tenant: str) -> Path:
        """What is about to be decided; there only while it is, or after a crash."""
        return self.archive / tenant / "intent.json"

    def workings(self, tenant: str) -> Path:
        """What a command that reads a tenant's deliveries again has read; there only meanwhile."""
        return self.home / "workings" / tenant

    @property
    def taking(self) -> Path:
        """The file of the drop folder that is being taken."""
        return self.home / "taking.json"

    @property
    def drop(self) -> Path:
        """A folder for each tenant, for files that are put there by hand or by another server."""
        return self.home / "drop"

    def waiting(self, tenant: str, delivery: str) -> Path:
        """The directory of a delivery that waits in the inbox."""
        return self.inbox / tenant / delivery

    def release_due(self, tenant: str) -> Path:
        """A file that is there while a tenant's held deliveries are due to be tried again."""
        return self.inbox / tenant / "release-due"

    def held(self, tenant: str, delivery: str) -> Path:
        """The directory of a quarantined delivery."""
        return self.quarantine / tenant / delivery

    def kept(self, tenant: str, delivery: str) -> Path:
        """The directory of a settled delivery that is not packed yet."""
        return self.settled / tenant / delivery
