"""Disks that fail: one whose power is cut, and small ones that fill up. Root alone mounts them."""

from __future__ import annotations

import fcntl
import os
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SHUT_DOWN = 0x8004587D  # EXT4_IOC_SHUTDOWN, fs/ext4/ext4.h of Linux
_WITHOUT_LOG = struct.pack("I", 2)  # EXT4_GOING_FLAGS_NOLOGFLUSH: what the journal has not, is lost
_UNMOUNT_SECONDS = 20.0  # for processes that were killed to be gone


class Disk:
    """An ext4 file system in an image file, at `path`, whose power can be cut.

    The kernel writes nothing back by itself while a test runs (`commit=300`), so that a cut loses
    all that nobody asked the disk to keep.
    """

    def __init__(self, image: Path, path: Path) -> None:
        self._image = image
        self.path = path
        path.mkdir(exist_ok=True)

    def make(self, *, megabytes: int) -> None:
        """Make an empty file system."""
        with self._image.open("wb") as image:
            image.truncate(megabytes << 20)
        _run("mkfs.ext4", "-q", "-F", "-m", "0", str(self._image))

    def mount(self) -> None:
        """Attach it, with the journal worked off if the power was cut."""
        _run("mount", "-o", "loop,commit=300", str(self._image), str(self.path))

    def unmount(self) -> None:
        """Detach it, as soon as the last process that was killed lets go of it."""
        deadline = time.monotonic() + _UNMOUNT_SECONDS
        while os.path.ismount(self.path):
            try:
                _run("umount", str(self.path))
            except subprocess.CalledProcessError:
                if time.monotonic() > deadline:
                    _run("umount", "--lazy", str(self.path))
                    raise
                time.sleep(0.05)

    def sync(self) -> None:
        """Make all that is on it durable."""
        _run("sync", "--file-system", str(self.path))

    def cut(self) -> None:
        """Lose the power: what the disk has not, nobody has. Whoever goes on meets EIO."""
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, _SHUT_DOWN, _WITHOUT_LOG)
        finally:
            os.close(descriptor)

    def come_back(self) -> None:
        """What a restart finds, when everybody who had the disk open is dead."""
        self.unmount()
        self.mount()

    def copy_to(self, image: Path, path: Path) -> Disk:
        """Another disk with the same content; this one must not be mounted."""
        _run("cp", "--sparse=always", str(self._image), str(image))
        return Disk(image, path)


@contextmanager
def mounted(disk: Disk) -> Iterator[Disk]:
    """Have a disk attached while the block runs, and surely not afterwards."""
    disk.mount()
    try:
        yield disk
    finally:
        disk.unmount()


@contextmanager
def small_disk(path: Path, options: str) -> Iterator[None]:
    """A file system in memory with few bytes (`size=4m`) or few files (`nr_inodes=50`)."""
    path.mkdir()
    _run("mount", "-t", "tmpfs", "-o", options, "tmpfs", str(path))
    try:
        yield
    finally:
        _run("umount", "--lazy", str(path))


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=60)
