"""How the shelf looks in FTP: `ls -l` lines, bare names, and the facts of RFC 3659."""

from __future__ import annotations

import posixpath
import time
from collections.abc import Iterable

from ingest.shelf import Entry

FACTS = ("type", "size", "modify", "perm")
"""The facts that can be told of an entry, in the order in which they are written."""

# Not strftime's %b: that follows the locale, and clients parse English.
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_HALF_A_YEAR = 180 * 24 * 3600
_SURROGATE_ESCAPES = range(0xDC80, 0xDD00)


def shown(text: str) -> str:
    """A client's text as it may stand in a reply or a listing: no control character survives.

    Bytes that were not UTF-8 are kept (as surrogate escapes), so that the client knows its names.
    """
    return "".join(
        one if one.isprintable() or ord(one) in _SURROGATE_ESCAPES else "?" for one in text
    )


def as_ls(entries: Iterable[Entry], *, now: float) -> list[str]:
    """Lines as of `ls -l`, which every client can parse; times in UTC."""
    return [
        f"{'drwx------' if entry.is_directory else '-rw-------'}   1 shop     shop     "
        f"{entry.size:>8} {_ls_time(entry.modified, now)} {_base(entry)}"
        for entry in _sorted(entries)
    ]


def as_names(entries: Iterable[Entry]) -> list[str]:
    """Names without anything."""
    return [_base(entry) for entry in _sorted(entries)]


def as_facts(entries: Iterable[Entry], facts: Iterable[str]) -> list[str]:
    """Lines of facts and name (RFC 3659, section 7.2)."""
    wanted = set(facts)
    return [f"{_facts(entry, wanted)} {_base(entry)}" for entry in _sorted(entries)]


def time_value(seconds: float) -> str:
    """A time in UTC as RFC 3659, section 2.3, writes it."""
    return time.strftime("%Y%m%d%H%M%S", time.gmtime(seconds))


def _facts(entry: Entry, wanted: set[str]) -> str:
    told = {
        "type": "dir" if entry.is_directory else "file",
        "size": str(entry.size),
        "modify": time_value(entry.modified),
        "perm": _permissions(entry),
    }
    return "".join(f"{fact}={told[fact]};" for fact in FACTS if fact in wanted)


def _permissions(entry: Entry) -> str:
    """RFC 3659, section 7.5.5: what may be done; only what waits for its name can be renamed."""
    if entry.is_directory:
        return "celm"
    return "f" if entry.parked else ""


def _ls_time(seconds: float, now: float) -> str:
    when = time.gmtime(seconds)
    old = now - seconds > _HALF_A_YEAR
    day = f"{_MONTHS[when.tm_mon - 1]} {when.tm_mday:02}"
    return f"{day}  {when.tm_year}" if old else f"{day} {when.tm_hour:02}:{when.tm_min:02}"


def _base(entry: Entry) -> str:
    return shown(posixpath.basename(entry.path) or "/")


def _sorted(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: entry.path)
