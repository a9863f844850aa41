"""What real SFTP clients do, they can do here."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import asyncssh
import pytest

from tests.frontends.conftest import Home
from tests.frontends.serving import serving_sftp
from tests.frontends.sftp_clients import OpenSsh, curl, paramiko_sftp, put, with_sftp

SALES = b"id,total\n1,9.90\n" * 10_000


def names(home: Home) -> list[str]:
    """The names of what was accepted."""
    return [envelope.origin.name for envelope, _ in home.accepted()]


def test_asyncssh_puts_a_file_and_finds_it_in_the_listing(home: Home, tmp_path: Path) -> None:
    """What is closed is accepted byte by byte, with its origin, and stat says its size."""
    source = tmp_path / "sales.csv"
    source.write_bytes(SALES)

    async def work(client: asyncssh.SFTPClient) -> asyncssh.SFTPAttrs:
        await client.put(source, "sales.csv", preserve=True)
        return await client.stat("sales.csv")

    with serving_sftp(home) as served:
        attrs = with_sftp(served, work)
    ((envelope, data),) = home.accepted()
    assert data == SALES
    assert (envelope.origin.tenant, envelope.origin.name) == ("acme", "sales.csv")
    assert (envelope.origin.via, envelope.origin.peer) == ("sftp", "127.0.0.1")
    assert attrs.size == len(SALES)


def test_paramiko_puts_stats_lists_and_makes_directories(home: Home) -> None:
    """Mode and size are such as clients expect; times and modes that they set are ignored."""
    with serving_sftp(home) as served, paramiko_sftp(served) as client:
        client.mkdir("out")
        put(served, "out/a.csv", SALES)
        client.utime("out/a.csv", (1, 1))
        client.chmod("out/a.csv", 0o4777)
        status = client.stat("out/a.csv")
        listed = {one.filename: one for one in client.listdir_attr("out")}
        assert client.normalize("out/../out") == "/out"
        assert stat.S_ISDIR(client.stat("out").st_mode or 0)
    assert status.st_mode == stat.S_IFREG | 0o600
    assert status.st_size == len(SALES)
    assert list(listed) == ["a.csv"]
    assert str(listed["a.csv"]).split()[:2] == ["-rw-------", "1"]


def test_openssh_puts_with_time_and_mode_and_a_whole_tree_twice(home: Home, tmp_path: Path) -> None:
    """`put -p` sets time and mode; `put -r` makes directories, and may find them made."""
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "a.csv").write_bytes(SALES)
    with serving_sftp(home) as served:
        client = OpenSsh(served, home, tmp_path)
        first = client.sftp(f"put -p {tree}/a.csv", f"put -f {tree}/a.csv b.csv", "ls -l")
        second = client.sftp(f"put -r {tree}", f"put -r {tree}", "ls -l tree", "cd tree", "pwd")
    assert first.returncode == 0, first.stderr
    assert second.returncode == 0, second.stderr
    assert names(home) == ["a.csv", "b.csv", "tree/a.csv", "tree/a.csv"]
    assert {data for _, data in home.accepted()} == {SALES}
    line = next(one for one in first.stdout.splitlines() if one.startswith("-rw"))
    assert line.split()[:5] == ["-rw-------", "1", "acme", "acme", str(len(SALES))]


def test_scp_overwrites_from_the_start_without_truncating(home: Home, tmp_path: Path) -> None:
    """scp opens an existing name with CREAT alone and sets the size at the end: a new delivery,
    and an empty file is one too."""
    source = tmp_path / "day.csv"
    with serving_sftp(home) as served:
        client = OpenSsh(served, home, tmp_path)
        for data in (SALES, b"short\n", b""):
            source.write_bytes(data)
            done = client.scp(source, "day.csv")
            assert done.returncode == 0, done.stderr
    assert [data for _, data in home.accepted()] == [SALES, b"short\n", b""]


def test_curl_uploads_with_the_older_ciphers_of_libssh2(home: Home, tmp_path: Path) -> None:
    """curl is told yes after the file is there."""
    source = tmp_path / "sales.csv"
    source.write_bytes(SALES)
    with serving_sftp(home) as served:
        url = f"sftp://127.0.0.1:{served.port}/sales.csv"
        done = curl(served, home, "--upload-file", str(source), url)
    assert done.returncode == 0, done.stderr
    assert [data for _, data in home.accepted()] == [SALES]


def test_winscp_uploads_under_a_temporary_name_and_renames(home: Home) -> None:
    """`x.csv.filepart`, close, rename, setstat: one delivery, under the final name."""
    with serving_sftp(home) as served, paramiko_sftp(served) as client:
        put(served, "x.csv.filepart", SALES)
        assert home.accepted() == []
        client.chmod("x.csv.filepart", 0o644)
        client.rename("x.csv.filepart", "x.csv")
        client.utime("x.csv", (1, 1))
        assert client.listdir() == ["x.csv"]
    ((envelope, data),) = home.accepted()
    assert (envelope.origin.name, data) == ("x.csv", SALES)


def test_a_renamed_upload_takes_the_name_of_an_earlier_one_beside_it(home: Home) -> None:
    """A till renames to the same final name every 15 minutes: each is a delivery of its own."""
    with serving_sftp(home) as served, paramiko_sftp(served) as client:
        for data in (b"one\n", b"two\n"):
            put(served, "x.csv.tmp", data)
            client.posix_rename("x.csv.tmp", "x.csv")
    assert [(one.origin.name, data) for one, data in home.accepted()] == [
        ("x.csv", b"one\n"),
        ("x.csv", b"two\n"),
    ]


def test_a_cancelled_winscp_upload_is_refused_when_it_is_closed(home: Home) -> None:
    """WinSCP announces the size at OPEN and closes the temporary file after a cancel."""
    announced = asyncssh.SFTPAttrs(size=len(SALES))

    async def cancelled(client: asyncssh.SFTPClient) -> bool:
        file = await client.open("x.csv.filepart", "wb", announced)
        await file.write(SALES[:5000])
        with pytest.raises(asyncssh.SFTPFailure, match="shorter"):
            await file.close()
        return await client.exists("x.csv.filepart")

    with serving_sftp(home) as served:
        assert not with_sftp(served, cancelled)
    assert home.arriving() == []


def test_a_text_mode_upload_that_shrinks_is_accepted(home: Home) -> None:
    """WinSCP's text mode drops carriage returns, and announces the size with them."""

    async def work(client: asyncssh.SFTPClient) -> None:
        async with client.open("x.txt", "wb", asyncssh.SFTPAttrs(size=6)) as file:
            await file.write(b"a\nb\n")

    with serving_sftp(home) as served:
        with_sftp(served, work)
    assert [data for _, data in home.accepted()] == [b"a\nb\n"]


def test_two_handles_of_one_name_are_two_deliveries(home: Home) -> None:
    """They do not write into each other."""

    async def work(client: asyncssh.SFTPClient) -> None:
        one = await client.open("a.csv", "wb")
        two = await client.open("a.csv", "wb")
        await one.write(b"one\n")
        await two.write(b"two\n")
        await two.close()
        await one.close()

    with serving_sftp(home) as served:
        with_sftp(served, work)
    assert [data for _, data in home.accepted()] == [b"two\n", b"one\n"]


def test_writes_out_of_order_and_over_each_other_are_put_in_their_places(home: Home) -> None:
    """SFTP writes carry offsets, and clients may send them in any order."""

    async def work(client: asyncssh.SFTPClient) -> None:
        async with client.open("a.csv", "wb") as file:
            await file.write(b"CCCC", 8)
            await file.write(b"BBBBBB", 4)
            await file.write(b"AAAA", 0)
            await file.write(b"CCCC", 8)

    with serving_sftp(home) as served:
        with_sftp(served, work)
    assert [data for _, data in home.accepted()] == [b"AAAABBBBCCCC"]


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(b"new\nline.csv", id="newline"),
        pytest.param(b"\x1b[31mred.csv", id="escape"),
        pytest.param("\u202egnp.csv".encode(), id="bidi"),
        pytest.param(b"caf\xe9.csv", id="latin-1"),
        pytest.param("Z\u00fcrich.csv".encode(), id="utf-8"),
        pytest.param(b"-rw.csv", id="dash"),
        pytest.param(b"\x1b[31mred\xe9.csv.part", id="parked"),
    ],
)
def test_names_are_data(home: Home, name: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    """A name comes back in the listing as it was sent; lines and logs cannot be forged with it."""

    async def work(client: asyncssh.SFTPClient) -> list[asyncssh.SFTPName]:
        async with client.open(name, "wb") as file:
            await file.write(b"x\n")
        assert (await client.stat(name)).size == 2
        return [one async for one in client.scandir(b".")]

    with serving_sftp(home) as served:
        listed = with_sftp(served, work)
    (found,) = [one for one in listed if one.filename not in {b".", b".."}]
    assert found.filename == name
    line = os.fsdecode(found.longname)
    assert line.isprintable()
    said = capsys.readouterr().out
    assert "\x1b[31m" not in said
    assert "\u202e" not in said


@pytest.mark.parametrize("name", ["../../etc/cron.d/x.csv", "/../x.csv", "..\\..\\x.csv"])
def test_a_path_never_leads_out_of_the_home(home: Home, name: str) -> None:
    """Dots stay below the root, or the directory does not exist."""

    async def work(client: asyncssh.SFTPClient) -> None:
        try:
            async with client.open(name, "wb") as file:
                await file.write(b"x\n")
        except asyncssh.SFTPNoSuchFile:
            assert "etc" in name

    with serving_sftp(home) as served:
        with_sftp(served, work)
    assert names(home) in ([], ["x.csv"])


def test_a_name_of_300_bytes_is_refused(home: Home) -> None:
    """As file systems do."""

    async def work(client: asyncssh.SFTPClient) -> None:
        with pytest.raises(asyncssh.SFTPPermissionDenied, match="too long"):
            await client.open("x" * 300, "wb")

    with serving_sftp(home) as served:
        with_sftp(served, work)
