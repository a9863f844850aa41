"""The host key of a home."""

from __future__ import annotations

import os
from pathlib import Path

import asyncssh
import pytest

from ingest.hostkey import host_key
from ingest.settings import SettingsError


def test_a_missing_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    """The first start makes an ed25519 key that nobody else can read; later ones load it."""
    path = tmp_path / "keys" / "ssh_host_ed25519_key"
    made = host_key(path)
    assert made.get_algorithm() == "ssh-ed25519"
    assert path.stat().st_mode & 0o777 == 0o600
    assert host_key(path).public_data == made.public_data


def test_a_made_key_is_durable_before_it_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key that clients have pinned must survive a power cut: its bytes and its name."""
    synced: list[str] = []
    fsync = os.fsync

    def watched(descriptor: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    path = tmp_path / "key"
    host_key(path)
    assert synced == [f"{path}.new", str(tmp_path)]


def test_an_operators_key_of_another_type_is_loaded(tmp_path: Path) -> None:
    """Whoever moves from another server brings the key that the clients know."""
    path = tmp_path / "key"
    brought = asyncssh.generate_private_key("ecdsa-sha2-nistp256")
    brought.write_private_key(path)
    assert host_key(path).public_data == brought.public_data


@pytest.mark.parametrize("content", [b"", b"not a key", "passphrase"])
def test_what_is_not_a_usable_key_is_named_and_left_alone(
    tmp_path: Path, content: bytes | str
) -> None:
    """A damaged key is never replaced: every client would see a changed host."""
    path = tmp_path / "key"
    if isinstance(content, str):
        made = asyncssh.generate_private_key("ssh-ed25519")
        content = made.export_private_key(passphrase="secret")
    path.write_bytes(content)
    with pytest.raises(SettingsError, match=r"sftp\.host_key"):
        host_key(path)
    assert path.read_bytes() == content
