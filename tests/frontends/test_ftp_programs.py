"""FTP with the programs that people have: lftp and curl."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.frontends.conftest import UPLOAD_KEY, Home
from tests.frontends.ftp_server import Running, serving
from tests.frontends.sftp_faults import Gate

lftp = pytest.mark.skipif(
    shutil.which("lftp") is None, reason="lftp is not installed (apt-get install lftp)"
)
curl = pytest.mark.skipif(
    shutil.which("curl") is None, reason="curl is not installed (apt-get install curl)"
)

CONTENT = b"a,b\r\n1,2\n" * 30_000  # more than 100 KB, and both line ends


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file to send."""
    path = tmp_path / "local.csv"
    path.write_bytes(CONTENT)
    return path


def run_lftp(server: Running, script: str) -> str:
    """Run a script in lftp, which checks the certificate; what it prints."""
    certificate = server.certificate.certificate
    settings = (
        f"set ssl:ca-file {certificate}; set net:timeout 5; set net:max-retries 1; "
        "set cmd:fail-exit yes; "
    )
    address = f"-u acme,{UPLOAD_KEY} -p {server.port} 127.0.0.1"
    done = subprocess.run(
        ["lftp", "--norc", "-c", f"{settings} {script.format(open=f'open {address}')}"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def run_curl(server: Running, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run curl, which checks the certificate."""
    certificate = server.certificate.certificate
    return subprocess.run(
        ["curl", "-sS", "--max-time", "20", "--cacert", str(certificate), *arguments],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@lftp
@pytest.mark.parametrize("mode", ["", "set ftp:passive-mode off;", "set ftp:use-allo yes;", "-a"])
def test_lftp_puts_over_tls(home: Home, file: Path, mode: str) -> None:
    """Passive and active, with ALLO, and in type A; lftp verifies the certificate."""
    settings, kind = ("", mode) if mode == "-a" else (mode, "")
    with serving(home) as server:
        run_lftp(
            server,
            f"set ftp:ssl-force yes; set ftp:ssl-protect-data yes; {settings} "
            f"{{open}}; put {kind} {file} -o day.csv; cls -l",
        )

    (envelope, data) = home.accepted()[0]
    assert (envelope.origin.name, envelope.origin.via) == ("day.csv", "ftps")
    if not kind:
        assert data == CONTENT
    assert len(home.accepted()) == 1


@lftp
def test_lftp_puts_in_the_clear(home: Home, file: Path) -> None:
    """Where the tenant may."""
    home.change_tenant(plain_ftp=True)
    with serving(home) as server:
        run_lftp(server, f"set ftp:ssl-allow no; {{open}}; put {file} -o day.csv")

    assert [(one.origin.via, data) for one, data in home.accepted()] == [("ftp", CONTENT)]


@lftp
def test_lftp_mirrors_a_directory(home: Home, tmp_path: Path) -> None:
    """Directories are made, times and modes are set, temporary names are renamed: no complaint."""
    source = tmp_path / "out"
    (source / "sub").mkdir(parents=True)
    for name in ("a.csv", "b.csv", "sub/c.csv"):
        (source / name).write_bytes(CONTENT)
    with serving(home) as server:
        run_lftp(
            server,
            "set ftp:ssl-force yes; set ftp:ssl-protect-data yes; set xfer:use-temp-file yes; "
            f"set xfer:temp-file-name *.part; {{open}}; mirror -R {source} /days",
        )

    names = sorted(one.origin.name for one, _ in home.accepted())
    assert names == ["days/a.csv", "days/b.csv", "days/sub/c.csv"]


@lftp
def test_lftp_sends_a_file_once_when_the_server_stops(
    home: Home, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its file is being stored when the stop begins: it hears yes, and is done."""
    gate = Gate(monkeypatch)
    home.layout.spool.mkdir()  # so that the first fsync is that of the file
    with serving(home) as server, ThreadPoolExecutor(2) as pool:
        gate.opened.clear()
        script = f"set net:reconnect-interval-base 1; {{open}}; put {file} -o day.csv"
        sending = pool.submit(run_lftp, server, script)
        assert gate.reached.wait(20)
        stopping = pool.submit(asyncio.run, server.front_end.stop(drain_seconds=15))
        time.sleep(0.2)  # the stop has begun
        gate.opened.set()
        sending.result(20)
        stopping.result(20)

    assert [data for _, data in home.accepted()] == [CONTENT]


@curl
@pytest.mark.parametrize("mode", [["--ftp-pasv"], ["--tlsv1.3"]])
def test_curl_puts_over_tls(home: Home, file: Path, mode: list[str]) -> None:
    """curl makes the directory on the way, and reads 226."""
    with serving(home) as server:
        url = f"ftp://127.0.0.1:{server.port}/in/day.csv"
        done = run_curl(
            server, "--ssl-reqd", "-u", f"acme:{UPLOAD_KEY}", "--ftp-create-dirs", *mode,
            "-T", str(file), url,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr

    assert [(one.origin.name, one.origin.via, data) for one, data in home.accepted()] == [
        ("in/day.csv", "ftps", CONTENT)
    ]


@curl
def test_curl_is_told_that_tls_is_needed(home: Home, file: Path) -> None:
    """A plain upload of a tenant that needs TLS fails with a login error (curl's 67)."""
    with serving(home) as server:
        url = f"ftp://127.0.0.1:{server.port}/day.csv"
        done = run_curl(server, "-u", f"acme:{UPLOAD_KEY}", "-T", str(file), url)

    assert done.returncode == 67
    assert home.accepted() == []


@curl
def test_curl_hears_of_a_file_that_is_too_large(home: Home, file: Path) -> None:
    """curl ends with an error, and nothing is kept."""
    home.change_tenant(max_file_size=len(CONTENT) - 1)
    with serving(home) as server:
        url = f"ftp://127.0.0.1:{server.port}/day.csv"
        done = run_curl(server, "--ssl-reqd", "-u", f"acme:{UPLOAD_KEY}", "-T", str(file), url)

    assert done.returncode != 0
    assert home.accepted() == []
