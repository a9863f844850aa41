"""Which dialects come into question for a text: from what stands in its lines, and how often."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby, islice

from parsers.dialects.likeness import is_value
from parsers.header.columns import clean, missing
from parsers.money.written import may_be_amount
from parsers.records.dialect import BLANKS
from parsers.records.scan import LINE_END

ORDINARY = (",", ";", "\t", "|")

# Never a delimiter by evidence alone: parts of numbers, names and times.
_NEVER = frozenset("\"'\\+-._()$%@\u20ac\u00a3`\u2019\ufffd")
# Connecting, dashing and other punctuation, signs, controls; neither letters nor brackets.
_DIVIDING = frozenset(("Pc", "Pd", "Po", "Sm", "Sk", "So", "Cc"))
# What a delimiter of several characters may be made of, beyond one character repeated.
_PARTS = frozenset("|~^;:,<>*&!=\u00a7\u00a6")
_LINES_SHARE = 0.7  # of the lines must have a delimiter that is not an ordinary one
_SAME_SHARE = 0.6  # of those must have it the same number of times
_OTHERS_MAX = 6  # tried at most, the most frequent first
_SEVERAL = 3
_HOLDING_MAX = 5  # lines that hold all mapped names, one of which is the header
_ENCLOSED_SHARE = 0.6  # of the fields that begin with a single quote must end with one
# Quoted text, where it is told by what stands around it.
_QUOTED = re.compile(r"""(?<!\w)"[^"\r\n]*"(?!\w)|(?<!\w)'[^'\r\n]*'(?!\w)""")
_SEP_LINE = re.compile(r'"?sep=(?P<sep>[^\r\n]*?)"?[ \t,;]*', re.IGNORECASE)


def sep_line(text: str) -> str | None:
    """Give the delimiter that a first line like `sep=;` names, as Excel writes it; else None."""
    first = LINE_END.split(text[:40], maxsplit=1)[0]
    found = _SEP_LINE.fullmatch(first)
    if found is None:
        return None
    written = first.lower().partition("sep=")[2].rstrip('"')
    return {"\\t": "\t"}.get(written, written) or None


def lines_of(pieces: Sequence[str]) -> list[str]:
    """Give the physical lines of a sample that are not blank."""
    return [line for piece in pieces for line in LINE_END.split(piece) if line.strip()]


def delimiters(lines: Sequence[str]) -> list[str]:
    """Give the delimiters that come into question, the likelier of two equal ones first."""
    plain = [_QUOTED.sub('""', line) for line in lines]
    singles = [char for char in ORDINARY if any(char in line for line in plain)]
    singles += _others(plain, singles)
    found = [each for char in singles for each in (*_longer(char, plain), char)]
    if any("  " in line.strip() for line in plain):
        found.append(BLANKS)
    if _is_regular(" ", plain, 1.0):
        found.append(" ")
    return list(dict.fromkeys(found))


def dividing_names(lines: Sequence[str], names: Sequence[str]) -> list[str]:
    """Give the delimiters, however seldom, that divide a line into all of several mapped names."""
    wanted = [clean(name).casefold() for name in names]
    found: list[str] = []
    if len(wanted) == 1:
        return []  # which stands in a line that nothing divides as well
    holding = (line for line in lines if all(name in clean(line).casefold() for name in wanted))
    for line in islice(holding, _HOLDING_MAX):
        runs = ["".join(run) for divides, run in groupby(line, _may_divide) if divides]
        runs += [char * size for size in (_SEVERAL, 2, 1) for char in "".join(runs)]
        found += [run for run in dict.fromkeys(runs) if _divides(line, run, names)]
    return list(dict.fromkeys(found))


def _divides(line: str, delimiter: str, names: Sequence[str]) -> bool:
    return not missing([clean(cell.strip(" '")) for cell in line.split(delimiter)], names)


def quotings(pieces: Sequence[str], delimiter: str) -> Iterator[tuple[str | None, str | None]]:
    """Give the pairs of quote and escape that come into question, the ordinary one first."""
    text = LINE_END.sub("\n", "\n".join(pieces))
    doubles, usual = _uses('"', text, delimiter)
    singles, enclosed = _uses("'", text, delimiter)
    if any(_is_amount_in_quotes(field) for field in enclosed) and not any(
        delimiter in field or "\n" in field for field in usual
    ):
        yield "'", None
        return
    yield '"', None
    if '\\"' in text or (delimiter and "\\" + delimiter in text):
        yield '"', "\\"
    if len(doubles) >= _SEVERAL and not usual:
        yield None, None
    proved = any(
        "\n" in field
        or "''" in field[1:-1]
        or "\\'" in field
        or delimiter in field
        or is_value(field[1:-1].strip())
        for field in enclosed
    )
    enough = max(1 if proved else _SEVERAL, _ENCLOSED_SHARE * len(singles))
    if len(enclosed) >= enough and len(enclosed) > len(usual):
        yield "'", None
        if "\\'" in text:
            yield "'", "\\"


def _is_amount_in_quotes(field: str) -> bool:
    """Whether a field is like '12''500.00': quoted, as it holds a quote, and an amount."""
    return "''" in field[1:-1] and may_be_amount(field[1:-1].replace("''", "'"))


def _uses(quote: str, text: str, delimiter: str) -> tuple[list[str], list[str]]:
    """Give the beginnings of fields that begin with a quote, and all of those that end with one."""
    if quote not in text:
        return [], []
    mark = re.escape(delimiter) if delimiter not in ("", BLANKS) else r"[ \t]{2}|\t"
    before = rf"(?:^|{mark})[ \t]*"
    whole = rf"({quote}(?:[^{quote}\\]|{quote}{quote}|\\.)*{quote})"
    after = rf"[ \t]*(?={mark}|\n|\Z)"
    return (
        re.findall(before + quote, text, re.MULTILINE),
        re.findall(before + whole + after, text, re.MULTILINE),
    )


def _others(lines: Sequence[str], known: Sequence[str]) -> list[str]:
    counts = Counter(char for line in lines for char in dict.fromkeys(line))
    found = [
        char
        for char, count in counts.most_common()
        if char not in known
        and count >= _LINES_SHARE * len(lines)
        and _may_divide(char)
        and any(_is_regular(char * size, lines, _LINES_SHARE) for size in (1, 2))
    ]
    return found[:_OTHERS_MAX]


def _may_divide(char: str) -> bool:
    if char in _NEVER or char in " \t\r\n\xa0":
        return False
    return unicodedata.category(char) in _DIVIDING


def _is_regular(char: str, lines: Sequence[str], share: float) -> bool:
    """Whether enough lines have it, and most of these equally often."""
    # Not all blanks of Python: the control characters among them may be what divides.
    counts = Counter(line.strip(" \t\xa0").count(char) for line in lines)
    having = len(lines) - counts.pop(0, 0)
    return (
        bool(counts)
        and having >= share * len(lines)
        and (max(counts.values()) >= _SAME_SHARE * having)
    )


def _longer(char: str, lines: Sequence[str]) -> list[str]:
    """Give the delimiters of several characters that this one is a part of in the usual lines."""
    text = "\n".join(_usual(char, lines))
    found = []
    runs = [len(run.group()) for run in re.finditer(f"{re.escape(char)}+", text)]
    several = len(runs) > 1 + text.count("\n")
    for size in (3, 2):
        # In a table with blank cells a comma may well stand twice in most lines.
        twice = char != "," and _is_regular(char * size, lines, _LINES_SHARE)
        if twice or (several and all(run % size == 0 for run in runs)):
            found.append(char * size)
            break
    unit = found[0] if found else char
    left, right = _beside(unit, text)
    if left is not None and left == right and left in _PARTS and left != char:
        found.insert(0, left + unit + right)
    elif right is not None and right in _PARTS and right != char:
        found.insert(0, unit + right)
    if right == " ":
        found.insert(0, unit + " ")
        if left == " ":
            found.insert(0, f" {unit} ")
    return found


def _usual(char: str, lines: Sequence[str]) -> list[str]:
    """Give the lines that have a character as often as most lines that have it."""
    having = [line for line in lines if char in line]
    [(usual, _)] = Counter(line.count(char) for line in having).most_common(1)
    return [line for line in having if line.count(char) == usual]


def _beside(unit: str, text: str) -> tuple[str | None, str | None]:
    """Give the characters that always stand left and right of a unit, each None if they differ."""
    lefts = set(re.findall(f"(.){re.escape(unit)}", text))
    rights = set(re.findall(f"{re.escape(unit)}(.)", text))
    return (
        lefts.pop() if len(lefts) == 1 else None,
        rights.pop() if len(rights) == 1 else None,
    )
