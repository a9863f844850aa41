"""The line of a proposal about the shop."""

from parsers.suggesting.evidence import Evidence
from parsers.suggesting.places import as_good, may_name_places, name_patterns
from parsers.suggesting.suggestion import Decision
from parsers.suggesting.writing import joined, quoted, toml_column, toml_text


def decide_location(found: Evidence) -> Decision:
    """Where the id of the shop is."""
    ranked = found.places
    if not ranked:
        return _not_in_the_files(found)
    good = as_good(ranked)
    if len(good) > 1:
        return Decision(
            table="columns",
            key="location_id",
            question=f"Which column names the shop: {joined([one.name for one in good])}? Take "
            "the one that stays the same for ever, such as a number.",
            options=tuple(f"location_id = {_source(found, one.name)}" for one in good),
        )
    best = ranked[0]
    column = found.column(best.name)
    shops = f"{best.different:,} shops" if best.different > 1 else f"One shop, {quoted(best.first)}"
    said = [f"{shops}; filled on {column.filled:,} of {column.rows:,} rows."]
    if len(ranked) > 1:
        said.append(f"Also there: {joined([one.name for one in ranked[1:]])}.")
    return Decision(
        table="columns", key="location_id", value=_source(found, best.name), evidence=tuple(said)
    )


def _source(found: Evidence, name: str) -> str:
    return toml_column(name, found.column(name).guard)


def _not_in_the_files(found: Evidence) -> Decision:
    constant = sorted(found.known.locations)[:1] or ["NAME-OF-THE-SHOP"]
    options = [f"location_id = {{ constant = {toml_text(constant[0])} }}"]
    patterns = [
        f"location_id = {{ file_name = {toml_text(pattern)} }}"
        for pattern in name_patterns(found.names)
    ]
    options = [*patterns, *options] if len(found.names) > 1 else [*options, *patterns]
    options += [
        f"location_id = {toml_text(name)}" for name in may_name_places(found.facts, found.rows)
    ]
    options += ['location_id = { folder = "{}" }', 'location_id = { mailbox = "{}" }']
    return Decision(
        table="columns",
        key="location_id",
        evidence=("No column names the shop.",),
        question="Which shop is it? One shop only: its name, the same in every row. Several: "
        "from a column, the name of the file, the folder of the upload, or the mailbox.",
        options=tuple(options),
    )
