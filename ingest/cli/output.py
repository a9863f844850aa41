"""What commands print: JSON for scripts, tables and plain lines for people, CSV for both."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Sequence
from io import TextIOWrapper
from typing import Any, TextIO

import typer

from ingest.cli import table
from storage.ledger import Entry

_SENTENCES = ("notes",)
VERDICT_KEYS = (
    "state",
    "reason",
    "message",
    "new",
    "changed",
    "unchanged",
    "rejected",
    "duplicates",
)
_FURTHER_KEYS = (
    "ignored",
    "notes",
    "remedy",
    "tenant",
    "feed",
    "mapping_version",
    "name",
    "via",
    "peer",
    "sender",
    "recipient",
    "parent",
    "size",
    "sha256",
    "received_at",
    "settled_at",
    "attempts",
    "same_as",
)


def verdict(entry: Entry) -> dict[str, Any]:
    """What `load` says of a delivery: a contract with scripts."""
    return {"delivery": entry.id, **{key: getattr(entry, key) for key in VERDICT_KEYS}}


def details(entry: Entry) -> dict[str, Any]:
    """What `show` says of a delivery: the verdict's keys, and more."""
    told = {**verdict(entry), **{key: getattr(entry, key) for key in _FURTHER_KEYS}}
    return told | {"received_at": to_seconds(entry.received_at)}


def to_seconds(moment: str) -> str:
    """A moment as all that is reported has it, as 2017-01-01T16:53:26Z.

    An envelope says to the microsecond when it was received.
    """
    return f"{moment[:19]}Z"


def show_json(document: object) -> None:
    """Print one JSON document."""
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2))


def show_fields(fields: dict[str, Any]) -> None:
    """Print names and values for a person; what is empty is left out.

    Notes are sentences, each on a line of its own.
    """
    pairs = [
        (key if at == 0 else "", text)
        for key, value in fields.items()
        if value not in (None, "", (), [])
        for at, text in enumerate(value if key in _SENTENCES else [value])
    ]
    show_pairs(pairs)


def show_pairs(pairs: Sequence[tuple[str, object]], *, err: bool = False) -> None:
    """Print lines of a name and a value, the values below each other; a name may be blank.

    `err`: on standard error.
    """
    width = max((len(name) for name, _ in pairs), default=0)
    for name, value in pairs:
        typer.echo(f"{name.replace('_', ' '):<{width}}  {_words(value)}", err=err)


def show_table(
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    empty: str,
    spare: Sequence[str] = (),
    cut: Sequence[str] = (),
) -> None:
    """Print a table for a person; `empty` says what there is none of.

    Where the terminal is narrow, columns in `spare` are left out and those in `cut` shortened.
    """
    cells = [[_words(value) for value in row] for row in rows]
    if not cells:
        typer.echo(empty)
        return
    for line in table.lines(columns, cells, spare=spare, cut=cut):
        typer.echo(line)


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write CSV to standard output: UTF-8, comma, LF, quotes where needed.

    So it is whatever the locale says, since the output is for programs as well.

    On a terminal, control characters of the data are replaced, since they could take it over.
    """
    shown = clean if sys.stdout.isatty() else _same
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="replace", newline="")
    writer = csv.writer(_EndedByLF(sys.stdout))
    writer.writerow([shown(name) for name in columns])
    for row in rows:
        writer.writerow([shown(value) if isinstance(value, str) else value for value in row])


class _EndedByLF:
    """Ends by LF what the csv module ends by CRLF: told to do so itself, it quotes no CR."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, row: str) -> int:
        """Take one row, as csv writes it."""
        return self._stream.write(row.removesuffix("\r\n") + "\n")


def clean(text: str) -> str:
    """Text of one or several lines without what could take a terminal over."""
    return "".join(char if char.isprintable() or char == "\n" else "?" for char in text)


def _same(text: str) -> str:
    return text


def _words(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list | tuple):
        return ", ".join(str(one) for one in value)
    return clean(str(value)).replace("\n", "?")
