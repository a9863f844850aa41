"""The private parts of asyncssh that are used: these fail when a new version changes them."""

from __future__ import annotations

import inspect
from typing import Any

import asyncssh
import pytest
from asyncssh.constants import FXP_CLOSE, FXP_OPEN, FXP_OPENDIR
from asyncssh.sftp import SFTPServerHandler
from asyncssh.stream import SSHServerStreamSession

from ingest.frontends.sftp.files import ShelfFiles
from ingest.frontends.sftp.session import Requests

HARMLESS = {
    *("channel", "connection", "env", "logger"),  # what the session is about
    *("convert_attrs", "map_path", "reverse_map_path"),  # pure
}
"""The public methods of asyncssh's SFTPServer that reach no file."""


def test_no_operation_is_left_to_the_servers_own_file_system() -> None:
    """asyncssh's SFTPServer opens, lists and removes real files where it is not overridden."""
    public = {name for name in vars(asyncssh.SFTPServer) if not name.startswith("_")}
    left = {
        name for name in public if getattr(ShelfFiles, name) is getattr(asyncssh.SFTPServer, name)
    }
    assert left == HARMLESS


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (FXP_OPEN, "_process_open"),
        (FXP_OPENDIR, "_process_opendir"),
        (FXP_CLOSE, "_process_close"),
        (b"limits@openssh.com", "_process_limits"),
    ],
)
def test_requests_go_through_the_table_that_is_replaced(kind: int | bytes, name: str) -> None:
    """Each kind of request is answered by the method of that name, and by ours here."""
    assert SFTPServerHandler._packet_handlers[kind] is getattr(SFTPServerHandler, name)
    assert Requests._packet_handlers[kind].__wrapped__ is getattr(Requests, name)  # type: ignore[union-attr]  # functools.wraps sets it


def test_every_request_is_answered_in_our_words() -> None:
    """No handler is reached without the guard that keeps paths and reasons to itself."""
    assert all(hasattr(one, "__wrapped__") for one in Requests._packet_handlers.values())
    assert b"copy-data" not in Requests._packet_handlers
    assert {name for name, _ in Requests._extensions} == {
        b"posix-rename@openssh.com",
        b"fsync@openssh.com",
        b"lsetstat@openssh.com",
        b"limits@openssh.com",
    }


def test_the_hooks_have_the_signatures_that_are_overridden() -> None:
    """The names of their parameters say what they are given."""
    hooks: dict[Any, list[str]] = {
        SFTPServerHandler.__init__: ["self", "server", "reader", "writer", "sftp_version"],
        SFTPServerHandler._process_packet: ["self", "pkttype", "pktid", "packet"],
        SFTPServerHandler._process_close: ["self", "packet"],
        SFTPServerHandler._cleanup: ["self", "exc"],
        SFTPServerHandler.recv_packet: ["self"],
        SSHServerStreamSession.session_started: ["self"],
    }
    for hook, parameters in hooks.items():
        assert list(inspect.signature(hook).parameters) == parameters
    source = inspect.getsource(SFTPServerHandler.__init__)
    assert "self._file_handles" in source
    assert "self._dir_handles" in source
