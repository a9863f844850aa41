"""What an FTP client sees on the shelf, and what it may do there."""

from __future__ import annotations

import ftplib
import io
import re
import time

import pytest

from tests.frontends.conftest import Home
from tests.frontends.ftp_server import put, sent, serving


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
