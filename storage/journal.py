"""The journal: what was decided about a tenant's deliveries, in the archive beside their bytes.

The archive holds what came; the journal holds how it was read: the versions of the mappings, the
version that each delivery was last read with, and which are undone. With both the rows can be made
again when the database is lost. It is a file of JSON lines for each tenant, only ever added to; of
two lines about one thing the later holds, so saying a line again changes nothing.

    {"mapping": {"feed": …, "version": 1, "text": …, "pins": {…}, "created_at": …}}
    {"read": "1htfj5nsh5b82", "feed": "default", "version": 1, "pins": {…}}
    {"opened": "1htfj5nsh5b82"}
    {"undone": "1htfj5nsh5b82"}

A reading says that a delivery counts (again). `pins` are what the files of the feed had settled.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from storage import files
from storage.errors import DamagedIntent, DropsafeError
from storage.layout import Layout

Line: TypeAlias = dict[str, Any]

_END = b"\n"


@dataclass(frozen=True, slots=True)
class Intent:
    """Lines that are about to be true: once the fold of a record type has reached a version."""

    record: str
    version: int
    lines: tuple[Line, ...]


def restore_or_write_anew(tenant: str) -> str:
    """What to do about a journal that is damaged, or lacks what the ledger knows."""
    return (
        "Restore the file from a backup of the archive. Without one, while the database is whole: "
        f"move archive/{tenant}/journal.jsonl out of the home; 'dropsafe init' then writes it anew "
        "as the ledger has it."
    )


class Journal:
    """The journals of one home."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    def exists(self, tenant: str) -> bool:
        """Whether a tenant has a journal."""
        return self._layout.journal(tenant).exists()

    def append(self, tenant: str, lines: Iterable[Line]) -> None:
        """Add lines durably; what a crash left of a half written one is taken away first."""
        data = b"".join(json.dumps(line, ensure_ascii=True).encode() + _END for line in lines)
        if not data:
            return
        path = self._layout.journal(tenant)
        is_new = not path.exists()
        files.make_directory(path.parent)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            files.write_all(descriptor, data, _whole(descriptor))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if is_new:
            files.sync_directory(path.parent)

    def read(self, tenant: str) -> Iterator[Line]:
        """Give the lines in the order in which they were written; none if there is no journal.

        Raises:
            DropsafeError: a line cannot be read; names it.
        """
        try:
            data = self._layout.journal(tenant).read_bytes()
        except FileNotFoundError:
            return
        whole, _, _ = data.rpartition(_END)  # behind it only what a crash left
        for number, text in enumerate(whole.split(_END) if whole else [], start=1):
            try:
                line = json.loads(text)
            except ValueError as error:
                raise DropsafeError(
                    f"Line {number} of {self._layout.journal(tenant)} is damaged.",
                    hint=restore_or_write_anew(tenant),
                ) from error
            yield line

    def intend(self, tenant: str, intent: Intent) -> None:
        """Write down what a commit that follows will make true; the caller has the claim.

        After the commit it is carried out by `recover`, also if a crash comes in between.
        """
        path = self._layout.intent(tenant)
        files.make_directory(path.parent)
        document = {"record": intent.record, "version": intent.version, "lines": intent.lines}
        files.write_durably(path, json.dumps(document, ensure_ascii=True).encode())

    def intent(self, tenant: str) -> Intent | None:
        """What is intended: there is something only from before a commit until after it.

        Raises:
            DamagedIntent: it cannot be read.
        """
        try:
            document = json.loads(self._layout.intent(tenant).read_bytes())
            return Intent(document["record"], document["version"], tuple(document["lines"]))
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError) as error:
            raise DamagedIntent(tenant) from error

    def is_interrupted(self, tenant: str) -> bool:
        """Whether a crash has left an intent, or a half of one."""
        intent = self._layout.intent(tenant)
        return intent.exists() or files.half_of(intent).exists()

    def recover(self, tenant: str, intent: Intent | None, *, version: int) -> None:
        """Add the lines of an intent if its fold has come to its version, else drop them.

        Without an intent there is only the half of one, which nothing followed.
        """
        if intent is not None and version >= intent.version:
            self.append(tenant, intent.lines)
        path = self._layout.intent(tenant)
        path.unlink(missing_ok=True)
        files.half_of(path).unlink(missing_ok=True)


def _whole(descriptor: int) -> int:
    """Cut off what follows the last line end, and give the size of what remains."""
    size = os.fstat(descriptor).st_size
    if size == 0 or os.pread(descriptor, 1, size - 1) == _END:
        return size
    data = os.pread(descriptor, size, 0)
    end = data.rfind(_END) + 1
    os.ftruncate(descriptor, end)
    return end
