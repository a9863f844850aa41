"""Every error that dropsafe raises on purpose, as one tree.

    DropsafeError
    ├── ReceptionError          an upload that was not accepted
    │   ├── UploadTooLarge      above the tenant's limit
    │   ├── UploadIncomplete    bytes are missing in the middle
    │   └── StorageFailing      the disk said no; temporary
    ├── DatabaseAway            no answer from the database; temporary
    │   └── DamagedDatabase     its file is damaged: no answer before somebody has mended it
    ├── UnsafeDatabase          the database would lose acknowledged work
    ├── ServerRunning           another server holds this home
    ├── NotFound                no such tenant, delivery or mapping
    ├── Pruned                  the bytes are kept no longer
    ├── DamagedArchive          a file of the archive cannot be read
    ├── DamagedIntent           what a crash interrupted cannot be read
    └── NotAllowed              the request makes no sense in this state

A message is one sentence that may be shown to the sender: no path, no secret, nothing of another
tenant. A hint is for the operator and says what to do next.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path


class DropsafeError(Exception):
    """Base of the tree; `temporary` says whether the same request may succeed later."""

    temporary = False

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class ReceptionError(DropsafeError):
    """An upload that was not accepted; the client must be told no."""


class UploadTooLarge(ReceptionError):
    """The upload passed the tenant's size limit."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"The file is larger than the {limit:,} bytes allowed here.",
            hint="Raise limits.max_file_size, or the tenant's own with 'dropsafe tenant change'.",
        )


class UploadIncomplete(ReceptionError):
    """The client closed a file of which it never sent some bytes."""


class StorageFailing(ReceptionError):
    """The disk refused a write, an fsync or a rename; what was sent is not accepted."""

    temporary = True

    def __init__(self, cause: OSError) -> None:
        name = errno.errorcode.get(cause.errno or 0, "unknown")
        super().__init__(
            "The server cannot store the file now. Please send it again later.",
            hint=f"{name}: {os.strerror(cause.errno or 0)}; check free space, inodes and the disk.",
        )
        self.errno = cause.errno

    @property
    def is_full(self) -> bool:
        """Whether the disk or a quota is full, which protocols can tell apart from a fault."""
        return self.errno in {errno.ENOSPC, errno.EDQUOT}


class DatabaseAway(DropsafeError):
    """The database does not answer; reception goes on, loading waits."""

    temporary = True


class DamagedDatabase(DatabaseAway):
    """The file of the embedded database cannot be read; reception goes on, loading waits."""

    def __init__(self, said: str, path: Path) -> None:
        super().__init__(
            f"The file of the database is damaged: {' '.join(said.split())}.",
            hint=remaking_database(path),
        )


class UnsafeDatabase(DropsafeError):
    """The database is set up so that a power cut would lose what it said it had kept."""


class ServerRunning(DropsafeError):
    """Another server holds the lock of this home."""


class NotFound(DropsafeError):
    """A tenant, delivery or mapping that was named does not exist."""


class NotAllowed(DropsafeError):
    """The request cannot be granted in the present state."""


class Pruned(DropsafeError):
    """Retention has taken a delivery's bytes away; its envelope and its rows are still there."""

    def __init__(self, delivery: str) -> None:
        super().__init__(
            f"The bytes of delivery {delivery} are kept no longer, as the tenant's retention says.",
            hint="Its rows stay as they are. 'dropsafe tenant show' tells how long bytes are kept.",
        )


class DamagedArchive(DropsafeError):
    """A file of the archive is not as it was written."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path.name} in the archive is damaged.",
            hint=f"Check the disk, and restore {path} from a backup.",
        )


class DamagedIntent(DropsafeError):
    """What a crash interrupted cannot be read: the tenant waits until somebody has looked."""

    def __init__(self, tenant: str) -> None:
        super().__init__(
            f"What was about to be decided for {tenant} cannot be read, and nothing is loaded "
            "before it is.",
            hint=f"Move archive/{tenant}/intent.json out of the home, then: "
            f"dropsafe verify --tenant {tenant}",
        )


def remaking_database(path: Path) -> str:
    """What mends an embedded database that is not to be trusted, or whose file is damaged."""
    return (
        f"Stop the server. Restore {path.name} from a backup; or move {path.name}, and "
        f"{path.name}-wal and {path.name}-shm beside it, out of the home, then: dropsafe rebuild"
    )
