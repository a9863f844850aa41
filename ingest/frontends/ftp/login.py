"""How an FTP client becomes a tenant: AUTH, USER and PASS."""

from __future__ import annotations

from concurrent.futures import Future
from functools import partial

import structlog

from ingest.auth import Admission, LoginRefused
from ingest.frontends.ftp.session import Session

log = structlog.get_logger()

_MOST_TRIES = 3


def begin_tls(session: Session, argument: str) -> None:
    """AUTH; whatever was said before it in the clear is forgotten."""
    was_secure = session.is_secure
    session.ftp_AUTH(argument)
    if session.is_secure and not was_secure:
        session.drop_input()
        session.flush_account()


def name_user(session: Session, argument: str) -> None:
    """USER: the same answer for everybody, and another login ends the first."""
    if session.authenticated:
        session.flush_account()
    session.username = argument
    session.respond("331 Send the password.")


def check_password(session: Session, argument: str) -> None:
    """PASS."""
    if session.authenticated:
        session.respond("503 You are logged in.")
        return
    if not session.username:
        session.respond("503 Send USER first.")
        return
    reception = session.reception
    via = "ftps" if session.is_secure else "ftp"
    user, peer = session.username, session.peer

    def verify() -> Admission:
        admission = reception.gatekeeper.with_password(user, argument, via=via, peer=peer)
        reception.shelves.of(admission.tenant)  # reads the disk the first time: not in the loop
        return admission

    session.in_thread(reception.jobs.logins, verify, partial(_verified, session))


def _verified(session: Session, done: Future[Admission]) -> None:
    """Let in who may come in.

    That TLS is needed is told only to who has just shown the right secret: to all others a tenant
    without plain FTP, one with it, and nobody at all look the same.
    """
    if not session.is_connected:
        return
    error = done.exception()
    if error is None:
        tenant = done.result().tenant
        if session.is_secure or tenant.plain_ftp:
            session.admit(done.result())
            via = "ftps" if session.is_secure else "ftp"
            log.info("login.accepted", tenant=tenant.name, via=via, peer=session.peer)
            session.respond("230 Welcome.")
        else:
            log.warning("login.plain_refused", tenant=tenant.name, peer=session.peer)
            _refuse(session, "530 TLS is needed here: use FTP with explicit TLS (AUTH TLS).")
    elif isinstance(error, LoginRefused):
        _refuse(session, f"530 {error.message}")
    else:
        session.refuse(error)


def _refuse(session: Session, reply: str) -> None:
    session.username = ""
    session.refused_logins += 1
    session.pause(session.reception.patience.refusal, partial(_refused, session, reply))


def _refused(session: Session, reply: str) -> None:
    if session.refused_logins >= _MOST_TRIES:
        session.dismiss(reply)
    else:
        session.respond(reply)
