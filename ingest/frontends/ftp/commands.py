"""What each FTP command does to a session; those not named here are left to the library."""

from __future__ import annotations

import posixpath
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from pyftpdlib.handlers import TLS_FTPHandler  # type: ignore[import-untyped]  # it ships no types

from ingest.client_paths import absolute
from ingest.frontends.ftp import listing, looking
from ingest.frontends.ftp.login import begin_tls, check_password, name_user
from ingest.frontends.ftp.session import Session
from ingest.frontends.ftp.transfer import Ending
from ingest.frontends.ftp.upload import receive
from storage.errors import NotAllowed, UploadTooLarge

_FEATURES = ("AUTH TLS", "EPRT", "EPSV", "MDTM", "MFMT", "PBSZ", "PROT", "SIZE", "TVFS", "UTF8")


def _no(session: Session, argument: str) -> None:
    del argument
    session.respond("550 Files can be put here, but not read back, changed or removed.")


def _nothing_to_do(session: Session, argument: str) -> None:
    """Clients set mode and time of what they uploaded; a failure there would worry their users."""
    del argument
    session.respond("202 Not needed here; nothing was changed.")


def _store(session: Session, argument: str) -> None:
    restart_at, session.restart_at = session.restart_at, 0
    if restart_at:
        raise NotAllowed("An upload cannot be resumed here; send the whole file.")
    receive(session, session.path(argument))


def _store_unique(session: Session, argument: str) -> None:
    stem, ending = posixpath.splitext(argument or "upload")
    name = f"{stem}-{secrets.token_hex(4)}{ending}"
    receive(session, session.path(name), opening=f"FILE: {name}")


def _append(session: Session, argument: str) -> None:
    session.restart_at = 0
    receive(session, session.path(argument), new=True)


def _restart(session: Session, argument: str) -> None:
    if not (argument.isascii() and argument.isdigit()):
        session.respond("501 REST takes a number of bytes.")
        return
    session.restart_at = int(argument[:20])
    session.respond("350 Send the command now.")


def _announce(session: Session, argument: str) -> None:
    """ALLO (RFC 959): how large the next file will be; `R` and a record size may follow."""
    size = argument.split(" ", maxsplit=1)[0]
    if not (size.isascii() and size.isdigit() and len(size) < 20):  # noqa: PLR2004 - 64 bits
        session.respond("501 ALLO takes a number of bytes.")
        return
    limit = session.shelf.limit
    if int(size) > limit:
        raise UploadTooLarge(limit)
    session.announced_size = int(size)
    session.respond("200 That much can be taken.")


def _rename_from(session: Session, argument: str) -> None:
    path, shelf = absolute(session.path(argument)), session.shelf

    def check() -> str:
        if shelf.stat(path).parked is None:
            raise NotAllowed("Files cannot be renamed here once they are complete.")
        session.renaming = path
        return "350 Say its final name with RNTO."

    session.answer(check)


def _rename_to(session: Session, argument: str) -> None:
    old, session.renaming = session.renaming, ""
    if not old:
        session.respond("503 Send RNFR first.")
        return
    new, shelf = session.path(argument), session.shelf

    def rename() -> str:
        shelf.rename(old, new)
        session.note_accepted(owes_rename=False)
        return "250 Renamed."

    session.answer(rename)


def _abort(session: Session, argument: str) -> None:
    del argument
    aborted = session.drop_data(reply="426 Transfer aborted.", ending=Ending.ABORTED)
    session.respond("226 Aborted." if aborted else "225 There was nothing to abort.")


def _protect(session: Session, argument: str) -> None:
    """PROT; what there is of a data connection was made under the old level."""
    session.drop_data()
    session.ftp_PROT(argument)


def _set_type(session: Session, argument: str) -> None:
    """TYPE; also with the format that RFC 959 allows behind A (`A N`), which changes nothing."""
    match argument.upper().split():
        case ["A"] | ["A", "N"] | ["L7"]:
            session._current_type = "a"  # noqa: SLF001 - the library's own name for it
        case ["I"] | ["L8"] | ["L", "8"]:
            session._current_type = "i"  # noqa: SLF001 - as above
        case _:
            session.respond("504 Only types A and I are known.")
            return
    session.respond("200 Bytes are kept exactly as they are sent, in either type.")


def _features(session: Session, argument: str) -> None:
    del argument
    marked = "".join(
        f"{fact}{'*' if fact in session._current_facts else ''};"  # noqa: SLF001 - set by OPTS MLST
        for fact in listing.FACTS
    )
    for line in ("211-Features:", *(f" {one}" for one in (*_FEATURES, f"MLST {marked}"))):
        session.respond(line)
    session.respond("211 End.")


def _quit(session: Session, argument: str) -> None:
    del argument
    session.dismiss("221 Goodbye.")


COMMANDS: Mapping[str, Callable[[Session, str], None]] = {
    "ABOR": _abort,
    "ALLO": _announce,
    "APPE": _append,
    "AUTH": begin_tls,
    "CDUP": looking.go_up,
    "CWD": looking.change_directory,
    "DELE": _no,
    "FEAT": _features,
    "LIST": looking.list_entries,
    "MDTM": looking.modified,
    "MFMT": looking.set_time,
    "MKD": looking.make_directory,
    "MLSD": looking.list_facts,
    "MLST": looking.facts_of_one,
    "NLST": looking.list_names,
    "PASS": check_password,
    "PROT": _protect,
    "PWD": looking.print_directory,
    "QUIT": _quit,
    "REST": _restart,
    "RETR": _no,
    "RMD": _no,
    "RNFR": _rename_from,
    "RNTO": _rename_to,
    "SITE CHMOD": _nothing_to_do,
    "SITE UTIME": _nothing_to_do,
    "SIZE": looking.size,
    "STAT": looking.status,
    "STOR": _store,
    "STOU": _store_unique,
    "TYPE": _set_type,
    "USER": name_user,
    "XCUP": looking.go_up,
    "XCWD": looking.change_directory,
    "XMKD": looking.make_directory,
    "XPWD": looking.print_directory,
    "XRMD": _no,
}
"""What is done for a command, given its argument."""


def protocol() -> Mapping[str, Mapping[str, Any]]:
    """The commands there are, as the library wants to know them.

    `perm` is None for all: the library's own permissions and file system are never asked.
    """
    known = {name: {**about, "perm": None} for name, about in TLS_FTPHandler.proto_cmds.items()}
    known["SITE UTIME"] = {**known["SITE CHMOD"], "help": "Syntax: SITE UTIME (nothing is done)."}
    return known
