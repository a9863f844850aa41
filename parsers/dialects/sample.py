"""A part of a text that shows how the whole is written: bounded, from its head, middle and tail."""

from collections.abc import Iterable

from parsers.records.scan import LINE_END

# Characters. Soon read under a dozen dialects, and more than most files of a day have in all.
_WHOLE_MAX = 64 * 1024
_HEAD = 32 * 1024
_PIECE = 8 * 1024
# What decides how quotes are written may come late: pieces are taken around their first.
_TELLING = ('"', '\\"', "'")


def take_sample(text: str) -> list[str]:
    """Take pieces of whole lines from a text, its head first; a short text is one piece."""
    if len(text) <= _WHOLE_MAX:
        return [text]
    starts = [len(text) // 2, len(text) - _PIECE]
    for mark in _TELLING:
        at = text.find(mark, _HEAD)
        if at >= 0:
            starts.append(at - _PIECE // 4)
    pieces = [text[: _last_line_end(text[:_HEAD])]]
    taken = _HEAD
    for start in sorted(starts):
        if start >= taken:
            pieces.append(_whole_lines(text, start))
            taken = start + _PIECE
    return pieces


def line_end_of(text: str) -> str:
    r"""Say which line end a text has, by its head: "\n", "\r\n" or "\r", else "mixed"."""
    head = text[:_WHOLE_MAX]
    if "\r" not in head:  # found ten times as fast as each line end
        return "\n"
    found = set(LINE_END.findall(head))
    return found.pop() if len(found) == 1 else "mixed"


def line_end_of_records(text: str, raws: Iterable[str]) -> str | None:
    """Say which line end stands after records, given as their texts in order; None if none does.

    Those inside quotes are parts of values, and often of another kind.
    """
    found = set()
    at = 0
    for raw in raws:
        at = text.find(raw, at)
        if at < 0:
            break
        at += len(raw)
        if end := LINE_END.match(text, at):
            found.add(end.group())
    if len(found) > 1:
        return "mixed"
    return found.pop() if found else None


def _whole_lines(text: str, start: int) -> str:
    """Cut a piece so that it begins after a line end and ends with one, if it has one."""
    first = LINE_END.search(text, start)
    begin = first.end() if first else start
    piece = text[begin : start + _PIECE]
    return piece if start + _PIECE >= len(text) else piece[: _last_line_end(piece)]


def _last_line_end(piece: str) -> int:
    return max(piece.rfind("\n"), piece.rfind("\r")) + 1 or len(piece)
