"""Who may come in over FTP, and how well the way there is protected."""

from __future__ import annotations

import ftplib
import re
import ssl
import threading

import pytest

from tests.frontends.conftest import UPLOAD_KEY, Home
from tests.frontends.ftp_server import put, sent, serving


def test_without_plain_ftp_a_login_in_the_clear_is_refused(home: Home) -> None:
    """Who shows the right key is told that TLS is needed, and nothing can be sent."""
    with serving(home) as server, server.raw() as client:
        assert re.match("530 .*TLS", client.login())
        assert client.ask("PASV").startswith("530")


def test_in_the_clear_nobody_learns_who_exists(home: Home) -> None:
    """Without the key, tenants with plain FTP, without it, and nobody all sound the same."""
    with serving(home) as server:
        answers = set()
        for user, plain in (("acme", True), ("acme", False), ("nobody", False)):
            home.change_tenant(plain_ftp=plain)
            with server.raw() as client:
                answers.add(client.login(user, "wrong"))
    assert answers == {"530 Login refused."}


def test_a_disabled_tenant_sounds_like_a_wrong_key(home: Home) -> None:
    """Nothing tells which it was."""
    home.change_tenant(enabled=False)
    with serving(home) as server, pytest.raises(ftplib.error_perm, match=r"^530 Login refused\.$"):
        server.tls()


def test_a_tenant_that_is_disabled_meanwhile_puts_nothing_more(home: Home) -> None:
    """A session that was open before the tenant was disabled ends at its next upload."""
    with serving(home) as server, server.tls() as client:
        put(client, "one.csv")
        home.change_tenant(enabled=False)
        with pytest.raises(ftplib.Error, match="421"):
            put(client, "two.csv")

    assert [name for name, _, _ in sent(home)] == ["one.csv"]


def test_without_plain_ftp_data_needs_tls_too(home: Home) -> None:
    """Control in TLS and data in the clear would show the file to all on the way."""
    with serving(home) as server, server.tls() as client:
        client.prot_c()
        for attempt in ("STOR day.csv", "LIST", "NLST", "MLSD"):
            with pytest.raises(ftplib.error_perm, match=r"^521 .*PROT P"):
                client.transfercmd(attempt)

    assert sent(home) == []


def test_data_in_the_clear_is_not_called_ftps(home: Home) -> None:
    """The envelope says ftps only if nobody on the way could have read or changed the file."""
    home.change_tenant(plain_ftp=True)
    with serving(home) as server, server.tls() as client:
        client.prot_c()
        put(client, "day.csv")

    assert sent(home)[0][1] == "ftp"


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tls_1_2_and_1_3_are_spoken(home: Home, version: ssl.TLSVersion) -> None:
    """Both carry an upload."""
    with serving(home) as server:
        context = server.trusting()
        context.minimum_version = context.maximum_version = version
        with server.tls(context=context) as client:
            put(client, "day.csv")

    assert len(sent(home)) == 1


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_older_tls_is_refused(home: Home) -> None:
    """TLS 1.1 gets no handshake."""
    with serving(home) as server, server.raw() as client:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
        with pytest.raises(ssl.SSLError, match=r"(?i)version"):
            client.start_tls(context)


def test_a_login_takes_its_time_and_nothing_overtakes_it(home: Home) -> None:
    """Commands sent behind PASS in one segment run after the login, in their order."""
    home.change_tenant(plain_ftp=True)
    with serving(home) as server, server.raw() as client:
        client.send(f"USER acme\r\nPASS {UPLOAD_KEY}\r\nPWD\r\nSYST\r\n")
        assert [client.reply()[:3] for _ in range(4)] == ["331", "230", "257", "215"]


def test_a_slow_hash_holds_nobody_up(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """While one login is being checked, others are served."""
    checking, release = threading.Event(), threading.Event()
    real = home.gatekeeper.with_password

    def slow(user: str, secret: str, *, via: str, peer: str) -> object:
        if user == "slow":
            checking.set()
            assert release.wait(10)
        return real(user, secret, via=via, peer=peer)

    monkeypatch.setattr(home.gatekeeper, "with_password", slow)
    with serving(home) as server, server.raw() as waiting:
        waiting.send("USER slow\r\nPASS x\r\n")
        assert checking.wait(5)
        with server.tls() as client:
            put(client, "day.csv")
        release.set()
        assert waiting.reply().startswith("331")
        assert waiting.reply().startswith("530")


def test_another_user_ends_the_first_login(home: Home) -> None:
    """After USER or REIN nobody is logged in until the next PASS."""
    with serving(home) as server, server.tls() as client:
        for line in ("USER acme", "REIN"):
            client.sendcmd(line)
            with pytest.raises(ftplib.error_perm, match=r"^530"):
                client.sendcmd("PWD")
            client.login("acme", UPLOAD_KEY)
            assert client.pwd() == "/"
            with pytest.raises(ftplib.error_perm, match=r"^503"):
                client.sendcmd("PASS again")
