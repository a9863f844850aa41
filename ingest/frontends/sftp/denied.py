"""What no tenant may do over SFTP.

Whatever asyncssh's SFTPServer does by itself, it does on the server's own file system: so every
operation of it is overridden, here or in the class below this one.
"""

# ruff: noqa: ARG002 - what is refused is refused whatever its arguments

from __future__ import annotations

import asyncssh

_DENIED = "This is not allowed here."
_NOT_OFFERED = "This is not offered here."


class Denied(asyncssh.SFTPServer):
    """Refuses reading, removing and linking, and what version 3 of the protocol does not know."""

    def read(self, file_obj: object, offset: int, size: int) -> bytes:
        """Refuse; a client that opened a file for reading and writing gets here."""
        raise asyncssh.SFTPPermissionDenied("Files cannot be read back here.")

    def remove(self, path: bytes) -> None:
        """Refuse."""
        raise asyncssh.SFTPPermissionDenied(_DENIED)

    def rmdir(self, path: bytes) -> None:
        """Refuse."""
        raise asyncssh.SFTPPermissionDenied(_DENIED)

    def symlink(self, oldpath: bytes, newpath: bytes) -> None:
        """Refuse."""
        raise asyncssh.SFTPPermissionDenied(_DENIED)

    def link(self, oldpath: bytes, newpath: bytes) -> None:
        """Refuse."""
        raise asyncssh.SFTPPermissionDenied(_DENIED)

    def readlink(self, path: bytes) -> bytes:
        """Refuse."""
        raise asyncssh.SFTPPermissionDenied(_DENIED)

    def open56(
        self, path: bytes, desired_access: int, flags: int, attrs: asyncssh.SFTPAttrs
    ) -> object:
        """Refuse."""
        raise asyncssh.SFTPOpUnsupported(_NOT_OFFERED)

    def lock(self, file_obj: object, offset: int, length: int, flags: int) -> None:
        """Refuse."""
        raise asyncssh.SFTPOpUnsupported(_NOT_OFFERED)

    def unlock(self, file_obj: object, offset: int, length: int) -> None:
        """Refuse."""
        raise asyncssh.SFTPOpUnsupported(_NOT_OFFERED)

    def statvfs(self, path: bytes) -> asyncssh.SFTPVFSAttrs:
        """Refuse: how full the server's disk is concerns no tenant."""
        raise asyncssh.SFTPOpUnsupported(_NOT_OFFERED)

    def fstatvfs(self, file_obj: object) -> asyncssh.SFTPVFSAttrs:
        """Refuse, as `statvfs`."""
        raise asyncssh.SFTPOpUnsupported(_NOT_OFFERED)
