"""Tables as tills export them, with what makes it hard to tell how they are written, and the ways
of writing and of spoiling them; all from a random source, so that a seed gives them again."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from parsers.records.dialect import Dialect

Rows = list[list[str]]
Cell = Callable[[], str]

ITEMS = (
    *("Milk", "Matcha Latte", "Strawberry, fresh", "Bread & Butter", "Café crème", "", "A/B test"),
    *("12oz, Whole Milk", "Nut-free bar", "O'Neil's stout", '5" pipe', 'Say "hi"', "Large; hot"),
    *("Kids: juice", "Tea (green)"),
)
CUSTOMERS = ("", "Smith, John", "Ann Lee", "Jörg Müller", "O'Brien, Pat")
ORDINARY = (",", ";", "\t", "|")
RARE = ("||", "::", "~", "^", ":", "#", "|~|", ", ", " | ", ";;", "\x01", "&", "*", "!")


def source(seed: int) -> Random:
    """A random source; no secret hangs on it."""
    return Random(seed)  # noqa: S311 - it makes tables for tests


def table(random: Random, rows: int) -> Rows:
    """A header and so many rows, of three to nine columns."""
    columns: dict[str, Cell] = {
        "Store": lambda: random.choice(("0042", "High Street", "NYC-1")),
        "Transaction ID": _ids(random),
        "Total": _prices(random),
        "When": _moments(random),
        "Item name": lambda: random.choice(ITEMS),
        "Customer": lambda: random.choice(CUSTOMERS),
        "Qty": lambda: random.choice(("1", "2", "1.0", "12")),
        "Email": lambda: random.choice(("", "a.b@example.com", "jo@shop.co.uk")),
        "Status": lambda: random.choice(("Paid", "Void", "Closed")),
    }
    names = random.sample(list(columns), k=random.randint(3, 9))
    return [names, *([columns[name]() for name in names] for _ in range(rows))]


def _ids(random: Random) -> Cell:
    style = random.choice(("{}", "#{}", "A-{}"))
    return lambda: style.format(random.randint(1000, 999_999))


def _prices(random: Random) -> Cell:
    sign, before = random.choice(((".", ""), (",", ""), (".", "$")))
    return lambda: before + f"{random.randint(-999, 99_999) / 100:.2f}".replace(".", sign)


def _moments(random: Random) -> Cell:
    style = random.choice(
        (
            *("{y}-{m:02}-{d:02} {h:02}:07:00", "{d:02}.{m:02}.{y}", "{m}/{d}/26 {h}:07 PM"),
            *("{y}-{m:02}-{d:02}T{h:02}:07:00Z", "{d:02}/{m:02}/{y} {h:02}:07"),
        )
    )
    return lambda: style.format(
        y=random.randint(2020, 2026),
        m=random.randint(1, 12),
        d=random.randint(1, 28),
        h=random.randint(1, 12),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """A way to write a table; `quoted` is "needed", "all" or "text"."""

    dialect: Dialect
    quoted: str

    def write(self, rows: Rows) -> list[str]:
        """The lines of the table."""
        return [self.dialect.delimiter.join(self._cell(cell) for cell in row) for row in rows]

    def _cell(self, value: str) -> str:
        quote, escape = self.dialect.quote or "", self.dialect.escape
        delimiter = self.dialect.delimiter
        needed = quote in value or (delimiter.strip() or delimiter) in value
        if self.quoted == "needed" and not needed:
            return value
        if self.quoted == "text" and not needed and value[:1].isdigit():
            return value
        if escape:
            inner = value.replace(escape, escape * 2).replace(quote, escape + quote)
        else:
            inner = value.replace(quote, quote * 2)
        return quote + inner + quote


def writing(random: Random, delimiters: tuple[str, ...]) -> Writing:
    """Any way to write a table."""
    dialect = Dialect(
        delimiter=random.choice(delimiters),
        quote=random.choice(('"', '"', '"', "'")),
        escape=random.choice((None, None, "\\")),
    )
    return Writing(dialect=dialect, quoted=random.choice(("needed", "all", "text")))


def spoil(random: Random, lines: list[str], dialect: Dialect) -> list[str]:
    """The lines with up to three of them spoilt, all in the same way."""
    lines = list(lines)
    kind = random.choice(("more", "less", "quote", "other", "above", "below", "quotes", "blank"))
    for _ in range(random.choice((1, 1, 2, 3))):
        at = random.randrange(1, len(lines))
        line, place = lines[at], random.randrange(len(lines[at]) + 1)
        quote = dialect.quote or ""
        match kind:
            case "more":
                lines[at] = line[:place] + dialect.delimiter + line[place:]
            case "less":
                lines[at] = line.replace(dialect.delimiter, "", 1)
            case "quote":
                lines[at] = line[:place] + quote + line[place:]
            case "other":
                lines[at] = line.replace(dialect.delimiter, random.choice(ORDINARY))
            case "above":
                title = ("Sales report, week 12", "Store: Main; Till 4", "Printed 2026-01-02 12:00")
                lines.insert(0, random.choice(title))
            case "below":
                total = f"Total{dialect.delimiter}123.45"
                lines.append(random.choice(("Records found: 12", total, '"End of report"')))
            case "quotes":
                lines[at] = line.replace(quote, "'" if quote == '"' else '"')
            case "blank":
                lines.insert(at, "")
    return lines
