"""Reading proposals leniently: what they say, and what they offer for what they leave open."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from parsers.mappings.mapping import parse_mapping
from parsers.mappings.rows import RowRules
from parsers.suggesting import GivenFile, Known, suggest
from parsers.values.sources import Source

OPEN = "?"
"""Stands in a rule of [rows] that is open."""

_TABLE = re.compile(r"\[(?P<name>[a-z_]+)\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A proposal read leniently: what it says, and what it offers for what it leaves open."""

    text: str
    says: dict[str, Any]
    offers: tuple[dict[str, Any], ...]

    @classmethod
    def of(cls, text: str) -> Proposal:
        return cls(text=text, says=tomllib.loads(text), offers=tuple(_offers(text)))

    def choices(self, table: str, key: str) -> list[Any]:
        return [offer[table][key] for offer in self.offers if key in offer.get(table, {})]


def _offers(text: str) -> Iterator[dict[str, Any]]:
    """The commented-out lines that would be lines of a mapping, each with the table it is in."""
    table = ""
    for line in text.splitlines():
        if found := _TABLE.fullmatch(line):
            table = found["name"]
        if not line.startswith("# "):
            continue
        try:
            offered = tomllib.loads(line[2:])
        except tomllib.TOMLDecodeError:
            continue
        if offered:
            yield {table: offered}


def source_of(field: str, value: Any) -> Source:
    """Read a source as a mapping has it."""
    columns = {
        "location_id": "L", "transaction_id": "T", "total": "S", "occurred_at": "W", field: value,
    }  # fmt: skip
    lines = "\n".join(f"{name} = {_toml(one)}" for name, one in columns.items())
    return parse_mapping(f'timezone = "UTC"\n[columns]\n{lines}\n').columns[field]


def _toml(value: Any) -> str:
    match value:
        case dict():
            return "{ " + ", ".join(f"{key} = {_toml(one)}" for key, one in value.items()) + " }"
        case list():
            return "[" + ", ".join(map(_toml, value)) + "]"
        case str():
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        case _:
            return str(value)


def rules_of(rows: dict[str, Any]) -> RowRules:
    columns = 'location_id = "L"\ntransaction_id = "T"\ntotal = "S"\noccurred_at = "W"'
    known = {key: value for key, value in rows.items() if value not in ({}, None)}
    lines = "\n".join(f"{key} = {_rule(value)}" for key, value in known.items())
    text = f'timezone = "UTC"\n[columns]\n{columns}\n[rows]\n{lines}\n'
    return parse_mapping(text).rows


def _rule(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_toml(key)} = {_toml(one)}" for key, one in value.items()) + " }"
    return _toml(value)


def only_format(proposal: Proposal) -> str:
    said = proposal.says.get("format", {})
    return "[format]\n" + "\n".join(f"{key} = {_toml(value)}" for key, value in said.items())


def propose(files: GivenFile | list[GivenFile], **known: Any) -> Proposal:
    listed = files if isinstance(files, list) else [files]
    return Proposal.of(suggest(listed, Known(**known)).mapping)


def columns_of(proposal: Proposal) -> dict[str, Any]:
    found: dict[str, Any] = proposal.says.get("columns", {})
    return found
