"""One FTP client: who it is, where it is, and its data connections."""

from __future__ import annotations

import posixpath
import socket
import time
from typing import Any

import structlog

from ingest.auth import Admission
from ingest.frontends.ftp.control import Control
from ingest.frontends.ftp.listing import FACTS
from ingest.frontends.ftp.ports import Active, NoPortFree, Passive, plain_address
from ingest.frontends.ftp.reception import Reception
from ingest.frontends.ftp.transfer import Ending, Sink, Transfer
from ingest.reception import log_ended
from ingest.shelf import Shelf
from storage.accounts import Tenant

log = structlog.get_logger()

STOPPING = "421 The server is shutting down. Please try again later."
"""Said to who is connected when the server stops."""

_SETTLED_SECONDS = 1.0  # when stopping, a client has so long after a 226 to leave by itself
_WHILE_UNDER_WAY = (b"ABOR", b"NOOP", b"STAT")  # what makes sense while a file is under way


class Session(Control):
    """A client; `Reception.commands` says what each command does to it."""

    dtp_handler = Transfer
    passive_dtp = Passive
    active_dtp = Active
    data_channel: Transfer | None
    _dtp_connector: Active | None

    def __init__(
        self,
        conn: socket.socket,
        server: Any,  # noqa: ANN401 - the library's own types
        ioloop: Any = None,  # noqa: ANN401 - as above
        *,
        reception: Reception,
    ) -> None:
        self.tenant: Tenant | None = None
        self._admission: Admission | None = None
        self.cwd = "/"
        self.announced_size: int | None = None
        self.restart_at = 0
        self.renaming = ""
        self.refused_logins = 0
        self.owes_rename = False
        self._accepted_at = -_SETTLED_SECONDS
        self._data_since = 0.0
        self._has_stranger = False
        self._awaiting: Sink | bytes | None = None
        super().__init__(conn, server, ioloop, reception=reception)
        self._available_facts = list(FACTS)
        self._current_facts = list(FACTS)

    @property
    def shelf(self) -> Shelf:
        """The tenant's shelf, with the tenant's limit of today."""
        assert self.tenant is not None  # noqa: S101 - no command that gets here does so before login
        return self.reception.shelves.of(self.tenant)

    @property
    def admission(self) -> Admission:
        """What the tenant was let in with."""
        assert self._admission is not None  # noqa: S101 - as `shelf`
        return self._admission

    @property
    def protects_data(self) -> bool:
        """Whether control and data are TLS."""
        return self.is_secure and bool(self._prot)

    @property
    def is_transferring(self) -> bool:
        """Whether a file or a listing is on its way, or waits for its connection."""
        channel = self.data_channel
        return self._awaiting is not None or (channel is not None and channel.is_under_way)

    @property
    def is_under_way(self) -> bool:
        """Whether a server that wants to stop had better wait a little.

        A 421 right behind a 226 would have lftp send the file again.
        """
        settled = time.monotonic() - self._accepted_at >= _SETTLED_SECONDS
        return self.is_busy or self.is_transferring or self.owes_rename or not settled

    def path(self, argument: str) -> str:
        """A client's path from the shelf's root; the shelf makes sure that it stays in there."""
        return posixpath.join(self.cwd, argument.replace("\\", "/"))

    def admit(self, admission: Admission) -> None:
        """Log a tenant in."""
        self._admission = admission
        self.tenant = admission.tenant
        self.authenticated = True
        self.cwd = "/"

    def note_accepted(self, *, owes_rename: bool) -> None:
        """A file was accepted; `owes_rename` if under a temporary name, so that one more is due."""
        self._accepted_at = time.monotonic()
        self.owes_rename = owes_rename

    def renew(self) -> Tenant | None:
        """The tenant with its settings of now; None, and an end of the session, if it is shut out.

        That is one who was disabled, or whose credential was taken back, since the login.
        """
        admission = self.admission
        self.tenant = self.reception.gatekeeper.still_in(admission)
        if self.tenant is None:
            log_ended(
                admission,
                via="ftps" if self.is_secure else "ftp",
                peer=self.peer,
                reason=self.reception.gatekeeper.why_out(admission),
            )
            self.drop_input()
            self.drop_data(reply="426 The transfer was cut, nothing was accepted.")
            self.flush_account()
            self.dismiss("421 This login is not valid any more.")
        return self.tenant

    def flush_account(self) -> None:
        """Log out; also called by the library for REIN and for another USER."""
        super().flush_account()
        self.tenant = None
        self._admission = None
        self.announced_size = None
        self.restart_at = 0
        self.renaming = ""
        self.owes_rename = False

    def must_wait(self, line: bytes) -> bool:
        """Whether a command cannot be run yet."""
        if super().must_wait(line) or self._dtp_connector is not None:
            return True
        # Some clients put telnet signals before ABOR, so its last letters are looked at.
        at_once = b" " not in line and line[-4:].upper() in _WHILE_UNDER_WAY
        return self.is_transferring and not at_once

    def is_ready_for_data(self) -> bool:
        """Whether a transfer can begin; if not, the client has been told why."""
        assert self.tenant is not None  # noqa: S101 - no command that gets here does so before login
        if not self.protects_data and not self.tenant.plain_ftp:
            self.respond("521 Data connections must be protected here: send PBSZ 0 and PROT P.")
        elif self.data_channel is None and self._has_stranger:
            self.respond("425 A data connection came from another address.")
        elif self.data_channel is None and self._dtp_acceptor is None:
            self.respond("425 Send PASV, EPSV, PORT or EPRT first.")
        else:
            return True
        self.drop_data()
        return False

    def transfer(self, what: Sink | bytes, opening: str = "") -> None:
        """Begin an upload or a listing, now or when its connection comes."""
        if self.data_channel is None:
            self._data_since = time.monotonic()
            self._awaiting = what
            self.respond(f"150 {opening or 'Waiting for the data connection.'}")
        else:
            self.respond(f"150 {opening or 'Transfer starting.'}")
            self._begin(what)

    def drop_data(self, *, reply: str = "", ending: Ending = Ending.CUT) -> bool:
        """Close what there is of a data connection, and return whether a transfer was under way.

        `reply` goes to a client whose transfer still waited for its connection; on one that had
        begun, the reply follows from `ending`.
        """
        was_transferring = self.is_transferring
        self._shutdown_connecting_dtp()
        self._has_stranger = False
        what, self._awaiting = self._awaiting, None
        if what is not None:
            self.respond(reply)
            if not isinstance(what, bytes):
                what.discard()
        elif self.data_channel is not None:
            self.data_channel.end(ending)
        return was_transferring

    def data_from_stranger(self, address: str) -> None:
        """Called when somebody else connects to our passive port."""
        log.warning("ftp.stranger", peer=self.peer, address=address)
        self._has_stranger = True
        if self._awaiting is not None:
            self.drop_data(reply="425 A data connection came from another address.")
            self.go_on()

    def connecting_ended(self) -> None:
        """Called when the client was reached, or could not be, after PORT or EPRT."""
        if not self._closed:
            self._dtp_connector = None
            self.go_on()

    def data_ended(self, channel: Transfer) -> None:
        """Called by a data connection when it has closed."""
        self.heard = time.monotonic()
        if not self._closed:
            self.data_channel = None
        if channel.sink is not None:
            channel.sink.ended(channel.ending, channel.error)
        elif channel.outgoing is not None and not self._closed:
            done = channel.ending is Ending.COMPLETE
            self.respond("226 Transfer complete." if done else "426 Transfer aborted.")
        if not self._closed:
            self.go_on()

    def watch(self, now: float) -> None:
        """Close what has been silent for too long; called about once a second."""
        patience = self.reception.patience
        channel = self.data_channel
        if self.is_busy or (self._admission is not None and self.renew() is None):
            return
        if channel is not None and channel.is_under_way:
            if now - channel.heard > patience.idle:
                channel.end(Ending.STALLED)
        elif self._is_expecting and now - self._data_since > patience.connect:
            connecting = self._dtp_connector is not None
            self.drop_data(reply="425 The data connection did not come.")
            if connecting:
                self.respond("425 The data connection cannot be made.")
            self.go_on()
        elif not self.authenticated and now - self.opened > patience.login:
            self.dismiss("421 No login in time.")
        elif now - self.heard > patience.idle:
            self.dismiss("421 Nothing was said for too long.")

    def close(self) -> None:
        """Close everything that belongs to the client."""
        if not self._closed:
            what, self._awaiting = self._awaiting, None
            if what is not None and not isinstance(what, bytes):
                what.discard()
            super().close()

    def _run(self, line: bytes) -> None:
        """Run a command, unless the login that it needs has ended."""
        if self._admission is None or self.renew() is not None:
            super()._run(line)

    @property
    def _is_expecting(self) -> bool:
        return (
            self._awaiting is not None
            or self._dtp_acceptor is not None
            or self._dtp_connector is not None
        )

    def _begin(self, what: Sink | bytes) -> None:
        channel = self.data_channel
        assert channel is not None  # noqa: S101 - both callers have just seen it
        if isinstance(what, bytes):
            channel.give(what)
        else:
            channel.take(what)

    def _on_dtp_connection(self) -> None:
        """Called by the library when a data connection is there."""
        self._dtp_acceptor = None  # it has closed itself: one connection for each PASV
        what, self._awaiting = self._awaiting, None
        if what is not None:
            self._begin(what)

    def _make_epasv(self, extmode: bool = False) -> None:  # noqa: FBT001, FBT002 - as in the library
        """Called by the library for PASV and EPSV."""
        if not self._may_have_data():
            return
        host = plain_address(self.socket.getsockname()[0])
        if not extmode and not self.masquerade_address and ":" in host:
            self.respond("522 PASV is for IPv4 only: use EPSV.")
            return
        try:
            super()._make_epasv(extmode)
        except NoPortFree:
            log.warning("ftp.passive_ports_exhausted", peer=self.peer)
            self.respond("425 No port is free for a data connection. Please try again later.")

    def _make_eport(self, ip: str, port: int) -> None:
        """Called by the library for PORT and EPRT."""
        if self._may_have_data():
            super()._make_eport(ip, port)
            if self._dtp_connector is not None and self._dtp_connector.is_settled:
                self._dtp_connector = None

    def _may_have_data(self) -> bool:
        self.drop_data()
        self._data_since = time.monotonic()
        if not self.server.has_room:
            self.respond("425 There are too many connections. Please try again later.")
        return bool(self.server.has_room)
