"""What a file states about itself, a total or a count of its records, checked against its rows."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from parsers.header.finding import Header
from parsers.money.written import NotMoneyError, read_money
from parsers.records.cells import Look, look
from parsers.reject import Unreadable, UnreadableCode, clip
from parsers.trailer.total_words import count_in, is_partial, is_total, total_in

_COUNT_CELLS = 3  # a label, perhaps in two cells, and the count


class StatementKind(StrEnum):
    """What is stated."""

    TOTAL = "total"  # the sum of a column, which stands in that column
    COUNT = "count"  # how many records there are


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What one line of a footer states.

    `text` is the amount or count as written. Of a total, `position` is that of its column and
    `column` the header's name for it; of a count they are None, and of a total that stands in one
    cell with its word.
    """

    line: int
    kind: StatementKind
    text: str
    position: int | None = None
    column: str | None = None

    @property
    def count(self) -> int | None:
        """The count, if that is what is stated."""
        return count_in(self.text) if self.kind is StatementKind.COUNT else None

    def amount(self, decimal: str) -> Decimal | None:
        """The total, read with a decimal sign; None if it is a count, or cannot be read."""
        if self.kind is not StatementKind.TOTAL:
            return None
        try:
            return Decimal(read_money(self.text, decimal))
        except NotMoneyError:
            return None


def stated(
    line: int, cells: Sequence[str], header: Header, money: Sequence[int]
) -> list[Statement]:
    """Read what a line of the footer states; `money` are the positions of mapped amounts.

    A total counts only in its column, or in one cell with its word, if one amount is mapped; and
    under a word that means all of the rows: what another amount is the sum of cannot be known.
    """
    words = [cell.strip() for cell in cells if cell.strip()]
    together = " ".join(words)
    if len(words) <= _COUNT_CELLS and count_in(together) is not None:
        return [Statement(line=line, kind=StatementKind.COUNT, text=together)]
    if len(words) == len(money) == 1 and (alone := total_in(words[0])) is not None:
        return [Statement(line=line, kind=StatementKind.TOTAL, text=alone)]
    if not words or not is_total(words[0]) or is_partial(words[0]):
        return []
    if len(cells) > len(header.columns):
        return []
    return [
        Statement(
            line=line,
            kind=StatementKind.TOTAL,
            text=cells[at].strip(),
            position=at,
            column=header.columns[at],
        )
        for at in money
        if at < len(cells) and look(cells[at]) is Look.NUMBER
    ]


def check_statements(
    statements: Sequence[Statement],
    *,
    sums: Mapping[int, Collection[Decimal]],
    counts: Collection[int],
    decimal: str,
) -> Unreadable | None:
    """Say that the rows are not what the file states, naming both figures; None if they are.

    `sums` are, for each position of mapped amounts, the sums that may honestly be meant, and
    `counts` the counts: of the rows that are loaded, first, then with those left out, with rejects
    and so on. Of several statements about one thing it is enough that one agrees.
    """
    for position, honest in sums.items():
        about = [
            (one, amount)
            for one in statements
            if one.position == position and (amount := one.amount(decimal)) is not None
        ]
        if about and honest and not any(amount in honest for _, amount in about):
            one, amount = about[-1]
            return differs(
                one,
                f"a total of {amount:,.2f} in column '{clip(one.column or '')}'",
                f"the rows add up to {next(iter(honest)):,.2f}",
            )
    counted = [(one, one.count) for one in statements if one.count is not None]
    if counted and counts and not any(count in counts for _, count in counted):
        one, count = counted[-1]
        return differs(one, f"{count:,} records", f"there are {next(iter(counts)):,}")
    return None


def differs(statement: Statement, states: str, found: str) -> Unreadable:
    """Say that a line states something else than is found."""
    return Unreadable(
        UnreadableCode.STATED_TOTAL,
        f"Line {statement.line} states {states}, but {found}.",
        remedy="The file may not be complete: ask the sender to export it again. If that line "
        "means something else, say in the mapping how many lines at the end are the footer, which "
        "then states nothing: [format] footer = 1. The file then loads by itself.",
    )
