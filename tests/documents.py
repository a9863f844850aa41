"""The documents of this project, and the command line they describe, as the tests read them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import typer

from ingest.cli import app

ROOT = Path(__file__).parent.parent
DOCUMENTS = tuple(
    sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "deploy").rglob("*.md")])
)

_FENCE = re.compile(r"^```(?P<kind>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_HEREDOC = re.compile(r"<<'(?P<end>\w+)'.*?^(?P=end)$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`(?P<text>[^`\n]+)`")
_END_OF_COMMAND = re.compile(r"^(?:[|>&;]|\d?>|&&|#)")
_GLOBAL = {"--home": 1, "--version": 0, "--help": 0}
"""Options before the command, and how many words follow each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command of the command line: its words, and its options by their long names."""

    words: tuple[str, ...]
    options: frozenset[str]

    @property
    def name(self) -> str:
        """As in `tenant add`."""
        return " ".join(self.words)


@cache
def commands() -> dict[str, Command]:
    """Every command that does something, by name."""
    root: Any = typer.main.get_command(app)
    return {command.name: command for command in _below(root, ())}


def _below(group: Any, words: tuple[str, ...]) -> Iterator[Command]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _below(command, (*words, name))
            continue
        options = {
            option
            for parameter in command.params
            for option in (*parameter.opts, *parameter.secondary_opts)
            if option.startswith("--") and option != "--help"
        }
        yield Command(words=(*words, name), options=frozenset(options))


def heading_slug(heading: str) -> str:
    """The anchor that a heading gets."""
    plain = re.sub(r"[`*\[\]]", "", heading.strip().lower())
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


def headings(document: Path) -> list[str]:
    """Headings of a document, without those that are comments in its code."""
    text = _FENCE.sub("", document.read_text("utf-8"))
    return re.findall(r"^#+ (.+)$", text, re.MULTILINE)


def section(document: Path, heading: str) -> str:
    """What stands under a heading, up to the next of any level; empty if there is none."""
    text = document.read_text("utf-8")
    found = re.search(
        rf"^#+ {re.escape(heading)}\n(?P<body>.*?)(?=^#+ |\Z)", text, re.MULTILINE | re.DOTALL
    )
    return found["body"] if found else ""


def shown_commands(text: str) -> Iterator[list[str]]:
    """Each `dropsafe …` in a document's code, as the words behind `dropsafe`."""
    for fence in _FENCE.finditer(text):
        if fence["kind"] in ("sh", ""):
            yield from _commands_in(_HEREDOC.sub("", fence["text"]))
    for inline in _INLINE.finditer(_FENCE.sub("", text)):
        yield from _commands_in(inline["text"])


def _commands_in(code: str) -> Iterator[list[str]]:
    for line in code.replace("\\\n", " ").splitlines():
        try:
            words = shlex.split(line, comments=True)
        except ValueError:  # an apostrophe in what is no command line
            continue
        for at, word in enumerate(words):
            is_command = word == "dropsafe" and (at == 0 or _begins_command(words[:at]))
            if is_command:
                yield _up_to_end(words[at + 1 :])


def _begins_command(before: list[str]) -> bool:
    """Whether the next word is a command: after variables, sudo, an operator or compose's exec."""
    last = before[-1]
    return (
        "=" in last
        or last in ("|", "&&", ";", "exec")
        or before[-3:-1] == ["sudo", "-u"]
        or before[-2:-1] == ["exec"]
    )


def _up_to_end(words: list[str]) -> list[str]:
    taken: list[str] = []
    for word in words:
        if _END_OF_COMMAND.match(word):
            break
        taken.append(word)
    return taken


def named(words: list[str]) -> str:
    """The name of the command that the words behind `dropsafe` begin with, known or not.

    Empty where no command is named, as in `dropsafe --version`.
    """
    rest = _behind_global_options(words)
    length = 2 if rest and rest[0] in _groups() else 1
    return " ".join(rest[:length])


def problem_with(words: list[str]) -> str:
    """What is wrong with the words behind `dropsafe`; empty if they name what there is."""
    name = named(words)
    if name in ("", "[--home DIR] COMMAND", *_groups()):
        return ""
    command = commands().get(name)
    if command is None:
        return f"there is no command {name!r}"
    for word in _behind_global_options(words)[len(command.words) :]:
        option = word.split("=", maxsplit=1)[0]
        if option.startswith("--") and option not in (*command.options, "--help"):
            return f"{name} has no option {option}"
    return ""


def _behind_global_options(words: list[str]) -> list[str]:
    rest = list(words)
    while rest and rest[0] in _GLOBAL:
        del rest[: 1 + _GLOBAL[rest[0]]]
    return rest


def _groups() -> set[str]:
    return {command.words[0] for command in commands().values() if len(command.words) > 1}
