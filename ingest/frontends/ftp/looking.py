"""The commands that look around on the shelf, and MKD."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from functools import partial

from ingest.client_paths import absolute
from ingest.frontends.ftp import listing
from ingest.frontends.ftp.session import Session
from ingest.shelf import Entry
from storage.errors import NotAllowed, NotFound

_OLD_SET_TIME = re.compile(r"(\d{14}(?:\.\d+)?) (.+)", re.DOTALL)


def print_directory(session: Session, argument: str) -> None:
    del argument
    quoted = session.cwd.replace('"', '""')
    session.respond(f'257 "{quoted}" is the current directory.')


def change_directory(session: Session, argument: str) -> None:
    path, shelf = absolute(session.path(argument)), session.shelf

    def change() -> str:
        shelf.check_directory(path)
        session.cwd = path
        return "250 Directory changed."

    session.answer(change)


def go_up(session: Session, argument: str) -> None:
    del argument
    change_directory(session, "..")


def make_directory(session: Session, argument: str) -> None:
    path, shelf = absolute(session.path(argument)), session.shelf

    def make() -> str:
        shelf.make_directory(path)
        quoted = path.replace('"', '""')
        return f'257 "{quoted}" was made.'

    session.answer(make)


def size(session: Session, argument: str) -> None:
    """Also in type A, which changes nothing here."""
    path, shelf = session.path(argument), session.shelf
    session.answer(lambda: f"213 {_file(shelf.stat(path)).size}")


def modified(session: Session, argument: str) -> None:
    """MDTM; some clients set the time with it, as `MDTM 20261105120000 name`."""
    shelf = session.shelf
    setting = _OLD_SET_TIME.fullmatch(argument)

    def find() -> str:
        with suppress(NotFound):
            return f"213 {listing.time_value(_file(shelf.stat(session.path(argument))).modified)}"
        if setting is None:
            raise NotFound("There is no such file.")
        found = shelf.stat(session.path(setting.group(2)))
        return f"213 {listing.time_value(_file(found).modified)}"

    session.answer(find)


def set_time(session: Session, argument: str) -> None:
    """MFMT: says which time it is, after setting none (draft-somers-ftp-mfxx-04)."""
    _, _, name = argument.partition(" ")
    path, shelf = session.path(name), session.shelf
    if not name:
        session.respond("501 A time and a name are needed.")
        return

    def find() -> str:
        return f"213 Modify={listing.time_value(shelf.stat(path).modified)}; {name}"

    session.answer(find)


def facts_of_one(session: Session, argument: str) -> None:
    path, shelf, facts = session.path(argument), session.shelf, tuple(session._current_facts)  # noqa: SLF001 - set by the library's OPTS MLST

    def find() -> list[str]:
        lines = listing.as_facts([shelf.stat(path)], facts)
        return ["250-Listing:", *(f" {line}" for line in lines), "250 End."]

    session.answer(find)


def list_facts(session: Session, argument: str) -> None:
    facts = tuple(session._current_facts)  # noqa: SLF001 - set by the library's OPTS MLST
    path, shelf = session.path(argument), session.shelf
    _send(session, lambda: listing.as_facts(shelf.list(path), facts))


def list_entries(session: Session, argument: str) -> None:
    find = _finder(session, argument)
    _send(session, lambda: listing.as_ls(find(), now=time.time()))


def list_names(session: Session, argument: str) -> None:
    find = _finder(session, argument)
    _send(session, lambda: listing.as_names(find()))


def status(session: Session, argument: str) -> None:
    """STAT with a path: a listing over the control connection."""
    find = _finder(session, argument)

    def lines() -> list[str]:
        found = listing.as_ls(find(), now=time.time())
        return ["213-Listing:", *(f" {line}" for line in found), "213 End."]

    session.answer(lines)


def _finder(session: Session, argument: str) -> Callable[[], list[Entry]]:
    """What LIST and its like are asked for; flags as of `ls` mean nothing."""
    words = argument.split(" ")
    while words and words[0].startswith("-"):
        words.pop(0)
    path, shelf = session.path(" ".join(words)), session.shelf

    def find() -> list[Entry]:
        entry = shelf.stat(path)
        return shelf.list(path) if entry.is_directory else [entry]

    return find


def _send(session: Session, work: Callable[[], list[str]]) -> None:
    if session.is_ready_for_data():
        session.in_thread(session.reception.jobs.disk, work, partial(_found, session))


def _found(session: Session, done: Future[list[str]]) -> None:
    error = done.exception()
    if error is not None:
        session.refuse(error)
        session.drop_data()
    elif session.is_connected:
        text = "".join(f"{line}\r\n" for line in done.result())
        session.transfer(text.encode("utf-8", "surrogateescape"))


def _file(entry: Entry) -> Entry:
    if entry.is_directory:
        raise NotAllowed("This is a directory.")
    return entry
