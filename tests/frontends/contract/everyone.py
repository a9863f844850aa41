"""All the clients, and how a rule says for which of them it is."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from functools import cache

import pytest

from tests.frontends.contract.clients import Client, ShelfClient
from tests.frontends.contract.ftp_clients import CurlFtp, Ftplib, LftpFtp
from tests.frontends.contract.hand import Hand
from tests.frontends.contract.sftp_libraries import Asyncssh, Paramiko
from tests.frontends.contract.sftp_programs import CurlSftp, LftpSftp, OpenSsh
from tests.frontends.contract.smtp_clients import CurlSmtp, Smtplib

EVERYONE: tuple[Client, ...] = (
    Asyncssh(),
    Paramiko(),
    OpenSsh(),
    CurlSftp(),
    LftpSftp(),
    Ftplib("ftps"),
    CurlFtp("ftps"),
    LftpFtp("ftps"),
    Ftplib("ftp"),
    CurlFtp("ftp"),
    LftpFtp("ftp"),
    Smtplib(),
    Smtplib(secure=True),
    CurlSmtp(),
    Hand(),
)
WITH_KEYS: tuple[Client, ...] = (
    Asyncssh(with_key=True),
    Paramiko(with_key=True),
    CurlSftp(with_key=True),
)
"""Those that log in otherwise and do the rest as their twins: only for rules of logging in."""

_PACKAGES = {"sftp": "openssh-client", "lftp": "lftp", "curl": "curl"}


def for_clients(
    *among: Client, which: Callable[[Client], bool] = lambda _: True
) -> pytest.MarkDecorator:
    """Run a test for each client; one whose program is missing is skipped, and says so."""
    chosen = [one for one in among or EVERYONE if which(one)]
    return pytest.mark.parametrize(
        "client", [pytest.param(one, id=one.name, marks=_needs(one)) for one in chosen]
    )


def on_the_wire(client: Client) -> bool:
    """Whether it has a connection, which can be cut and can be told something."""
    return client.kind != "folder"


def sees_a_shelf(client: Client) -> bool:
    """Whether it can look around."""
    return isinstance(client, ShelfClient)


def is_there(client: Client) -> bool:
    """Whether its program is installed, and can do what is asked of it."""
    if client.program and shutil.which(client.program) is None:
        return False
    return client.program != "curl" or client.kind != "sftp" or _curl_has_sftp()


def _needs(client: Client) -> list[pytest.MarkDecorator]:
    if is_there(client):
        return []
    package = _PACKAGES[client.program]
    reason = f"{client.program} is not installed, or cannot do {client.kind} (package {package})"
    return [pytest.mark.skip(reason=reason)]


@cache
def _curl_has_sftp() -> bool:
    version = subprocess.run(["curl", "--version"], capture_output=True, text=True, check=True)
    return "sftp" in version.stdout.split()
