"""One pass over the fields of a record that has quotes or escapes in it.

A field that begins with a quote ends at the next quote that is not escaped; blanks around it are
dropped. A quote anywhere else in a field is an ordinary character (5" pipe). Text after a closing
quote is a stray quote: where the field ends is a guess, so the record is marked. So is one in which
a quote in the midst of a field may open what a later field closes: 17x"2,00" may lack a delimiter;
or in which nothing stands around quotes but what nobody sees.
"""

import re
from functools import cache

from parsers.records.dialect import BLANKS, Dialect
from parsers.text.framing import LINE_MAX_CHARACTERS

# Far beyond any note or address.
RECORD_MAX_LINES = 1000

BLANK_CHARACTERS = " \t\xa0"
# Blanks that look like these, what joins or parts letters, and the mark of a byte order; for
# Python's re and Rust's regex, in brackets.
UNSEEN = "\u00a0\u00ad\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff"
LINE_END = re.compile(r"\r\n|\n|\r")
_RUN_OF_BLANKS = re.compile(r"(?:[ \t\xa0]{2,}|\t)(?=[^ \t\xa0])")
# What stands behind a digit and the quote that means its unit: 5" pipe, 5" x 10, 5".
_BEHIND_UNIT = re.compile(r"[ \t]*$|[ \t]+[^ \t0-9]|[x\u00d7][ \t]*[0-9]", re.IGNORECASE)


class Scan:
    """Goes through one record; `at` is where it is, `stop` where the line ends that it reached,
    `lines` how many lines below the first that is.

    `closed` is the number of fields that closed on a later line. `split_width` is the number of
    fields if the first line were divided in spite of its open quote.
    """

    def __init__(self, text: str, dialect: Dialect, start: int, stop: int) -> None:
        self._text = text
        self._dialect = dialect
        self._quote = dialect.quote
        self._delimiter = dialect.delimiter
        # Most are so, and their fields end where the delimiter is found next.
        self._simple = not dialect.escape and dialect.delimiter not in ("", BLANKS)
        self._start = start
        self.first_stop = stop
        self.stop = stop
        self.lines = 0
        self.at = start
        self.fields: list[str] = []
        self.closed = 0
        self.split_width = 0
        self.stray = False
        self.unclosed = False
        self._one_line = False
        self._to_the_end = False
        self._opened_inside = False

    def try_several_lines(self, width: int | None) -> bool:
        """Read the record, going on to further lines. False: a field does not close properly."""
        most = RECORD_MAX_LINES if width is None else width
        self.at = self._start
        self._opened_inside = False
        while self._field():
            if self.closed > most:
                return False
            if self.at >= self.stop:
                return True
            self._skip_delimiter()
        return False

    def one_line(self, width: int | None) -> None:
        """Read the first line as a record; a quote that it does not close is dropped.

        The field then ends at the next delimiter, or at the line's end if that gives full width.
        """
        self._one_line = True
        self._read_line()
        if self.unclosed and width is not None and len(self.fields) != width:
            split = self.fields
            self._to_the_end = True
            self._read_line()
            if len(self.fields) != width:
                self.fields = split

    def _read_line(self) -> None:
        self.fields = []
        self.at = self._start
        self._opened_inside = False
        while self._field() and self.at < self.stop:
            self._skip_delimiter()

    def _field(self) -> bool:
        """Read one field, up to its delimiter. False: it does not close properly."""
        opening = self.at
        if opening < self.stop and self._text[opening] in " \t":
            opening = self._skip_blanks(opening)
        if opening < self.stop and self._text[opening] == self._quote:
            return self._quoted_field(opening)
        start = opening if self._delimiter == BLANKS else self.at
        self.at = self._end_of_field(start)
        text = self._text[start : self.at]
        if self._quote and self._quote in text:
            self._note_inside(text, self._quote)
        self.fields.append(text if self._simple else self._plain(text))
        return True

    def _note_inside(self, text: str, quote: str) -> None:
        """Mark the record if a quote in the midst of an earlier field is closed by this one, or if
        nothing is seen around the quotes of this one.

        Quotes in pairs, and one that is a unit, open nothing.
        """
        self.stray |= _unseen_around(quote).fullmatch(text) is not None
        if self._dialect.escape:
            text = re.sub(re.escape(self._dialect.escape) + ".", "  ", text)
        if text.replace(quote * 2, quote).count(quote) % 2 == 0:
            return
        if self._opened_inside:
            self.stray |= text.rstrip(" \t").endswith(quote)
            return
        before, _, after = text.partition(quote)
        self._opened_inside = not (before[-1:].isdigit() and _BEHIND_UNIT.match(after))

    def _quoted_field(self, opening: int) -> bool:
        closing = self._closing_quote(opening + 1)
        if closing is None or self._is_next_opening(closing, opening):
            return self._leave_open(opening)
        if closing >= self.stop and (self._one_line or not self._reach(closing, opening)):
            return self._leave_open(opening)
        if self._ends_field(closing):
            self.at = self._skip_blanks(closing + 1)
            self.fields.append(self._unescaped(opening + 1, closing))
        elif closing > self.first_stop:
            return False
        else:
            self._stray_field(opening, closing)
        return True

    def _leave_open(self, opening: int) -> bool:
        """Give up on a quote that does not close; on one line, drop it and read on."""
        if not self._one_line:
            return False
        self.unclosed = True
        self.at = self.stop if self._to_the_end else self._end_of_field(opening + 1)
        self.fields.append(self._plain(self._text[opening + 1 : self.at]))
        return True

    def _reach(self, closing: int, opening: int) -> bool:
        """Go on to the line of a closing quote. False: that would be too far."""
        if not self.closed:
            self.split_width = len(self.fields) + self._count_fields(opening, self.first_stop)
        line_end = LINE_END.search(self._text, closing)
        stop = line_end.start() if line_end else len(self._text)
        self.lines += len(LINE_END.findall(self._text, self.stop, stop))
        self.stop = stop
        self.closed += 1
        return stop - self._start <= LINE_MAX_CHARACTERS and self.lines < RECORD_MAX_LINES

    def _stray_field(self, opening: int, closing: int) -> None:
        """Read a field with text after a quote: to the quote that ends it, else to the delimiter.

        In "12" pipe",5 it ends with the third; in "12"x,"5" with the first comma.
        """
        self.stray = True
        quote = self._quote or ""
        at = closing
        while (at := self._text.find(quote, at + 1, self.stop)) >= 0:
            if self._is_next_opening(at, opening):
                break
            if self._ends_field(at):
                self.at = self._skip_blanks(at + 1)
                self.fields.append(self._unescaped(opening + 1, at))
                return
        self.at = self._end_of_field(closing + 1)
        inner = self._unescaped(opening + 1, closing)
        self.fields.append(inner + self._text[closing + 1 : self.at])

    def _ends_field(self, closing: int) -> bool:
        """Whether nothing but blanks stands between a quote and the next delimiter or line end."""
        after = self._skip_blanks(closing + 1)
        if self._simple:
            return after >= self.stop or self._text.startswith(self._delimiter, after)
        if after >= self.stop or not self._delimiter:
            return after >= self.stop
        if self._delimiter == BLANKS:
            return _RUN_OF_BLANKS.match(self._text, closing + 1, self.stop) is not None
        return self._text.startswith(self._delimiter, after)

    def _is_next_opening(self, at: int, opening: int) -> bool:
        """Whether a quote stands right after a delimiter and before text: "a,"b" lacks a quote."""
        start = at - len(self._delimiter)
        if not self._delimiter or start <= opening or at >= self.stop - 1:
            return False
        if not self._text.startswith(self._delimiter, start):
            return False
        return not self._ends_field(at)

    def _closing_quote(self, start: int) -> int | None:
        """Find the next quote that is not escaped, on this line or a later one."""
        text, quote, escape = self._text, self._quote or "", self._dialect.escape
        limit = min(start + LINE_MAX_CHARACTERS, len(text))
        at = start
        while (at := text.find(quote, at, limit)) >= 0:
            if escape and self._is_escaped(at, start):
                at += 1
            elif text.startswith(quote, at + 1):
                at += 2
            else:
                return at
        return None

    def _is_escaped(self, at: int, start: int) -> bool:
        before = at
        while before > start and self._text[before - 1] == self._dialect.escape:
            before -= 1
        return (at - before) % 2 == 1

    def _count_fields(self, start: int, stop: int) -> int:
        """Count the fields up to `stop` if every delimiter counts."""
        if self._delimiter == BLANKS:
            return 1 + len(_RUN_OF_BLANKS.findall(self._text, start, stop))
        return 1 + (self._text.count(self._delimiter, start, stop) if self._delimiter else 0)

    def _end_of_field(self, start: int) -> int:
        delimiter = self._delimiter
        if self._simple:
            end = self._text.find(delimiter, start, self.stop)
            return self.stop if end < 0 else end
        if not delimiter:
            return self.stop
        if delimiter == BLANKS:
            run = _RUN_OF_BLANKS.search(self._text, start, self.stop)
            return run.start() if run else self.stop
        end = self._text.find(delimiter, start, self.stop)
        while end >= 0 and self._is_escaped(end, start):
            end = self._text.find(delimiter, end + 1, self.stop)
        return self.stop if end < 0 else end

    def _skip_delimiter(self) -> None:
        if self._delimiter == BLANKS:
            self.at = self._skip_blanks(self.at)
        else:
            self.at += len(self._delimiter)

    def _skip_blanks(self, at: int) -> int:
        """Step over blanks, but not over a delimiter that begins with one."""
        text, delimiter = self._text, self._delimiter
        guarded = delimiter not in ("", BLANKS)
        while at < self.stop and text[at] in " \t":
            if guarded and text.startswith(delimiter, at):
                break
            at += 1
        return at

    def _plain(self, value: str) -> str:
        """Give what a field without quotes means."""
        if self._delimiter == BLANKS:
            value = value.strip(BLANK_CHARACTERS)
        escape = self._dialect.escape
        if escape and escape in value:
            for char in (self._delimiter, self._quote):
                if char:
                    value = value.replace(escape + char, char)
        return value

    def _unescaped(self, start: int, stop: int) -> str:
        """Give what a quoted field holds."""
        value, quote, escape = self._text[start:stop], self._quote or "", self._dialect.escape
        if escape and escape in value:
            return _escapes(escape, quote).sub(r"\1", value)
        return value.replace(quote * 2, quote)


@cache
def _unseen_around(quote: str) -> re.Pattern[str]:
    around = f"[ \t{UNSEEN}]*"
    return re.compile(f"{around}{quote}.*{quote}{around}", re.DOTALL)


@cache
def _escapes(escape: str, quote: str) -> re.Pattern[str]:
    """Make the expression for what an escape or a doubled quote stands before."""
    sign = re.escape(escape)
    return re.compile(f"(?:{sign}|{quote}(?={quote}))({quote}|{sign})")
