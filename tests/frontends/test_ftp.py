"""FTP as tills use it: ftplib over plain FTP and over TLS."""

from __future__ import annotations

import ftplib
import io
import re
import socket
import ssl
import threading
import time

import pytest

from ingest.frontends.ftp_reception import Patience
from ingest.settings import Ftp
from tests.frontends.conftest import UPLOAD_KEY, Home, eventually
from tests.frontends.ftp_server import Raw, serving

AWKWARD = b'a,b\r\n1,"x\ny"\r\n\r2\n\n\xff\xfe\x00\r'


def put(client: ftplib.FTP, name: str, content: bytes = b"a,b\n1,2\n") -> str:
    """Upload some bytes, and return the server's last word."""
    return client.storbinary(f"STOR {name}", io.BytesIO(content))


def greeting(port: int) -> str:
    """The first line that a new connection hears."""
    with Raw(socket.create_connection(("127.0.0.1", port), 10)) as client:
        return client.greeting


def sent(home: Home) -> list[tuple[str, str, bytes]]:
    """Name, way and bytes of everything accepted."""
    return [(one.origin.name, one.origin.via, data) for one, data in home.accepted()]


def test_a_file_comes_in_over_tls(home: Home) -> None:
    """A tenant needs no more than its Upload Key; the envelope says ftps and the peer."""
    with serving(home) as server, server.tls() as client:
        assert put(client, "day.csv", AWKWARD).startswith("226")

    assert sent(home) == [("day.csv", "ftps", AWKWARD)]
    assert home.accepted()[0][0].origin.peer == "127.0.0.1"


def test_a_file_comes_in_over_plain_ftp_where_that_is_allowed(home: Home) -> None:
    """A tenant with `plain_ftp` needs no TLS; the envelope says ftp."""
    home.change_tenant(plain_ftp=True)
    with serving(home) as server, server.plain() as client:
        assert put(client, "day.csv").startswith("226")

    assert sent(home) == [("day.csv", "ftp", b"a,b\n1,2\n")]


def test_type_a_changes_no_byte(home: Home) -> None:
    """In type A too, line ends and a last lone CR are kept, and SIZE counts the bytes sent."""
    with serving(home) as server, server.tls() as client:
        client.voidcmd("TYPE A N")
        with client.transfercmd("STOR day.csv") as data:
            data.sendall(AWKWARD)
            assert isinstance(data, ssl.SSLSocket)
            data.unwrap()
        client.voidresp()
        assert client.sendcmd("SIZE day.csv") == f"213 {len(AWKWARD)}"

    assert sent(home)[0][2] == AWKWARD


def test_an_empty_file_is_a_file(home: Home) -> None:
    """No byte at all, ended in order, is accepted: the verdict is for the worker."""
    with serving(home) as server, server.tls() as client:
        put(client, "empty.csv", b"")

    assert sent(home) == [("empty.csv", "ftps", b"")]


def test_two_uploads_of_one_name_are_two_deliveries(home: Home) -> None:
    """Nothing is overwritten."""
    with serving(home) as server, server.tls() as client:
        put(client, "day.csv", b"one")
        put(client, "day.csv", b"two")

    assert [data for _, _, data in sent(home)] == [b"one", b"two"]


def test_active_mode_works_to_the_client_itself(home: Home) -> None:
    """PORT to the client's own address, again and again, in TLS and after a passive one."""
    with serving(home) as server, server.tls() as client:
        for number in range(3):
            client.set_pasv(False)
            put(client, f"active{number}.csv")
            client.set_pasv(True)
            put(client, f"passive{number}.csv")

    assert len(sent(home)) == 6


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


def test_a_slow_disk_holds_nobody_up(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """226 waits for the fsync of its own file, and only that."""
    syncing, release = threading.Event(), threading.Event()
    real = home.shelves.of(home.tenant).close

    def slow(upload: object, **options: object) -> object:
        if upload.origin.name == "slow.csv":  # type: ignore[attr-defined]  # an Upload
            syncing.set()
            assert release.wait(10)
        return real(upload, **options)  # type: ignore[arg-type]  # as above

    monkeypatch.setattr(home.shelves.of(home.tenant), "close", slow)
    with serving(home) as server, server.tls() as waiting, server.tls() as client:
        with waiting.transfercmd("STOR slow.csv") as data:
            data.sendall(b"x")
            data.unwrap()  # type: ignore[attr-defined]  # an SSLSocket
        assert syncing.wait(5)
        put(client, "day.csv")
        assert waiting.sock is not None
        waiting.sock.settimeout(0.2)
        with pytest.raises(TimeoutError):
            waiting.sock.recv(1)
        waiting.sock.settimeout(10)
        release.set()
        eventually(lambda: len(sent(home)) == 2)

    assert [name for name, _, _ in sent(home)] == ["day.csv", "slow.csv"]


def test_226_comes_after_the_disk(home: Home) -> None:
    """When the client reads 226, the delivery is in the inbox already, every time."""
    with serving(home) as server, server.tls() as client:
        for number in range(20):
            put(client, f"{number}.csv")
            assert len(home.accepted()) == number + 1


def test_winscp_renames_at_the_end(home: Home) -> None:
    """`x.csv.filepart` and a rename are one delivery, named x.csv."""
    with serving(home) as server, server.tls() as client:
        put(client, "x.csv.filepart")
        assert sent(home) == []
        assert client.size("x.csv.filepart") == 8
        client.rename("x.csv.filepart", "x.csv")
        assert client.nlst() == ["x.csv"]

    assert [name for name, _, _ in sent(home)] == ["x.csv"]


def test_a_temporary_name_that_is_never_renamed_stays_parked(home: Home) -> None:
    """It was acknowledged, so it is kept; it is no delivery yet."""
    with serving(home) as server, server.tls() as client:
        put(client, "x.csv.filepart")

    assert sent(home) == []
    assert len(list(home.layout.parked.glob("acme/*"))) == 1


def test_nothing_else_is_renamed(home: Home) -> None:
    """A complete file, a directory, what is not there, and a rename to another temporary name."""
    with serving(home) as server, server.tls() as client:
        put(client, "x.csv")
        put(client, "y.part")
        client.mkd("d")
        for old in ("x.csv", "d", "missing.csv"):
            with pytest.raises(ftplib.error_perm, match=r"^550"):
                client.sendcmd(f"RNFR {old}")
        with pytest.raises(ftplib.error_perm, match=r"^503"):
            client.sendcmd("RNTO z.csv")
        for new in ("y.tmp", "nowhere/y.csv", "d"):
            client.sendcmd("RNFR y.part")
            with pytest.raises(ftplib.error_perm, match=r"^550"):
                client.sendcmd(f"RNTO {new}")


def test_the_shelf_can_be_looked_at(home: Home) -> None:
    """Sizes, times and names, in every form that clients ask for."""
    with serving(home) as server, server.tls() as client:
        before = time.time()
        client.mkd("sub")
        put(client, "sub/x.csv", b"12345")
        put(client, "top.csv", b"123")

        assert client.size("sub/x.csv") == 5
        stamp = client.sendcmd("MDTM sub/x.csv").split()[1]
        assert stamp >= time.strftime("%Y%m%d%H%M%S", time.gmtime(before))
        assert dict(client.mlsd("sub"))["x.csv"]["size"] == "5"
        assert {name: about["type"] for name, about in client.mlsd()} == {
            "sub": "dir",
            "top.csv": "file",
        }
        assert client.nlst() == ["sub", "top.csv"]
        lines: list[str] = []
        client.retrlines("LIST -al", lines.append)
        assert [line.split()[0][0] + line.split()[-1] for line in lines] == ["dsub", "-top.csv"]
        assert "x.csv" in client.sendcmd("MLST sub/x.csv")
        assert " 3 " in client.sendcmd("STAT top.csv")
        client.sendcmd("OPTS MLST size;")
        assert client.sendcmd("MLST top.csv").splitlines()[1].startswith(" size=3; ")


def test_what_is_not_there_is_not_there(home: Home) -> None:
    """550, on the control connection, without waiting for a data connection."""
    with serving(home) as server, server.tls() as client:
        for line in (
            "SIZE x",
            "MDTM x",
            "MLST x",
            "CWD x",
            "STAT x",
            "MKD x/y",
            "SIZE /",
            "MDTM /",
        ):
            with pytest.raises(ftplib.error_perm, match=r"^550"):
                client.sendcmd(line)
        for line in ("LIST x", "NLST x", "MLSD x", "STOR x/y.csv", "STOR /"):
            with pytest.raises(ftplib.error_perm, match=r"^550"):
                client.transfercmd(line)


def test_directories_are_made_and_entered(home: Home) -> None:
    """CWD, CDUP, PWD and MKD, with the old X commands of Windows."""
    with serving(home) as server, server.tls() as client:
        assert client.mkd('a "b"') == '/a "b"'
        client.sendcmd('XCWD a "b"')
        assert client.pwd() == '/a "b"'
        client.sendcmd("XMKD c")
        client.cwd("c")
        client.sendcmd("CDUP")
        client.sendcmd("XCUP")
        assert client.sendcmd("XPWD").startswith('257 "/"')
        client.cwd('a "b"/c')
        put(client, "x.csv")
        with pytest.raises(ftplib.error_perm, match=r"^550"):
            client.mkd('/a "b"')

    assert sent(home)[0][0] == 'a "b"/c/x.csv'


def test_times_and_modes_that_clients_set_change_nothing(home: Home) -> None:
    """FileZilla, WinSCP and lftp set the time after an upload; users worry when that fails."""
    with serving(home) as server, server.tls() as client:
        put(client, "x.csv")
        before = client.sendcmd("MDTM x.csv")
        for line in (
            "MFMT 20010203040506 x.csv",
            "MDTM 20010203040506 x.csv",
            "SITE UTIME 20010203040506 x.csv",
            "SITE UTIME x.csv 20010203040506 20010203040506 20010203040506 UTC",
            "SITE CHMOD 4777 x.csv",
        ):
            assert client.sendcmd(line).startswith("2")
        assert client.sendcmd("MDTM x.csv") == before
        with pytest.raises(ftplib.error_perm, match=r"^550"):
            client.sendcmd("MFMT 20010203040506 missing.csv")
        with pytest.raises(ftplib.error_perm, match=r"^501"):
            client.sendcmd("MFMT 20010203040506")


def test_what_was_put_stays_as_it_is(home: Home) -> None:
    """Nothing is read back, removed, appended to, or resumed."""
    with serving(home) as server, server.tls() as client:
        put(client, "x.csv")
        client.mkd("d")
        for line in ("DELE x.csv", "RMD d", "XRMD d"):
            with pytest.raises(ftplib.error_perm, match=r"^550"):
                client.sendcmd(line)
        for line in ("RETR x.csv", "APPE x.csv"):
            with pytest.raises(ftplib.error_perm, match=r"^550"):
                client.transfercmd(line)
        with pytest.raises(ftplib.error_perm, match=r"^550"):
            client.transfercmd("STOR x.csv", rest=3)
        put(client, "y.csv")  # the mark counts for one command only
        client.storbinary("APPE new.csv", io.BytesIO(b"new"))

    assert [name for name, _, _ in sent(home)] == ["x.csv", "y.csv", "new.csv"]


def test_stou_makes_up_a_name(home: Home) -> None:
    """Each gets a name of its own that keeps its ending, so that the feed's patterns match."""
    with serving(home) as server, server.tls() as client:
        for _ in range(2):
            client.storbinary("STOU day.csv", io.BytesIO(b"x"))
        client.storbinary("STOU", io.BytesIO(b"x"))

    names = [name for name, _, _ in sent(home)]
    assert len(set(names)) == 3
    assert [bool(re.fullmatch(r"day-\w+\.csv|upload-\w+", name)) for name in names] == [True] * 3


def test_names_that_are_not_utf_8_keep_their_bytes(home: Home) -> None:
    """A till of the nineties sends Latin-1: it finds its file again, and nothing fails."""
    with serving(home) as server, server.tls() as client:
        client.encoding = "latin-1"
        put(client, "caf\xe9.csv", b"12")
        assert client.size("caf\xe9.csv") == 2
        assert client.nlst() == ["caf\xe9.csv"]

    assert sent(home)[0][0] == "caf?.csv"


def test_an_advertised_address_is_told(home: Home) -> None:
    """Behind a NAT clients hear the outer address, and a port of the range."""
    settings = Ftp(advertised_address="192.0.2.7", passive_ports="50500-50599")
    home.change_tenant(plain_ftp=True)
    with serving(home, settings) as server, server.raw() as client:
        client.login()
        found = re.search(r"\((\d+),(\d+),(\d+),(\d+),(\d+),(\d+)\)", client.ask("PASV"))
        assert found
        numbers = [int(one) for one in found.groups()]
        assert numbers[:4] == [192, 0, 2, 7]
        assert 50500 <= numbers[4] * 256 + numbers[5] <= 50599


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


def test_the_small_talk_of_clients_is_answered(home: Home) -> None:
    """FEAT, SYST, OPTS, NOOP, HELP, STAT, MODE and STRU, as clients send them at the start."""
    with serving(home) as server, server.tls() as client:
        features = client.sendcmd("FEAT")
        assert " MFMT\n" in features
        assert "REST" not in features
        for line in (
            "SYST",
            "OPTS UTF8 ON",
            "NOOP",
            "HELP",
            "STAT",
            "MODE S",
            "STRU F",
            "TYPE L 8",
        ):
            assert client.sendcmd(line).startswith("2")
        for line in ("TYPE E", "SITE CPFR x", "XYZZY", "MODE Z", "ALLO many", "REST -1"):
            with pytest.raises(ftplib.error_perm, match=r"^50"):
                client.sendcmd(line)
        with pytest.raises(ftplib.error_perm, match=r"^503"):
            client.sendcmd("AUTH TLS")


def test_silence_ends_the_connection(home: Home) -> None:
    """Who says nothing, or never logs in, is told why and let go."""
    with serving(home, patience=Patience(idle=0.3, login=10)) as server, server.raw() as client:
        assert client.reply().startswith("421")
        assert client.reply() == ""
    with serving(home, patience=Patience(idle=10, login=0.3)) as server, server.raw() as client:
        client.ask("NOOP")
        eventually(lambda: client.ask("NOOP").startswith("421"))
    with serving(home, patience=Patience(idle=0.3, login=0.3)) as server, server.raw() as client:
        assert client.ask("AUTH TLS").startswith("234")
        assert client.sock.recv(1) == b""  # in the midst of a handshake there is nothing to say


def test_a_data_connection_that_does_not_come_is_given_up(home: Home) -> None:
    """The upload is thrown away, and the session goes on."""
    home.change_tenant(plain_ftp=True)
    patience = Patience(idle=10, connect=0.3, refusal=0)
    with serving(home, patience=patience) as server, server.raw() as client:
        client.login()
        client.passive_port()
        assert client.ask("STOR day.csv").startswith("150")
        assert client.reply().startswith("425")
        assert client.ask("STOR day.csv").startswith("425")
        assert client.ask("NOOP").startswith("200")
        assert home.arriving() == []


def test_the_number_of_sockets_is_limited(home: Home) -> None:
    """One more is told 421 (or 425 for a data connection), and there is room again afterwards."""
    home.change_tenant(plain_ftp=True)
    settings = Ftp(max_connections=3, passive_ports="50000-50999")
    with serving(home, settings) as server, server.raw() as one, server.raw() as two:
        with server.raw() as three:
            assert greeting(server.port).startswith("421")
            one.login()
            assert one.ask("PASV").startswith("425")
            assert one.ask("PORT 127,0,0,1,200,1").startswith("425")
            assert three.ask("NOOP").startswith("200")
        eventually(lambda: one.ask("PASV").startswith("227"))
        assert two.ask("NOOP").startswith("200")
