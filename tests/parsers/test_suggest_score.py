"""Proposals for the sample feeds, made without their mappings and scored against them.

The scores stand in suggest_score.txt, and may only rise. `UPDATE_SUGGEST_SCORE=1 pytest
tests/parsers/test_suggest_score.py` writes the table anew.
"""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path

import pytest

from tests.parsers.suggest_score import FIELDS, POINTS, WRONG, Feed, table

SAMPLES = Path(__file__).parent.parent.parent / "sample_feeds"
GOLDEN = Path(__file__).parent / "suggest_score.txt"
DIRECTORIES = sorted(path for path in SAMPLES.iterdir() if (path / "feed.toml").exists())
every_feed = pytest.mark.parametrize("directory", DIRECTORIES, ids=lambda path: path.name)


@cache
def feed_in(directory: Path) -> Feed:
    return Feed.in_directory(directory)


@every_feed
def test_nothing_is_proposed_that_is_wrong(directory: Path) -> None:
    """What a proposal says and does not ask is so."""
    feed = feed_in(directory)
    wrong = [field for field, score in feed.scores.items() if score == WRONG]
    assert not wrong, feed.proposal.text


@every_feed
def test_no_score_falls(directory: Path) -> None:
    """A feed that is in the table scores in each field as it did, or better."""
    known = parse_table(GOLDEN.read_text("utf-8")).get(directory.name, {})
    scores = feed_in(directory).scores
    fallen = {
        field: f"{known[field]} -> {scores[field]}"
        for field in FIELDS
        if POINTS.get(scores[field], 0) < POINTS.get(known.get(field, "-"), 0)
    }
    assert not fallen, feed_in(directory).proposal.text


def test_the_table_is_of_the_feeds_that_there_are() -> None:
    """The table has every sample feed and no other; asked to, it is written anew."""
    feeds = [feed_in(directory) for directory in DIRECTORIES]
    if os.environ.get("UPDATE_SUGGEST_SCORE"):
        GOLDEN.write_text(table(feeds), "utf-8")
    assert set(parse_table(GOLDEN.read_text("utf-8"))) == {feed.name for feed in feeds}


def parse_table(text: str) -> dict[str, dict[str, str]]:
    """The scores of a table, by feed and field."""
    head, *lines = text.splitlines()
    fields = re.split(r"\s{2,}", head)[1:]
    return {
        name: dict(zip(fields, cells, strict=True))
        for name, *cells in (re.split(r"\s{2,}", line) for line in lines)
    }
