"""The doors of a home: each front end as it is served, with what a client needs to find it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ingest.frontends.folder import DropFolder
from ingest.settings import Folder
from tests.frontends import ftp_server, serving, smtp_serving
from tests.frontends.conftest import LIMIT, Home

KINDS = ("sftp", "ftps", "ftp", "smtp", "folder")
"""The ways in, and the envelope's `via`; `ftps` is FTP with explicit TLS, `ftp` in the clear."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A front end that is open.

    `files` is a directory where a client may keep what it needs; `certificate` is what it trusts;
    `stop` stops the front end, given the seconds to drain; `looks` says how often the drop folder
    was looked at.
    """

    kind: str
    home: Home = field(repr=False)
    files: Path
    port: int = 0
    certificate: Path = Path("/dev/null")
    stop: Callable[[float], None] = lambda _: None
    looks: Callable[[], int] = lambda: 0

    @property
    def peer(self) -> str:
        """What the envelope says of the other end."""
        return "" if self.kind == "folder" else "127.0.0.1"

    def change_tenant(self, **changes: object) -> None:
        """Give the tenant other settings; plain FTP stays allowed where it is the way in."""
        self.home.change_tenant(plain_ftp=self.kind == "ftp", **changes)


@contextmanager
def opened(kind: str, home: Home, files: Path, certificate: Path) -> Iterator[Door]:
    """Open a door; when it is shut, the spool must be empty and nothing of it left running.

    `certificate` is the one of the SMTP front end, with its key.
    """
    openers = {"sftp": _sftp, "ftps": _ftp, "ftp": _ftp, "folder": _folder}
    files.mkdir(exist_ok=True)
    if kind == "smtp":
        opening = _smtp(home, files, certificate)
    else:
        opening = openers[kind](kind, home, files)
    with opening as door:
        door.change_tenant()
        yield door
    assert home.arriving() == []


@contextmanager
def _sftp(kind: str, home: Home, files: Path) -> Iterator[Door]:
    with serving.serving_sftp(home) as served:

        def stop(drain_seconds: float) -> None:
            served.stop(drain_seconds=drain_seconds)

        public = served.host_key.export_public_key().decode()
        (files / "known_hosts").write_text(f"[127.0.0.1]:{served.port} {public}")
        yield Door(kind=kind, home=home, files=files, port=served.port, stop=stop)


@contextmanager
def _ftp(kind: str, home: Home, files: Path) -> Iterator[Door]:
    with ftp_server.serving(home) as running:

        def stop(drain_seconds: float) -> None:
            asyncio.run(running.front_end.stop(drain_seconds=drain_seconds))

        trusted = running.certificate.certificate
        yield Door(
            kind=kind, home=home, files=files, port=running.port, certificate=trusted, stop=stop
        )


@contextmanager
def _smtp(home: Home, files: Path, certificate: Path) -> Iterator[Door]:
    with smtp_serving.serving(home, certificate, max_message_size=2 * LIMIT) as served:

        def stop(drain_seconds: float) -> None:
            served.stop(drain_seconds=drain_seconds)

        yield Door(
            kind="smtp",
            home=home,
            files=files,
            port=served.port,
            certificate=certificate,
            stop=stop,
        )


@contextmanager
def _folder(kind: str, home: Home, files: Path) -> Iterator[Door]:
    folder = _CountedFolder(
        home.layout,
        settings=Folder(quiet_seconds=0.1),
        gatekeeper=home.gatekeeper,
        spool=home.spool,
        limit=LIMIT,
    )

    def stop(drain_seconds: float) -> None:
        asyncio.run(folder.stop(drain_seconds=drain_seconds))

    folder.look()  # makes the directory
    folder.start()
    try:
        yield Door(kind=kind, home=home, files=files, stop=stop, looks=lambda: folder.looks_done)
    finally:
        stop(5)


class _CountedFolder(DropFolder):
    """A drop folder that says how often it has looked, so that a test need not guess the time."""

    looks_done = 0

    def look(self) -> None:
        try:
            super().look()
        finally:
            self.looks_done += 1
