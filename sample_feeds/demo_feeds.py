"""The sample feeds: what each directory holds, and what must come of it."""

from __future__ import annotations

import csv
import io
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent
COUNTS = ("new", "changed", "unchanged", "rejected", "duplicates", "ignored")


@dataclass(frozen=True)
class Sent:
    """One file as a shop sent it, or a table that lies in one, and what loading it must count.

    `held` is the reason if it must not be loaded.
    """

    path: Path
    counts: dict[str, int]
    folder: str = ""
    mailbox: str = ""
    table: str = ""
    held: str = ""

    @property
    def remote(self) -> str:
        """The file's name and folder, as the client gives them."""
        return f"{self.folder}/{self.path.name}" if self.folder else self.path.name

    @property
    def name(self) -> str:
        """What the delivery is called; a table out of a container has a name of its own."""
        return self.table or self.remote

    @property
    def tag(self) -> str:
        """What stands behind the + of the address that it is mailed to."""
        return self.mailbox.partition("+")[2]


@dataclass(frozen=True)
class Feed:
    """One directory of sample_feeds/, described by its feed.toml."""

    directory: Path
    shop: str
    via: str
    story: str
    files: tuple[Sent, ...]
    feed: str = ""
    """Its name among several feeds of the shop; none if it is the shop's only one."""
    mapping_comes_late: bool = False
    look_at: int = 0

    @property
    def mapping(self) -> Path:
        """The mapping with which the files read as they should."""
        return self.directory / "mapping.toml"

    @property
    def title(self) -> str:
        """The shop, and which of its feeds."""
        return f"{self.shop}, {self.feed}" if self.feed else self.shop

    @property
    def shown_mapping(self) -> Path:
        """The mapping's path as one would type it in the repository."""
        return self.mapping.relative_to(ROOT.parent)

    @property
    def first_mapping(self) -> Path:
        """The mapping to begin with; in one feed it is wrong and mended later."""
        wrong = self.directory / "mapping-first.toml"
        return wrong if wrong.exists() else self.mapping

    @property
    def trips(self) -> list[tuple[Sent, ...]]:
        """What is sent at a time: a message takes all files, a till drops one after the other."""
        return [self.files] if self.via == "email" else [(one,) for one in self.files]

    @property
    def is_mended(self) -> bool:
        """Whether the first mapping was wrong."""
        return self.first_mapping != self.mapping

    def golden(self, name: str) -> list[list[str]]:
        """The lines of a golden file, without its header."""
        with (self.directory / name).open(encoding="utf-8", newline="") as source:
            return list(csv.reader(source))[1:]

    def written(self, line: int) -> dict[str, str]:
        """What the first file itself has for the moment and the total of one of its lines."""
        header, *records = self._cells
        cells = dict(zip(header, records[line - 2], strict=True))
        columns = tomllib.loads(self.mapping.read_text("utf-8"))["columns"]
        moment = columns["occurred_at"]
        names = (
            [moment]
            if isinstance(moment, str)
            else [moment[key] for key in ("date", "time", "column") if key in moment]
        )
        return {
            "moment": " ".join(cells[name] for name in names),
            "total": cells[columns["total"]].strip(),
        }

    @cached_property
    def _cells(self) -> list[list[str]]:
        data = self.files[0].path.read_bytes()
        layout = tomllib.loads(self.mapping.read_text("utf-8")).get("format", {})
        marked = "utf-16" if data.startswith(b"\xff\xfe") else "utf-8-sig"
        text = data.decode(layout.get("encoding", marked))
        delimiter = layout.get("delimiter", "\t" if "\t" in text else ",")
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def all_feeds() -> list[Feed]:
    """Every feed, in the order of their numbers."""
    return [_feed(path.parent) for path in sorted(ROOT.glob("*/feed.toml"))]


def _feed(directory: Path) -> Feed:
    about: dict[str, Any] = tomllib.loads((directory / "feed.toml").read_text("utf-8"))
    files = tuple(
        Sent(
            path=directory / one.pop("file"),
            counts={name: one.pop(name, 0) for name in COUNTS},
            **one,
        )
        for one in about.pop("deliveries")
    )
    return Feed(directory=directory, files=files, **about)
