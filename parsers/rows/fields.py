"""The fields of some records, each read by its kind and its source, as the file decided them."""

from collections.abc import Mapping as Lookup
from dataclasses import dataclass, replace

import polars as pl

from parsers.canonical import RecordType
from parsers.mappings.mapping import Mapping
from parsers.moments.columns import clocks_of, read_times, with_zeros, zones_of
from parsers.money.amounts import read_total, refunded
from parsers.reject import RAW_MAX_CHARACTERS, Reject, RejectCode
from parsers.rows.deciding import Decisions
from parsers.rows.places import read_masked_ids
from parsers.rows.words import explain
from parsers.values.id_columns import read_ids
from parsers.values.sources import (
    Amount,
    Column,
    Combine,
    Constant,
    Moment,
    pattern_of,
    source_columns,
)
from parsers.values.values import Found, Values


@dataclass(frozen=True, slots=True)
class FieldReader:
    """Reads the mapped fields of a file's records, all at once, by what the file decided."""

    mapping: Mapping
    record_type: RecordType
    decisions: Decisions

    def read(
        self, found: Lookup[str, Found], height: int, refunds: pl.Series | None = None
    ) -> dict[str, Values]:
        """Read each field; `found` has the mapped columns, `refunds` says which rows are some."""
        values: dict[str, Values] = {}
        for field in self.record_type.fields:
            source = self.mapping.columns[field.name]
            columns = [found[name] for name in source_columns(source)]
            match source:
                case Moment():
                    shop = zones_of(
                        values["location_id"].columns["location_id"],
                        self.mapping.timezone,
                        self.mapping.timezones,
                    )
                    values[field.name] = read_times(
                        field.columns,
                        replace(source, language=self.decisions.languages[field.name]),
                        [
                            with_zeros(found[name], self.decisions.widths.get(name))
                            for name in source.columns
                        ],
                        clocks_of(source, shop, found, self.mapping.zones),
                        self.decisions.formats[field.name],
                    )
                case Amount():
                    total = read_total(field.name, source, columns, self.decisions.decimal)
                    if refunds is not None and refunds.any():
                        total = refunded(field.name, total, refunds)
                    values[field.name] = total
                case Column(mask=str(mask)):
                    values[field.name] = read_masked_ids(field.name, mask, columns[0])
                case Column() | Combine() | Constant():
                    values[field.name] = read_ids(field.name, source, columns, height)
        return values

    def rejects(
        self, records: pl.DataFrame, values: Lookup[str, Values], bad: pl.Series, at_most: int
    ) -> list[Reject]:
        """Make one reject of each bad record: of its first bad field, in the order of the fields.

        `records` has `line` and `raw`; no more than `at_most` are made, of the first lines.
        """
        chosen = bad.arg_true().head(at_most)
        lines = records["line"].gather(chosen)
        raws = records["raw"].gather(chosen).str.slice(0, RAW_MAX_CHARACTERS)
        rejects: dict[int, Reject] = {}
        for field in self.record_type.fields:
            each = values[field.name]
            pattern = self.decisions.formats.get(field.name)
            pattern = pattern or pattern_of(self.mapping.columns[field.name])
            said = (one.gather(chosen) for one in (each.code, each.text, each.source))
            for line, raw, code, text, source in zip(lines, raws, *said, strict=True):
                if code is not None and line not in rejects:
                    message = explain(
                        RejectCode(code),
                        field,
                        column=source,
                        value=text,
                        pattern=pattern,
                        language=self.decisions.languages.get(field.name),
                    )
                    rejects[line] = Reject(
                        line=line, column=source, code=RejectCode(code), message=message, raw=raw
                    )
        return list(rejects.values())
