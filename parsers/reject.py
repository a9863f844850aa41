"""What is said of what cannot be loaded: of one record, or of a whole file."""

from dataclasses import dataclass
from enum import StrEnum

RAW_MAX_CHARACTERS = 2000
REJECTS_KEPT = 10_000  # of one file; beyond that they are only counted


class RejectCode(StrEnum):
    """Why one record was left out while the others of its file were loaded."""

    TOO_FEW_FIELDS = "too-few-fields"  # shorter than the header: cut off, or a field is missing
    TOO_MANY_FIELDS = "too-many-fields"  # longer than the header: a delimiter inside a value?
    STRAY_QUOTE = "stray-quote"  # inside a value: where the field ends is a guess
    UNCLOSED_QUOTE = "unclosed-quote"  # a quote opens that its row does not close
    OTHER_ENCODING = "other-encoding"  # UTF-8 in a file of another encoding
    LOST_BYTES = "lost-bytes"  # zeros in the row: its end may be that of another one
    EMPTY_ID = "empty-id"  # no id, or a blank part of a combined one
    NULL_ID = "null-id"  # a word for nothing: NULL, nan, #REF!
    LONG_ID = "long-id"  # more than 255 characters: a note or a swallowed line, not an id
    ID_CONTROL_CHARACTER = "id-control-character"  # an unprintable in an id, or `?` for letters
    DAMAGED_ID = "damaged-id"  # 1.3E+18: a spreadsheet rounded it, nobody can bring it back
    ID_NOT_IN_MASK = "id-not-in-mask"  # the cell is not as the mapping's mask says
    EMPTY_MONEY = "empty-money"  # no amount
    NOT_MONEY = "not-money"  # not an amount, or one whose digits are not grouped properly
    MONEY_TOO_LONG = "money-too-long"  # more than 18 digits before the point or 10 after
    OTHER_CURRENCY = "other-currency"  # not in the currency that the mapping names
    NOT_MINOR_UNITS = "not-minor-units"  # a decimal sign where whole cents are expected
    EMPTY_TIME = "empty-time"  # no date, or no time
    NOT_A_TIME = "not-a-time"  # does not fit the format, or there is no such day
    YEAR_OUT_OF_RANGE = "year-out-of-range"  # not in 1970 to 2099: a reset clock, or misread
    UNKNOWN_ZONE = "unknown-zone"  # EST of which continent? the mapping's [zones] may say
    NO_SUCH_LOCAL_TIME = "no-such-local-time"  # in the hour that clocks skip in spring
    UNKNOWN_STATUS = "unknown-status"  # a cell that [rows] neither keeps nor drops
    TWO_TOTALS = "two-totals"  # the rows of one transaction bear different totals
    TWO_MOMENTS = "two-moments"  # the rows of one transaction are of different days
    INCOMPLETE_TRANSACTION = "incomplete-transaction"  # another row of it could not be read


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """One record that was not loaded, and why.

    `line` is the physical line on which the record starts, from 1. `column` is the header's own
    name, or None if the record as a whole is wrong. `message` is for a shopkeeper and names the
    value. `raw` is the record's own text without its line end, cut at 2,000 characters.
    """

    line: int
    column: str | None
    code: RejectCode
    message: str
    raw: str


class UnreadableCode(StrEnum):
    """Why a whole file cannot be loaded safely."""

    NOT_A_TABLE = "not-a-table"  # a picture, a PDF, an archive, a program, binary data
    ENCODING = "wrong-encoding"  # the bytes are not text in the pinned or any likely encoding
    AMBIGUOUS_ENCODING = "ambiguous-encoding"  # a mapped cell reads otherwise in another encoding
    DELIMITER = "wrong-delimiter"  # no delimiter, or not the pinned one, divides the header
    AMBIGUOUS_DIALECT = "ambiguous-dialect"  # two delimiters, or quotes, divide the rows as well
    HEADER = "ambiguous-header"  # two columns bear the name that the mapping asks for
    MISSING_COLUMN = "missing-column"  # a column that the mapping names is not in the header
    AMBIGUOUS_DECIMAL = "ambiguous-decimal"  # 1.234 may be a thousand or one and a bit
    AMBIGUOUS_DATE = "ambiguous-date"  # 03/04 may be in March or in April
    UNKNOWN_DATE = "unknown-date"  # no layout of dates fits, or they have no time of day
    UNKNOWN_ZONE = "unknown-zone"  # a zone's name that may be several, or is not known
    CONTRADICTS_MAPPING = "contradicts-mapping"  # the file proves another sign or encoding
    MIXED_CURRENCIES = "mixed-currencies"  # dollars and euros in one column of totals
    AMBIGUOUS_ID = "ambiguous-id"  # two transactions, or twice the same ones, under the same ids
    NO_LOCATION = "no-location"  # the way the file came does not name the shop as the mapping says
    LINE_ITEMS = "looks-like-line-items"  # rows of one transaction that may have to be added up
    SCATTERED_LINES = "scattered-lines"  # a lost row may belong to any of the transactions
    TOO_MANY_REJECTS = "too-many-rejects"  # more than the mapping's [rejects] at_most
    AMBIGUOUS_FOOTER = "ambiguous-footer"  # a row with a word for a total: a sale or a sum of them
    STATED_TOTAL = "stated-total-differs"  # the rows are not what the file's own footer says
    CUT_SHORT = "cut-short"  # the end of the file is missing
    UNCLOSED_QUOTE = "unclosed-quote"  # a quoted field swallows the lines after it
    TOO_COSTLY = "too-costly"  # reading it took more memory or time than is allowed
    BREAKS_READER = "breaks-reader"  # the process that reads files crashed on it
    TOO_WIDE = "too-wide"  # a line or a header beyond any table: refused to save memory


class Unreadable(Exception):
    """The whole file cannot be loaded safely; nothing of it was read.

    `code` is an `UnreadableCode`, or that of another kind of file, such as an email. `message`
    tells the sender what is wrong, `remedy` tells the operator what to do next.
    Reading the same bytes with the same mapping again will fail again: it is never worth a retry.
    """

    def __init__(self, code: StrEnum, message: str, *, remedy: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.remedy = remedy

    def __reduce__(self) -> tuple[object, ...]:
        """Survive the way from a worker process: the default forgets keyword arguments."""
        return _unreadable, (self.code, self.message, self.remedy)


def _unreadable(code: StrEnum, message: str, remedy: str) -> Unreadable:
    return Unreadable(code, message, remedy=remedy)


def clip(text: str, limit: int = 60) -> str:
    """Make a value fit to be shown in a message: on one line, short, nothing a terminal obeys."""
    shown = "".join(_printable(char) for char in text[: limit + 1])
    return shown if len(shown) <= limit else shown[: limit - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _printable(char: str) -> str:
    if char.isprintable():
        return char
    return " " if char.isspace() else "\N{REPLACEMENT CHARACTER}"
