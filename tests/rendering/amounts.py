"""Amounts of money in the notations of tills."""

import re
from collections.abc import Iterable
from decimal import Decimal

from tests.rendering.plan import Plan


def signs(plan: Plan) -> tuple[str, str]:
    """What groups the digits of the file, and its decimal sign."""
    return _signs(plan["amounts"])[:2]


def proves(text: str, sign: str) -> bool:
    """Whether an amount can only have this decimal sign: one or two places stand behind it."""
    return re.search(rf"[{sign}][0-9]{{1,2}}[^0-9]*$", text) is not None


def write_amount(plan: Plan, amount: Decimal) -> str:
    """Write an amount as the plan has it."""
    style = plan["amounts"]
    if style == "123450":
        return str(int(amount * 100))
    group, point, places = _signs(style)
    text = f"{abs(amount):.{max(places, 2)}f}"
    if places == 1:
        text = text.rstrip("0").rstrip(".")
    whole, _, fraction = text.partition(".")
    if group:
        whole = re.sub(r"(?<=[0-9])(?=(?:[0-9]{3})+$)", group, whole)
    digits = whole + (point + fraction if fraction else "")
    return _with_currency(plan, digits, negative=amount < 0)


def _signs(style: str) -> tuple[str, str, int]:
    """The grouping, the decimal sign and the places of a style; 1: only as many as needed."""
    if style == "123450":
        return "", ".", 0
    found = re.fullmatch(r"1([^0-9]?)234([.,])(5|50|50000000)", style)
    assert found, style
    return found[1], found[2], len(found[3])


def _with_currency(plan: Plan, digits: str, *, negative: bool) -> str:
    style = plan["currency"]
    before, after = ("", "") if style == "none" else style.split("5")
    match plan["minus"]:
        case "5-":
            return f"{before}{digits}{'-' * negative}{after}"
        case "(5)":
            text = f"{before}{digits}{after.rstrip(' ')}"
            return (f"({text})" if negative else text) + (" " if after == " " else "")
        case sign:
            return f"{sign[0] * negative}{before}{digits}{after}"


def is_twofold(texts: Iterable[str]) -> bool:
    """Whether amounts read with a point and with a comma alike, and differently; by itself.

    A file is decided by one amount that has but one reading.
    """
    twofold = False
    for text in texts:
        digits = re.sub(r"[^0-9.,]", "", text)
        if not ("." in digits or "," in digits):
            continue
        if re.fullmatch(r"[1-9][0-9]{0,2}[.,][0-9]{3}", digits):
            twofold = True
        else:
            return False
    return twofold
