"""The sample feeds: each is whole, reads as its golden files say, and is on the list."""

from __future__ import annotations

import csv
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from parsers import containers
from parsers.canonical import TRANSACTIONS
from parsers.containers import names_in
from parsers.delimited import read
from parsers.mappings.mapping import parse_mapping
from parsers.mappings.pins import Pins
from parsers.mappings.sent import Sent
from parsers.reading import Reading
from parsers.reject import Unreadable

ROOT = Path(__file__).parent.parent / "sample_feeds"
FEEDS = sorted(path for path in ROOT.iterdir() if (path / "feed.toml").exists())
ABOUT = ("feed.toml", "mapping.toml", "expected.csv", "rejects.csv")
FIRST = ("mapping-first.toml", "expected-first.csv")
COUNTS = ("new", "changed", "unchanged", "rejected", "duplicates", "ignored")
every_feed = pytest.mark.parametrize("feed", FEEDS, ids=lambda feed: feed.name)


@dataclass
class Outcome:
    """What a shop's files come to, folded in their order as the database does it."""

    rows: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    rejects: list[tuple[str, ...]] = field(default_factory=list)
    counts: list[dict[str, int]] = field(default_factory=list)

    def add(self, reading: Reading) -> None:
        """Fold the reading of one more file in, and count what it brought."""
        counts = dict.fromkeys(COUNTS, 0)
        for line, *values in reading.rows.iter_rows():
            row = dict(zip(TRANSACTIONS.columns, values, strict=True))
            key = tuple(row[name] for name in TRANSACTIONS.key)
            known = self.rows.get(key)
            verdict = (
                "new" if known is None else "unchanged" if known[:-1] == (*values,) else "changed"
            )
            counts[verdict] += 1
            if verdict != "unchanged":
                self.rows[key] = (*values, str(line))
        self.rejects += [
            (str(one.line), one.column or "", one.code.value) for one in reading.rejects
        ]
        counts["rejected"] = len(reading.rejects)
        counts["duplicates"] = reading.duplicates
        counts["ignored"] = reading.ignored
        self.counts.append(counts)

    def lines(self) -> list[tuple[str, ...]]:
        """The rows as in expected.csv."""
        return [
            self.rows[key] for key in sorted(self.rows, key=lambda key: [*map(str.encode, key)])
        ]


def deliveries(feed: Path) -> list[dict[str, Any]]:
    """What feed.toml says of each delivery; of a container, of each table that lies in it."""
    found: list[dict[str, Any]] = tomllib.loads((feed / "feed.toml").read_text("utf-8"))[
        "deliveries"
    ]
    return found


def table_of(feed: Path, delivery: dict[str, Any]) -> tuple[str, bytes]:
    """The name and the bytes of the table that a delivery is, taken out of its container."""
    name = delivery["file"]
    data = (feed / name).read_bytes()
    if "table" not in delivery:
        assert not containers.is_container(data)
        return name, data
    contents = containers.contents(data, name)
    assert contents is not None
    [member] = [one for one in contents.members if one.name == delivery["table"]]
    return member.name, member.data


def read_feed(feed: Path, mapping: str = "mapping.toml") -> Outcome:
    """Read all files of a feed; a row that is said again unchanged keeps its first line.

    As in the server, each file is held against what those before it have settled.
    """
    outcome = Outcome()
    by = parse_mapping((feed / mapping).read_text("utf-8"))
    pins: Pins = {}
    for delivery in deliveries(feed):
        name, data = table_of(feed, delivery)
        assert any(by.wants(one) for one in names_in(name))
        sent = Sent(
            name=name, folder=delivery.get("folder", ""), mailbox=delivery.get("mailbox", "")
        )
        if "held" in delivery:
            with pytest.raises(Unreadable) as held:
                read(data, by, sent=sent, pins=pins)
            assert held.value.code == delivery["held"]
            outcome.counts.append(dict.fromkeys(COUNTS, 0))
            continue
        reading = read(data, by, sent=sent, pins=pins)
        pins = {**reading.settled, **pins}
        outcome.add(reading)
    return outcome


def golden(path: Path) -> list[tuple[str, ...]]:
    """A golden file's lines, without its header."""
    with path.open(encoding="utf-8", newline="") as source:
        return [tuple(line) for line in csv.reader(source)][1:]


def test_there_are_feeds_for_every_till_and_nothing_else() -> None:
    """Every directory is a feed with its feed.toml, and there are enough of them."""
    directories = {path for path in ROOT.iterdir() if path.is_dir() and path.name[0] not in "._"}
    assert directories == set(FEEDS)
    assert len(FEEDS) >= 32


@every_feed
def test_a_feed_is_whole(feed: Path) -> None:
    """A feed has all its parts, every file in it is one of them, and is small."""
    sent = {delivery["file"] for delivery in deliveries(feed)}
    parts = {*ABOUT, *sent}
    if (feed / FIRST[0]).exists():
        parts |= set(FIRST)
    assert {path.name for path in feed.iterdir()} == parts
    assert sent
    for name in sent:
        assert 100 < (feed / name).stat().st_size < 16384
        listed = [
            one["table"] for one in deliveries(feed) if one["file"] == name and "table" in one
        ]
        contents = containers.contents((feed / name).read_bytes(), name)
        assert listed == [one.name for one in (contents.members if contents else ())]


@every_feed
def test_a_feed_reads_as_its_golden_files_say(feed: Path) -> None:
    """The files, read with the feed's mapping, give its golden rows and its golden rejects."""
    outcome = read_feed(feed)
    assert outcome.lines() == golden(feed / "expected.csv")
    assert outcome.rejects == golden(feed / "rejects.csv")


@every_feed
def test_a_feed_counts_as_its_description_says(feed: Path) -> None:
    """What feed.toml expects of each delivery is what comes of it; what it leaves out is none."""
    assert read_feed(feed).counts == [
        {name: delivery.get(name, 0) for name in COUNTS} for delivery in deliveries(feed)
    ]


@pytest.mark.parametrize(
    "feed", [feed for feed in FEEDS if (feed / FIRST[0]).exists()], ids=lambda feed: feed.name
)
def test_a_mended_mapping_changes_rows(feed: Path) -> None:
    """A feed's first, wrong mapping gives golden rows of its own, which are not the right ones."""
    wrong = read_feed(feed, FIRST[0])
    assert wrong.lines() == golden(feed / FIRST[1])
    assert wrong.lines() != golden(feed / "expected.csv")


@every_feed
def test_a_feed_is_on_the_list(feed: Path) -> None:
    """The README of the samples has a line on each feed, naming each of its files."""
    page = (ROOT / "README.md").read_text("utf-8")
    assert f"[{feed.name}]({feed.name}/)" in page
    for delivery in deliveries(feed):
        assert f"`{delivery['file']}`" in page


def test_a_file_fits_one_feed_of_its_shop() -> None:
    """Where a shop has several feeds, the name of each file fits the mapping of its own only."""
    shops: dict[str, list[Path]] = {}
    for feed in FEEDS:
        about = tomllib.loads((feed / "feed.toml").read_text("utf-8"))
        assert about.get("feed", feed.name[3:]) == feed.name[3:]
        shops.setdefault(about["shop"], []).append(feed)
    for feeds in shops.values():
        mappings = {
            feed: parse_mapping((feed / "mapping.toml").read_text("utf-8")) for feed in feeds
        }
        for own in feeds:
            for delivery in deliveries(own):
                names = names_in(delivery.get("table", delivery["file"]))
                fitting = [
                    feed for feed, by in mappings.items() if any(by.wants(one) for one in names)
                ]
                assert fitting == [own]


@every_feed
def test_the_bytes_are_kept_from_git(feed: Path) -> None:
    """Git changes no line end of a file as sent: .gitattributes has its ending."""
    attributes = (ROOT / ".gitattributes").read_text("utf-8")
    for delivery in deliveries(feed):
        assert f"*{Path(delivery['file']).suffix} -text" in attributes
