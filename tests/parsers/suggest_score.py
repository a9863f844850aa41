"""Scoring a proposal against the mapping that a person wrote for the same files.

Each field is `right` (the proposal says the same), `asked` (it is open, and one of the lines to
choose from says the same), `missing` (open, and none does) or `WRONG`. What is compared is what
would be read, not how it is written: two formats are the same if they read the dates of the files
alike. `-` is for what nothing in the files or the mapping says.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl

from parsers.header.columns import addresses
from parsers.mappings.mapping import Mapping, parse_format, parse_mapping
from parsers.mappings.patterns import take
from parsers.mappings.rows import RowRules
from parsers.mappings.settings_table import folded
from parsers.money.amounts import exact
from parsers.money.columns import read_amounts
from parsers.money.written import DecimalEvidence, weigh
from parsers.sheet import read_sheet
from parsers.suggesting import GivenFile, suggest
from parsers.values.sources import Amount, Column, Moment, Sender, Source
from parsers.values.values import Found
from tests.parsers.suggest_comparing import (
    comparable,
    dates_read,
    is_outside,
    reading_of,
    tables_in,
)
from tests.parsers.suggest_proposals import (
    OPEN,
    Proposal,
    only_format,
    rules_of,
    source_of,
)

RIGHT, ASKED, MISSING, WRONG, NOTHING = "right", "asked", "missing", "WRONG", "-"
POINTS = {RIGHT: 2, ASKED: 1, MISSING: 0, WRONG: -10}
FIELDS = (
    "location", "id", "total", "moment", "date format",
    "encoding", "delimiter", "header", "decimal", "rows", "refund", "lines", "outcome",
)  # fmt: skip


class Feed:
    """A feed's files and its mapping, and what is proposed for them without it."""

    def __init__(self, name: str, files: Sequence[GivenFile], mapping: str) -> None:
        self.name = name
        self.files = [table for file in files for table in tables_in(file)]
        self.mapping = parse_mapping(mapping)
        self.proposal = Proposal.of(suggest(files).mapping)

    @classmethod
    def in_directory(cls, directory: Path) -> Feed:
        about = tomllib.loads((directory / "feed.toml").read_text("utf-8"))
        names = [delivery["file"] for delivery in about["deliveries"]]
        return cls(
            directory.name,
            [GivenFile(name=name, data=(directory / name).read_bytes()) for name in names],
            (directory / "mapping.toml").read_text("utf-8"),
        )

    @cached_property
    def scores(self) -> dict[str, str]:
        return {
            "location": self._column("location_id"),
            "id": self._column("transaction_id"),
            "total": self._column("total"),
            "moment": self._column("occurred_at"),
            "date format": self._date_format(),
            "encoding": self._format("encoding", self._cells),
            "delimiter": self._format("delimiter", lambda form: self._finding(form, "delimiter")),
            "header": self._format("header_line", lambda form: self._finding(form, "header_line")),
            "decimal": self._decimal(),
            "rows": self._rows(),
            "refund": self._refund(),
            "lines": self._lines(),
            "outcome": self._outcome(),
        }

    def _column(self, field: str) -> str:
        wanted = comparable(self.mapping.columns[field])
        columns = self.proposal.says.get("columns", {})
        if field in columns:
            proposed = source_of(field, columns[field])
            if is_outside(self.mapping.columns[field]) and isinstance(proposed, Column):
                return NOTHING
            return RIGHT if self._same(field, proposed, wanted) else WRONG
        offered = [source_of(field, one) for one in self.proposal.choices("columns", field)]
        return ASKED if any(self._same(field, one, wanted) for one in offered) else MISSING

    def _same(self, field: str, source: Source, wanted: object) -> bool:
        if comparable(source) == wanted:
            return True
        total = self.mapping.columns[field]
        if isinstance(source, Sender) and isinstance(total, Sender):
            names = [file.name for file in self.files]
            pairs = [(take(source.pattern, name), take(total.pattern, name)) for name in names]
            return source.whence == total.whence and all(one == other for one, other in pairs)
        if not isinstance(source, Amount) or not isinstance(total, Amount) or len(total.add) == 1:
            return False
        return bool((self._sums(source) == self._sums(total)).all())

    def _sums(self, source: Amount) -> pl.Series:
        """The totals of all rows, exactly; blank cells are nothing."""
        decimal = self.mapping.format.decimal or "."
        parts = []
        for sign, names in ((1, source.add), (-1, source.subtract)):
            for name in names:
                found = Found(column=name, texts=self._texts((name,)))
                values = read_amounts("amount", found, decimal)
                amounts = values.columns["amount"].set(values.code.is_not_null(), "0")
                parts.append(sign * exact(amounts))
        return sum(parts[1:], start=parts[0])

    def _date_format(self) -> str:
        moment = self.mapping.columns["occurred_at"]
        assert isinstance(moment, Moment)
        texts = self._texts(moment.columns)
        wanted = dates_read(texts, moment.format)
        if wanted is None:
            return NOTHING
        columns = self.proposal.says.get("columns", {})
        proposed = [columns["occurred_at"]] if "occurred_at" in columns else []
        offered = self.proposal.choices("columns", "occurred_at")
        sources = [source_of("occurred_at", one) for one in (*proposed, *offered)]
        alike = [
            isinstance(one, Moment)
            and one.columns == moment.columns
            and (read := dates_read(texts, one.format)) is not None
            and read.equals(wanted, null_equal=True)
            for one in sources
        ]
        if proposed:
            return RIGHT if alike[0] else WRONG
        return ASKED if any(alike) else MISSING

    def _format(self, key: str, effect: Callable[[dict[str, Any]], object]) -> str:
        """Compare by what is read with the pin of the mapping, of the proposal or without any."""
        pinned = getattr(self.mapping.format, key)
        wanted = effect({} if pinned is None else {key: pinned})
        said = self.proposal.says.get("format", {})
        offered = self.proposal.choices("format", key)
        if offered and key not in said:
            return ASKED if any(effect({key: one}) == wanted for one in offered) else MISSING
        return RIGHT if effect({key: said[key]} if key in said else {}) == wanted else WRONG

    def _finding(self, form: dict[str, Any], key: str) -> object:
        sheets = [self._sheet(file, form) for file in self.files]
        findings = [sheet.findings for sheet in sheets]
        if key == "delimiter":
            return [one.dialect.delimiter for one in findings]
        return [one.header_line for one in findings]

    def _cells(self, form: dict[str, Any]) -> object:
        return [self._texts(one, form).to_list() for one in self._mapped()]

    def _decimal(self) -> str:
        amount = self.mapping.columns["total"]
        assert isinstance(amount, Amount)
        texts = [text for name in amount.add for text in self._texts((name,)).unique().to_list()]
        evidence = weigh(sorted(texts), DecimalEvidence())
        wanted = self.mapping.format.decimal or evidence.decide()
        said = self.proposal.says.get("format", {}).get("decimal")
        if said is not None:
            return RIGHT if said == wanted else WRONG
        offered = self.proposal.choices("format", "decimal")
        if offered:
            return ASKED if wanted in offered else MISSING
        return NOTHING if not (evidence.points or evidence.commas) else MISSING

    def _rows(self) -> str:
        wanted = self._counting(self.mapping.rows)
        if self._rules is not None:
            return RIGHT if self._counting(self._rules).equals(wanted) else WRONG
        # A question about rows offers its rules in pairs: what to keep, and what to drop.
        offered = [offer["rows"] for offer in self.proposal.offers if "rows" in offer]
        pairs = [
            self._decided_with(keep, drop)
            for keep, drop in pairwise(offered)
            if "keep" in keep and "drop" in drop
        ]
        return ASKED if any(self._counting(one).equals(wanted) for one in pairs) else MISSING

    def _refund(self) -> str:
        if OPEN in self.proposal.says.get("rows", {}).get("refund", {}).values():
            return ASKED
        rules = self._rules or rules_of(self._decided_rows)
        alike = self._turned(rules).equals(self._turned(self.mapping.rows))
        return RIGHT if alike else WRONG

    def _lines(self) -> str:
        wanted = self.mapping.rows.lines
        said = self.proposal.says.get("rows", {}).get("lines")
        if said == OPEN:
            return ASKED if wanted in self.proposal.choices("rows", "lines") else MISSING
        if wanted is None or wanted.value == "last":
            return RIGHT if said in (None, "last") else WRONG
        if said is None and self._column("transaction_id") != RIGHT:
            return MISSING
        return RIGHT if said == wanted.value else WRONG

    def _outcome(self) -> str:
        """Read the files as proposed, with every question answered as the mapping does."""
        answered = self._answered()
        if answered is None:
            return NOTHING
        wanted = [reading_of(file, self.mapping) for file in self.files]
        if any(isinstance(one, StrEnum) for one in wanted):
            return NOTHING
        return RIGHT if wanted == [reading_of(file, answered) for file in self.files] else WRONG

    def _answered(self) -> Mapping | None:
        scores = [self._column(field) for field in self.mapping.columns]
        if MISSING in scores or WRONG in scores:
            return None
        columns = dict(self.mapping.columns)
        said = self.proposal.says.get("columns", {}).get("occurred_at")
        wanted = self.mapping.columns["occurred_at"]
        if said is not None and isinstance(wanted, Moment):
            moment = source_of("occurred_at", said)
            assert isinstance(moment, Moment)
            # That a till writes UTC without saying so is not in the files.
            columns["occurred_at"] = replace(moment, timezone=moment.timezone or wanted.timezone)
        total = self.proposal.says.get("columns", {}).get("total")
        if total is not None:
            columns["total"] = source_of("total", total)
        rows = self._rules or self.mapping.rows
        if rows.lines is None and self._lines() == ASKED:
            rows = replace(rows, lines=self.mapping.rows.lines)
        form = parse_format(only_format(self.proposal))
        open_pins = {
            key: getattr(self.mapping.format, key)
            for key in ("encoding", "decimal")
            if self.proposal.choices("format", key)
        }
        return replace(self.mapping, columns=columns, rows=rows, format=replace(form, **open_pins))

    @property
    def _decided_rows(self) -> dict[str, Any]:
        rows = dict(self.proposal.says.get("rows", {}))
        for rule in ("keep", "drop", "refund"):
            cells = rows.get(rule, {})
            rows[rule] = {name: one for name, one in cells.items() if one != OPEN}
        if rows.get("lines") == OPEN:
            del rows["lines"]
        return rows

    @cached_property
    def _rules(self) -> RowRules | None:
        """The rules of the proposal; None if those on which rows count are open."""
        said = self.proposal.says.get("rows", {})
        if OPEN in (*said.get("keep", {}).values(), *said.get("drop", {}).values()):
            return None
        return rules_of(self._decided_rows)

    def _decided_with(self, *choices: dict[str, Any]) -> RowRules:
        rows = self._decided_rows
        for choice in choices:
            for rule, cells in choice.items():
                rows[rule] = {**rows.get(rule, {}), **cells}
        return rules_of(rows)

    def _counting(self, rules: RowRules) -> pl.Series:
        counts = self._every_row(value=True)
        for name, cells in rules.keep.items():
            counts &= self._is_one_of(name, cells, rules)
        for name, cells in rules.drop.items():
            counts &= ~self._is_one_of(name, cells, rules)
        return counts

    def _turned(self, rules: RowRules) -> pl.Series:
        """Which of the rows that count are refunds written as positive amounts."""
        turned = self._every_row(value=False)
        for name, cells in rules.refund.items():
            turned |= self._is_one_of(name, cells, rules)
        total = self.mapping.columns["total"]
        assert isinstance(total, Amount)
        return turned & ~self._texts((total.add[0],)).str.contains(r"[-(\u2212]")

    def _is_one_of(self, name: str, cells: Sequence[str], rules: RowRules) -> pl.Series:
        texts = self._texts((name,))
        if name in rules.fill_down:
            texts = texts.set(texts == "", None).fill_null(strategy="forward").fill_null("")
        return pl.Series(
            [
                folded(text) in cells or (bool(text.strip()) and "*" in cells)
                for text in texts.to_list()
            ],
            dtype=pl.Boolean,
        )

    def _every_row(self, *, value: bool) -> pl.Series:
        rows = len(self._texts(self._mapped()[0]))
        return pl.repeat(value, rows, dtype=pl.Boolean, eager=True)

    def _mapped(self) -> list[tuple[str, ...]]:
        return [(name,) for name in self.mapping.names()]

    def _texts(self, names: Sequence[str], form: dict[str, Any] | None = None) -> pl.Series:
        """The cells of some columns, joined by blanks, of all files that have them."""
        texts: list[str] = []
        for file in self.files:
            sheet = self._sheet(file, form or {})
            header = addresses(sheet.header)
            if set(names) <= set(header):
                places = [header.index(name) for name in names]
                texts += [
                    " ".join(fields[at].strip() for at in places)
                    for _, fields in sheet.records
                    if len(fields) == len(header)
                ]
        return pl.Series(texts, dtype=pl.String)

    def _sheet(self, file: GivenFile, form: dict[str, Any]) -> Any:
        known = self.mapping.format
        return read_sheet(file.data, replace(known, **form), self.mapping.names())


def table(feeds: Sequence[Feed]) -> str:
    """The scores of all feeds as a table of text, with their sum."""
    width = max(len(feed.name) for feed in feeds)
    columns = [max(len(field), len(MISSING)) for field in FIELDS]
    heads = "  ".join(f"{field:<{size}}" for field, size in zip(FIELDS, columns, strict=True))
    lines = [f"{'feed':<{width}}  {heads}".rstrip()]
    for feed in feeds:
        cells = "  ".join(
            f"{feed.scores[field]:<{size}}" for field, size in zip(FIELDS, columns, strict=True)
        )
        lines.append(f"{feed.name:<{width}}  {cells}".rstrip())
    return "\n".join(lines) + "\n"
