"""read: a file as dropsafe sees it, without a home and without a tenant."""

from __future__ import annotations

import json as json_format
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingest.cli.context import Json, home_path
from ingest.cli.helping import Command, examples
from ingest.cli.mapping import text_of
from ingest.cli.output import clean, show_pairs, write_csv
from ingest.cli.progress import progress_bar
from ingest.home import reader_at
from parsers.records.dialect import shown
from parsers.reject import Unreadable, UnreadableCode
from storage.errors import DropsafeError

if TYPE_CHECKING:
    from ingest.reader import Reader
    from parsers.sheet import Findings, Sheet

_MOST_LINES = 10  # that are named of one kind
_COSTS = {UnreadableCode.TOO_COSTLY, UnreadableCode.BREAKS_READER}
_TOO_LARGE = (
    "Give it a part of the file, as in 'head -100000 FILE | dropsafe read -': a million rows take "
    "about 1 GiB here, where every cell is shown. Or raise workers.memory or workers.seconds."
)
_LINE_ENDS = {"\n": "LF", "\r\n": "CRLF", "\r": "CR", "mixed": "mixed"}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        cls=Command,
        epilog=examples(
            "dropsafe read sales.csv",
            "dropsafe read sales.csv --mapping corner-shop.toml --json",
            "dropsafe read march.xlsx --member Umsatz > umsatz.csv",
            "dropsafe read - --json",
        ),
    )(read)


def read(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(
            exists=True,
            dir_okay=False,
            allow_dash=True,
            path_type=str,  # typer takes no Path for a dash
            metavar="FILE",
            help="A file with a table; - is standard input.",
        ),
    ],
    *,
    mapping: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            metavar="M.toml",
            help="A mapping, of which only [format] is read and needed.",
        ),
    ] = None,
    member: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Of an archive or a workbook: which table in it."),
    ] = None,
    json: Json = False,
) -> None:
    """Print a file's records as dropsafe sees them.

    They are plain CSV in UTF-8, the header first, whatever the file is written in. What was found
    out about it is said on standard error. It needs no home.
    """
    from parsers.mappings.mapping import Format, parse_format  # noqa: PLC0415 - costs time

    layout = parse_format(text_of(mapping)) if mapping else Format()
    try:
        with progress_bar("Reading", json=json), reader_at(home_path(context)) as reader:
            name, data = _table(reader, Path(file), member)
            sheet = reader.read_sheet(data, layout)
            del data
    except Unreadable as error:
        hint = _TOO_LARGE if error.code in _COSTS else error.remedy
        raise DropsafeError(error.message, hint=hint) from error
    if json:
        _write_json(sheet, name)
        return
    if sheet.header:  # else the file is empty
        write_csv(sheet.header, (fields for _, fields in sheet.records))
    sys.stdout.flush()
    show_pairs([("table", name), *_found(sheet)], err=True)


def _table(reader: Reader, file: Path, wanted: str | None) -> tuple[str, bytes]:
    """The name and the bytes of the one table that is read: the file, or what lies in it.

    Raises:
        Unreadable: what it lies in cannot be opened, or only at too high a cost.
        DropsafeError: there is no such member, none at all, or several of which none is chosen.
    """
    from parsers.containers import names_in  # noqa: PLC0415 - costs time

    is_stdin = str(file) == "-"
    data = sys.stdin.buffer.read() if is_stdin else file.read_bytes()
    name = "standard input" if is_stdin else file.name
    contents = reader.contents(data, name)
    if contents is None:
        if wanted is not None:
            raise DropsafeError(
                "This is no archive or workbook, so there are no members to choose from.",
                hint="Leave --member out.",
            )
        return name, data
    members = {one.name: one.data for one in contents.members}
    for left_out in contents.left_out:
        typer.echo(f"left out  {clean(left_out)}", err=True)
    if not members:
        raise DropsafeError("There is no table in it.", hint="Look at what was left out.")
    if wanted is None and len(members) == 1:
        return next(iter(members.items()))
    fitting = [name for name in members if wanted in (name, *names_in(name)[-1:])]
    if len(fitting) == 1:
        return fitting[0], members[fitting[0]]
    for name, inside in members.items():
        typer.echo(f"member    {clean(name)}  ({len(inside):,} bytes)", err=True)
    said = f"There are {len(members)} tables in it, and one is read at a time."
    if wanted is not None:
        said = f"{len(fitting) or 'None'} of the {len(members)} tables in it is called {wanted!r}."
    raise DropsafeError(said, hint="Choose one of those above with --member NAME.")


def _found(sheet: Sheet) -> Iterator[tuple[str, object]]:
    """What was found out about a file, for a person: what there is none of is left out."""
    found = sheet.findings
    dialect = found.dialect
    rivals = f" (or {', '.join(found.rivals)})" if found.rivals else ""
    yield "encoding", found.encoding + rivals
    yield "delimiter", shown(dialect.delimiter)
    yield "quote", dialect.quote or "none"
    if dialect.quote or dialect.escape:
        yield "escape", dialect.escape or "a quote is doubled"
    yield "line end", _LINE_ENDS[dialect.line_end]
    if dialect.comment:
        yield "comment", dialect.comment
    yield "header", f"line {found.header_line}" if found.header_line else "none"
    yield "columns", len(sheet.header)
    yield "records", len(sheet.records)
    for kind in Counter(one.kind for one in found.left_out):
        yield (
            "left out",
            f"{kind}: {_lines([one.line for one in found.left_out if one.kind is kind])}",
        )
    if found.blank_lines:
        yield "blank lines", found.blank_lines
    for what, lines in (
        ("ragged rows", [line for line, _ in found.ragged]),
        ("stray quotes", found.stray_quotes),
        ("unclosed quotes", found.unclosed_quotes),
    ):
        if lines:
            yield what, _lines(lines)
    yield "last line", "ended" if found.last_line_ended else "not ended by a line end"
    for doubt in found.doubts:
        yield "doubt", doubt


def _lines(lines: list[int] | tuple[int, ...]) -> str:
    """How many lines, and the first of them."""
    named = ", ".join(map(str, lines[:_MOST_LINES]))
    more = ", ..." if len(lines) > _MOST_LINES else ""
    return f"{len(lines):,} (line{'s' if len(lines) > 1 else ''} {named}{more})"


def _write_json(sheet: Sheet, name: str) -> None:
    """Write one document, a record a line: it is not held in memory as a whole."""
    write = sys.stdout.buffer.write
    write(b'{\n  "header": ' + _json(sheet.header) + b',\n  "records": [')
    separator = b"\n    "
    for line, fields in sheet.records:
        write(separator + _json({"line": line, "fields": fields}))
        separator = b",\n    "
    write(b'\n  ],\n  "found": ' + _json(_document(sheet.findings, name)) + b"\n}\n")
    sys.stdout.buffer.flush()


def _json(value: object) -> bytes:
    return json_format.dumps(value, ensure_ascii=False).encode("utf-8", "replace")


def _document(found: Findings, name: str) -> dict[str, Any]:
    """What was found out, for scripts: every key is always there."""
    dialect = found.dialect
    return {
        "table": name,
        "encoding": found.encoding,
        "rivals": found.rivals,
        "delimiter": dialect.delimiter,
        "quote": dialect.quote,
        "escape": dialect.escape,
        "comment": dialect.comment,
        "line_end": dialect.line_end,
        "header_line": found.header_line,
        "skipped": [asdict(one) for one in found.left_out],
        "blank_lines": found.blank_lines,
        "ragged": [{"line": line, "fields": fields} for line, fields in found.ragged],
        "stray_quotes": found.stray_quotes,
        "unclosed_quotes": found.unclosed_quotes,
        "last_line_ended": found.last_line_ended,
        "doubts": found.doubts,
    }
