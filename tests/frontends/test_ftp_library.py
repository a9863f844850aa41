"""The private hooks of pyftpdlib that the FTP front end hangs on.

A new version that moves one of them fails here, by name, before it fails in a shop.
"""

from __future__ import annotations

import inspect
import logging

import pytest
from OpenSSL import SSL
from pyftpdlib import ioloop  # type: ignore[import-untyped]  # pyftpdlib ships no types
from pyftpdlib.exceptions import (  # type: ignore[import-untyped]  # as above
    _RetryError,
)
from pyftpdlib.handlers import (  # type: ignore[import-untyped]  # as above
    DTPHandler,
    FTPHandler,
    TLS_DTPHandler,
    TLS_FTPHandler,
)
from pyftpdlib.handlers.ftp.dispatchers import (  # type: ignore[import-untyped]  # as above
    ActiveDTP,
    PassiveDTP,
)
from pyftpdlib.handlers.ftps.ssl import (  # type: ignore[import-untyped]  # as above
    SSLConnectionMixin,
)
from pyftpdlib.servers import FTPServer  # type: ignore[import-untyped]  # as above

from ingest.frontends.ftp.commands import COMMANDS, protocol
from ingest.frontends.ftp.session import Session
from ingest.frontends.ftp.transfer import Transfer
from tests.frontends.conftest import Home
from tests.frontends.ftp_server import serving


def source(of: object) -> str:
    """The library's own text."""
    return inspect.getsource(of)  # type: ignore[arg-type]  # functions and classes


@pytest.mark.parametrize(
    ("of", "says"),
    [
        (DTPHandler.handle_read, "chunk = self.recv(self.ac_in_buffer_size)"),
        (DTPHandler.handle_read, "except _RetryError:"),
        (DTPHandler.handle_read, "self.file_obj.write(chunk)"),
        (DTPHandler.enable_receiving, "self.receive = True"),
        (DTPHandler.writable, "not self.receive"),
        (TLS_DTPHandler.__init__, "if self.cmd_channel._prot:"),
        (TLS_DTPHandler.__init__, "self.secure_connection(self.cmd_channel.ssl_context)"),
        (SSLConnectionMixin._do_ssl_handshake, "self.handle_ssl_established()"),
        (SSLConnectionMixin.handle_read_event, "super().handle_read_event()"),
        (SSLConnectionMixin.secure_connection, "SSL.Connection(ssl_context, self.socket)"),
        (SSLConnectionMixin.close, "if self._ssl_established and not self._error:"),
        (FTPHandler.found_terminator, "self.pre_process_command(line, cmd, arg)"),
        (FTPHandler.collect_incoming_data, "self._in_buffer_len > buflimit"),
        (FTPHandler.pre_process_command, 'perm = self.proto_cmds[cmd]["perm"]'),
        (FTPHandler.pre_process_command, "self.process_command(cmd, arg, **kwargs)"),
        (FTPHandler.close, "self.data_channel.close()"),
        (FTPHandler._make_epasv, "self._dtp_acceptor = self.passive_dtp(self, extmode)"),
        (FTPHandler._make_eport, "self._dtp_connector = self.active_dtp(ip, port, self)"),
        (FTPHandler._shutdown_connecting_dtp, "self._dtp_connector = None"),
        (PassiveDTP.handle_accepted, "self.cmd_channel._on_dtp_connection()"),
        (ActiveDTP.handle_connect, "self.cmd_channel.dtp_handler(self.socket, self.cmd_channel)"),
        (TLS_FTPHandler.__init__, "self.ssl_context = self.get_ssl_context()"),
        (TLS_FTPHandler.ftp_AUTH, "self.secure_connection(self.ssl_context)"),
        (FTPServer.handle_accepted, "self.handler(sock, self, ioloop=self.ioloop)"),
        (ioloop.AsyncChat.close_when_done, "self._closing = True"),
        (ioloop.AsyncChat.handle_read, "except _RetryError:"),
    ],
)
def test_the_library_calls_what_is_replaced(of: object, says: str) -> None:
    """Where the front end takes over, the library still hands over."""
    assert says in source(of)


@pytest.mark.parametrize(
    ("of", "names"),
    [
        (Transfer, ["recv", "readable", "handle_close", "handle_error", "close"]),
        (Transfer, ["handle_ssl_established", "handle_failed_ssl_handshake", "send"]),
        (Session, ["found_terminator", "process_command", "respond", "push", "handle_error"]),
        (Session, ["flush_account", "_on_dtp_connection", "_make_epasv", "_make_eport"]),
        (Session, ["log", "logline", "log_cmd", "get_ssl_context", "close"]),
    ],
)
def test_what_is_replaced_is_there(of: type, names: list[str]) -> None:
    """A hook that the library drops would be replaced in vain."""
    library = [one for one in of.__mro__ if one.__module__.startswith("pyftpdlib")]
    for name in names:
        assert any(name in vars(one) for one in library), name


def test_the_buffer_that_auth_tls_drops_is_the_one_that_is_read() -> None:
    """`ac_in_buffer` is where asynchat keeps what came behind a line."""
    import asynchat  # noqa: PLC0415 - deprecated: only quiet once pyftpdlib has imported it

    text = source(asynchat.async_chat.handle_read)
    assert "while self.ac_in_buffer:" in text
    assert issubclass(Session, asynchat.async_chat)


def test_every_command_of_ours_exists() -> None:
    """What the library does not list is never called."""
    assert set(COMMANDS) <= set(protocol())
    left_to_the_library = set(protocol()) - set(COMMANDS)
    assert left_to_the_library == {
        "EPRT", "EPSV", "HELP", "MODE", "NOOP", "OPTS", "PASV", "PBSZ", "PORT", "REIN",
        "SITE", "SITE HELP", "STRU", "SYST",
    }  # fmt: skip
    assert {one["perm"] for one in protocol().values()} == {None}


def test_the_global_loop_is_left_alone(home: Home) -> None:
    """Several front ends run in one process only if none takes the library's own loop."""
    with serving(home) as server, server.tls() as client:
        client.pwd()
        assert ioloop.IOLoop._instance is None


def test_the_library_logs_nothing_but_errors(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its lines hold what clients sent, and it would set up logging by itself."""
    with serving(home) as server, server.tls() as client:
        client.pwd()
    library = logging.getLogger("pyftpdlib")
    assert library.level == logging.ERROR
    assert not library.propagate
    assert "acme" not in capsys.readouterr().err
    library.error("broken\nline")
    assert "broken\\\\nline" in capsys.readouterr().out


def test_an_end_without_goodbye_has_its_own_sign() -> None:
    """pyOpenSSL says (-1, 'Unexpected EOF') for a stream that ended without close_notify."""
    assert 'SysCallError(-1, "Unexpected EOF")' in source(SSL.Connection._raise_ssl_error)
    assert issubclass(SSL.SysCallError, SSL.Error)
    assert issubclass(SSL.ZeroReturnError, SSL.Error)
    assert issubclass(_RetryError, Exception)
