"""How the shelf looks over SFTP: names, attributes and the lines of a listing."""

from __future__ import annotations

import stat
from collections.abc import Iterable, Iterator

import asyncssh

from ingest.shelf import Entry
from storage.delivery import printable


def as_text(path: bytes | str) -> str:
    """A name as text; bytes that are not UTF-8 survive the way back, and are told apart."""
    return path if isinstance(path, str) else path.decode("utf-8", "surrogateescape")


def as_bytes(name: str) -> bytes:
    """A name as the client sent it."""
    return name.encode("utf-8", "surrogateescape")


def attributes(entry: Entry) -> asyncssh.SFTPAttrs:
    """The attributes of an entry; nothing in them comes from a client."""
    kind = stat.S_IFDIR | 0o700 if entry.is_directory else stat.S_IFREG | 0o600
    moment = int(entry.modified)
    return asyncssh.SFTPAttrs(
        size=entry.size, permissions=kind, atime=moment, mtime=moment, nlink=1
    )


def names(entries: Iterable[Entry]) -> Iterator[asyncssh.SFTPName]:
    """The entries of a directory, and before them the two that every directory has."""
    here = Entry(path="/", size=0, modified=0.0, is_directory=True)
    for dots in (b".", b".."):
        yield asyncssh.SFTPName(dots, attrs=attributes(here))
    for entry in entries:
        base = entry.path.rpartition("/")[2]
        yield asyncssh.SFTPName(as_bytes(base), attrs=attributes(entry))


class Listing(asyncssh.SFTPServer):
    """Writes a listing's lines, in which clients count columns: `tenant` owns everything."""

    tenant: str

    def format_user(self, uid: int | None) -> str:
        """The owner."""
        del uid
        return self.tenant

    def format_group(self, gid: int | None) -> str:
        """The owner's group."""
        del gid
        return self.tenant

    def format_longname(self, name: asyncssh.SFTPName) -> None:
        """A line, which is text for people, without what could forge another."""
        shown = asyncssh.SFTPName(printable(as_text(name.filename)).encode(), attrs=name.attrs)
        super().format_longname(shown)
        name.longname = shown.longname
