"""The mapping that a person who knows the feed would write for it: with all pins, some, or none."""

import json
from collections.abc import Collection, Mapping
from typing import Any

from tests.rendering import amounts, clocks
from tests.rendering.clocks import formats, is_iso
from tests.rendering.plan import Plan
from tests.rendering.sales import locations
from tests.rendering.shapes import Shape


def dates_told(plan: Plan) -> bool:
    """Whether the mapping says how dates and times are written."""
    if plan["dates_told"] == "unless ISO":
        return not is_iso(plan)
    return plan["dates_told"] == "always"


def told(plan: Plan, key: str) -> bool:
    """Whether the mapping says this of the format."""
    if plan["told"] == "some":
        return plan.random("told", key).random() < 0.4
    return plan["told"] == "everything"


def mapping_for(
    plan: Plan,
    shape: Shape,
    names: list[str],
    header_line: int,
    *,
    untold: Collection[str] = (),
) -> str:
    """Write the mapping of a file with these columns, as TOML; without the keys in `untold`."""
    rules = {key: value for key, value in shape.rules.items() if key not in untold}
    tables: dict[str, object] = {
        "timezones": locations(plan) if plan["zones"] == "by location" else {},
        "zones": {} if "zones" in untold else clocks.explained(plan),
        "rejects": {"at_most": "0%"} if plan["bears"] == "none" else {},
        "format": _format(plan, header_line),
        "columns": _sources(plan, shape),
        "rows": rules,
    }
    if plan["header"] == "none":
        called = {name: f"column {at}" for at, name in enumerate(names, start=1)}
        tables |= {name: _renamed(tables[name], called) for name in ("columns", "rows")}
    parts = [f"timezone = {_toml(plan['zone'])}"]
    for name, table in tables.items():
        if isinstance(table, dict) and table:
            parts.append(f"[{name}]")
            parts += [f"{_toml(key)} = {_toml(value)}" for key, value in table.items()]
    return "\n".join(parts) + "\n"


def _format(plan: Plan, header_line: int) -> dict[str, object]:
    group, point = amounts.signs(plan)
    known: dict[str, object] = {
        "encoding": plan["encoding"],
        "delimiter": plan["delimiter"],
        "decimal": point,
        "quote": plan["quote"],
        "line_end": plan["line_end"],
        "header_line": header_line,
    }
    if group not in ("\u00a0", "\u202f"):  # which cannot be named
        known["thousands"] = group
    if "comments" in (plan["before"], plan["between"]):
        known["comment"] = "#"
    if plan["escape"] == "backslash":
        known["escape"] = "\\"
    # Without a header no names show how the fields are divided.
    always = ("header_line", "delimiter", "quote") if plan["header"] == "none" else ()
    return {key: value for key, value in known.items() if key in always or told(plan, key)}


def _sources(plan: Plan, shape: Shape) -> dict[str, object]:
    sources = dict(shape.sources)
    moment = sources["occurred_at"]
    if dates_told(plan) and isinstance(moment, dict):
        pattern = " ".join(formats(plan))
        moment = moment | {"format": pattern}
        if plan["months"] == "own" and ("%b" in pattern or "%B" in pattern):
            moment["language"] = plan["language"]
    return sources | {"occurred_at": moment}


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    """The same part of a mapping, with other names of the columns."""
    if isinstance(value, dict):
        return {names.get(key, key): _renamed(each, names) for key, each in value.items()}
    if isinstance(value, list):
        return [_renamed(each, names) for each in value]
    return names.get(value, value) if isinstance(value, str) else value


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return (
            "{ " + ", ".join(f"{_toml(key)} = {_toml(each)}" for key, each in value.items()) + " }"
        )
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value)
