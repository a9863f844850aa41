"""Paths as clients write them: data, put into one form, and never a way into a file system."""

from __future__ import annotations

import posixpath

from storage.errors import NotAllowed

_TEMPORARY_ENDINGS = (".filepart", ".part", ".partial", ".tmp", ".temp", ".uploading")
_NAME_BYTES = 255  # as on most file systems; clients expect a refusal above it


def is_temporary(name: str) -> bool:
    """Whether a client uses this name only until the upload is complete.

    WinSCP uploads above 100 KB as `name.filepart`; others use `.part`, `.tmp` or a leading dot.
    """
    base = posixpath.basename(name)
    return base.startswith(".") or base.lower().endswith(_TEMPORARY_ENDINGS)


def absolute(path: str) -> str:
    """A client's path from the shelf's root, without dots; it cannot leave the root.

    Raises:
        NotAllowed: a NUL, or a name longer than 255 bytes.
    """
    if "\0" in path:
        raise NotAllowed("A name cannot hold a NUL character.")
    clean = posixpath.normpath("/" + path.replace("\\", "/").lstrip("/"))
    if any(len(name.encode("utf-8", "surrogateescape")) > _NAME_BYTES for name in clean.split("/")):
        raise NotAllowed("The name is too long.")
    return clean
