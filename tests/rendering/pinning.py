"""What earlier files of a feed have settled: as this file is written, or otherwise.

A file that contradicts a pin must be held, or refuse each value that the pin does not fit. Where
nothing in a file could show that the pin is not its own, there is no such damage.
"""

from collections.abc import Callable, Sequence

from tests.rendering import amounts, clocks
from tests.rendering.harm import Harm
from tests.rendering.mappings import dates_told, told
from tests.rendering.plan import Plan
from tests.rendering.shapes import Column
from tests.rendering.writing import File

_Contradict = Callable[[Plan, File, Sequence[Column], dict[str, str]], str | None]
_HELD_OR_REJECTED = ""


def pins_of(plan: Plan, header_line: int) -> dict[str, str]:
    """The pins that a file written like this one has left behind; none in a new feed."""
    if plan["pins"] == "none":
        return {}
    return {
        "encoding": plan["encoding"],
        "delimiter": plan["delimiter"],
        "decimal": amounts.signs(plan)[1],
        "header_line": str(header_line),
        "date_format": "iso" if clocks.is_iso(plan) else " ".join(clocks.formats(plan)),
        "final_line_end": "no" if plan["final"] == "none" else "yes",
    }


def contradict(
    plan: Plan, file: File, columns: Sequence[Column], pins: dict[str, str], harm: Harm
) -> None:
    """Make one of the pins another, where the damage of a plan is that."""
    done = _CONTRADICTED.get(plan.damage)
    if done is None or not pins:
        return
    why = done(plan, file, columns, pins)
    if why is not None:
        harm.done = True
        harm.must_hold = why or None


def _decimal(plan: Plan, file: File, columns: Sequence[Column], pins: dict[str, str]) -> str | None:
    """Earlier files had the other sign; some amount of this one proves its own."""
    sign = amounts.signs(plan)[1]
    cells = [cell for column in columns if column.role == "money" for cell in column.cells]
    if told(plan, "decimal") or not any(amounts.proves(cell, sign) for cell in cells):
        return None
    pins["decimal"] = ",."[sign == ","]
    return _HELD_OR_REJECTED


def _order(plan: Plan, file: File, columns: Sequence[Column], pins: dict[str, str]) -> str | None:
    """Earlier files had day and month in each other's place; some date proves this order."""
    pattern = pins["date_format"]
    days = next((column.cells for column in columns if column.role == "moment"), [])
    if dates_told(plan) or not clocks.proves_order(plan, days):
        return None
    swapped = str.maketrans({"d": "m", "m": "d"})
    pins["date_format"] = pattern[:5].translate(swapped) + pattern[5:]
    return _HELD_OR_REJECTED


def _delimiter(
    plan: Plan, file: File, columns: Sequence[Column], pins: dict[str, str]
) -> str | None:
    if told(plan, "delimiter") or plan["header"] == "none":
        return None
    pins["delimiter"] = ";" if ";" not in plan["delimiter"] else "|"
    return "the columns are divided by something else"


def _encoding(
    plan: Plan, file: File, columns: Sequence[Column], pins: dict[str, str]
) -> str | None:
    """Earlier files were in an encoding in which this one is not valid, or not meant."""
    if told(plan, "encoding") or file.text().isascii():
        return None
    if plan["encoding"] == "utf-8":
        pins["encoding"] = "cp1252"
    elif plan["encoding"] in ("cp1252", "cp1250", "iso8859_2", "iso8859_15"):
        pins["encoding"] = "utf-8"
    else:
        return None
    return "it is in another encoding"


def _header_line(
    plan: Plan, file: File, columns: Sequence[Column], pins: dict[str, str]
) -> str | None:
    if told(plan, "header_line") or plan["header"] == "none" or "headers" in plan["between"]:
        return None
    pins["header_line"] = str(int(pins["header_line"]) + 1)
    return "the header stands on another line"


def _line_end(
    plan: Plan, file: File, columns: Sequence[Column], pins: dict[str, str]
) -> str | None:
    """Earlier files had a line end after the last row: without it this one may be cut."""
    if plan["final"] != "none" or plan["after"] != "nothing":
        return None
    pins["final_line_end"] = "yes"
    return "the last row has no line end"


_CONTRADICTED: dict[str, _Contradict] = {
    "other decimal sign pinned": _decimal,
    "other order of dates pinned": _order,
    "other delimiter pinned": _delimiter,
    "other encoding pinned": _encoding,
    "other header line pinned": _header_line,
    "line end pinned": _line_end,
}
