"""A proposal as the text of a mapping: TOML with what speaks for each line in a comment."""

import json
import re
import textwrap
from collections.abc import Iterable, Sequence

from parsers.reject import clip
from parsers.suggesting.suggestion import Decision

_WIDTH = 96
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SHOWN_WORDS = 8
QUESTION = "QUESTION: "


def write_mapping(heading: Sequence[str], decisions: Iterable[Decision]) -> str:
    """Write the mapping: for each key its evidence, then the line, or the lines to choose from."""
    tables: dict[str, list[Decision]] = {"": [], "timezones": [], "zones": []}
    for decision in decisions:
        tables.setdefault(decision.table, []).append(decision)
    lines = [line for text in heading for line in _comment(text)]
    for name, found in tables.items():
        if not found:
            continue
        lines += ["", f"[{name}]"] if name else [""]
        for decision in found:
            lines += _lines(decision)
    return "\n".join(lines) + "\n"


def _lines(decision: Decision) -> list[str]:
    lines = [line for text in decision.evidence for line in _comment(text)]
    if decision.question is not None:
        lines += _comment(QUESTION + decision.question)
    for option in decision.options:
        lines += [f"# {line}" for line in option.split("\n")]
    if decision.question is not None and decision.table == "rows":
        # Without [rows] the files would load as if every row counted: not before this is decided.
        lines.append(f'{decision.key} = "?"  # in its place one of the choices above')
    elif decision.value is not None:
        lines.append(f"{decision.key} = {decision.value}")
    return lines


def _comment(text: str) -> list[str]:
    return textwrap.wrap(
        " ".join(text.split()),
        _WIDTH,
        initial_indent="# ",
        subsequent_indent="# ",
        break_on_hyphens=False,
    )


def toml_text(text: str) -> str:
    """Write a text as a TOML string."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def toml_column(name: str, mask: str | None) -> str:
    """Write a column as the source of an id, with the mask over its cells if they have one."""
    if mask is None:
        return toml_text(name)
    return f"{{ column = {toml_text(name)}, mask = {toml_text(mask)} }}"


def toml_list(texts: Iterable[str]) -> str:
    """Write texts as a TOML array."""
    return "[" + ", ".join(map(toml_text, texts)) + "]"


def toml_key(name: str) -> str:
    """Write a name as a TOML key."""
    return name if _BARE.fullmatch(name) else toml_text(name)


def of_rows(rule: str, column: str) -> str:
    """Write the key of a rule of [rows] for one column."""
    return f"{rule}.{toml_key(column)}"


def quoted(text: str) -> str:
    """Show a value or a name in a sentence."""
    return f"'{clip(text, 40)}'"


def these(texts: Sequence[str]) -> str:
    """Show several values in a sentence: 'a', 'b' or 'c'."""
    shown = [quoted(text) for text in texts[:_SHOWN_WORDS]]
    if len(texts) > _SHOWN_WORDS:
        return ", ".join(shown) + " or another of its words"
    return " or ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def joined(texts: Sequence[str]) -> str:
    """Show several names in a sentence: 'a', 'b' and 'c'."""
    shown = [quoted(text) for text in texts]
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)
