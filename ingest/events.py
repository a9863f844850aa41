"""Logs as events: a constant dotted name and keys, one line each, on standard error."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any, TextIO

import structlog

from ingest.settings import Log
from storage.delivery import printable


def configure(settings: Log) -> None:
    """Set up the log of this process: logfmt for people, JSON for machines.

    Both escape control characters, so that nothing a client names can forge a line.
    """
    level = getattr(logging, settings.level.upper())
    renderer = (
        structlog.processors.JSONRenderer()
        if settings.format == "json"
        else structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"])
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _printable,
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: _Lines(sys.stderr),
        cache_logger_on_first_use=True,
    )
    # What the libraries say goes the same way; below a warning it is theirs alone.
    logging.basicConfig(level=logging.WARNING, handlers=[_Forward()], force=True)


def _printable(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Take out of every text what could forge a line or take a terminal over."""
    return {key: printable(one) if isinstance(one, str) else one for key, one in event.items()}


class _Lines:
    """Writes each event as a line, if that can be done.

    A full disk under the log, or a reader of it that is gone, must not stop what is logged: a
    server that cannot say that it took a file has to take the next one all the same.
    """

    _turn = threading.Lock()  # a line is written in one piece

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def msg(self, line: str) -> None:
        """Write a line, or lose it."""
        with self._turn, suppress(OSError):
            print(line, file=self._stream, flush=True)

    debug = info = warning = error = critical = exception = msg


class _Forward(logging.Handler):
    """Turns a library's log record into an event."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log under the library's name; what it says is data."""
        structlog.get_logger().warning(
            "library.says", library=record.name, level_of=record.levelname, said=record.getMessage()
        )
