"""One record with quotes or escapes in it, taken from a text.

Of a field that does not close on the line on which it opens there are two readings:
A, a cell of several lines: it closes further down, right before a delimiter or a line end;
B, a mistake: its first line alone is bad, and the next line begins a record.
If A closes properly and swallows no line that is a record of full width, it is A. If it does not
close properly, or swallows one and makes no record of full width itself, it is B. Else both make
sense.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from parsers.records.dialect import Dialect
from parsers.records.scan import LINE_END, Scan
from parsers.reject import Unreadable, UnreadableCode, clip

# Lines looked at in vain for the end of a quoted field, in one file, for each that was read and
# to begin with: what has thousands of bad quotes that each reach far must not cost hours.
_VAIN_PER_LINE = 10
_VAIN_AT_FIRST = 200_000
# In a narrower table a single line of full width may as well be prose with a comma in it.
_TELLING_WIDTH = 3


@dataclass(slots=True)
class Record:
    """One record: the physical line it starts on, its own text, its fields.

    `stray` is set if text followed a closing quote, `unclosed` if a quoted field did not close.
    In both cases the fields are a guess. Not frozen: made a million times a file.
    """

    line: int
    raw: str
    fields: list[str]
    stray: bool = False
    unclosed: bool = False

    @property
    def is_bad(self) -> bool:
        """Whether its quotes make no sense."""
        return self.stray or self.unclosed


class Quoted:
    """Reads the records of a text that have quotes or escapes in them.

    `stop` is where the last record read ends, and `lines` how many line ends are inside of it.
    With `guess` a quote with two readings is taken for a mistake on its line: to be shown only.
    """

    def __init__(
        self, text: str, dialect: Dialect, width: int | None, *, guess: bool = False
    ) -> None:
        self._text = text
        self._guess = guess
        self._dialect = dialect
        self._width = width
        self._vain = 0
        self.stop = 0
        self.lines = 0

    def read(self, start: int, stop: int, line: int) -> Record:
        """Read the record that begins on this line, which is text[start:stop].

        Raises Unreadable (UNCLOSED_QUOTE) if both readings make sense.
        """
        scan = Scan(self._text, self._dialect, start, stop)
        proper = scan.try_several_lines(self._width)
        drawn = scan.lines
        swallowed = self._swallowed(scan) if proper and drawn else None
        if swallowed is not None and len(scan.fields) == self._width and not self._guess:
            raise _two_readings(line, swallowed + line, line + drawn, self._text[start:stop])
        if not proper or swallowed is not None:
            self._spend(drawn, line)
            scan = self._alone(start, stop)
            drawn = 0
        self.stop = scan.stop
        self.lines = drawn
        raw = self._text[start : scan.stop]
        return Record(line, raw, scan.fields, scan.stray, scan.unclosed)

    def _alone(self, start: int, stop: int) -> "Scan":
        """Read one line as a record, whatever its quotes say."""
        scan = Scan(self._text, self._dialect, start, stop)
        scan.one_line(self._width)
        return scan

    def _swallowed(self, scan: "Scan") -> int | None:
        """Find a line that a cell of several lines holds and that is a record by itself.

        Gives how many lines it is below the first, or None. There is none if the first line is too
        short to be a record that lacks a quote.
        """
        width = self._width
        if width is None or width == 1 or scan.split_width < width:
            return None
        inner = list(self._inner_lines(scan))
        full = [len(self._alone(start, stop).fields) == width for start, stop in inner]
        if width < _TELLING_WIDTH and not all(full):
            return None
        return full.index(True) + 1 if any(full) else None

    def _inner_lines(self, scan: "Scan") -> Iterator[tuple[int, int]]:
        """Give where the lines below the first begin and end."""
        end = LINE_END.match(self._text, scan.first_stop)
        while end is not None and end.end() <= scan.stop:
            start = end.end()
            end = LINE_END.search(self._text, start, scan.stop)
            yield start, scan.stop if end is None else end.start()

    def _spend(self, lines: int, line: int) -> None:
        self._vain += lines
        if self._vain > _VAIN_AT_FIRST + _VAIN_PER_LINE * line:
            raise Unreadable(
                UnreadableCode.UNCLOSED_QUOTE,
                f"Too many quoted fields up to line {line} are not closed where they should be.",
                remedy="Look at the file: if quotation marks are ordinary characters in it, write "
                '[format] quote = "" into the mapping. Else ask the sender for a corrected file.',
            )


def _two_readings(line: int, swallowed: int, last: int, text: str) -> Unreadable:
    return Unreadable(
        UnreadableCode.UNCLOSED_QUOTE,
        f"A quoted field that opens on line {line} has two readings: a cell of several lines that "
        f"ends on line {last}, or a quotation mark too many, since line {swallowed} is a whole row "
        f"by itself: {clip(text)}",
        remedy=f"Look at line {line}: a quotation mark is missing or one too many. Ask the sender "
        "for a corrected file.",
    )
