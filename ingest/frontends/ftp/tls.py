"""TLS for FTP: version 1.2 where the client takes it, 1.3 where it insists, nothing older.

In TLS 1.3 a server sends session tickets behind the handshake. A client that only uploads never
reads them, and when it closes, its system answers the unread bytes with a reset and throws away
what was still to be sent: lftp 4.9 lost the end of most files. pyOpenSSL cannot switch these
tickets off. TLS 1.2 has them inside the handshake, and control and data must speak one version so
that clients can resume the session of the one on the other, which some insist on.
"""

from __future__ import annotations

import socket
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from OpenSSL import SSL
from pyftpdlib.handlers.ftps.ssl import (  # type: ignore[import-untyped]  # pyftpdlib ships no types
    SSLConnectionMixin,
)

from ingest.certificate import CertificateFiles

_HELLO_BYTES = 4096
# The extension supported_versions (RFC 8446, section 4.2.1) with nothing in it but TLS 1.3.
_ONLY_1_3 = b"\x00\x2b\x00\x03\x02\x03\x04"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contexts:
    """What a handshake is begun with, and what it goes on with if the client insists on 1.3."""

    usual: SSL.Context
    newest: SSL.Context


def contexts(files: CertificateFiles) -> Contexts:
    """The TLS of a front end, from a certificate and its key.

    Raises:
        OpenSSL.SSL.Error: they cannot be used.
    """
    usual, newest = _context(files), _context(files)
    usual.set_max_proto_version(SSL.TLS1_2_VERSION)
    return Contexts(usual=usual, newest=newest)


class TlsConnection(SSLConnectionMixin):  # type: ignore[misc]  # pyftpdlib ships no types
    """A connection whose version of TLS follows the client's hello."""

    _tcp: Any  # the socket under the TLS
    _if_only_1_3: SSL.Context | None = None

    @property
    def is_secure(self) -> bool:
        """Whether it is TLS."""
        return isinstance(self.socket, SSL.Connection)

    def secure_connection(self, ssl_context: Contexts) -> None:
        """Called by the library, with what it got from `get_ssl_context`."""
        self._tcp = self.socket
        self._if_only_1_3 = ssl_context.newest
        super().secure_connection(ssl_context.usual)

    def handle_read_event(self) -> None:
        """Called by the loop; the first bytes after `secure_connection` are the client's hello."""
        newest, self._if_only_1_3 = self._if_only_1_3, None
        if newest is not None and self._ssl_accepting:
            with suppress(OSError):
                if _ONLY_1_3 in self._tcp.recv(_HELLO_BYTES, socket.MSG_PEEK):
                    self.socket = self._tcp
                    super().secure_connection(newest)
        super().handle_read_event()


def _context(files: CertificateFiles) -> SSL.Context:
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.set_min_proto_version(SSL.TLS1_2_VERSION)
    context.set_options(SSL.OP_NO_COMPRESSION | SSL.OP_NO_RENEGOTIATION)
    context.set_session_id(b"dropsafe")
    context.use_certificate_chain_file(str(files.certificate))
    context.use_privatekey_file(str(files.private_key))
    context.check_privatekey()
    return context
