"""Where data connections come from: a passive port of the range, or a call to the client."""

from __future__ import annotations

import secrets
import socket
from typing import Any

from pyftpdlib import ioloop  # type: ignore[import-untyped]  # pyftpdlib ships no types
from pyftpdlib.handlers.ftp.dispatchers import (  # type: ignore[import-untyped]  # as above
    ActiveDTP,
    PassiveDTP,
)

_BACKLOG = 4
_MAPPED = "::ffff:"


class NoPortFree(Exception):
    """Every port of the passive range is taken."""


def plain_address(address: str) -> str:
    """An address without the mapping that an IPv6 socket puts before IPv4 ones."""
    return address.removeprefix(_MAPPED)


class Passive(PassiveDTP):  # type: ignore[misc]  # pyftpdlib ships no types
    """A listening passive port; the client was told of it by the time this is made.

    The library takes any port of the machine when the range is exhausted, which no firewall lets
    through; here that is `NoPortFree`.
    """

    timeout = 0  # the session watches the time

    def __init__(self, cmd_channel: Any, extmode: bool = False) -> None:  # noqa: ANN401, FBT001, FBT002 - a Session; the library calls it so
        host = cmd_channel.socket.getsockname()[0]
        sock = _listening(host, cmd_channel.socket.family, cmd_channel.passive_ports)
        self.cmd_channel = cmd_channel
        ioloop.Acceptor.__init__(self, ioloop=cmd_channel.ioloop)
        self.set_socket(sock)
        self.listen(_BACKLOG)
        port = sock.getsockname()[1]
        if extmode:
            cmd_channel.respond(f"229 Entering extended passive mode (|||{port}|).")
        else:
            told = (cmd_channel.masquerade_address or plain_address(host)).replace(".", ",")
            cmd_channel.respond(f"227 Entering passive mode ({told},{port >> 8},{port & 255}).")

    def __repr__(self) -> str:
        """Without names that a client chose."""
        return f"<Passive {id(self):#x}>"

    def handle_accepted(self, sock: socket.socket, addr: tuple[Any, ...]) -> None:
        """Called by the library; a connection from another address than the client's is dropped."""
        if addr[0] == self.cmd_channel.remote_ip:
            super().handle_accepted(sock, addr)
        else:
            sock.close()
            self.cmd_channel.data_from_stranger(addr[0])

    def handle_error(self) -> None:
        """Called by the library inside an `except`."""
        self.cmd_channel.handle_error()


class Active(ActiveDTP):  # type: ignore[misc]  # pyftpdlib ships no types
    """A connection being made to the client."""

    timeout = 0  # the session watches the time

    def __repr__(self) -> str:
        """Without names that a client chose."""
        return f"<Active {id(self):#x}>"

    def handle_connect(self) -> None:
        """Called by the library when the connection is there, or has failed (it raises then)."""
        super().handle_connect()
        # The socket belongs to the data connection now. To close it here as well, as the library
        # does with the next PORT, would take whoever has its number by then out of the loop.
        self._closed = True
        self.cmd_channel.connecting_ended()

    def handle_close(self) -> None:
        """Called by the library when the client cannot be reached; it answers 425."""
        super().handle_close()
        self.cmd_channel.connecting_ended()

    @property
    def is_settled(self) -> bool:
        """Whether it has been connected, or has failed."""
        return bool(self._closed)


def _listening(host: str, family: int, ports: range) -> socket.socket:
    """Listen on a port of the range; the first one tried is drawn, so that it is not foreseen.

    Raises:
        NoPortFree: none can be had.
    """
    first = secrets.randbelow(len(ports))
    for port in (*ports[first:], *ports[:first]):
        sock = socket.socket(family)
        try:
            # A port whose last client has just gone is free again; one that listens is not.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind((host, port))
            sock.listen(_BACKLOG)
        except OSError:
            sock.close()
        else:
            sock.settimeout(0)
            return sock
    raise NoPortFree
