"""Texts that are no tables, told by what they hold: markup, JSON, scripts, logs.

Asked only of a text in which the columns looked for were not found, so that no table is refused
for what stands in its cells; and each kind must show itself from beginning to end.
"""

import json
import re
from collections.abc import Sequence

from parsers.reject import Unreadable, UnreadableCode

_HEAD = 1 << 16  # characters that are looked at
_JSON_MAX = 1 << 24
_MOST = 0.8  # of the lines of a log begin as its lines do
_LINES_MIN = 3
_BLOCKS = "html|head|body|table|thead|tbody|div|script|style|form|pre|p|h1|ul|center|font"
_PROLOGUE = r"\s*(?:<!--.*?-->\s*|<[?!][^>]*>\s*)*"
_PAGE = re.compile(rf"{_PROLOGUE}<(?:{_BLOCKS})(?=[\s>])", re.IGNORECASE | re.DOTALL)
_ROOT = re.compile(rf"{_PROLOGUE}<(?P<root>[A-Za-z_][\w:.-]*)(?=[\s>])", re.DOTALL)
_SCRIPT = re.compile(
    r"\s*(?:#!\s*/|@echo off\b|<\?php\b|(?:INSERT\s+INTO|CREATE\s+TABLE|DROP\s+TABLE|BEGIN\s+"
    r"TRANSACTION)\s)",
    re.IGNORECASE,
)
_LEVEL = r"(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|FATAL|CRITICAL)"
_MOMENT = r"\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?(?:Z|[ ]?[+-]\d\d:?\d\d)?\]?"
_OF_LOG = re.compile(
    rf"{_MOMENT}\s+\S.{{0,80}}?\b{_LEVEL}\b|\[?{_LEVEL}\b\]?[\s:]|{_MOMENT}\s+\[?{_LEVEL}\b"
    r"|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S+ \S+(?:\[\d+\])?: "  # syslog: RFC 3164
    r'|\S+ \S+ \S+ \[\d\d/[A-Z][a-z]{2}/\d{4}:[^]]+\] "[A-Z]+ '  # the common log of web servers
)


def refuse_no_table(text: str) -> None:
    """Refuse a text that is another kind of document. Raises Unreadable (NOT_A_TABLE)."""
    kind = _kind(text)
    if kind is not None:
        raise Unreadable(
            UnreadableCode.NOT_A_TABLE,
            f"This is not a table of delimited text: it is {kind}.",
            remedy="Ask the sender for the till's export as CSV. A web page instead of an export "
            "is often that of a login or an error: the export may have to be set up again.",
        )


def _kind(text: str) -> str | None:
    head = text[:_HEAD]
    lines = [line for line in head.splitlines()[:1000] if line.strip()]
    if _is_markup(text, head):
        return "a web page or XML"
    if _is_json(text, lines):
        return "JSON"
    if _SCRIPT.match(head):
        return "a script or commands for a database"
    logged = sum(_OF_LOG.match(line) is not None for line in lines)
    if len(lines) >= _LINES_MIN and logged >= _MOST * len(lines):
        return "a log"
    return None


def _is_markup(text: str, head: str) -> bool:
    """Whether it begins with a tag and ends with one: of a page, or the root that closes last."""
    if not text.rstrip().endswith(">"):
        return False
    if _PAGE.match(head):
        return True
    found = _ROOT.match(head)
    if found is None:
        return False
    closing = f"</{found['root']}>"
    return text.count(closing) == 1 and text.rstrip().endswith(closing)


def _is_json(text: str, lines: Sequence[str]) -> bool:
    """Whether it is one object or list, or an object on each line."""
    if not text.lstrip().startswith(("{", "[")) or len(text) > _JSON_MAX:
        return False
    return _holds_objects(text) or all(
        line.lstrip().startswith("{") and _holds_objects(line) for line in lines[:10]
    )


def _holds_objects(text: str) -> bool:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) or (
        isinstance(found, list) and any(isinstance(each, dict | list) for each in found)
    )
