"""The amount of a row, of one column or of several, and exact sums of amounts."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from parsers.canonical import MONEY_MAX_PLACES, MONEY_MAX_WHOLE_DIGITS
from parsers.money.columns import find_decimal, read_amounts
from parsers.money.written import NotMoneyError, read_currency
from parsers.reject import RejectCode, Unreadable, UnreadableCode, clip
from parsers.values.sources import Amount
from parsers.values.values import Found, Values, constant

# An amount has at most 28 digits, so that even a sum of a thousand million of them has room.
_EXACT = pl.Decimal(38, MONEY_MAX_PLACES)
_DIGITS = "(?s)[0-9](?:.*[0-9])?"
# A decimal sign, or one that groups: if cents are whole, neither of them stands in a number.
_PARTED = r"[0-9][.,]|[.,][0-9]|[0-9](?:\s|['\u2019])+[0-9]"
_WHOLE = "^[+-]?[0-9]{3,}$"
_is_whole = re.compile(f"^$|{_WHOLE}").search
_FIRST = 8  # amounts, by which most columns are told to be others
_TOO_LONG = rf"^-?[0-9]{{{MONEY_MAX_WHOLE_DIGITS + 1},}}"


def exact(texts: pl.Series) -> pl.Series:
    """Canonical amounts as numbers that add up exactly."""
    return texts.cast(_EXACT)


def canonical_amounts(numbers: pl.Series) -> pl.Series:
    """Numbers of `exact` as canonical amounts, also those that are too long to be a total."""
    return numbers.cast(pl.String).str.replace(r"^(-?[0-9]+\.[0-9]{2}[0-9]*?)0*$", "$1")


def too_long(texts: pl.Series) -> pl.Series:
    """Whether a canonical amount has more digits before the point than a total may have."""
    return texts.str.contains(_TOO_LONG)


def find_sign(
    source: Amount,
    found: Sequence[Found],
    lines: pl.Series,
    pinned: str | None = None,
    *,
    said: bool = False,
) -> str:
    """Find the one decimal sign of all columns of a source; `lines` is where each row starts.

    A pinned one is `said` if it is the mapping's own. What is no amount for the mapping anyway has
    no say. Raises Unreadable as `find_decimal` does, and AMBIGUOUS_DECIMAL where the amounts seem
    to be whole cents and the mapping does not say so.
    """
    if source.minor_units is None:
        for one in found:
            _refuse_filled_with_zeros(one, lines)
    fit = [_fitting(source, one).found for one in found]
    together = Found(
        column="', '".join(one.column for one in fit),
        texts=pl.concat([one.texts for one in fit]),
    )
    return find_decimal(together, pl.concat([lines] * len(fit)), pinned, said=said)


def _refuse_filled_with_zeros(found: Found, lines: pl.Series) -> None:
    """Refuse numbers that zeros fill up to one length, as hosts write cents: 0000001250 is 12.50.

    Raises Unreadable (AMBIGUOUS_DECIMAL).
    """
    if not all(_is_whole(text) for text in found.texts.head(_FIRST)):
        return
    texts = found.texts.filter(found.texts != "")
    digits = texts.str.strip_chars_start("+-")
    filled = digits.str.starts_with("0") & (digits.str.strip_chars("0") != "")
    if digits.str.len_bytes().n_unique() > 1 or not (
        filled.any() and texts.str.contains(_WHOLE).all()
    ):
        return
    shown = str(texts.filter(filled)[0])
    raise Unreadable(
        UnreadableCode.AMBIGUOUS_DECIMAL,
        f"The amounts in column '{clip(found.column)}' have two readings: all are whole numbers "
        f"that zeros fill up to one length, as cents are written: '{clip(shown)}' on line "
        f"{lines[found.texts.index_of(shown)]}.",
        remedy="Ask the shop, and write it into the mapping: total = { ..., minor_units = 2 } for "
        "cents, minor_units = 0 for whole amounts. The file then loads by itself.",
    )


def read_total(name: str, source: Amount, found: Sequence[Found], decimal: str) -> Values:
    """Read the amounts of a source into the row column `name`; `found` are its columns in order."""
    fits = [_fitting(source, one) for one in found]
    read = [_read(name, source, fit, decimal) for fit in fits]
    if len(read) == 1:
        return read[0]
    first, *others = read
    others = [_blank_is_nothing(name, one) for one in others]
    signs = [1] * len(source.add) + [-1] * len(source.subtract)
    total = sum(
        sign * exact(each.columns[name]) for sign, each in zip(signs[1:], others, strict=True)
    )
    return _blame(name, canonical_amounts(exact(first.columns[name]) + total), [first, *others])


def refunded(name: str, values: Values, refunds: pl.Series) -> Values:
    """Make the amounts of refunds negative, those that are not already."""
    texts = values.columns[name]
    turned = pl.select(
        pl.when(refunds & ~texts.str.starts_with("-") & (texts != "0.00"))
        .then("-" + texts)
        .otherwise(texts)
    ).to_series()
    return replace(values, columns={name: turned})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fitting:
    """A column with blanks instead of what cannot be an amount, and the code of each of those."""

    original: pl.Series
    found: Found
    code: pl.Series


def _fitting(source: Amount, found: Found) -> _Fitting:
    """Set aside what the mapping rules out: another currency, or a fraction of a cent."""
    code = constant(None, len(found.texts))
    if source.minor_units is not None:
        broken = found.texts.str.contains(_PARTED)
        code = code.set(broken, RejectCode.NOT_MINOR_UNITS.value)
    if source.currency is not None:
        code = code.set(_foreign(found.texts, source.currency), RejectCode.OTHER_CURRENCY.value)
    if code.null_count() == len(code):
        return _Fitting(original=found.texts, found=found, code=code)
    texts = found.texts.set(code.is_not_null(), "")
    return _Fitting(original=found.texts, found=replace(found, texts=texts), code=code)


def _foreign(texts: pl.Series, currency: str) -> pl.Series:
    around = texts.str.replace(_DIGITS, "0")
    foreign = [each for each in around.unique() if _says_another(each, currency)]
    return around.is_in(foreign)


def _says_another(text: str, currency: str) -> bool:
    try:
        said = read_currency(text)
    except NotMoneyError:
        return False  # which the reader of amounts will say
    return bool(said) and currency not in said


def _read(name: str, source: Amount, fit: _Fitting, decimal: str) -> Values:
    values = read_amounts(name, fit.found, decimal)
    amounts = values.columns[name]
    if source.minor_units:
        amounts = canonical_amounts(exact(_with_point(amounts, source.minor_units)))
    return replace(
        values,
        columns={name: amounts},
        code=pl.select(pl.coalesce(fit.code, values.code)).to_series(),
        text=fit.original,
    )


def _with_point(amounts: pl.Series, places: int) -> pl.Series:
    """Move the point of whole canonical amounts to the left: 1250.00 cents are 12.50."""
    digits = amounts.str.strip_chars_start("-").str.replace(r"\.0+$", "").str.zfill(places + 1)
    point = digits.str.replace(rf"([0-9]{{{places}}})$", ".$1")
    return pl.select(
        pl.when(amounts.str.starts_with("-")).then("-" + point).otherwise(point)
    ).to_series()


def _blank_is_nothing(name: str, values: Values) -> Values:
    blank = (values.code == RejectCode.EMPTY_MONEY.value).fill_null(value=False)
    return replace(
        values,
        columns={name: values.columns[name].set(blank, "0.00")},
        code=values.code.set(blank, None),
    )


def _blame(name: str, total: pl.Series, parts: Sequence[Values]) -> Values:
    """Put the parts' flaws together: of each row the first, or that the total is too long."""
    long = pl.select(
        pl.when(too_long(total)).then(pl.lit(RejectCode.MONEY_TOO_LONG.value))
    ).to_series()
    said = [*parts, replace(parts[0], code=long, text=total)]
    blamed = pl.coalesce(
        *(
            pl.when(each.code.is_not_null()).then(pl.struct(text=each.text, source=each.source))
            for each in said
        ),
        pl.struct(text=total, source=parts[0].source),
    )
    judged = pl.select(code=pl.coalesce(*(each.code for each in said)), blamed=blamed).unnest(
        "blamed"
    )
    return Values(
        columns={name: total}, code=judged["code"], text=judged["text"], source=judged["source"]
    )
