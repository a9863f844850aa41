"""The names of columns: how they are cleaned, how each is addressed, and which are missing."""

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from parsers.records.cells import Look, look
from parsers.reject import Unreadable, UnreadableCode, clip

_INVISIBLE = "\ufeff\u200b\u200e\u200f\u2060"
_SHOWN_CHARACTERS = 1000
_AROUND = re.compile(r"^[\W_]+|[\W_]+$")
_ADDRESS = re.compile(r"\([0-9]+\)\s*$|^\s*column [0-9]+", re.IGNORECASE)  # as `addresses` gives


def clean(name: str) -> str:
    """Trim a name of blanks and quotes; inner blanks become plain, what nobody sees goes.

    Of a formula of text, ="Store", the text is taken.
    """
    name = name.strip(_INVISIBLE).strip()
    if name.startswith('="'):
        name = name[1:]
    plain = " ".join(name.strip('"').split())
    # Most are printable as a whole, and every record of a file's beginning is looked at.
    return plain if plain.isprintable() else "".join(filter(str.isprintable, plain))


def numbered(place: int) -> str:
    """Name a column that has no name, by its place from 1."""
    return f"column {place}"


def addresses(columns: Sequence[str]) -> tuple[str, ...]:
    """Give each column a name of its own, by which a mapping can mean it.

    The n-th of several columns called `Amount` is `Amount (n)`, an empty name at place n is
    `column n`. Where another column is really called so, `column n` is taken, and then the first
    of `column n (2)`, `column n (3)` ... that is free.
    """
    total = Counter(columns)
    seen: Counter[str] = Counter()
    taken = {name for name in columns if name and total[name] == 1}
    given = []
    for place, name in enumerate(columns, start=1):
        seen[name] += 1
        address = name
        if not name:
            address = _free(numbered(place), taken)
        elif total[name] > 1:
            address = f"{name} ({seen[name]})"
            address = _free(numbered(place), taken) if address in taken else address
        taken.add(address)
        given.append(address)
    return tuple(given)


def _free(name: str, taken: set[str]) -> str:
    at = 1
    free = name
    while free in taken:
        at += 1
        free = f"{name} ({at})"
    return free


def positions(columns: Sequence[str], name: str) -> list[int]:
    """Say where a column stands: exactly so named, else so but for its case, else so addressed.

    Several positions mean that the name does not say which column is meant.
    """
    wanted = clean(name)
    folded = wanted.casefold()
    if not wanted:
        return []
    exact = [at for at, column in enumerate(columns) if column == wanted]
    found = exact or [at for at, column in enumerate(columns) if column.casefold() == folded]
    if found:
        return found
    return [at for at, each in enumerate(addresses(columns)) if each.casefold() == folded]


def mark(name: str) -> str:
    """A piece, in small letters, of every line on which a column so named stands; may be empty."""
    if _ADDRESS.search(name):
        return ""
    return max(re.findall(r"\w+", clean(name).casefold()), key=len, default="")


def missing(columns: Sequence[str], names: Iterable[str]) -> tuple[str, ...]:
    """Name those of the columns looked for that are not there."""
    folded = {column.casefold() for column in columns}
    rest = [name for name in names if clean(name).casefold() not in folded]
    if any(_ADDRESS.search(name) for name in rest):
        folded = {address.casefold() for address in addresses(columns)}
        rest = [name for name in rest if clean(name).casefold() not in folded]
    return tuple(rest)


class MissingColumns(Unreadable):
    """Columns that the mapping names are not in the header.

    `missing` are their names as the mapping has them, `columns` those of the line that comes
    nearest to a header, as it shows them, and `line` is that line, from 1.
    """

    def __init__(self, missing: Sequence[str], columns: Sequence[str], line: int) -> None:
        super().__init__(
            UnreadableCode.MISSING_COLUMN,
            _words(missing, columns, line),
            remedy=_remedy(missing, columns),
        )
        self.missing = tuple(missing)
        self.columns = tuple(columns)
        self.line = line

    def __reduce__(self) -> tuple[object, ...]:
        """Survive the way from a worker process."""
        return MissingColumns, (self.missing, self.columns, self.line)


def _words(missing: Sequence[str], columns: Sequence[str], line: int) -> str:
    words = []
    for name in missing:
        marked = _marked(name, columns)
        near = marked or nearest(name, columns)
        what = "with a mark beside it there is" if marked else "the nearest is"
        words.append(f"'{name}'" + (f" ({what} '{clip(near)}')" if near else ""))
    found = clip(", ".join(f"'{column}'" for column in columns), _SHOWN_CHARACTERS)
    plural = len(missing) > 1
    return (
        f"The column{'s' * plural} {', '.join(words)} {'are' if plural else 'is'} missing. "
        f"The columns found on line {line} are {found}."
    )


def _remedy(missing: Sequence[str], columns: Sequence[str]) -> str:
    places = {numbered(place) for place in range(1, len(columns) + 1)}
    if set(missing) <= places:
        return (
            "If the file has no header, say so in the mapping: [format] header_line = 0. "
            "The file then loads by itself."
        )
    if any(_marked(name, columns) for name in missing):
        return (
            "A mark stands beside the names, and perhaps beside every cell or line: ask the sender "
            "for the file as it was exported. If it belongs to the name, write it so in the "
            "mapping: the file then loads by itself."
        )
    if _are_values(columns):
        return (
            "That line looks like a row: if the file has no header, say so in the mapping, "
            "[format] header_line = 0, and name the columns by their places, 'column 1'. The file "
            "then loads by itself. Else ask the sender to export it with its header."
        )
    return (
        "If the shop's export has changed, name the new column in the mapping: "
        "the file then loads by itself."
    )


def _marked(name: str, columns: Iterable[str]) -> str | None:
    """Give the column that is called so but for signs around its name: `> Store`, `'Store`."""
    wanted = clean(name).casefold()
    bare = (column for column in columns if _AROUND.sub("", column).casefold() == wanted)
    return next(bare, None) if wanted else None


def _are_values(columns: Sequence[str]) -> bool:
    """Whether the cells of a line are those of a row: a date among them, or mostly numbers."""
    looks = [look(column) for column in columns if column]
    return Look.DATE in looks or 2 * looks.count(Look.NUMBER) > len(looks)


def nearest(name: str, columns: Iterable[str]) -> str | None:
    """Give the column whose name is most like this one; None if no column has a name."""
    by_folded = {column.casefold(): column for column in columns if column}
    near = difflib.get_close_matches(clean(name).casefold(), by_folded, n=1, cutoff=0.0)
    return by_folded[near[0]] if near else None
