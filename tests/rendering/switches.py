"""All that can be varied in a file, and what is switched off and why: the one place for it.

Each dimension has its plain choice first: the shrinker turns everything to plain that a failure
does not need. A choice with a reason in `off` is never drawn; `EXCLUDED` has what is off only in
combination. A choice is switched on by removing its reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to be; `weight` is how often it is drawn, `off` why it is not."""

    name: str
    weight: int = 1
    off: str | None = None


@dataclass(frozen=True, slots=True)
class Excluded:
    """Choices that are not yet drawn together, and why."""

    choices: Mapping[str, tuple[str, ...]]
    why: str


DIMENSIONS: Mapping[str, tuple[Choice, ...]] = {
    # How it is told: what the operator wrote into the mapping.
    "told": (Choice("nothing", 4), Choice("everything", 3), Choice("some", 2)),
    "dates_told": (
        Choice("unless ISO", 3),
        Choice("always", 1),
        Choice("never", 5),
    ),
    "pins": (Choice("none", 4), Choice("earlier file", 1)),
    "bears": (Choice("rejects", 6), Choice("none", 1)),
    # Characters and bytes.
    "encoding": (
        Choice("utf-8", 14),
        Choice("utf-8-sig", 4),
        Choice("utf-16-le", 2),
        Choice("utf-16-be", 1),
        Choice("utf-32-le", 1),
        Choice("cp1252", 6),
        Choice("cp1250", 2),
        Choice("cp1251", 1),
        Choice("cp1253", 1),
        Choice("iso8859_2", 1),
        Choice("iso8859_15", 1),
        Choice("cp850", 1),
        Choice("cp852", 1),
        Choice("cp932", 1),
        Choice("gb18030", 1),
        Choice("cp949", 1),
    ),
    "language": (
        Choice("en", 8),
        *(Choice(name) for name in ("de", "fr", "es", "sv", "pl", "cs", "el", "ru")),
        *(Choice(name) for name in ("ja", "zh", "ko")),
    ),
    "accents": (Choice("unmapped", 3), Choice("mapped", 2)),
    "line_end": (Choice("\n", 5), Choice("\r\n", 4), Choice("\r", 1)),
    "final": (Choice("line end", 4), Choice("none", 1)),
    # What divides and quotes the fields.
    "delimiter": (
        Choice(",", 6),
        Choice(";", 4),
        Choice("\t", 3),
        Choice("|", 2),
        Choice("  ", 1),
        *(Choice(mark) for mark in (":", "^", "~", "||", ";;", "!", "\x1f", "\x1e")),
    ),
    "quote": (Choice('"', 8), Choice("'", 1)),
    "quoting": (
        Choice("minimal", 5),
        Choice("all", 2),
        Choice("text", 2),
        Choice("spaced", 1),
        Choice("none", 1),
    ),
    "escape": (Choice("doubled", 6), Choice("backslash", 1)),
    "packed": (
        Choice("no", 30),
        Choice("gzip", 1),
        Choice("zip", 1),
        Choice("workbook", 2),
        Choice("ods"),
    ),
    # What stands around the rows.
    "before": (
        Choice("nothing", 8),
        Choice("title"),
        Choice("labels"),
        Choice("blank"),
        Choice("sep"),
        Choice("report"),
        Choice("comments"),
    ),
    "header": (
        Choice("plain", 6),
        Choice("padded"),
        Choice("capitals"),
        Choice("none"),
        Choice("units below"),
    ),
    "between": (
        Choice("nothing", 8),
        Choice("blank"),
        Choice("comments"),
        Choice("headers"),
        Choice("headers in capitals"),
    ),
    "after": (
        Choice("nothing", 8),
        Choice("blank"),
        Choice("delimiters"),
        Choice("total", 2),
        Choice("count"),
        Choice("total and count"),
        Choice("remark"),
    ),
    # The columns that nobody asked for.
    "extras": (Choice("few", 5), Choice("none", 2), Choice("many", 1), Choice("twins", 2)),
    "notes": (
        Choice("plain", 5),
        *(Choice(name) for name in ("delimiters", "quotes", "lines", "inches", "json")),
        Choice("blank"),
    ),
    "order": (Choice("plain", 1), Choice("shuffled", 2)),
    # Money.
    "amounts": (
        Choice("1234.50", 5),
        Choice("1234,50", 3),
        *(Choice(name) for name in ("1,234.50", "1.234,50", "1 234,50", "1 234.50")),
        *(Choice(name) for name in ("1\u00a0234,50", "1\u202f234,50", "1'234.50")),
        *(Choice(name) for name in ("1234.5", "1234,5", "1,234.5", "1.234,5")),
        *(Choice(name) for name in ("1234.50000000", "123450")),
    ),
    "sizes": (Choice("everyday", 5), Choice("thousands", 2), Choice("whole"), Choice("tiny")),
    "minus": (Choice("-5", 5), Choice("5-"), Choice("(5)"), Choice("\u22125")),
    "currency": (
        Choice("none", 6),
        *(Choice(name) for name in ("$5", "$5 ", "\u20ac5", "5 \u20ac", "5\u00a0z\u0142")),
        *(Choice(name) for name in ("USD 5", "5 EUR", "5 kr", "\u00a35")),
    ),
    # Dates and times.
    "date": (
        Choice("%Y-%m-%d", 5),
        *(Choice(name) for name in ("%Y/%m/%d", "%Y.%m.%d", "%Y%m%d")),
        *(Choice(name) for name in ("%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%y", "%d/%m/%y")),
        *(Choice(name) for name in ("%m/%d/%Y", "%m-%d-%Y", "%m/%d/%y")),
        *(Choice(name) for name in ("%d-%b-%Y", "%b %d, %Y", "%d %B %Y", "%a, %d %b %Y")),
        *(Choice(name) for name in ("epoch", "epoch_ms", "excel")),
    ),
    "clock": (
        Choice("%H:%M:%S", 4),
        Choice("%H:%M", 4),
        Choice("%I:%M:%S %p"),
        Choice("%I:%M %p", 2),
        Choice("%H:%M:%S.%f"),
        Choice("%H.%M"),
        Choice("%H%M"),
    ),
    "join": (Choice(" ", 8), Choice("T", 2), Choice(", "), Choice(" - ")),
    "offset": (Choice("none", 8), Choice(" %z"), Choice("%z"), Choice("Z"), Choice(" %Z")),
    "zeros": (Choice("padded", 4), Choice("plain", 1)),
    "months": (Choice("en", 2), Choice("own", 1)),
    "moment": (Choice("one column", 4), Choice("two columns", 3), Choice("five columns", 1)),
    "days": (Choice("spread", 5), Choice("one day", 3), Choice("edges", 2)),
    "zone": (
        *(Choice(name) for name in ("America/New_York", "Europe/Berlin", "Europe/London")),
        *(Choice(name) for name in ("Australia/Sydney", "Asia/Kolkata", "America/Sao_Paulo")),
    ),
    "zones": (
        Choice("one", 6),
        Choice("by location", 2),
        Choice("file in UTC", 1),
        Choice("column", 1),
        Choice("of the account", 2),
    ),
    # Ids.
    "id": (
        Choice("numbers", 4),
        *(Choice(name) for name in ("long", "zeros", "letters", "masked", "combined", "hex")),
    ),
    "guard": (Choice("none", 12), *(Choice(name) for name in ('="5"', '="5" bare', "'5"))),
    "location": (
        Choice("column", 5),
        Choice("constant"),
        Choice("masked"),
        *(Choice(name) for name in ("file_name", "folder", "mailbox")),
    ),
    # Which rows there are.
    "shape": (
        Choice("transactions", 8),
        Choice("net and tax"),
        Choice("refunds in a column"),
        *(Choice(name) for name in ("items", "items of orders", "first row only")),
        *(Choice(name) for name in ("voided rows", "kinds of rows", "refund status")),
        Choice("states of rows"),
    ),
}

DAMAGES: tuple[Choice, ...] = (
    Choice("none", 0),
    Choice("delimiter too many", 3),
    Choice("delimiter too few", 3),
    Choice("unclosed quote", 2),
    Choice("stray quote", 2),
    Choice("cut in the last row", 2),
    Choice("cut anywhere", 2),
    Choice("cut in the first two fields", 2),
    Choice("swapped character", 3),
    Choice("swapped byte"),
    Choice("NUL", 1),
    Choice("line twice"),
    Choice("line missing"),
    Choice("line broken in two"),
    Choice("mixed line ends"),
    Choice("other decimal sign", 2),
    Choice("other decimal sign, bare"),
    Choice("other order of dates", 2),
    Choice("header renamed"),
    Choice("header twice"),
    Choice("mixed encoding", 2),
    Choice("rounded id"),
    Choice("other currency"),
    Choice("other currency beside"),
    Choice("whole units"),
    Choice("zone not explained"),
    Choice("lines not told"),
    Choice("two totals"),
    Choice("number comes again", 2),
    Choice("scattered rows"),
    Choice("unknown status"),
    Choice("other decimal sign pinned"),
    Choice("other order of dates pinned"),
    Choice("other delimiter pinned"),
    Choice("other encoding pinned"),
    Choice("other header line pinned"),
    Choice("line end pinned"),
)
"""What is done to a file that is not whole; a file has one of them, at most."""

EXCLUDED: tuple[Excluded, ...] = (
    Excluded(
        {
            "between": ("blank", "comments", "headers", "headers in capitals"),
            "shape": ("items of orders", "first row only"),
        },
        "a blank cell is never filled over a gap, on purpose: another block may begin there",
    ),
)
"""The first choice turns plain where all are given; `damage` is one of them here."""
