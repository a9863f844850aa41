"""The [format] of a mapping: how a feed's files are written, as far as it is pinned."""

import codecs
import unicodedata
from dataclasses import dataclass

from parsers.mappings.settings_table import Table
from parsers.records.dialect import BLANKS

# One column; a single blank; blanks, two or more; a tab.
_DELIMITERS = ("", " ", BLANKS, "\t")
# What a number may hold: these alone cannot divide fields.
_IN_NUMBERS = "+-."
_LINE_ENDS = ("\n", "\r\n", "\r")
_GROUPINGS = (",", ".", " ", "'", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """How a file is written. None: found in each file by evidence.

    `delimiter` is as in a Dialect. `quote` is `"`, `'` or "" for none;
    `escape` is a backslash, or "" where a quote within quotes is doubled. `line_end` is LF, CRLF
    or CR. `header_line` is a physical line from 1, or 0 if there is no header. `comment` is what
    a line to be left out begins with, "" if there are none. `decimal` and `thousands` are the
    signs in amounts, `thousands` "" if digits are not grouped. `footer` is what the first line of
    the footer begins with, or how many physical lines it has at the end; 0 or "" if there is none.
    """

    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    escape: str | None = None
    line_end: str | None = None
    header_line: int | None = None
    comment: str | None = None
    decimal: str | None = None
    thousands: str | None = None
    footer: str | int | None = None


_KEYS = tuple(Format.__dataclass_fields__)


def read_format(table: Table) -> Format:
    """Read [format]; what is wrong with it is in the table's problems."""
    table.know(_KEYS)
    found = Format(
        encoding=_encoding(table),
        delimiter=_delimiter(table),
        quote=_one_of(table, "quote", ('"', "'", ""), """use '"', "'", or "" for none"""),
        escape=_one_of(
            table, "escape", ("\\", ""), r"""use '\' for a backslash, or "" if quotes are doubled"""
        ),
        line_end=_one_of(
            table, "line_end", _LINE_ENDS, r"""use "\n", "\r\n" or "\r" in double quotes"""
        ),
        header_line=table.number("header_line"),
        comment=_beginning(table, "comment"),
        decimal=_one_of(table, "decimal", (".", ","), 'use "." or ","'),
        thousands=_one_of(
            table, "thousands", _GROUPINGS, """use ",", ".", " ", "'", or "" for none"""
        ),
        footer=_footer(table),
    )
    _compare(table, found)
    return found


def _one_of(table: Table, key: str, values: tuple[str, ...], words: str) -> str | None:
    value = table.optional(key, empty="" in values)
    if value is not None and value not in values:
        what = "a decimal sign" if key == "decimal" else "known"
        table.say(key, f"{value!r} is not {what}; {words}")
        return None
    return value


def _encoding(table: Table) -> str | None:
    encoding = table.optional("encoding")
    if encoding is not None and not _is_text_encoding(encoding):
        table.say("encoding", f"{encoding!r} is not an encoding; use for example utf-8 or cp1252")
    return encoding


def _is_text_encoding(name: str) -> bool:
    # str.encode refuses the codecs that are not encodings of text (base64, zip, rot13).
    try:
        codecs.lookup(name)
        return "a,1".encode(name).decode(name) == "a,1"
    except (LookupError, ValueError):
        return False


def _delimiter(table: Table) -> str | None:
    delimiter = table.optional("delimiter", empty=True)
    if delimiter is None or delimiter in _DELIMITERS or _divides(delimiter):
        return delimiter
    table.say(
        "delimiter",
        f"{delimiter!r} does not divide fields; use one of , ; \\t |, several such characters, two "
        "blanks for any number of them from two, or nothing for a table of one column",
    )
    return None


def _divides(text: str) -> bool:
    """Whether a text can stand between fields: it has no letter, digit, quote or line end."""
    if any(char.isalnum() or char in '"\r\n\0' for char in text):
        return False
    return any(char not in _IN_NUMBERS and not _is_blank(char) for char in text)


def _is_blank(char: str) -> bool:
    return unicodedata.category(char).startswith("Z")


def _beginning(table: Table, key: str) -> str | None:
    """What certain lines begin with."""
    text = table.optional(key, empty=True)
    if text and (not text.isprintable() or not text.strip()):
        table.say(key, f"{text!r} must be what such a line begins with")
        return None
    return text


def _footer(table: Table) -> str | int | None:
    value = table.value("footer")
    if value is None or isinstance(value, str):
        return _beginning(table, "footer")
    if isinstance(value, int) and not isinstance(value, bool):
        return table.number("footer")
    table.say(
        "footer",
        'must be what the footer begins with, such as "Total", or its number of lines, '
        f"not {value!r}",
    )
    return None


def _compare(table: Table, found: Format) -> None:
    """Write down which pins contradict each other."""
    if found.decimal and found.decimal == found.thousands:
        table.say("thousands", f"{found.thousands!r} is the decimal sign already")
    if found.delimiter and found.quote and found.quote in found.delimiter:
        table.say("quote", f"{found.quote!r} is in the delimiter already")
    if found.delimiter and found.comment and found.comment.startswith(found.delimiter):
        table.say("comment", f"{found.comment!r} begins with the delimiter: a blank first field")
    if found.quote and found.comment and found.comment.startswith(found.quote):
        table.say("comment", f"{found.comment!r} begins with the quote: a quoted first field")
    if found.quote == "" and found.escape:
        table.say("escape", 'there is nothing to escape with quote = ""; take one of them out')
