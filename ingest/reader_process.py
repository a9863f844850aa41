"""The process that reads files, one after the other, within its limits; see `reader`."""

from __future__ import annotations

import math
import resource
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, TypedDict

import polars as pl

from parsers import containers, delimited, sheet
from parsers.mail import message
from parsers.mappings.format import Format
from parsers.mappings.pins import Pins
from parsers.mappings.sent import Sent
from parsers.reject import Unreadable, UnreadableCode
from parsers.text.framing import refuse_other_kinds

if TYPE_CHECKING:
    from parsers.suggesting import GivenFile, Suggestion
    from parsers.suggesting import Known as KnownOfShop

_MIB = 1 << 20
_MOST_WRITTEN = 16 * _MIB  # it writes nothing but complaints


def attached(data: bytes) -> tuple[int, containers.Contents]:
    """How many files are attached to an email, and what is in them. Raises Unreadable."""
    files = message.attachments(data)
    contents = containers.flatten(((one.name, one.data) for one in files), packed=len(data))
    return len(files), contents


def read_sheet(data: bytes, layout: Format) -> sheet.Sheet:
    """A file for people to look at. Raises Unreadable."""
    refuse_other_kinds(data)
    return sheet.read_sheet(data, layout)


def suggest(files: Sequence[GivenFile], known: KnownOfShop) -> Suggestion:
    """A mapping for files of one kind. Raises Unreadable."""
    from parsers import suggesting  # noqa: PLC0415 - 25 ms, which no worker needs

    return suggesting.suggest(files, known)


TASKS: dict[str, Callable[..., object]] = {
    "read": delimited.read,
    "read_rejects": delimited.read_rejects,
    "read_record": delimited.read_record,
    "contents": containers.contents,
    "attached": attached,
    "read_sheet": read_sheet,
    "suggest": suggest,
}
"""What can be done with a file; each is given its bytes first, or some files, and raises
Unreadable."""


class Known(TypedDict, total=False):
    """What is known of a file beside its bytes and its mapping; see `parsers.delimited.read`."""

    sent: Sent
    pins: Pins
    latest: datetime


def main(descriptor: int, memory: int, seconds: int) -> None:
    """Answer requests from the worker until it closes the pipe.

    `memory` is the most that may be allocated, in MiB; `seconds` of processor time are for each
    file.
    """
    # Allocated memory, not address space: threads and libraries reserve far more than they use.
    _, allowed = resource.getrlimit(resource.RLIMIT_DATA)
    most = memory * _MIB if allowed == resource.RLIM_INFINITY else min(memory * _MIB, allowed)
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_MOST_WRITTEN, resource.RLIM_INFINITY))
    pipe = Connection(descriptor)
    while True:
        try:
            task, given, known = pipe.recv()
        except EOFError:
            return
        _allow(seconds)
        answer = _answer(task, given, known, memory)
        try:
            pipe.send(answer)
        except MemoryError:  # for the answer as it goes through the pipe
            answer = None
            pipe.send(_too_large(memory))


def _allow(seconds: int) -> None:
    """Let the processor time run out this many seconds from now: SIGXCPU then ends the process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    end = math.ceil(used.ru_utime + used.ru_stime) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (end, resource.RLIM_INFINITY))


def _answer(task: str, given: tuple[object, ...], known: Known, memory: int) -> object:
    """What the task gives, or the exception that tells why it gives nothing."""
    try:
        return TASKS[task](*given, **known)
    except MemoryError:
        return _too_large(memory)
    except pl.exceptions.PanicException as panic:  # no Exception: it would end the process
        return Unreadable(
            UnreadableCode.BREAKS_READER,
            f"The program that reads files broke down on this one: {panic}",
            remedy="Look at the file; if it is a table, tell the makers of dropsafe.",
        )
    except Exception as error:  # noqa: BLE001 - it is raised again, in the worker
        return error


def _too_large(memory: int) -> Unreadable:
    return Unreadable(
        UnreadableCode.TOO_COSTLY,
        f"Reading the file took more than {memory} MiB of memory.",
        remedy="Look at the file; if it is a table, have it sent in smaller parts.",
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
