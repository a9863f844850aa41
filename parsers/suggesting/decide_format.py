"""The lines of a proposal about how the files are written: only what they prove is pinned."""

from collections.abc import Iterator, Sequence

from parsers.records.dialect import shown
from parsers.suggesting.evidence import Evidence
from parsers.suggesting.suggestion import Decision
from parsers.suggesting.writing import quoted, toml_text
from parsers.text.encodings import Decoded, rival_reading

_MARKED = ("utf-8-sig", "utf-16", "utf-32")
_SHOWN_RIVALS = 4


def decide_format(found: Evidence, columns: Sequence[str]) -> Iterator[Decision]:
    """What is proved of the way in which the files are written; `columns` are those in use."""
    yield _encoding(found, columns)
    yield from _dialect(found)
    yield from _around_the_table(found)
    yield from _decimal(found)


def _encoding(found: Evidence, columns: Sequence[str]) -> Decision:
    names = {one.encoding for one in found.opened.findings}
    ascii_only = all(file.data.isascii() for file in found.opened.files)
    if ascii_only:
        return _remark("encoding", "Plain letters only: any encoding will do.")
    if len(names) > 1 or names & {*_MARKED}:
        said = " and ".join(sorted(names))
        return _remark("encoding", f"The files say themselves how they are encoded: {said}.")
    [name] = names
    rivals = found.opened.findings[0].rivals
    if not rivals:
        return Decision(table="format", key="encoding", value=toml_text(name))
    read_otherwise = _read_otherwise(found, columns, name, rivals)
    if read_otherwise is None:
        said = f"Encoded as {name}, or in a way that reads the columns in use alike."
        return _remark("encoding", said)
    text, rival, other = read_otherwise
    return Decision(
        table="format",
        key="encoding",
        question=f"Is it {quoted(text)} (encoding {name}) or {quoted(other)} ({rival})?",
        options=tuple(
            f"encoding = {toml_text(one)}" for one in dict.fromkeys((name, rival, *rivals))
        )[: 1 + _SHOWN_RIVALS],
    )


def _read_otherwise(
    found: Evidence, columns: Sequence[str], encoding: str, rivals: tuple[str, ...]
) -> tuple[str, str, str] | None:
    """A text of the columns in use that a rival encoding reads otherwise, with its reading."""
    texts = [name for name in columns if not name.isascii()]
    for name in columns:
        texts += [text for text in found.column(name).distinct if not text.isascii()]
    whole = Decoded(content="".join(texts), encoding=encoding, rivals=rivals)
    for text in texts:
        if (reading := rival_reading(text, whole)) is not None:
            return text, *reading
    return None


def _dialect(found: Evidence) -> Iterator[Decision]:
    dialects = [one.dialect for one in found.opened.findings]
    doubts = list(dict.fromkeys(doubt for one in found.opened.findings for doubt in one.doubts))
    delimiters = {one.delimiter for one in dialects}
    if len(delimiters) == 1:
        said = f"The columns are divided by {shown(dialects[0].delimiter)}."
        yield Decision(
            table="format",
            key="delimiter",
            value=toml_text(dialects[0].delimiter),
            evidence=(said, *doubts),
        )
    else:
        both = " and ".join(sorted(shown(one) for one in delimiters))
        yield _remark("delimiter", f"The files divide their columns differently: {both}.", *doubts)
    if {one.quote for one in dialects} == {"'"}:
        yield Decision(table="format", key="quote", value=toml_text("'"))
    if {one.escape for one in dialects} == {"\\"}:
        said = "A backslash stands before a quotation mark within quotes."
        yield Decision(table="format", key="escape", value="'\\'", evidence=(said,))


def _around_the_table(found: Evidence) -> Iterator[Decision]:
    lines = {one.header_line for one in found.opened.findings}
    if lines == {0}:
        said = "There is no header: the columns are numbered."
        yield Decision(table="format", key="header_line", value="0", evidence=(said,))
    elif lines != {1}:
        at = " or ".join(map(str, sorted(lines)))
        yield _remark("header_line", f"The header is found on line {at}, wherever it stands.")
    left_out = [line for one in found.opened.findings for line in one.left_out]
    if left_out:
        first = left_out[0]
        yield _remark(
            "footer",
            f"Above and below the table is left out: {len(left_out):,} lines; "
            f"line {first.line}: {quoted(first.text)}."
            if len(left_out) > 1
            else f"Line {first.line} is left out, above or below the table: {quoted(first.text)}.",
        )


def _decimal(found: Evidence) -> Iterator[Decision]:
    if found.decimal:
        yield Decision(table="format", key="decimal", value=toml_text(found.decimal))
    elif found.decimal == "":
        yield Decision(
            table="format",
            key="decimal",
            question="Do the amounts have a decimal point or a decimal comma? Some read either "
            "way, and nothing in the files decides it.",
            options=('decimal = "."', 'decimal = ","'),
        )


def _remark(key: str, *evidence: str) -> Decision:
    return Decision(table="format", key=key, evidence=evidence)
