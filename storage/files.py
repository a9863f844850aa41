"""Durable moves on a file system: nothing is said to be done before the disk has it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


def sync_directory(directory: Path) -> None:
    """Make the names in a directory durable.

    A rename without this was undone by a power cut on ext4 and on xfs.
    """
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_directory(directory: Path) -> None:
    """Make a directory and its missing parents, durably; one that exists is left alone."""
    missing = []
    while not directory.is_dir():
        missing.append(directory)
        directory = directory.parent
    for path in reversed(missing):
        path.mkdir(mode=0o700, exist_ok=True)
        sync_directory(path.parent)


def create(path: Path) -> int:
    """Open a new private file for writing and reading; never follows a link, never reuses one."""
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.open(path, flags, 0o600)


def write_all(descriptor: int, data: bytes | memoryview, offset: int) -> None:
    """Write every byte at an offset, however few the kernel takes at a time."""
    view = memoryview(data)
    while view:
        written = os.pwrite(descriptor, view, offset)
        view, offset = view[written:], offset + written


def write_durably(path: Path, data: bytes) -> None:
    """Replace a file's whole content; a reader sees the old or the new, also after a crash."""
    with replacing(path) as file:
        file.write(data)


def half_of(path: Path) -> Path:
    """Where a file is while it is written, before it takes the place of another."""
    return path.with_name(path.name + ".new")


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Write a file that takes another's place at the end of the block, durably and as a whole.

    If the block raises, nothing changes.
    """
    temporary = half_of(path)
    temporary.unlink(missing_ok=True)
    with os.fdopen(create(temporary), "wb") as file:
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    sync_directory(path.parent)


def move(source: Path, target: Path) -> None:
    """Rename a directory into another, durably in both; the target's parent is made if missing."""
    make_directory(target.parent)
    source.rename(target)
    sync_directory(target.parent)
    sync_directory(source.parent)


def is_locked(path: Path) -> bool:
    """Whether somebody holds the lock on a file. Raises FileNotFoundError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def names_in(directory: Path) -> list[str]:
    """The names in a directory, sorted; none if there is none."""
    try:
        return sorted(os.listdir(directory))
    except (FileNotFoundError, NotADirectoryError):
        return []


def remove_tree(directory: Path) -> None:
    """Remove a flat directory and its files; one that is gone is fine."""
    try:
        entries = list(directory.iterdir())
    except FileNotFoundError:
        return
    for entry in entries:
        entry.unlink(missing_ok=True)
    directory.rmdir()
