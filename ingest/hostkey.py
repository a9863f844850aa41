"""The SSH host key: what the shops' clients know this server by.

It is passed on as an object. Given a file name, asyncssh reads and validates the key again for
every connection: with an RSA key that left 7 connections a second of 167.
"""

from __future__ import annotations

from pathlib import Path

import asyncssh
import structlog

from ingest.settings import SettingsError, Sftp, path_of
from storage.files import make_directory, write_durably
from storage.layout import Layout

log = structlog.get_logger()


def host_key(path: Path) -> asyncssh.SSHKey:
    """Load the private host key, or make an ed25519 one, durably and for its owner only.

    Raises:
        SettingsError: the file cannot be read, or is not a private key without a passphrase.
        OSError: it is missing and cannot be made.
    """
    try:
        return asyncssh.read_private_key(path)
    except FileNotFoundError:
        return _made(path)
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"sftp.host_key: {path.name} cannot be read as a private key",
            hint="It must be a private key without a passphrase that the server may read; "
            "leave the setting empty to have one made.",
        ) from error


def _made(path: Path) -> asyncssh.SSHKey:
    key = asyncssh.generate_private_key("ssh-ed25519", comment="dropsafe")
    make_directory(path.parent)
    write_durably(path, key.export_private_key())
    log.info("hostkey.made", path=str(path), fingerprint=key.get_fingerprint())
    return key


def hostkey_of(layout: Layout, settings: Sftp) -> asyncssh.SSHKey:
    """The host key that the settings name, or the home's own. Raises as `host_key`."""
    return host_key(path_of(layout, settings.host_key, layout.keys / "ssh_host_ed25519_key"))
