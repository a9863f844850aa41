"""The documents say what there is: nothing undocumented, nothing that is not there."""

from __future__ import annotations

import ast
import dataclasses
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote

import pytest

from ingest.cli.output import details
from ingest.settings import Settings
from ingest.settings_file import default_settings
from ingest.verdicts import HoldCode, LoadedCode
from parsers.canonical import RECORD_TYPES
from parsers.containers import ContainerCode
from parsers.mail.mime import MessageCode
from parsers.mappings.mapping import Format, Mapping, parse_mapping
from parsers.mappings.settings_table import Table
from parsers.moments import formats
from parsers.reject import RejectCode, UnreadableCode
from storage.database import SCHEMA
from storage.delivery import Contents, Origin, accepted
from storage.ledger import State, waiting_entry
from tests.documents import (
    DOCUMENTS,
    ROOT,
    commands,
    heading_slug,
    headings,
    named,
    problem_with,
    section,
    shown_commands,
)

DOCS = ROOT / "docs"
COMMANDS = DOCS / "commands.md"
MAPPING = DOCS / "mapping.md"
VERDICTS = DOCS / "verdicts.md"

_LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")
_EVENT = re.compile(r"[a-z]+\.[a-z_]+")
_TOLD = re.compile(
    r"(?:'|: |, |with )dropsafe ((?:--home X )?[a-z]+(?: [a-z]+)?(?: --?[a-z-]+| [A-Z][\w.]*)*)"
)
_LOGGING = {"debug", "info", "warning", "error", "exception", "critical", "_log_once"}

# Between them these use every key and every kind of source that there is.
_MAPPINGS = (
    """
    timezone = "UTC"
    [columns]
    location_id = { constant = "A" }
    transaction_id = { combine = ["B", "C"], separator = "-" }
    total = { column = "D" }
    occurred_at = { column = "E", format = "%Y-%m-%d" }
    """,
    """
    timezone = "UTC"
    [columns]
    location_id = { column = "A" }
    transaction_id = { column = "B" }
    total = "C"
    occurred_at = { date = "D", time = "E", format = "%Y-%m-%d %H" }
    """,
    """
    timezone = "UTC"
    [columns]
    location_id = { file_name = "A_{}.csv" }
    transaction_id = { column = "B", mask = "#{}" }
    total = { add = ["C"], subtract = ["D"], minor_units = 2, currency = "EUR" }
    occurred_at = { columns = ["E", "F", "G"], timezone = { column = "H" } }
    [rows]
    lines = "sum"
    [rejects]
    at_most = "5%"
    """,
)


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_command_and_option_is_documented(name: str) -> None:
    """A command has a section of its own, with an example and every option."""
    body = section(COMMANDS, f"dropsafe {name}")
    assert body, f"docs/commands.md has no section 'dropsafe {name}'"
    assert name in {named(words) for words in shown_commands(body)}, "it shows no example"
    options = commands()[name].options
    assert not {one for one in options if not re.search(rf"(?<![\w-]){one}(?![\w-])", body)}


def test_no_section_describes_a_command_that_is_gone() -> None:
    """Each section of docs/commands.md about a command is about one that there is."""
    described = {one.removeprefix("dropsafe ") for one in headings(COMMANDS) if "dropsafe " in one}
    assert described == set(commands())


def test_every_key_that_show_answers_is_documented() -> None:
    """Scripts read these keys: load's and show's sections name each."""
    envelope = accepted(
        Origin(tenant="t", name="n", via="load"),
        Contents(size=0, sha256=""),
        order=1,
        now=datetime.now(UTC),
    )
    keys = details(waiting_entry(envelope))
    body = section(COMMANDS, "dropsafe load") + section(COMMANDS, "dropsafe show")
    assert not [key for key in keys if f"`{key}`" not in body]


def test_the_status_that_is_shown_has_the_present_schema() -> None:
    """Who compares the answer with the document is not told of a schema that is gone."""
    assert f'"schema": "{SCHEMA}",' in section(COMMANDS, "dropsafe status")


def test_every_setting_is_documented() -> None:
    """A setting's row names its key, its present default and its environment variable."""
    text = (DOCS / "settings.md").read_text("utf-8")
    for name, field in Settings.model_fields.items():
        model = field.annotation
        assert model is not None
        for key, setting in model.model_fields.items():
            variable = f"DROPSAFE_{name.upper()}__{key.upper()}"
            [row] = [line for line in text.splitlines() if f"| `{name}.{key}` |" in line]
            default = row.split("|")[2].strip().strip("`").replace("_", "")
            expected = str(setting.default).lower().replace("_", "")
            assert default.strip('"').lower() == expected, f"{name}.{key}: another default"
            assert f"`{variable}`" in row
            assert setting.description in row, f"{name}.{key}: another description"


def test_the_example_settings_are_the_default_ones() -> None:
    """deploy/dropsafe.toml is what `dropsafe init` writes: every setting, explained."""
    assert (ROOT / "deploy" / "dropsafe.toml").read_text("utf-8") == default_settings()


def test_every_mapping_key_is_documented(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever key the reader of mappings knows has its place in docs/mapping.md."""
    known = {field.name for kind in (Mapping, Format) for field in dataclasses.fields(kind)}
    known |= {field.name for record in RECORD_TYPES.values() for field in record.fields}
    know = Table.know

    def listen(table: Table, keys: Sequence[str]) -> None:
        known.update(keys)
        know(table, keys)

    monkeypatch.setattr(Table, "know", listen)
    for text in _MAPPINGS:
        parse_mapping(text)
    text = MAPPING.read_text("utf-8")
    assert not [key for key in sorted(known) if f"`{key}`" not in text]


def test_every_directive_of_a_format_is_documented() -> None:
    """Each part of a date format that is read is in docs/mapping.md."""
    text = MAPPING.read_text("utf-8")
    assert not [one for one in formats._PATTERNS if f"`%{one}`" not in text]


def test_every_example_of_a_mapping_is_one() -> None:
    """What docs show as a whole mapping can be set."""
    fence = re.compile(r"^```toml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    examples = fence.findall(MAPPING.read_text("utf-8"))
    assert examples
    for example in examples:
        parse_mapping(example)


@pytest.mark.parametrize("code", RejectCode)
def test_every_reject_code_is_documented(code: RejectCode) -> None:
    """A reason for a reject has a row with its words and what to do."""
    _assert_row(section(MAPPING, "Reasons for rejects"), code)


@pytest.mark.parametrize("code", [*HoldCode, *UnreadableCode, *MessageCode, *ContainerCode])
def test_every_hold_code_is_documented(code: str) -> None:
    """A reason for a hold has a row with its meaning and its remedy."""
    _assert_row(section(VERDICTS, "Reasons for which a delivery is held"), code)


@pytest.mark.parametrize("code", LoadedCode)
def test_every_remark_is_documented(code: LoadedCode) -> None:
    """A remark on a loaded delivery has a row."""
    _assert_row(section(VERDICTS, "Remarks on deliveries that are loaded"), code)


@pytest.mark.parametrize("state", State)
def test_every_state_is_documented(state: State) -> None:
    """A state has a row."""
    _assert_row(section(VERDICTS, "States"), state)


def test_no_document_explains_a_code_that_is_gone() -> None:
    """The tables of codes hold nothing but codes."""
    codes = (RejectCode, HoldCode, UnreadableCode, MessageCode, ContainerCode, LoadedCode, State)
    known = {code for kind in codes for code in kind}
    tables = section(MAPPING, "Reasons for rejects") + VERDICTS.read_text("utf-8")
    assert not set(re.findall(r"^\| `([a-z-]+)` \|", tables, re.MULTILINE)) - {
        str(k) for k in known
    }


def test_every_event_is_documented() -> None:
    """An event of the log is in docs/events.md, and nothing else is."""
    text = (DOCS / "events.md").read_text("utf-8")
    in_table = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    described = {event for cell in in_table for event in re.findall(r"`([^`]+)`", cell)}
    assert described == set(_events())


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    """A link within the project leads to a file that is there, and to a heading in it."""
    for link in _LINK.finditer(document.read_text("utf-8")):
        target, _, anchor = unquote(link["target"]).partition("#")
        if "://" in target:
            continue
        path = (document.parent / target).resolve() if target else document
        assert path.exists(), f"{link[0]}: there is no {path}"
        if anchor:
            assert anchor in {heading_slug(one) for one in headings(path)}, f"{link[0]}: no heading"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_shown_exist(document: Path) -> None:
    """Each `dropsafe …` that a document shows names a command and options that there are."""
    shown = list(shown_commands(document.read_text("utf-8")))
    problems = {" ".join(words): problem_with(words) for words in shown}
    assert not {words: problem for words, problem in problems.items() if problem}


def test_the_readme_shows_commands() -> None:
    """The reader of shown commands finds those of the README, so that it can find wrong ones."""
    shown = [words[0] for words in shown_commands((ROOT / "README.md").read_text("utf-8")) if words]
    assert {"init", "tenant", "mapping", "serve", "deliveries", "rows", "rejects", "replay"} <= {
        *shown
    }


def test_hints_name_commands_that_there_are() -> None:
    """What the program itself tells an operator to type can be typed."""
    told = {words for text in _texts_of_the_code() for words in _TOLD.findall(text)}
    assert len(told) > 5
    problems = {words: problem_with(words.split()) for words in told}
    assert not {words: problem for words, problem in problems.items() if problem}


def test_every_decision_is_listed_once() -> None:
    """ARCHITECTURE.md lists every decision record, and their numbers follow each other."""
    records = sorted(path.name for path in (DOCS / "decisions").glob("*.md"))
    listed = re.findall(
        r"\(docs/decisions/([^)]+)\)", (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    )
    assert listed == records
    assert [int(name[:4]) for name in records] == list(range(1, len(records) + 1))


def _assert_row(table: str, code: str) -> None:
    rows = [line for line in table.splitlines() if line.startswith(f"| `{code}` |")]
    assert len(rows) == 1, f"{code} has {len(rows)} rows"
    assert all(cell.strip() for cell in rows[0].strip("|").split("|")), f"{code}: an empty cell"


def _texts_of_the_code() -> Iterator[str]:
    """Every text in ingest/ and storage/, with X for what is put into it, docstrings left out."""
    for file in [*(ROOT / "ingest").rglob("*.py"), *(ROOT / "storage").rglob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            parts = node.values if isinstance(node, ast.JoinedStr) else [node]
            texts = [part.value if isinstance(part, ast.Constant) else "X" for part in parts]
            yield "".join(text for text in texts if isinstance(text, str))


def _events() -> Iterator[str]:
    """The names that the code logs."""
    for package in ("ingest", "storage", "parsers"):
        for file in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if not isinstance(node, ast.Call) or not node.args:
                    continue
                name = getattr(node.func, "attr", "")
                first = node.args[0]
                if name in _LOGGING and isinstance(first, ast.Constant):
                    assert isinstance(first.value, str)
                    assert _EVENT.fullmatch(first.value), f"{file.name}: {first.value!r}"
                    yield first.value
