"""What commands print: JSON for scripts, tables and plain lines for people, CSV for both."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import typer

from storage.delivery import printable
from storage.ledger import Entry

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
    "remedy",
    "tenant",
    "feed",
    "mapping_version",
    "name",
    "via",
    "peer",
    "sender",
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
    return {**verdict(entry), **{key: getattr(entry, key) for key in _FURTHER_KEYS}}


def show_json(document: object) -> None:
    """Print one JSON document."""
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2))


def show_fields(fields: dict[str, Any]) -> None:
    """Print names and values for a person; what is empty is left out."""
    shown = {key: _words(value) for key, value in fields.items() if value not in (None, "", (), [])}
    width = max((len(key) for key in shown), default=0)
    for key, value in shown.items():
        typer.echo(f"{key.replace('_', ' '):<{width}}  {value}")


def show_table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, empty: str) -> None:
    """Print a table for a person; `empty` says what there is none of."""
    # rich costs time that commands which print JSON need not spend
    from rich import box  # noqa: PLC0415
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    cells = [[_words(value) for value in row] for row in rows]
    if not cells:
        typer.echo(empty)
        return
    numeric = [all(_is_number(row[index]) for row in cells) for index in range(len(columns))]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name, right in zip(columns, numeric, strict=True):
        table.add_column(name, justify="right" if right else "left", overflow="fold")
    for row in cells:
        # Text, not str: a file name in brackets is not markup.
        table.add_row(*(Text(cell) for cell in row))
    console = Console()
    if not console.is_terminal:
        console = Console(width=200)
    console.print(table)


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write CSV to standard output: UTF-8, comma, LF, quotes where needed.

    On a terminal, control characters of the data are replaced, since they could take it over.
    """
    clean = printable_lines if sys.stdout.isatty() else _same
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([clean(value) if isinstance(value, str) else value for value in row])


def printable_lines(text: str) -> str:
    """Text of several lines without what could take a terminal over."""
    return "\n".join(printable(line) for line in text.split("\n"))


def _is_number(cell: str) -> bool:
    """Whether a printed cell is a number."""
    return cell.replace(",", "").isdigit()


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
    return printable(str(value))
