"""How a shop's files come to the server: over SFTP, FTP or email, as a till would send them.

Each of the five ways is a few lines of a client library. Every one of them knows the server by its
key or its certificate: encryption without that keeps nobody out.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from ftplib import FTP, FTP_TLS
from io import BytesIO
from pathlib import Path
from smtplib import SMTP

import asyncssh
import demo_stop
from demo_feeds import Sent

WAYS = {
    "sftp-key": "SFTP, key",
    "sftp-upload-key": "SFTP, Upload Key",
    "ftps": "FTP with TLS",
    "ftp": "plain FTP",
    "email": "email",
}
"""What feed.toml may say under `via`, in words."""

PATIENCE = 20.0  # s


@dataclass(frozen=True)
class Server:
    """Where the server listens, and where its keys are."""

    addresses: dict[str, str]
    keys: Path

    def address(self, front_end: str) -> tuple[str, int]:
        """Host and port of a front end."""
        host, _, port = self.addresses[front_end].rpartition(":")
        return host, int(port)

    def tls(self) -> ssl.SSLContext:
        """Trust in the server's own certificate, and in no other."""
        return ssl.create_default_context(cafile=self.keys / "tls_certificate.pem")

    def host_key(self) -> asyncssh.SSHKey:
        """The key that the SFTP server must prove to have."""
        return asyncssh.read_private_key(self.keys / "ssh_host_ed25519_key").convert_to_public()


@dataclass(frozen=True)
class Account:
    """A shop's credentials, as 'dropsafe tenant add' told them."""

    user: str
    upload_key: str
    mail_address: str
    private_key: asyncssh.SSHKey


def deliver(server: Server, account: Account, via: str, files: Sequence[Sent]) -> None:
    """Send files in one of the WAYS, all in one session; a message is for files of one address.

    Raises OSError and its kin when one is not accepted.
    """
    demo_stop.if_asked()
    if via == "email":
        send_email(server, account, files)
    elif via.startswith("sftp"):
        asyncio.run(put_sftp(server, account, files, with_key=via == "sftp-key"))
    else:
        put_ftp(server, account, files, encrypted=via == "ftps")


async def put_sftp(
    server: Server, account: Account, files: Sequence[Sent], *, with_key: bool
) -> None:
    """Put files over SFTP; the login is an SSH key, or the Upload Key as password."""
    host, port = server.address("sftp")
    async with (
        asyncssh.connect(
            host,
            port,
            known_hosts=([server.host_key()], [], []),
            username=account.user,
            client_keys=[account.private_key] if with_key else None,
            password=None if with_key else account.upload_key,
            agent_path=None,
            config=None,
            login_timeout=PATIENCE,
        ) as connection,
        connection.start_sftp_client() as sftp,
    ):
        for file in files:
            data = await asyncio.to_thread(file.path.read_bytes)
            if file.folder:
                await sftp.makedirs(file.folder, exist_ok=True)
            async with sftp.open(file.remote, "wb") as remote:
                await remote.write(data)


def put_ftp(server: Server, account: Account, files: Sequence[Sent], *, encrypted: bool) -> None:
    """Put files over FTP, with explicit TLS or without; the login is the Upload Key."""
    ftp = FTP_TLS(context=server.tls()) if encrypted else FTP()  # noqa: S321 - plain is shown, too
    with ftp:
        ftp.connect(*server.address("ftp"), timeout=PATIENCE)
        ftp.login(account.user, account.upload_key)  # after AUTH TLS, where there is TLS
        if isinstance(ftp, FTP_TLS):
            ftp.prot_p()
        for file in files:
            ftp.storbinary(f"STOR {file.remote}", BytesIO(file.path.read_bytes()))


def send_email(server: Server, account: Account, files: Sequence[Sent]) -> None:
    """Send files attached to one message; the address itself is the secret.

    A tag behind the address, as in shop+camden@, is the shop's own affair.
    """
    [tag] = {file.tag for file in files}
    mailbox, at, domain = account.mail_address.partition("@")
    message = EmailMessage()
    message["From"] = sender(account.user)
    message["To"] = f"{mailbox}+{tag}{at}{domain}" if tag else account.mail_address
    message["Subject"] = "Takings"
    message.set_content("Hi, here are the takings.\n\nSent from my phone\n")
    for file in files:
        message.add_attachment(
            file.path.read_bytes(), maintype="text", subtype="csv", filename=file.path.name
        )
    with SMTP(*server.address("smtp"), timeout=PATIENCE) as smtp:
        smtp.starttls(context=server.tls())
        smtp.send_message(message)


def sender(user: str) -> str:
    """The address that a shop's emails are from."""
    return f"office@{user}.example"
