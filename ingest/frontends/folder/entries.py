"""What lies in the drop folder: files to be taken, and what is in the wrong place."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ingest.client_paths import is_temporary
from storage.files import make_directory

REFUSED = ".refused"
"""What is put behind the name of a file that is too large, for the person who looks after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What of a file shows that somebody still works on it."""

    inode: int
    size: int
    modified_ns: int

    @classmethod
    def of(cls, status: os.stat_result) -> State:
        """The state that a stat call found."""
        return cls(inode=status.st_ino, size=status.st_size, modified_ns=status.st_mtime_ns)


NOTHING = State(inode=0, size=0, modified_ns=0)
"""Stands for what is no file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What is in a tenant's directory: files by path, and strays with what is wrong with them."""

    files: dict[Path, State]
    strays: dict[Path, str]


def contents_of(directory: Path) -> Contents:
    """What of a tenant's directory may be taken, the oldest first, and what cannot be.

    It is made if missing. What is hidden, temporary or refused is in neither; strays are never
    opened, and links never followed. Raises OSError.
    """
    make_directory(directory)
    files: dict[Path, State] = {}
    strays: dict[Path, str] = {}
    with os.scandir(directory) as entries:
        for entry in entries:
            if is_temporary(entry.name) or entry.name.endswith(REFUSED):
                continue
            with suppress(FileNotFoundError):
                status = entry.stat(follow_symlinks=False)
                if stat.S_ISREG(status.st_mode):
                    files[directory / entry.name] = State.of(status)
                else:
                    strays[directory / entry.name] = _kind(status.st_mode)
    oldest_first = sorted(files.items(), key=lambda file: (file[1].modified_ns, file[0]))
    return Contents(files=dict(oldest_first), strays=strays)


def strays_beside(root: Path, tenants: Collection[str]) -> dict[Path, str]:
    """What is in the drop folder but in none of these tenants' directories, and why it stays.

    An empty directory harms nobody, and may wait for its tenant.
    """
    with suppress(OSError), os.scandir(root) as entries:
        return {
            root / entry.name: reason
            for entry in entries
            if entry.name not in tenants and not is_temporary(entry.name)
            for reason in _misplaced(entry)
        }
    return {}


def _misplaced(entry: os.DirEntry[str]) -> Iterator[str]:
    if not entry.is_dir(follow_symlinks=False):
        yield "not in a tenant's directory"
    elif not _is_empty(entry.path):
        yield "no enabled tenant has this name"


def _is_empty(directory: str) -> bool:
    try:
        with os.scandir(directory) as entries:
            return next(entries, None) is None
    except OSError:
        return False


def _kind(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "a directory: files in it are not looked at"
    if stat.S_ISLNK(mode):
        return "a link: it is not followed"
    return "not a file"
