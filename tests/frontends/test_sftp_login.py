"""Who may log in over SFTP, and how often somebody may try."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import argon2
import asyncssh
import paramiko
import pytest
from structlog.testing import capture_logs

from ingest.auth import Admission, Gatekeeper
from tests.frontends.conftest import UPLOAD_KEY, Home
from tests.frontends.serving import Served, serving_sftp
from tests.frontends.sftp_clients import connected, paramiko_transport, with_sftp
from tests.waiting import eventually

KINDS: list[tuple[str, dict[str, Any]]] = [
    ("ssh-ed25519", {}),
    ("ecdsa-sha2-nistp256", {}),
    ("ecdsa-sha2-nistp384", {}),
    ("ecdsa-sha2-nistp521", {}),
    ("ssh-rsa", {"key_size": 2048}),
]


def public(key: asyncssh.SSHKey) -> str:
    """A public key as a tenant gives it, with a comment."""
    return key.export_public_key().decode().strip() + " till 7"


def log_in(served: Served, user: str = "acme", **options: Any) -> None:
    """Log in with asyncssh and leave."""

    async def session() -> None:
        async with connected(served, user, **options):
            pass

    asyncio.run(session())


@pytest.mark.parametrize(("kind", "options"), KINDS)
def test_a_tenant_logs_in_with_each_of_its_keys(
    home: Home, kind: str, options: dict[str, Any]
) -> None:
    """ed25519, ECDSA and RSA, several at a time."""
    key = asyncssh.generate_private_key(kind, **options)
    home.change_tenant(keys=(*home.tenant.keys, public(key)))
    with serving_sftp(home) as served:
        log_in(served, password=None, client_keys=[key])
        log_in(served, password=None, client_keys=[home.client_key])


@pytest.mark.parametrize("signature", ["rsa-sha2-256", "rsa-sha2-512"])
def test_an_rsa_key_signs_with_sha2(home: Home, signature: str) -> None:
    """Either length will do."""
    key = asyncssh.generate_private_key("ssh-rsa", key_size=2048)
    home.change_tenant(keys=(public(key),))
    with serving_sftp(home) as served:
        log_in(served, password=None, client_keys=[key], signature_algs=[signature, "ssh-ed25519"])


def test_an_rsa_key_that_signs_with_sha1_is_refused(home: Home) -> None:
    """The signature `ssh-rsa` is SHA-1; asyncssh verifies it unless it is told not to."""
    key = asyncssh.generate_private_key("ssh-rsa", key_size=2048)
    home.change_tenant(keys=(public(key),))

    class Old(asyncssh.public_key.SSHLocalKeyPair):
        """Signs with SHA-1 whatever the server announces."""

        def sign(self, data: bytes) -> bytes:
            return key.sign(data, b"ssh-rsa")

    with serving_sftp(home) as served, pytest.raises(asyncssh.PermissionDenied):
        log_in(served, password=None, client_keys=[Old(key, None, None, None)])


def _answer(title: str, instructions: str, prompts: list[tuple[str, bool]]) -> list[str]:
    return [UPLOAD_KEY]


def test_an_upload_key_and_a_chosen_password_are_passwords(home: Home) -> None:
    """As a password, and in the keyboard-interactive way of clients that only know that one."""
    home.change_tenant(password_hash=argon2.PasswordHasher().hash("correct horse"))
    with serving_sftp(home) as served:
        log_in(served, password=UPLOAD_KEY)
        log_in(served, password="correct horse")
        with paramiko_transport(served) as transport:
            transport.auth_interactive("acme", _answer)
            assert transport.is_authenticated()


REFUSED: list[tuple[str, str, dict[str, Any]]] = [
    ("unknown user, password", "nobody", {"password": UPLOAD_KEY}),
    ("wrong password", "acme", {"password": "wrong"}),
    ("disabled, password", "closed", {"password": UPLOAD_KEY}),
    ("unknown user, key", "nobody", {"password": None, "client_keys": "its own"}),
    ("wrong key", "acme", {"password": None, "client_keys": "another"}),
    ("disabled, key", "closed", {"password": None, "client_keys": "its own"}),
]


def _is_refused(logs: list[Any]) -> bool:
    return any(one["event"] == "login.refused" for one in logs)


def test_whoever_is_refused_is_not_told_why(home: Home) -> None:
    """Unknown, wrong and disabled look the same to the client, and are logged with the peer."""
    home.gatekeeper.replace(
        [home.tenant, replace(home.tenant, name="closed", enabled=False)],
    )
    keys = {"its own": [home.client_key], "another": [asyncssh.generate_private_key("ssh-ed25519")]}
    told = set()
    with serving_sftp(home) as served:
        for _, user, options in REFUSED:
            given = {**options, "client_keys": keys.get(options.get("client_keys", ""))}
            with capture_logs() as logs:
                with pytest.raises(asyncssh.PermissionDenied) as refusal:
                    log_in(served, user, **given)
                eventually(partial(_is_refused, logs))
            told.add(str(refusal.value).replace(user, "USER"))
            (line,) = [one for one in logs if one["event"] == "login.refused"]
            assert (line["user"], line["via"], line["peer"]) == (user, "sftp", "127.0.0.1")
            assert not [one for one in logs if one["event"] == "login.accepted"]
    assert len(told) == 1


def test_an_unknown_user_is_not_let_in_without_proof(home: Home) -> None:
    """`begin_auth` answering False would mean that no proof is needed."""
    with serving_sftp(home) as served, paramiko_transport(served) as transport:
        with pytest.raises(paramiko.BadAuthenticationType):
            transport.auth_none("nobody")
        assert not transport.is_authenticated()


def test_a_known_key_without_its_private_half_does_not_log_in(home: Home) -> None:
    """asyncssh asks about a key before its owner has proven to hold it."""

    class Pretender(asyncssh.public_key.SSHLocalKeyPair):
        """Shows one key and signs with another."""

        def sign(self, data: bytes) -> bytes:
            return asyncssh.generate_private_key("ssh-ed25519").sign(data, b"ssh-ed25519")

    with serving_sftp(home) as served, capture_logs() as logs:
        with pytest.raises(asyncssh.PermissionDenied):
            log_in(
                served, password=None, client_keys=[Pretender(home.client_key, None, None, None)]
            )
        eventually(partial(_is_refused, logs))
    assert not [one for one in logs if one["event"] == "login.accepted"]


def test_paramiko_gets_from_a_key_that_is_refused_to_its_password(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It finds a key in ~/.ssh, and asks for the service again before it tries the password."""
    (tmp_path / ".ssh").mkdir()
    for name, kind in (("id_ed25519", "ssh-ed25519"), ("id_ecdsa", "ecdsa-sha2-nistp256")):
        asyncssh.generate_private_key(kind).write_private_key(tmp_path / ".ssh" / name)
    monkeypatch.setenv("HOME", str(tmp_path))
    with serving_sftp(home) as served, paramiko.SSHClient() as client:
        client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        client.connect("127.0.0.1", served.port, "acme", UPLOAD_KEY, allow_agent=False)
        assert client.open_sftp().normalize(".") == "/"


def test_after_six_wrong_passwords_the_connection_is_closed(home: Home) -> None:
    """The seventh would have been right, and comes too late."""
    with serving_sftp(home) as served, paramiko_transport(served) as transport:
        for _ in range(5):
            with pytest.raises(paramiko.AuthenticationException):
                transport.auth_password("acme", "wrong", fallback=False)
        with pytest.raises(paramiko.SSHException):
            transport.auth_password("acme", "wrong", fallback=False)
        eventually(lambda: not transport.is_active())


def test_after_six_user_names_the_connection_is_closed(home: Home) -> None:
    """A new name does not bring new tries."""
    with serving_sftp(home) as served, paramiko_transport(served) as transport:
        for number in range(6):
            with pytest.raises(paramiko.BadAuthenticationType):
                transport.auth_none(f"user{number}")
        with pytest.raises(paramiko.SSHException):
            transport.auth_none("acme")
        eventually(lambda: not transport.is_active())


@pytest.mark.parametrize(("others", "lets_in"), [(12, True), (30, False)])
def test_an_agent_may_show_several_keys_but_not_any_number(
    home: Home, others: int, lets_in: bool
) -> None:
    """ssh-agent offers every key it holds; the right one may be the thirteenth."""
    keys = [asyncssh.generate_private_key("ssh-ed25519") for _ in range(others)]
    with serving_sftp(home) as served:
        if lets_in:
            with capture_logs() as logs:
                log_in(served, password=None, client_keys=[*keys, home.client_key])
            assert not [one for one in logs if one["event"] == "login.refused"]
        else:
            with pytest.raises(asyncssh.PermissionDenied, match="Too many"):
                log_in(served, password=None, client_keys=[*keys, home.client_key])


def test_slow_passwords_hold_nobody_up(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """While passwords are being checked, clients with keys log in and are served."""
    checking, done = threading.Semaphore(0), threading.Event()
    real = Gatekeeper.with_password

    def slow(self: Gatekeeper, *args: Any, **kwargs: Any) -> Admission:
        checking.release()
        assert done.wait(20)
        return real(self, *args, **kwargs)

    monkeypatch.setattr(Gatekeeper, "with_password", slow)
    with serving_sftp(home) as served:
        waiting = [threading.Thread(target=log_in, args=[served]) for _ in range(6)]
        for one in waiting:
            one.start()
        assert checking.acquire(timeout=10)
        log_in(served, password=None, client_keys=[home.client_key])
        done.set()
        for one in waiting:
            one.join(20)


def test_a_tenant_disabled_while_connected_starts_no_new_upload(home: Home) -> None:
    """A session that was opened before is no way round."""

    async def work(client: asyncssh.SFTPClient) -> None:
        await client.stat("/")
        home.change_tenant(enabled=False)
        with pytest.raises(asyncssh.SFTPFailure):
            await client.open("a.csv", "wb")

    with serving_sftp(home) as served:
        with_sftp(served, work)


def test_a_tenant_disabled_during_the_login_does_not_get_in(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who it is, is looked up again when the proof is complete."""
    real = Gatekeeper.with_password

    def and_then_disabled(self: Gatekeeper, *args: Any, **kwargs: Any) -> Admission:
        admission = real(self, *args, **kwargs)
        home.change_tenant(enabled=False)
        return admission

    monkeypatch.setattr(Gatekeeper, "with_password", and_then_disabled)
    with serving_sftp(home) as served, pytest.raises((asyncssh.Error, OSError)):
        with_sftp(served, lambda client: client.stat("/"))
