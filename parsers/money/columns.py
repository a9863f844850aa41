"""A column of amounts, read with one decimal sign: the pinned one, or the one the column proves."""

import polars as pl

from parsers.money.written import (
    PLAIN,
    DecimalEvidence,
    NotMoneyError,
    read_currency,
    read_money,
    weigh,
)
from parsers.reject import Unreadable, UnreadableCode, clip
from parsers.values.values import Found, Values, constant

# From the first digit to the last: what is left of an amount says its currency, if anything.
_GROUPED = r"^-?[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]{1,2}$|^-?[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]{1,2}$"
_WHOLE = "^-?[0-9]+$"
_SEVERAL = 3  # different amounts
_DIGITS = "(?s)[0-9](?:.*[0-9])?"


def find_decimal(
    found: Found, lines: pl.Series, pinned: str | None = None, *, said: bool = False
) -> str:
    """Find the decimal sign of a column of amounts; `lines` is where each row starts.

    A pinned one is `said` if it is the mapping's own.
    Raises Unreadable naming both readings and the lines that show them: AMBIGUOUS_DECIMAL,
    CONTRADICTS_MAPPING (the column proves another sign than the pinned one) or MIXED_CURRENCIES.
    """
    distinct = found.texts.unique(maintain_order=True)
    pointed = distinct.str.contains(PLAIN["."])
    with_comma = distinct.str.contains(PLAIN[","])
    others = distinct.filter(~(pointed | with_comma))
    _refuse_mixed_currencies(others, found, lines)
    if not said and len(others) == len(distinct):
        _refuse_lost_signs(others, found, lines)
    evidence = weigh(
        others,
        DecimalEvidence(
            point=_first(distinct.filter(pointed)),
            points=int(pointed.sum()),
            comma=_first(distinct.filter(with_comma)),
            commas=int(with_comma.sum()),
        ),
    )
    if pinned is not None:
        if against := evidence.against(pinned):
            raise _contradicted(pinned, *against, found, lines)
        return pinned
    decimal = evidence.decide()
    if decimal is None:
        raise _ambiguous(evidence, found, lines)
    return decimal


def read_amounts(name: str, found: Found, decimal: str) -> Values:
    """Read a column of amounts into the row column `name`."""
    texts = found.texts
    plain = texts.str.contains(PLAIN[decimal])
    source = constant(found.column, len(texts))
    if plain.all():  # as in most files
        amounts = texts.str.replace(",", ".", literal=True)
        nothing = constant(None, len(texts))
        return Values(columns={name: amounts}, code=nothing, text=texts, source=source)
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
        source=source,
    )


def _refuse_lost_signs(texts: pl.Series, found: Found, lines: pl.Series) -> None:
    """Refuse a column in which the amounts with a group have places, and no other has any.

    A spreadsheet of another country reads 12,50 as 1250 and leaves 1.234,50 as it is.
    """
    grouped = texts.str.contains(_GROUPED)
    if not grouped.any():
        return
    rest = texts.filter(~grouped & (texts != ""))
    if len(rest) < _SEVERAL or not rest.str.contains(_WHOLE).all():
        return
    shown = _where(str(texts.filter(grouped)[0]), found, lines)
    raise Unreadable(
        UnreadableCode.AMBIGUOUS_DECIMAL,
        f"The amounts in column '{found.column}' have two readings: {shown} has a group and "
        f"places, and those without a group have none: {_where(str(rest[0]), found, lines)} may "
        "have lost its decimal sign to a spreadsheet.",
        remedy="Ask for the till's own export. If the amounts are right, pin the sign in the "
        'mapping: [format] decimal = "." or decimal = ",". The file then loads by itself.',
    )


def _first(texts: pl.Series) -> str | None:
    return texts[0] if len(texts) else None


def _read(text: str, decimal: str) -> tuple[str | None, str | None]:
    try:
        return read_money(text, decimal), None
    except NotMoneyError as error:
        return None, error.code.value


def _refuse_mixed_currencies(texts: pl.Series, found: Found, lines: pl.Series) -> None:
    """Refuse a column with amounts that cannot be in one currency; those that name none fit any."""
    if texts.is_empty():
        return
    kinds = pl.DataFrame({"text": texts, "around": texts.str.replace(_DIGITS, "0")})
    seen: dict[frozenset[str], str] = {}
    # There are few kinds, however many amounts.
    for text, around in kinds.unique("around", keep="first", maintain_order=True).iter_rows():
        currency = _currency(around)
        for other, first in seen.items():
            if currency and not currency & other:
                raise Unreadable(
                    UnreadableCode.MIXED_CURRENCIES,
                    f"The amounts in column '{found.column}' are in different currencies: "
                    f"{_where(first, found, lines)}, {_where(text, found, lines)}.",
                    remedy="Ask the sender for a file in one currency, or for a column with the "
                    "total in one currency; name that column in the mapping, and the file loads by "
                    "itself.",
                )
        if currency:
            seen.setdefault(currency, text)


def _currency(text: str) -> frozenset[str]:
    try:
        return read_currency(text)
    except NotMoneyError:
        return frozenset()


def _where(text: str, found: Found, lines: pl.Series) -> str:
    return f"'{clip(text)}' on line {lines[found.texts.index_of(text)]}"


def _contradicted(
    pinned: str, proof: str, misread: str | None, found: Found, lines: pl.Series
) -> Unreadable:
    other, name = (",", "comma") if pinned == "." else (".", "point")
    words = (
        f"The mapping says decimal = \"{pinned}\", but column '{found.column}' has decimal "
        f"{name}s: {_where(proof, found, lines)}."
    )
    if misread is not None:
        words += (
            f" So {_where(misread, found, lines)} may be {read_money(misread, other)} and not "
            f"{read_money(misread, pinned)}."
        )
    return Unreadable(
        UnreadableCode.CONTRADICTS_MAPPING,
        words,
        remedy=f'If the shop\'s export has changed, set [format] decimal = "{other}" in the '
        "mapping: the file then loads by itself. Else ask the sender for a corrected file.",
    )


def _ambiguous(evidence: DecimalEvidence, found: Found, lines: pl.Series) -> Unreadable:
    if evidence.twofold is not None:
        shown = _where(evidence.twofold, found, lines)
        point, comma = read_money(evidence.twofold, "."), read_money(evidence.twofold, ",")
        words = f"{shown} may be {point} or {comma}, and nothing in the file decides it"
    else:
        words = "some amounts have a decimal point and as many others a decimal comma"
    if evidence.point is not None and evidence.comma is not None:
        words += (
            f"; {_where(evidence.point, found, lines)} has a point, "
            f"{_where(evidence.comma, found, lines)} a comma"
        )
    return Unreadable(
        UnreadableCode.AMBIGUOUS_DECIMAL,
        f"The amounts in column '{found.column}' have two readings: {words}.",
        remedy='Ask the shop, and pin it in the mapping: [format] decimal = "." or decimal = ",". '
        "The file then loads by itself.",
    )
