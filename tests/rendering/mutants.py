"""The reader's own checks, each of which is broken in turn: a new check is one more entry here."""

from tests.rendering.mutating import Change, Mutant


def _mutant(
    name: str,
    function: str,
    before: str,
    after: str,
    /,
    *further: tuple[str, str, str],
    damage: str | None = None,
    **fixed: str,
) -> Mutant:
    changes = [Change(function=f"parsers.{function}", before=before, after=after)]
    changes += [
        Change(function=f"parsers.{where}", before=old, after=new) for where, old, new in further
    ]
    return Mutant(name=name, changes=tuple(changes), fixed=fixed, damage=damage)


MUTANTS: tuple[Mutant, ...] = (
    _mutant(
        "the decimal sign is always a point",
        "money.written:DecimalEvidence.decide",
        'return "." if self.points > self.commas else ","',
        'return "."',
        # Or nothing with a comma would have a reading, and all of it would be a reject.
        (
            "money.written:_digits",
            "signs = {char for char in whole if not _is_plain(char)}",
            "signs = set(); whole = whole.replace(',', '')",
        ),
        amounts="1234,50",
    ),
    _mutant(
        "amounts that may be a thousand or one and a bit are a thousand",
        "money.written:DecimalEvidence.decide",
        'return None if self.twofold else "."',
        'return "."',
        amounts="1.234,5",
        sizes="whole",
        told="nothing",
        damage="none",
    ),
    _mutant(
        "groups of digits may have any length",
        "money.written:_digits",
        're.fullmatch("[0-9]{3}", other)',
        're.fullmatch("[0-9]+", other)',
        amounts="1234.50",
        damage="other decimal sign",
    ),
    _mutant(
        "parentheses are no sign",
        "money.written:_around",
        'negative=bool(opened) or "-" in signs',
        'negative="-" in signs',
        minus="(5)",
    ),
    _mutant(
        "of two orders of day and month the first is taken",
        "moments.evidence:find_format",
        "if not doubtful:",
        "if True:",
        date="%m/%d/%Y",
        dates_told="never",
        days="one day",
        damage="none",
    ),
    _mutant(
        "a day is never refuted by another",
        "moments.evidence:_not_refuted",
        "best = max(fits, key=lambda each: int(fits[each].sum()), default=None)",
        "best = next(iter(fits), None)",
        ("moments.evidence:find_format", "if not doubtful:", "if True:"),
        date="%m/%d/%Y",
        dates_told="never",
    ),
    _mutant(
        "of an hour that is there twice the second is taken",
        "moments.clocks:_on_clocks",
        'ambiguous="earliest"',
        'ambiguous="latest"',
        days="edges",
        zone="Europe/Berlin",
    ),
    _mutant(
        "the afternoon is the morning",
        "moments.clocks:_half_day_hour",
        "12 * afternoon.cast(pl.Int64)",
        "0 * afternoon.cast(pl.Int64)",
        clock="%I:%M %p",
    ),
    _mutant(
        "all shops have one time zone",
        "moments.columns:zones_of",
        "if not by_location:",
        "if True:",
        zones="by location",
    ),
    _mutant(
        "a row may be longer than the header",
        "table.frame:sort_out",
        '(frame["width"] == width)',
        '(frame["width"] >= width)',
        (
            "table.frame:read_patiently",
            "fits = len(record.fields) == len(header.columns)",
            "fits = len(record.fields) >= len(header.columns)",
        ),
        (
            "table.fast:_split",
            "fits = width == len(header.columns)",
            "fits = width >= len(header.columns)",
        ),
        damage="delimiter too many",
    ),
    _mutant(
        "of several repairs of a row the first is done",
        "rows.repair:_only_readings",
        "if len(said[line]) == 1",
        "if said[line]",
        damage="delimiter too many",
        id="numbers",
    ),
    _mutant(
        "a quote swallows what it can",
        "records.quoted:Quoted.read",
        "swallowed = self._swallowed(scan) if proper and drawn else None",
        "swallowed = None",
        damage="unclosed quote",
        quoting="minimal",
        quote='"',
        notes="inches",
        extras="few",
    ),
    _mutant(
        "what is not UTF-8 is always Windows-1252",
        "text.encodings:_decode",
        "return _decode_older(data, error, expected)",
        'return Decoded(content=data.decode("cp1252", "replace"), encoding="cp1252")',
        encoding="cp1250",
        accents="mapped",
        told="nothing",
    ),
    _mutant(
        "stated totals are not looked at",
        "trailer.stating:refuse_false_statements",
        "if not statements:",
        "if True:",
        after="total",
        damage="line missing",
    ),
    _mutant(
        "rows that the mapping drops are loaded",
        "shapes.choosing:_verdicts",
        'named = dict.fromkeys(keep, "") | dict.fromkeys(drop, _LEFT)',
        'named = dict.fromkeys(keep, "")',
        shape="voided rows",
    ),
    _mutant(
        "refunds are sales",
        "shapes.choosing:_refunds",
        "refunds |=",
        "refunds &=",
        shape="refund status",
    ),
    _mutant(
        "a transaction loads without its bad rows",
        "shapes.broken:Broken.without",
        "return frame if not self._said else",
        "return frame if True else",
        shape="items",
        damage="swapped character",
    ),
    _mutant(
        "ids are numbers",
        "values.id_columns:read_ids",
        "pl.concat_str(pl.all(), separator=separator)",
        'pl.concat_str(pl.all(), separator=separator).str.strip_chars_start("0")',
        id="zeros",
    ),
    _mutant(
        "an id that a spreadsheet rounded is an id",
        "values.id_columns:_part_flaw",
        "text.str.contains(DAMAGED)",
        "text == DAMAGED",
        damage="rounded id",
        id="long",
    ),
    _mutant(
        "of two columns with one name the first is meant",
        "header.check:refuse_unfit",
        "if len(found) > 1:",
        "if len(found) > 99:",
        damage="header renamed",
        extras="few",
    ),
)
