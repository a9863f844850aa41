"""A home, opened: its settings and the parts of storage that work on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ingest.reader import Limits, Reader, shared_reader
from ingest.settings import Settings, load_settings
from storage import files
from storage.archive import Archive
from storage.database import Database
from storage.errors import DropsafeError
from storage.inbox import Inbox
from storage.journal import Journal
from storage.layout import Layout
from storage.packing import Packing
from storage.spool import Spool


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """What every command and every process of the server works on."""

    layout: Layout
    settings: Settings
    spool: Spool
    inbox: Inbox
    archive: Archive
    packing: Packing
    journal: Journal
    database: Database
    reader: Reader


def open_home(path: Path) -> Home:
    """Open a home that was set up by `init`. Touches no database yet.

    Raises:
        DropsafeError: there is no home there.
        SettingsError: its settings cannot be used.
    """
    layout = Layout(path.absolute())
    if not layout.settings.is_file():
        raise DropsafeError(
            f"There is no dropsafe home at {path}.",
            hint=f"Make one with 'dropsafe --home {path} init', or name another with --home.",
        )
    settings = load_settings(layout)
    archive = Archive(layout)
    return Home(
        layout=layout,
        settings=settings,
        spool=Spool(layout),
        inbox=Inbox(layout),
        archive=archive,
        packing=Packing(layout, archive),
        journal=Journal(layout),
        database=Database(layout, settings.database.url),
        reader=shared_reader(_limits(settings)),
    )


@contextmanager
def reader_at(path: Path) -> Iterator[Reader]:
    """A reader for a command that needs no home; its limits are those of the one there, if any.

    Raises SettingsError.
    """
    reader = Reader(_limits(load_settings(Layout(path.absolute()))))
    try:
        yield reader
    finally:
        reader.kill()  # whoever was interrupted does not wait for it


def _limits(settings: Settings) -> Limits:
    return Limits(memory=settings.workers.memory, seconds=settings.workers.seconds)


def make_home(layout: Layout) -> None:
    """Make a home's directories; only its owner can look inside, as it holds what tenants sent.

    Raises:
        DropsafeError: it cannot be made there.
    """
    try:
        make_directories(layout)
        layout.home.chmod(0o700)
    except OSError as error:
        raise DropsafeError(
            f"The home {layout.home} cannot be made: {error.strerror}.",
            hint="Name a directory that you may write to, with --home or DROPSAFE_HOME.",
        ) from error


def make_directories(layout: Layout) -> None:
    """Make the directories that a running server needs."""
    for directory in (
        layout.spool,
        layout.parked,
        layout.inbox,
        layout.bell,
        layout.quarantine,
        layout.settled,
        layout.archive,
        layout.folders,
        layout.keys,
        layout.drop,
    ):
        files.make_directory(directory)
