"""What happens to the lines of a file on its way, and what can still be known of the sales.

A damage never makes a value that looks as whole as the true one, such as a digit changed inside a
number or a line lost from a table that states nothing: no reader could see that. Where a place
is chosen, those are left out, and each function says which.
"""

import re
from collections.abc import Callable

from tests.rendering import amounts
from tests.rendering.case import Case
from tests.rendering.damages_of_sales import OF_SALES
from tests.rendering.harm import SEVERAL_ROWS, Harm, can_be_told
from tests.rendering.plan import Plan
from tests.rendering.shapes import Column
from tests.rendering.writing import File, Line, write_field


def damage_lines(plan: Plan, file: File, columns: list[Column]) -> Harm:
    """Do the damage of a plan to the lines of a file, where it is one of lines."""
    harm = Harm()
    done = _OF_LINES.get(plan.damage) or OF_SALES.get(plan.damage)
    if done is not None and can_be_told(plan, file):
        case = Case(plan=plan, file=file, columns=columns, chance=plan.random("damage"), harm=harm)
        done(case)
    return harm


def _too_many(case: Case) -> None:
    """A delimiter where none should be; inside quotes it would be a part of the value."""
    line = case.row()
    at = case.chance.randrange(len(line.fields))
    text, mark = line.fields[at], case.plan["delimiter"]
    quoted = text[:1] == case.plan["quote"]
    cut = case.chance.choice((0, len(text))) if quoted else case.chance.randrange(len(text) + 1)
    line.fields[at] = text[:cut] + mark + text[cut:]


def _too_few(case: Case) -> None:
    """No delimiter between two fields."""
    line = case.row()
    if len(line.fields) > 1:
        at = case.chance.randrange(len(line.fields) - 1)
        line.fields[at : at + 2] = ["".join(line.fields[at : at + 2])]


def _quotable(case: Case, line: Line) -> int:
    """Choose a field for a bad quote: no id if it is an apostrophe, with which one may begin."""
    places = [
        at
        for at, role in enumerate(case.file.roles)
        if case.plan["quote"] == '"' or role not in ("id", "location")
    ]
    return case.chance.choice(places)


def _unclosed(case: Case) -> None:
    """A quote opens a field and nothing closes it."""
    line = case.row()
    at = _quotable(case, line)
    quote = case.plan["quote"]
    text = line.fields[at]
    line.fields[at] = text[:-1] if len(text) > 1 and text[0] == quote else quote + text


def _stray(case: Case) -> None:
    """A quote somewhere in a field; not in the midst of an id, of which it might be a part."""
    line = case.row()
    at = _quotable(case, line)
    text, quote = line.fields[at], case.plan["quote"]
    free = case.file.roles[at] in ("extra", "money", "moment")
    cut = case.chance.randrange(len(text) + 1) if free else 0
    line.fields[at] = text[:cut] + quote + text[cut:]


def _swapped(case: Case) -> None:
    """One character is another: a letter in an amount or a date, or in place of a delimiter.

    Never a digit for another, a letter of an id, or a blank for a sign: no reader could see that.
    """
    line = case.row()
    if case.chance.random() < 0.4 and len(line.fields) > 1:
        first = case.chance.randrange(len(line.fields) - 1)
        line.fields[first : first + 2] = ["x".join(line.fields[first : first + 2])]
    elif (at := case.place("money", "moment")) is not None:
        text = line.fields[at]
        places = [n for n, char in enumerate(text) if not char.isspace()]
        cut = case.chance.choice(places) if places else 0
        line.fields[at] = text[:cut] + "x" + text[cut + 1 :]


def _nul(case: Case) -> None:
    """A NUL in a field, or many after the last row."""
    if case.chance.random() < 0.3:
        case.harm.done = True
        case.file.lines.append(Line(fields=["\0" * 20], kind="other", end=""))
        return
    line = case.row()
    at = case.chance.randrange(len(line.fields))
    cut = case.chance.randrange(len(line.fields[at]) + 1)
    line.fields[at] = line.fields[at][:cut] + "\0" + line.fields[at][cut:]


def _twice(case: Case) -> None:
    """A row is there twice; of a sale of several rows nobody could tell."""
    if case.plan["shape"] in SEVERAL_ROWS:
        return
    line = case.chance.choice(case.file.rows)
    again = Line(fields=list(line.fields), kind="row", end=line.end, key=line.key)
    case.file.lines.insert(case.file.lines.index(line), again)
    case.harm.done = True


def _missing(case: Case) -> None:
    """A row is not there; of a sale of several rows nobody could tell, if nothing states a sum."""
    line = case.chance.choice(case.file.rows)
    stated = case.stated(line)
    if len(case.file.rows) == 1 or (case.plan["shape"] in SEVERAL_ROWS and not stated):
        return
    case.file.lines.remove(line)
    case.harm.done = True
    case.harm.must_hold = stated
    if line.key:
        case.harm.gone.add(line.key)


def _broken(case: Case) -> None:
    """A line end inside a row; not in the first field or the last, which may look whole then."""
    width = len(case.file.roles)
    if width < 3:
        return
    line = case.row()
    at = case.chance.randrange(1, width - 1)
    text = line.fields[at]
    cut = case.chance.randrange(len(text) + 1)
    if text[:1] == case.plan["quote"] and 0 < cut < len(text):
        cut = 0  # within quotes it would be a part of the value
    line.fields[at] = text[:cut] + line.end + text[cut:]


def _line_ends(case: Case) -> None:
    """Lines end in different ways."""
    case.harm.done = True
    for line in case.file.lines:
        line.end = case.chance.choice(("\n", "\r\n", line.end))


def _other_sign(case: Case) -> None:
    """One amount proves the other decimal sign, while others prove that of the file."""
    sign = amounts.signs(case.plan)[1]
    other = ",."[sign == ","]
    at = case.place("money")
    if at is None or case.plan["shape"] != "transactions":
        return
    cells = case.columns[at].cells
    proofs = [n for n, cell in enumerate(cells) if amounts.proves(cell, sign)]
    if len(proofs) < 2 or case.plan["amounts"] == "123450":
        return
    chosen = case.chance.choice(proofs)
    line = case.row([case.file.rows[chosen]])
    table = str.maketrans({".": ",", ",": "."})
    text = cells[chosen].translate(table)
    assert amounts.proves(text, other), text
    # Without quotes, as a till that does not know what it writes: the comma divides the amount.
    bare = case.plan.damage == "other decimal sign, bare"
    line.fields[at] = text if bare else write_field(case.plan, text)


def _other_order(case: Case) -> None:
    """One date has day and month in each other's place, which it proves, as another proves its."""
    at = next((n for n, each in enumerate(case.columns) if each.role == "moment"), None)
    found = re.match(r"%([dm])([-/.])%([dm])", case.plan["date"])
    if at is None or not found or case.plan["moment"] == "five columns":
        return
    pattern = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})(?=[-/.])")
    day = 1 if found[1] == "d" else 3
    cells = case.columns[at].cells
    proofs = [
        n for n, cell in enumerate(cells) if (parts := pattern.match(cell)) and int(parts[day]) > 12
    ]
    if len(proofs) < 2:
        return
    chosen = case.chance.choice(proofs)
    line = case.row([case.file.rows[chosen]])
    text = pattern.sub(r"\3\2\1", cells[chosen], count=1)
    line.fields[at] = write_field(case.plan, text)


def _renamed(case: Case) -> None:
    """A mapped column has another name, or another column has its name as well."""
    header = next((line for line in case.file.lines if line.kind == "header"), None)
    at = case.place("location", "id", "moment", "money")
    other = case.place("extra")
    if header is None or at is None:
        return
    case.harm.done = True
    if other is not None and case.chance.random() < 0.5:
        header.fields[other] = header.fields[at]
        case.harm.must_hold = "two columns bear a mapped name"
    else:
        header.fields[at] = "Something else"
        case.harm.must_hold = "a mapped column has another name"


def _header_twice(case: Case) -> None:
    """The header stands among the rows once more."""
    header = next((line for line in case.file.lines if line.kind == "header"), None)
    if header is not None:
        at = case.file.lines.index(case.chance.choice(case.file.rows))
        again = Line(fields=list(header.fields), kind="other", end=header.end)
        case.file.lines.insert(at + 1, again)
        case.harm.done = True


def _rounded(case: Case) -> None:
    """A spreadsheet has rounded an id."""
    at = case.place("id")
    if case.plan["id"] == "long" and at is not None:
        case.row().fields[at] = "1.3E+18"


def _other_currency(case: Case) -> None:
    """One amount is in another currency than all others."""
    at = case.place("money")
    own = case.plan["currency"]
    if at is None or case.plan["shape"] != "transactions" or own == "none":
        return
    cells = case.columns[at].cells
    bare = [re.sub(r"^[^0-9]+|[^0-9]+$", "", cell) for cell in cells]
    foreign = "EUR" if own != "5 EUR" and "\u20ac" not in own else "USD"
    chosen = case.chance.randrange(len(cells))
    if len(cells) == 1 or re.search(r"[-(\u2212]", cells[chosen]):
        return
    line = case.row([case.file.rows[chosen]])
    line.fields[at] = write_field(case.plan, f"{bare[chosen]} {foreign}")
    case.harm.must_hold = "the amounts are in two currencies"


def _currency_beside(case: Case) -> None:
    """A column that nobody mapped says that one of the totals is in another currency."""
    header = next((line for line in case.file.lines if line.kind == "header"), None)
    at = case.place("extra")
    counts = [row for row in case.file.rows if row.key is not None]
    if header is None or at is None or len(counts) < 2:
        return
    header.fields[at] = write_field(case.plan, "Currency")
    for row in case.file.rows:
        row.fields[at] = write_field(case.plan, "EUR")
    case.row(counts).fields[at] = write_field(case.plan, "USD")
    case.harm.must_hold = "the rows are in two currencies"


def _whole_units(case: Case) -> None:
    """One amount is in whole units where all others are in cents."""
    at = case.place("money")
    if at is None or case.plan["amounts"] != "123450" or case.plan["shape"] != "transactions":
        return
    line = case.row()
    line.fields[at] = write_field(case.plan, f"{case.chance.randrange(10, 900)}.00")


def _not_explained(case: Case) -> None:
    """The mapping does not say what the names of the zones mean, and they are not the shop's."""
    if case.plan["zones"] == "of the account" and case.plan["zone"] != "Asia/Kolkata":
        case.harm.done = True
        case.harm.untold.add("zones")
        case.harm.must_hold = "nobody says what the zones in it mean"


def _lines_not_told(case: Case) -> None:
    """The mapping does not say that rows are items: of each sale the last would load."""
    at = case.place("money")
    if case.plan["shape"] != "items" or at is None:
        return
    amounts_of: dict[object, list[str]] = {}
    for line, cell in zip(case.file.rows, case.columns[at].cells, strict=True):
        amounts_of.setdefault(line.key, []).append(cell)
    if sum(len(set(cells)) > 1 for cells in amounts_of.values()) > 1:
        case.harm.done = True
        case.harm.untold.add("lines")
        case.harm.must_hold = "its rows are items, and nobody says so"


_OF_LINES: dict[str, Callable[[Case], None]] = {
    "delimiter too many": _too_many,
    "delimiter too few": _too_few,
    "unclosed quote": _unclosed,
    "stray quote": _stray,
    "swapped character": _swapped,
    "NUL": _nul,
    "line twice": _twice,
    "line missing": _missing,
    "line broken in two": _broken,
    "mixed line ends": _line_ends,
    "other decimal sign": _other_sign,
    "other decimal sign, bare": _other_sign,
    "other order of dates": _other_order,
    "header renamed": _renamed,
    "header twice": _header_twice,
    "rounded id": _rounded,
    "other currency": _other_currency,
    "other currency beside": _currency_beside,
    "whole units": _whole_units,
    "zone not explained": _not_explained,
    "lines not told": _lines_not_told,
}
