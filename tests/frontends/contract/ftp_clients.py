"""FTP, with explicit TLS and without: ftplib, curl and lftp."""

from __future__ import annotations

import ftplib
import io
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from tests.frontends.contract.answers import Answer, Cut, Login, Source, Verdict
from tests.frontends.contract.clients import ShelfClient, reset
from tests.frontends.contract.doors import Door
from tests.frontends.contract.programs import curl, lftp, local_file, url, verdict_of_reply

_SECONDS = 10


class _Plain(ftplib.FTP):
    """ftplib's client, which keeps its data connection where a test can reset it."""

    data: socket.socket | None = None

    def ntransfercmd(self, cmd: str, rest: Any = None) -> tuple[socket.socket, int | None]:
        self.data, size = super().ntransfercmd(cmd, rest)
        return self.data, size

    def cut(self) -> None:
        """Die."""
        self.break_data()
        assert self.sock is not None
        reset(self.sock)

    def break_data(self) -> None:
        """Lose the data connection only."""
        assert self.data is not None
        reset(self.data)


class _Secure(_Plain, ftplib.FTP_TLS):
    """The same with TLS."""


class Ftplib(ShelfClient):
    """ftplib of the standard library."""

    verbs = frozenset({"read", "remove", "rename", "append", "size", "list", "touch"})

    def __init__(self, kind: str, *, loses_data_only: bool = False) -> None:
        self.kind = kind
        self.name = f"ftplib-{kind}"
        self._loses_data_only = loses_data_only

    def send(
        self, door: Door, login: Login, name: str, source: Source, *, rename_to: str = ""
    ) -> Answer:
        try:
            with self._connected(door, login) as client:
                source.on_cut = client.break_data if self._loses_data_only else client.cut
                try:
                    words = client.storbinary(f"STOR {name}", source)
                except (Cut, ConnectionError, ssl.SSLError):  # the reply is still to be read
                    words = client.voidresp()
                source.answered.set()
                if rename_to:
                    words = client.rename(name, rename_to)
        except ftplib.all_errors as error:
            return _understood(error)
        return Answer(verdict=Verdict.YES, words=words)

    def ask(self, door: Door, verb: str, name: str, new_name: str = "") -> Answer:
        try:
            with self._connected(door, Login()) as client:
                words = self._ask(client, verb, name, new_name)
        except ftplib.all_errors as error:
            return _understood(error)
        return Answer(verdict=Verdict.YES, words=words)

    def _ask(self, client: ftplib.FTP, verb: str, name: str, new_name: str) -> str:
        lines: list[str] = []
        match verb:
            case "read":
                client.retrlines(f"RETR {name}", lines.append)
            case "remove":
                client.delete(name)
            case "rename":
                client.rename(name, new_name)
            case "append":
                client.storbinary(f"APPE {name}", io.BytesIO(b"forged"))
            case "size":
                lines.append(str(client.size(name)))
            case "list":
                client.retrlines("LIST", lines.append)
            case "touch":
                client.voidcmd(f"SITE CHMOD 644 {name}")
                client.voidcmd(f"MFMT 20260101000000 {name}")
        return "\n".join(lines)

    @contextmanager
    def _connected(self, door: Door, login: Login) -> Iterator[_Plain]:
        client = _Plain(timeout=_SECONDS)
        if self.kind == "ftps":
            context = ssl.create_default_context(cafile=str(door.certificate))
            client = _Secure(context=context, timeout=_SECONDS)
        try:
            client.connect("127.0.0.1", door.port)
            client.login(login.user, login.secret)
            if isinstance(client, _Secure):
                client.prot_p()
            yield client
            with suppress(*ftplib.all_errors):  # a server that stops says 421 by itself
                client.quit()
        finally:
            client.close()


class CurlFtp(ShelfClient):
    """curl with ftp://."""

    program = "curl"
    verbs = frozenset({"read", "remove", "rename", "append", "size", "list", "touch"})

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.name = f"curl-{kind}"

    def send(
        self, door: Door, login: Login, name: str, source: Source, *, rename_to: str = ""
    ) -> Answer:
        renaming = ["-Q", f"-RNFR {name}", "-Q", f"-RNTO {rename_to}"] if rename_to else []
        arguments = [*self._login(door, login), *renaming, url(door, "ftp", name)]
        return verdict_of_reply(*curl(door, arguments, source=source))

    def ask(self, door: Door, verb: str, name: str, new_name: str = "") -> Answer:
        here = url(door, "ftp", "")
        arguments = {
            "read": [url(door, "ftp", name)],
            "remove": ["-Q", f"DELE {name}", here],
            "rename": ["-Q", f"RNFR {name}", "-Q", f"RNTO {new_name}", here],
            "append": ["--append", url(door, "ftp", name)],
            "size": ["-I", url(door, "ftp", name)],
            "list": [here],
            "touch": ["-Q", f"SITE CHMOD 644 {name}", "-Q", f"MFMT 20260101000000 {name}", here],
        }[verb]
        source = Source(b"forged") if verb == "append" else None
        return verdict_of_reply(
            *curl(door, [*self._login(door, Login()), *arguments], source=source)
        )

    def _login(self, door: Door, login: Login) -> list[str]:
        secure = ["--ssl-reqd", "--cacert", str(door.certificate)] if self.kind == "ftps" else []
        return [*secure, "--user", f"{login.user}:{login.secret}"]


class LftpFtp(ShelfClient):
    """lftp with ftp://."""

    program = "lftp"
    verbs = frozenset({"read", "remove", "rename", "size", "list", "touch"})

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.name = f"lftp-{kind}"

    def send(
        self, door: Door, login: Login, name: str, source: Source, *, rename_to: str = ""
    ) -> Answer:
        script = f'put {local_file(door, source.data)} -o "{name}"'
        if rename_to:
            script += f'; mv "{name}" "{rename_to}"'
        return self.script(door, script, login=login, source=source)

    def ask(self, door: Door, verb: str, name: str, new_name: str = "") -> Answer:
        script = {
            "read": f'get "{name}" -o {door.files}/read',
            "remove": f'rm "{name}"',
            "rename": f'mv "{name}" "{new_name}"',
            "size": f'cls -l "{name}"',
            "list": "cls -l",
            "touch": f'chmod 644 "{name}"',
        }[verb]
        return self.script(door, script)

    def script(
        self, door: Door, script: str, *, login: Login | None = None, source: Source | None = None
    ) -> Answer:
        """Run commands of lftp's own."""
        login = login or Login()
        secure = "set ftp:ssl-force yes; set ftp:ssl-protect-data yes; "
        opening = secure if self.kind == "ftps" else "set ftp:ssl-allow no; "
        opening += f"open -u {login.user},{login.secret} -p {door.port} ftp://127.0.0.1; "
        return verdict_of_reply(*lftp(door, opening + script, source=source))


def _understood(error: Exception) -> Answer:
    words = str(error)
    if isinstance(error, ftplib.Error) and words[:3].isdigit():
        return Answer.of_code(int(words[:3]), words[4:])
    return Answer(verdict=Verdict.LOST, words=words)
