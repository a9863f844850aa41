"""Patterns with `{}`, for what is only a part of a cell, a file name, a folder or a mailbox.

In a pattern `{}` is what is taken, at least one character; `*` is anything, also nothing; all else
is literal. What is taken never contains the character that follows `{}` in the pattern. So
`Sales_{}_*.csv` takes 12 of `Sales_12_34_5.csv`. Where `{}` could be taken at two places nothing
is: `*_{}_*` fits `a_b_c_d` in two ways. In names case does not count, in cells it does. Blanks
around what is taken go, and nothing but blanks is nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl


def pattern_problems(pattern: str) -> Iterator[str]:
    """Say what is wrong with a pattern, in the words of a mapping's author."""
    if pattern.count("{}") != 1:
        yield "must have {} exactly once, where the id is"
    if "{}*" in pattern or "*{}" in pattern:
        yield "has {} and * side by side: nothing tells where the id begins or ends"


def take(pattern: str, name: str) -> tuple[str, ...]:
    """What a pattern takes of a name: nothing, one text, or two where it could be either."""
    found = [
        re.fullmatch(_expression(pattern, greedy=greedy), name, re.IGNORECASE | re.DOTALL)
        for greedy in (False, True)
    ]
    places = {match.start("taken"): match["taken"].strip() for match in found if match}
    return tuple(text for text in places.values() if text)


def take_of_each(texts: pl.Series, mask: str) -> pl.Series:
    """What a mask takes of each cell; null where it takes nothing, or could take either of two."""
    import polars as pl  # noqa: PLC0415 - mappings are read by commands that parse no file

    early, late = (
        texts.str.extract_groups(f"(?s)^{_expression(mask, greedy=greedy)}$").struct.unnest()
        for greedy in (False, True)
    )
    taken = early["taken"].str.strip_chars()
    certain = early["before"].str.len_bytes() == late["before"].str.len_bytes()
    return pl.select(pl.when(certain & (taken != "")).then(taken)).to_series()


@cache
def _expression(pattern: str, *, greedy: bool) -> str:
    """Make the expression that takes as early as possible, or as late as possible if `greedy`.

    If both take at the same place there is no other. Written for Rust's regex and Python's alike.
    """
    before, _, after = pattern.partition("{}")
    anything = ".*" if greedy else ".*?"
    lead, rest = (anything.join(map(re.escape, part.split("*"))) for part in (before, after))
    character = f"[^{re.escape(after[0])}]" if after else "."
    return f"(?P<before>{lead})(?P<taken>{character}+){rest}"
