"""Names of members: the container's and the member's own, with a double slash between them."""

from __future__ import annotations

from pathlib import PurePosixPath

_BORDER = "//"  # in no path that a client can have meant: a single one divides folders
_GZIP_ENDINGS = (".gz", ".gzip")
_SYSTEM_FILES = frozenset({".ds_store", "thumbs.db", "desktop.ini"})


def inside(container: str, member: str) -> str:
    """Name a member after its container as well, so that the patterns of feeds can ask for both."""
    own = "/".join(part for part in member.replace("\\", "/").split("/") if part)
    return f"{container}{_BORDER}{own}"


def names_in(name: str) -> tuple[str, ...]:
    """The names of the containers that a member lay in, the outermost first, and its own."""
    return tuple(part for part in name.split(_BORDER) if part) or (name,)


def without_gzip(outer: str, original: str) -> str:
    """Name what gzip packed: as the file less its ending; else as its header says."""
    base = outer.lower()
    ending = next((one for one in _GZIP_ENDINGS if base.endswith(one)), "")
    if ending and len(base) > len(ending):
        return outer[: -len(ending)]
    return original.replace("\\", "/").rsplit("/", 1)[-1] or outer


def is_system_file(name: str) -> bool:
    """Whether a Mac or Windows put the file there for itself, and no sender means it."""
    parts = PurePosixPath(name.lower()).parts
    return bool(parts) and (
        "__macosx" in parts or parts[-1] in _SYSTEM_FILES or parts[-1].startswith("._")
    )
