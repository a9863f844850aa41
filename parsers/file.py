"""One delimited file on its way from bytes to rows: every step, in order.

The way of a file, from top to bottom: text, dialect, header, records; what is none of the rows
parted from them; rows chosen by the mapping; rows of the wrong width repaired or rejected; values
read; rows of one transaction put together; and what the file states held against them.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

import polars as pl

from parsers.canonical import RECORD_TYPES, Kind
from parsers.dialects.evidence import find_dialect
from parsers.dialects.two_readings import refuse_two_readings
from parsers.dialects.whole_lines import as_lines
from parsers.header.beginning import count_line_ends
from parsers.header.columns import MissingColumns
from parsers.header.finding import Header, find_header
from parsers.mappings.aliases import with_names_of
from parsers.mappings.mapping import Mapping
from parsers.mappings.pins import Pins, must_end_with_line_end, pinned_format
from parsers.mappings.sent import Sent
from parsers.policy import too_many
from parsers.reading import Dialect, Reading, nothing
from parsers.records.dialect import Dialect as Written
from parsers.reject import REJECTS_KEPT, Reject, Unreadable
from parsers.returning import Source, returned
from parsers.rows import currencies, notes
from parsers.rows.building import Rows, read_rows
from parsers.rows.deciding import Decisions, decide
from parsers.rows.fields import FieldReader
from parsers.rows.places import formula_columns, located
from parsers.rows.repair import Repair, repair
from parsers.rows.some import LenientRowReader, RowReader
from parsers.rows.unplaced import ids_in, read_unplaced
from parsers.shapes.choosing import Chosen, choose
from parsers.shapes.typed import amounts_of
from parsers.table.frame import Table, place, sort_out
from parsers.table.misread import without_misread
from parsers.table.reading import read_table
from parsers.table.split_amounts import without_split_amounts
from parsers.table.splitting import ReadRows, fields_of
from parsers.table.widths import refuse_other_width
from parsers.text.framing import Text, read_text
from parsers.text.no_table import refuse_no_table
from parsers.trailer.cut_short import cut_short, has_final_line_end
from parsers.trailer.incomplete import refuse_incomplete
from parsers.trailer.parting import Mapped, Parted, part
from parsers.trailer.stating import refuse_false_statements
from parsers.trailer.sums_as_rows import refuse_sum_as_row
from parsers.values.sources import source_columns
from parsers.values.values import Found, plain


def open_file(
    data: bytes, mapping: Mapping, *, sent: Sent, pins: Pins, latest: datetime | None
) -> "File | Reading":
    """Find out how a file is written; if there is nothing in it, that is the reading.

    The arguments are those of `delimited.read`. Raises Unreadable.
    """
    said = mapping.format.decimal
    mapping = replace(located(mapping, sent), format=pinned_format(mapping, pins))
    text = read_text(data, mapping.format.encoding, expected=mapping.names())
    text = replace(text, content=as_lines(text.content, mapping.format))
    if not text.content.strip():
        return nothing(RECORD_TYPES[mapping.record], text.encoding)
    try:
        dialect, header = _find_table(text.content, mapping)
    except MissingColumns as absent:
        other = with_names_of(mapping, absent.columns)
        if other is None:
            raise
        mapping = other
        dialect, header = _find_table(text.content, mapping)
    return File(text, dialect, header, mapping, said=said, pins=pins, latest=latest)


def _find_table(text: str, mapping: Mapping) -> tuple[Written, Header]:
    """Find how the table is written and where it begins."""
    line = mapping.format.header_line
    try:
        dialect = find_dialect(text, mapping.format, mapping.names())
        return dialect, find_header(text, dialect, names=mapping.names(), line=line)
    except Unreadable:
        refuse_no_table(text)
        raise


class File:
    """One file on its way from text to rows: what is known of it, and the steps in order."""

    def __init__(
        self,
        text: Text,
        dialect: Written,
        header: Header,
        mapping: Mapping,
        *,
        said: str | None,
        pins: Pins,
        latest: datetime | None,
    ) -> None:
        """`said` is the decimal sign of the mapping itself; that of `mapping` may be a pin."""
        self._text = text
        self._dialect = dialect
        self._header = header
        self._mapping = mapping
        self._said = said
        self._pins = pins
        self._latest = latest
        self._record_type = RECORD_TYPES[mapping.record]
        self._places = {name: header.find(name)[0] for name in mapping.names()}
        self._formulas = formula_columns(mapping, text.content)
        mapped = set(self._places.values())
        self._currencies = currencies.currency_columns(header.columns, mapped, mapping)
        self._codes = currencies.columns_of_codes(text.content, header, dialect, mapped, mapping)

    def read(self) -> Reading:
        """Take all the steps, in order, and tell what they gave."""
        return self._told(self._steps(REJECTS_KEPT))

    def record_on(self, line: int) -> str | None:
        """Give the record that begins on a physical line, as it was sent; None if none does."""
        records = self._records()
        found = records.filter(records["line"] == line)["raw"]
        return None if found.is_empty() else str(found[0])

    def rejects(self, data: bytes) -> bytes:
        """Give all the rejects as they were sent; `data` are the bytes of the file."""
        steps = self._steps(sys.maxsize)
        source = Source(
            data=data,
            text=self._text.content,
            encoding=self._text.encoding,
            dialect=self._dialect,
            header=self._header,
            rows=steps.parted.frame,
            last_line=steps.last_line,
        )
        return returned(source, steps.rejects, self._mapping)

    def _steps(self, keep: int) -> "_Steps":
        """Take all the steps, in order; give no more than `keep` rejects of bad values."""
        records = self._records()
        first_look = cache(lambda: self._first_look(records))
        parted = part(
            records,
            self._header,
            self._dialect,
            mapped=self._mapped(lambda rows: first_look()(rows) if rows else []),
            footer=self._mapping.format.footer,
        )
        self._refuse_cut(parted)
        chosen, table, found = self._choose(parted.frame)
        layout, lines = self._mapping.format, table.frame["line"]
        refuse_two_readings(self._text, self._dialect, layout, found, lines)
        decisions = self._decide(found, lines)
        reader = FieldReader(self._mapping, self._record_type, decisions)
        read_some = RowReader(reader, self._places, self._header.columns)
        mended = repair(parted.frame, self._header, self._dialect, self._mapped(read_some))
        if mended.repairs:
            chosen, table, found = self._choose(mended.frame)
        refuse_other_width(chosen.frame, self._header)
        self._refuse_several_currencies(table)
        lost = ids_in(table.rejects, self._dialect, self._mapping)
        unplaced = read_unplaced(chosen.unplaced, self._found(chosen.unplaced), reader)
        rows = read_rows(table.frame, found, reader, lost=lost, unplaced=unplaced, keep=keep)
        refuse_false_statements(
            parted.statements,
            frames=(table.frame, parted.frame),
            loaded=rows.frame,
            amounts=amounts_of(self._record_type),
            decimal=decisions.decimal,
            split=lambda raw: fields_of(raw, self._dialect),
        )
        if self._mapping.format.footer is None:
            refuse_sum_as_row(rows.frame, parted.frame, self._record_type)
        rejected = {one.line for one in table.rejects}  # for more than its width
        repairs = [one for one in mended.repairs if one.line not in rejected]
        return _Steps(records, parted, chosen, table, decisions, repairs, rows)

    def _records(self) -> pl.DataFrame:
        positions = sorted({*self._places.values(), *self._currencies, *self._codes})
        return read_table(self._text.content, self._header, positions, self._dialect)

    def _mapped(self, read_rows_: ReadRows) -> Mapped:
        return Mapped(
            all=self._places_of(*Kind),
            ids=self._places_of(Kind.ID),
            money=self._places_of(Kind.MONEY),
            read=read_rows_,
            others=self._mapping.rows.tells_others(),
        )

    def _places_of(self, *kinds: Kind) -> list[int]:
        return [
            self._places[name]
            for field in self._record_type.fields
            if field.kind in kinds
            for name in source_columns(self._mapping.columns[field.name])
        ]

    def _first_look(self, records: pl.DataFrame) -> ReadRows:
        """How to read rows while there may be a footer among them."""
        fits = records.filter(records["width"] == len(self._header.columns))
        try:
            decisions = self._decide(self._found(fits), fits["line"])
        except Unreadable:  # said again if it is so without the footer
            return LenientRowReader(self._mapping, self._places)
        reader = FieldReader(self._mapping, self._record_type, decisions)
        return RowReader(reader, self._places, self._header.columns)

    def _refuse_cut(self, parted: Parted) -> None:
        pinned, footer = must_end_with_line_end(self._pins), self._mapping.format.footer
        header, dialect = self._header, self._dialect
        cut = cut_short(self._text.content, parted, header, dialect, pinned=pinned, footer=footer)
        if cut is not None:
            raise cut
        if not footer:
            refuse_incomplete(parted, header, dialect)

    def _refuse_several_currencies(self, table: Table) -> None:
        rows, names = table.frame, self._header.names
        currencies.refuse_several_currencies(rows, names, self._currencies, self._mapping)
        currencies.refuse_several_codes(rows, names, self._codes, self._mapping)

    def _choose(self, frame: pl.DataFrame) -> tuple[Chosen, Table, dict[str, Found]]:
        """Choose the rows, sort out those of another width, and give the rest by column."""
        chosen = choose(
            frame,
            self._mapping.rows,
            columns=self._header.columns,
            positions=self._places,
            split=lambda raw: fields_of(raw, self._dialect),
            telling=self._places_of(Kind.ID, Kind.MOMENT),
            amounts=self._places_of(Kind.MONEY),
        )
        table = sort_out(chosen.frame, self._header)
        found = self._found(table.frame)
        mapping, header, dialect = self._mapping, self._header, self._dialect
        kept = without_split_amounts(table, header, dialect, mapping, found, said=self._said)
        if kept is not table:
            table, found = kept, self._found(kept.frame)
        kept = without_misread(table, self._text, dialect, mapping, found)
        return chosen, kept, found if kept is table else self._found(kept.frame)

    def _found(self, frame: pl.DataFrame) -> dict[str, Found]:
        texts = frame.select(
            pl.col(place(position)).str.strip_chars()
            for position in dict.fromkeys(self._places.values())
        )
        found: dict[str, Found] = {}
        for name, position in self._places.items():
            cells = texts[place(position)]
            cells = plain(cells) if name in self._formulas else cells
            found[name] = Found(column=self._header.columns[position], texts=cells)
        return found

    def _decide(self, found: dict[str, Found], lines: pl.Series) -> Decisions:
        pins, latest, said = self._pins, self._latest, self._said
        return decide(
            found, lines, self._mapping, self._record_type, pins=pins, latest=latest, said=said
        )

    def _told(self, steps: "_Steps") -> Reading:
        """Put together what there is to say, and hold the file if too much of it is bad."""
        rows, chosen = steps.rows, steps.chosen
        rejected = len(chosen.rejects) + len(steps.table.rejects) + rows.rejected
        records = steps.parted.frame.height
        excess = too_many(rejected, records - chosen.left_out.height, self._mapping.rejects.at_most)
        if excess is not None:
            raise excess
        skipped = (*self._header.skipped, *steps.parted.skipped)
        kept = tuple(steps.rejects[:REJECTS_KEPT])
        return Reading(
            rows=rows.frame,
            duplicates=rows.duplicates,
            rejects=kept,
            rejected=rejected,
            ignored=chosen.left_out.height + rows.merged,
            records=records,
            dialect=Dialect(
                encoding=self._text.encoding,
                delimiter=self._header.delimiter,
                decimal=steps.decisions.decimal,
                header_line=self._header.line,
                columns=self._header.columns,
            ),
            skipped=skipped,
            settled=self._settled(steps),
            notes=(
                *notes.on_skipped(skipped),
                *notes.on_left_out(chosen.reasons()),
                *notes.on_merged(rows.merged),
                *notes.on_repairs(steps.repairs),
                *notes.on_repeated_hours(rows.marked),
                *notes.on_rejects(len(kept), rejected),
            ),
            notice=None if records else "no-rows",
        )

    def _settled(self, steps: "_Steps") -> dict[str, str]:
        """What this file proves of its feed."""
        if not steps.rows.frame.height:
            return {}
        ended = "yes" if has_final_line_end(self._text.content) else "no"
        settled = {
            **steps.decisions.settled,
            "header_line": str(self._header.line),
            "final_line_end": ended,
        }
        if self._header.delimiter:
            settled["delimiter"] = self._header.delimiter
        if not self._text.content.isascii() and not self._text.rivals:
            settled["encoding"] = self._text.encoding
        return settled


@dataclass(frozen=True, slots=True)
class _Steps:
    """What the steps of one file gave."""

    records: pl.DataFrame
    parted: Parted
    chosen: Chosen
    table: Table
    decisions: Decisions
    repairs: Sequence[Repair]
    rows: Rows

    @property
    def rejects(self) -> list[Reject]:
        """What every step rejected, in order of line."""
        found = [*self.chosen.rejects, *self.table.rejects, *self.rows.rejects]
        return sorted(found, key=lambda one: one.line)

    @property
    def last_line(self) -> int:
        """The physical line on which the last record ends, a footer's too; 0 without any."""
        if self.records.is_empty():
            return 0
        line, raw = self.records.select("line", "raw").row(-1)
        return int(line) + count_line_ends(raw)
