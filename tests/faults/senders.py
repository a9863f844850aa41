"""A till at each way in: it sends one file and says whether it was told yes."""

from __future__ import annotations

import asyncio
import ftplib
import io
import os
import smtplib
import ssl
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import asyncssh

from tests.e2e.running import command
from tests.frontends.contract.smtp_clients import raw_message
from tests.shop import table

NETWORK = ("sftp", "ftps", "ftp", "smtp")
"""Ways in through the gateway's sockets; `ftps` is FTP with explicit TLS, `ftp` in the clear."""

WAYS = (*NETWORK, "folder", "load")
"""All ways in; `folder` is the drop folder, `load` the command."""

RENAMED = "sftp, renamed"
"""SFTP under a temporary name, and then a rename to the final one."""

SECONDS = 20
TENANT = "acme"


class Till:
    """Sends files of one tenant to one home.

    `addresses` are host:port by front end, as a ready file has them. `parked` says of the file
    sent last that its yes came under a temporary name, and none to the rename.
    """

    def __init__(self, home: Path, addresses: Mapping[str, str], *, key: str, mail: str) -> None:
        self._home = home
        self._addresses = addresses
        self._key = key
        self._mail = mail
        self.parked = False

    def send(
        self, way: str, name: str, data: bytes, *, alive: Callable[[], bool] = lambda: True
    ) -> bool:
        """Send a file whole; whether the answer was yes. No answer and a no are the same here.

        In the drop folder the yes is that the file is gone; who waits for it stops waiting when
        nobody is `alive` any more.
        """
        if way == "folder":
            return self._drop(name, data, alive)
        if way == "load":
            return self._load(name, data)
        ways = {
            "sftp": self._sftp,
            RENAMED: self._sftp_renamed,
            "ftps": self._ftps,
            "ftp": self._ftp,
            "smtp": self._smtp,
        }
        return ways[way](name, data)

    def _address(self, front_end: str) -> tuple[str, int]:
        host, port = self._addresses[front_end].rsplit(":", 1)
        return host, int(port)

    def _sftp(self, name: str, data: bytes) -> bool:
        return asyncio.run(self._sftp_put(name, data))

    def _sftp_renamed(self, name: str, data: bytes) -> bool:
        return asyncio.run(self._sftp_put(f"{name}.part", data, rename_to=name))

    async def _sftp_put(self, name: str, data: bytes, rename_to: str = "") -> bool:
        host, port = self._address("sftp")
        done = False
        with suppress(OSError, asyncssh.Error):
            connecting = asyncssh.connect(
                host,
                port,
                username=TENANT,
                password=self._key,
                known_hosts=None,
                client_keys=None,
                login_timeout=SECONDS,
            )
            async with connecting as connection, connection.start_sftp_client() as client:
                handle = await client.open(name, "wb")
                await handle.write(data)
                await handle.close()
                self.parked = bool(rename_to)
                if rename_to:
                    await client.rename(name, rename_to)
                    self.parked = False
                done = True
        return done

    def _ftps(self, name: str, data: bytes) -> bool:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with ftplib.FTP_TLS(context=context, timeout=SECONDS) as client:  # noqa: S321 - the point
            return self._store(client, name, data)

    def _ftp(self, name: str, data: bytes) -> bool:
        with ftplib.FTP(timeout=SECONDS) as client:  # noqa: S321 - the point
            return self._store(client, name, data)

    def _store(self, client: ftplib.FTP, name: str, data: bytes) -> bool:
        try:
            client.connect(*self._address("ftp"))
            client.login(TENANT, self._key)
            if isinstance(client, ftplib.FTP_TLS):
                client.prot_p()
            return client.storbinary(f"STOR {name}", io.BytesIO(data)).startswith("226")
        except ftplib.all_errors:
            return False
        finally:
            client.close()  # a goodbye to the dead would take its time

    def _smtp(self, name: str, data: bytes) -> bool:
        try:
            with smtplib.SMTP(*self._address("smtp"), timeout=SECONDS) as client:
                client.ehlo("till.shop.example")
                client.sendmail("till@shop.example", [self._mail], raw_message(name, data))
        except (OSError, smtplib.SMTPException):
            return False
        return True

    def _drop(self, name: str, data: bytes, alive: Callable[[], bool]) -> bool:
        path = self._home / "drop" / TENANT / name
        put(path, data)
        deadline = time.monotonic() + SECONDS
        while path.exists():
            if not alive() or time.monotonic() > deadline:
                return False
            time.sleep(0.01)
        return True

    def _load(self, name: str, data: bytes) -> bool:
        # Not beside the home: the power may be cut on that disk.
        with tempfile.TemporaryDirectory() as directory:
            file = Path(directory) / name
            file.write_bytes(data)
            done = subprocess.run(
                [*command(self._home), "load", TENANT, str(file)],
                check=False,
                capture_output=True,
                timeout=60,
            )
        return done.returncode == 0


def put(path: Path, data: bytes) -> None:
    """Put a file into the drop folder as a careful writer does: durable, under its name at once."""
    path.parent.mkdir(exist_ok=True, parents=True)
    hidden = path.with_name(f".{path.name}.part")
    with hidden.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    hidden.rename(path)
    directory = os.open(path.parent, os.O_RDONLY)
    os.fsync(directory)
    os.close(directory)


def stored(way: str, name: str, data: bytes) -> bytes:
    """What a delivery holds of a file that came this way: an email is kept as it is."""
    return raw_message(name, data) if way == "smtp" else data


def receipts(number: int, rows: int = 3) -> bytes:
    """A file like no other; the rows of neighbouring numbers overlap."""
    shared = [
        ("A", str(max(0, number - back)), f"{number}.{back % 100:02d}") for back in range(rows)
    ]
    return table(*shared, ("A", f"own-{number}", "1.00"))
