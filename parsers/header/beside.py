"""Two tables side by side, whose names the exporter has made different: Store, and Store.1.

The mapping names the left one alone, and the rows of the right one would be lost without a word.
"""

import re
from collections.abc import Sequence

from parsers.header.beginning import Opening
from parsers.header.columns import positions
from parsers.reject import Unreadable, UnreadableCode, clip

_LEAST_NAMES = 3  # of a table; two columns may well have a twin, as Amount and Date
_SUFFIX = re.compile(r"[ ._-]?\(?(?P<number>[0-9]{1,2})\)?|_duplicated_(?P<again>[0-9]{1,2})")


def refuse_second_table_beside(
    columns: Sequence[str], record: Opening, below: Sequence[Opening], names: Sequence[str]
) -> None:
    """Refuse a header in which all mapped names stand again, with one number behind each, if rows
    have values there.

    `record` is the header, `below` are records under it. Raises Unreadable (HEADER).
    """
    mapped = {positions(columns, name)[0] for name in names}
    if len(mapped) < _LEAST_NAMES or len(columns) < 2 * len(mapped):
        return
    twins: dict[str, list[int]] = {}
    for at in mapped:
        for number, place in _twins(columns, at):
            twins.setdefault(number, []).append(place)
    for places in twins.values():
        filled = any(
            len(row.fields) == len(columns) and all(row.fields[at].strip() for at in places)
            for row in below
        )
        if len(places) == len(mapped) and filled:
            shown = ", ".join(f"'{clip(columns[at])}'" for at in sorted(places))
            raise Unreadable(
                UnreadableCode.HEADER,
                f"All the columns that the mapping names stand on line {record.line} once more, "
                f"as {clip(shown, 200)}, with values under them: two tables may stand side by "
                "side, of which one alone would be read.",
                remedy="Ask the sender for a file with one table, or for a file each. If the "
                "others are no sales, name one of them in the mapping, so that it is known: [rows] "
                f'keep = {{ "{clip(columns[min(places)])}" = ["*", ""] }}. The file then loads by '
                "itself.",
            )


def _twins(columns: Sequence[str], at: int) -> list[tuple[str, int]]:
    """Give the columns with the name of another one and a number behind it, and these numbers."""
    name = columns[at].casefold()
    found = []
    for place, column in enumerate(columns):
        if place != at and column.casefold().startswith(name):
            suffix = _SUFFIX.fullmatch(column[len(name) :])
            if suffix is not None:
                found.append((suffix["number"] or suffix["again"], place))
    return found
