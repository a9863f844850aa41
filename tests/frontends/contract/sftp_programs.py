"""The programs that speak SFTP: OpenSSH's sftp, curl (libssh2), and lftp (over ssh)."""

from __future__ import annotations

from pathlib import Path

from tests.frontends.contract.answers import Answer, Login, Source
from tests.frontends.contract.clients import ShelfClient
from tests.frontends.contract.doors import Door
from tests.frontends.contract.programs import (
    curl,
    lftp,
    local_file,
    run,
    slow,
    url,
    verdict_of_sftp,
)
from tests.frontends.serving import HOST_KEY


class OpenSsh(ShelfClient):
    """OpenSSH's sftp in batch mode, with a key."""

    name = "openssh"
    kind = "sftp"
    program = "sftp"
    verbs = frozenset({"read", "remove", "rename", "append", "size", "list", "touch"})

    def send(
        self, door: Door, login: Login, name: str, source: Source, *, rename_to: str = ""
    ) -> Answer:
        lines = [f'put {local_file(door, source.data)} "{name}"']
        if rename_to:
            lines.append(f'rename "{name}" "{rename_to}"')
        return self._batch(door, login, lines, source)

    def ask(self, door: Door, verb: str, name: str, new_name: str = "") -> Answer:
        longer = local_file(door, b"forged, and longer than what is there\n" * 5000)
        line = {
            "read": f'get "{name}" {door.files}/read',
            "remove": f'rm "{name}"',
            "rename": f'rename "{name}" "{new_name}"',
            "append": f'put -a {longer} "{name}"',
            "size": f'ls -l "{name}"',
            "list": "ls -l",
            "touch": f'chmod 644 "{name}"',
        }[verb]
        return self._batch(door, Login(), [line], None)

    def _batch(self, door: Door, login: Login, lines: list[str], source: Source | None) -> Answer:
        command = ["sftp", *ssh_options(door, login), "-P", str(door.port), "-b", "-"]
        if source is not None and source.held:
            # In small pieces: the server allows 256 KiB, which would be the whole file in one.
            command += ["-B", "8192", "-R", "2", "-l", str(slow(source) * 8 // 1024)]
        script = "\n".join(lines) + "\n"
        batch = local_file(door, script.encode())
        command[command.index("-b") + 1] = str(batch)
        done = run(door, [*command, f"{login.user}@127.0.0.1"], source=source)
        return verdict_of_sftp(done)


class CurlSftp(ShelfClient):
    """curl with sftp://.

    It does not heed a failed CLOSE (it only says so with -v), which is read from its words here.
    """

    kind = "sftp"
    program = "curl"
    verbs = frozenset({"read", "remove", "rename", "append", "list", "touch"})

    def __init__(self, *, with_key: bool = False) -> None:
        self.name = "curl-sftp-key" if with_key else "curl-sftp"
        self._with_key = with_key

    def send(
        self, door: Door, login: Login, name: str, source: Source, *, rename_to: str = ""
    ) -> Answer:
        renaming = ["-Q", f'-rename "/{name}" "/{rename_to}"'] if rename_to else []
        arguments = [*self._login(door, login), *renaming, url(door, "sftp", name)]
        return verdict_of_sftp(curl(door, arguments, source=source)[0])

    def ask(self, door: Door, verb: str, name: str, new_name: str = "") -> Answer:
        here = url(door, "sftp", "")
        arguments = {
            "read": [url(door, "sftp", name)],
            "remove": ["-Q", f'rm "/{name}"', here],
            "rename": ["-Q", f'rename "/{name}" "/{new_name}"', here],
            "append": ["--append", url(door, "sftp", name)],
            "list": [here],
            "touch": [
                "-Q",
                f'chmod 644 "/{name}"',
                "-Q",
                f'mtime "20260101 00:00:00" "/{name}"',
                here,
            ],
        }[verb]
        source = Source(b"forged") if verb == "append" else None
        done, _ = curl(door, [*self._login(door, Login()), *arguments], source=source)
        return verdict_of_sftp(done)

    def _login(self, door: Door, login: Login) -> list[str]:
        fingerprint = HOST_KEY.get_fingerprint("sha256").removeprefix("SHA256:")
        trust = ["--hostpubsha256", fingerprint]
        if not self._with_key:
            return [*trust, "--user", f"{login.user}:{login.secret}"]
        identity = identity_file(door, login)
        public = identity.with_suffix(".pub")
        public.write_bytes((login.key or door.home.client_key).export_public_key())
        keys = ["--key", str(identity), "--pubkey", str(public)]
        return [*trust, "--user", f"{login.user}:", *keys]


class LftpSftp(ShelfClient):
    """lftp with sftp://, through the ssh program with a key."""

    name = "lftp-sftp"
    kind = "sftp"
    program = "lftp"
    verbs = frozenset({"read", "remove", "rename", "list", "touch"})

    def send(
        self, door: Door, login: Login, name: str, source: Source, *, rename_to: str = ""
    ) -> Answer:
        script = f'put {local_file(door, source.data)} -o "{name}"'
        if rename_to:
            script += f'; mv "{name}" "{rename_to}"'
        return self._run(door, login, script, source)

    def ask(self, door: Door, verb: str, name: str, new_name: str = "") -> Answer:
        script = {
            "read": f'get "{name}" -o {door.files}/read',
            "remove": f'rm "{name}"',
            "rename": f'mv "{name}" "{new_name}"',
            "list": "cls -l",
            "touch": f'chmod 644 "{name}"',
        }[verb]
        return self._run(door, Login(), script, None)

    def _run(self, door: Door, login: Login, script: str, source: Source | None) -> Answer:
        ssh = " ".join(["ssh", "-a", "-x", *ssh_options(door, login)])
        opening = f'set sftp:connect-program "{ssh}"; '
        opening += f"open -u {login.user}, -p {door.port} sftp://127.0.0.1; "
        return verdict_of_sftp(lftp(door, opening + script, source=source)[0])


def ssh_options(door: Door, login: Login) -> list[str]:
    """Options for OpenSSH's programs, without any configuration of the user's."""
    return [
        *("-F", "/dev/null"),
        *("-o", f"UserKnownHostsFile={door.files}/known_hosts"),
        *("-o", "IdentitiesOnly=yes"),
        *("-o", "BatchMode=yes"),
        *("-i", str(identity_file(door, login))),
    ]


def identity_file(door: Door, login: Login) -> Path:
    """The private key in a file that nobody else may read."""
    path = door.files / f"identity-{'other' if login.key else 'own'}"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_bytes((login.key or door.home.client_key).export_private_key())
    return path
