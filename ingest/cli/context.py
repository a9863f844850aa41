"""What every command shares: the home, and errors as one clear line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from ingest.home import Home, open_home
from ingest.reader import ReaderLost
from ingest.verdicts import Held
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


def log_errors_only() -> None:
    """Set up the log of a command that may log: what it does is said in its answer.

    Commands that only look something up do without, as importing structlog brings rich along: the
    processor time of `dropsafe rows` was 0.46 s with it and is 0.39 without (the best of ten runs
    each, taken in turns; on a busy machine their medians were 0.57 and 0.48).
    """
    import structlog  # noqa: PLC0415 - as said

    from ingest import events  # noqa: PLC0415 - brings structlog
    from ingest.settings import Log  # noqa: PLC0415 - beside its only use

    if not structlog.is_configured():  # 'serve' has a log of its own
        events.configure(Log(level="error"))


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
    except Held as verdict:
        raise CommandFailed(_line(verdict.message, verdict.remedy)) from verdict
    except BrokenPipeError:
        raise  # the reader of our output had enough: no error
    except ReaderLost as error:
        raise CommandFailed(
            "The process that reads files was ended from outside, as by a machine that runs out "
            "of memory. Nothing is known of the file: try again."
        ) from error
    except MemoryError as error:
        raise CommandFailed("There is not enough memory for this.") from error
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        raise CommandFailed(f"{where}{error.strerror or error}") from error
    except (typer.Exit, typer.TyperException):
        raise
    except Exception as error:
        from parsers.mappings.mapping import MappingError  # noqa: PLC0415 - only who reads mappings needs it

        if not isinstance(error, MappingError):
            raise
        raise CommandFailed("The mapping cannot be used: " + "; ".join(error.problems)) from error


def _line(message: str, hint: str) -> str:
    return " ".join(f"{message} {hint}".split())
