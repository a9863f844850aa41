"""Columns under other names: what a mapping calls `Total` a later export may call `Amount`.

[aliases] of a mapping lists such names. The mapping's own name goes first, so that the files of
before are read as ever; of the others the first that is there.
"""

import json
from collections.abc import Callable, Sequence
from collections.abc import Mapping as Lookup
from dataclasses import replace

from parsers.header.columns import missing
from parsers.mappings.mapping import Mapping, parse_mapping
from parsers.mappings.rows import RowRules
from parsers.values.sources import Amount, Column, Combine, Moment, Source, ZoneColumn


def with_names_of(mapping: Mapping, columns: Sequence[str]) -> Mapping | None:
    """The mapping with the names that these columns have; None if one of them has none there.

    `columns` are those of a header.
    """
    names: dict[str, str] = {}
    for name in missing(columns, mapping.names()):
        here = [one for one in mapping.aliases.get(name, ()) if not missing(columns, [one])]
        if not here:
            return None
        names[name] = here[0]
    return renamed(mapping, names) if names else None


def renamed(mapping: Mapping, names: Lookup[str, str]) -> Mapping:
    """The same mapping for a file whose columns are called otherwise; `names` are new by old."""
    called = _called(names)
    rules = mapping.rows
    return replace(
        mapping,
        columns={field: _renamed(source, names) for field, source in mapping.columns.items()},
        rows=RowRules(
            keep={called(name): cells for name, cells in rules.keep.items()},
            drop={called(name): cells for name, cells in rules.drop.items()},
            refund={called(name): cells for name, cells in rules.refund.items()},
            fill_down=tuple(map(called, rules.fill_down)),
            lines=rules.lines,
        ),
    )


def _called(names: Lookup[str, str]) -> Callable[[str], str]:
    return lambda name: names.get(name, name)


def _renamed(source: Source, names: Lookup[str, str]) -> Source:
    called = _called(names)
    match source:
        case Column(name):
            return replace(source, name=called(name))
        case Combine(names=parts):
            return replace(source, names=tuple(map(called, parts)))
        case Amount(add=add, subtract=subtract):
            return replace(
                source, add=tuple(map(called, add)), subtract=tuple(map(called, subtract))
            )
        case Moment(columns=columns, timezone=zone):
            if isinstance(zone, ZoneColumn):
                zone = ZoneColumn(called(zone.name))
            return replace(source, columns=tuple(map(called, columns)), timezone=zone)
        case _:
            return source


def text_with_aliases(text: str, names: Lookup[str, str]) -> str:
    """A mapping's TOML text in which columns have one more name each; `names` are new by old.

    All else stays as a person wrote it; an [aliases] that is there is written anew.
    """
    known = {old: list(others) for old, others in parse_mapping(text).aliases.items()}
    for old, new in names.items():
        known[old] = [*(other for other in known.get(old, []) if other != new), new]
    lines = text.splitlines(keepends=True)
    kept, inside = [], False
    for line in lines:
        if line.lstrip().startswith("["):
            inside = line.split("#")[0].strip() == "[aliases]"
        if not inside:
            kept.append(line)
    written = [f"{_quoted(old)} = [{', '.join(map(_quoted, new))}]\n" for old, new in known.items()]
    return "".join(kept).rstrip() + "\n\n[aliases]\n" + "".join(written)


def _quoted(name: str) -> str:
    return json.dumps(name, ensure_ascii=False)
