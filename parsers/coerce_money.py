"""A column of amounts, read with one decimal sign: the pinned one, or the one the column proves."""

import polars as pl

from parsers.money import PLAIN, DecimalEvidence, NotMoneyError, read_money, weigh
from parsers.reject import Unreadable, UnreadableCode, clip
from parsers.values import Found, Values, constant


def find_decimal(found: Found, lines: pl.Series) -> str:
    """Find the decimal sign of a column of amounts; `lines` is where each row starts.

    Raises Unreadable (AMBIGUOUS_DECIMAL) naming both readings and a row that shows them.
    """
    distinct = found.texts.unique(maintain_order=True)
    pointed = distinct.str.contains(PLAIN["."])
    with_comma = distinct.str.contains(PLAIN[","])
    evidence = weigh(
        distinct.filter(~(pointed | with_comma)),
        DecimalEvidence(
            point=_first(distinct.filter(pointed)),
            points=int(pointed.sum()),
            comma=_first(distinct.filter(with_comma)),
            commas=int(with_comma.sum()),
        ),
    )
    decimal = evidence.decide()
    if decimal is None:
        raise _ambiguous(evidence, found, lines)
    return decimal


def read_amounts(name: str, found: Found, decimal: str) -> Values:
    """Read a column of amounts into the row column `name`."""
    texts = found.texts
    plain = texts.str.contains(PLAIN[decimal])
    rest = texts.filter(~plain).unique()
    # Each different value goes through the exact reader once: there are few of them in most files.
    read = [_read(text, decimal) for text in rest]
    known = pl.DataFrame(
        {
            "text": rest,
            "amount": pl.Series([amount for amount, _ in read], dtype=pl.String),
            "code": pl.Series([code for _, code in read], dtype=pl.String),
        }
    )
    judged = (
        pl.DataFrame({"text": texts, "plain": plain})
        .join(known, on="text", how="left", maintain_order="left")
        .select(
            amount=pl.when("plain")
            .then(pl.col("text").str.replace(",", ".", literal=True))
            .otherwise("amount"),
            code="code",
        )
    )
    return Values(
        columns={name: judged["amount"]},
        code=judged["code"],
        text=texts,
        source=constant(found.column, len(texts)),
    )


def _first(texts: pl.Series) -> str | None:
    return texts[0] if len(texts) else None


def _read(text: str, decimal: str) -> tuple[str | None, str | None]:
    try:
        return read_money(text, decimal), None
    except NotMoneyError as error:
        return None, error.code.value


def _ambiguous(evidence: DecimalEvidence, found: Found, lines: pl.Series) -> Unreadable:
    def where(text: str) -> str:
        return f"'{clip(text)}' on line {lines[found.texts.index_of(text)]}"

    if evidence.twofold is not None:
        shown = where(evidence.twofold)
        point, comma = read_money(evidence.twofold, "."), read_money(evidence.twofold, ",")
        words = f"{shown} may be {point} or {comma}, and nothing in the file decides it"
    else:
        words = "some amounts have a decimal point and as many others a decimal comma"
    if evidence.point is not None and evidence.comma is not None:
        words += f"; {where(evidence.point)} has a point, {where(evidence.comma)} a comma"
    return Unreadable(
        UnreadableCode.AMBIGUOUS_DECIMAL,
        f"The amounts in column '{found.column}' have two readings: {words}.",
        remedy='Ask the shop, and pin it in the mapping: [format] decimal = "." or decimal = ","; '
        "then replay.",
    )
