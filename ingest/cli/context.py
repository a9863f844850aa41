"""What every command shares: the home, and errors as one clear line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from ingest.home import Home, open_home
from ingest.verdicts import Held
from parsers.mapping import MappingError
from storage.errors import DropsafeError

Json = Annotated[
    bool, typer.Option("--json", help="One JSON document on standard output, nothing else.")
]
TenantName = Annotated[str, typer.Argument(help="The tenant's name.", metavar="TENANT")]
DeliveryId = Annotated[str, typer.Argument(help="A delivery's id.", metavar="ID")]


class CommandFailed(Exception):
    """The command ends with status 1 and this line on standard error."""


def home_path(context: typer.Context) -> Path:
    """The home that --home or DROPSAFE_HOME names."""
    path: Path = context.find_root().obj
    return path


@contextmanager
def opened(context: typer.Context) -> Iterator[Home]:
    """The home, for a command that needs the database. Raises DropsafeError."""
    home = open_home(home_path(context))
    home.database.check()
    try:
        yield home
    finally:
        home.database.close()


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Turn everything that is expected to go wrong into `CommandFailed`."""
    try:
        yield
    except DropsafeError as error:
        raise CommandFailed(_line(error.message, error.hint)) from error
    except MappingError as error:
        raise CommandFailed("The mapping cannot be used: " + "; ".join(error.problems)) from error
    except Held as verdict:
        raise CommandFailed(_line(verdict.message, verdict.remedy)) from verdict
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        raise CommandFailed(f"{where}{error.strerror or error}") from error


def _line(message: str, hint: str) -> str:
    return " ".join(f"{message} {hint}".split())
