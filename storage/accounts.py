"""Tenants as the front ends know them: who may log in, how, and within which limits."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

from storage.files import make_directory, write_durably

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """One tenant: credentials, limits, and what is allowed to it.

    `keys` are public keys in OpenSSH's one-line form; `senders` are shell patterns for the
    envelope senders that may write to the tenant's mail address, none meaning anybody who knows
    the address; `max_file_size` is in bytes, None meaning the server's own limit; `keep_days` is
    how many days after receipt the bytes of what is settled are kept, None meaning for ever.
    """

    name: str
    enabled: bool = True
    upload_key_hash: str = field(default="", repr=False)
    password_hash: str = field(default="", repr=False)
    keys: tuple[str, ...] = ()
    mail_token: str = field(default="", repr=False)
    senders: tuple[str, ...] = ()
    plain_ftp: bool = False
    lax_tls: bool = False
    max_file_size: int | None = None
    keep_days: int | None = None

    @property
    def mailbox(self) -> str:
        """The part of the tenant's mail address before the @."""
        return f"{self.name}-{self.mail_token}"


def new_upload_key() -> str:
    """Make an Upload Key: 130 random bits in 26 characters that are easy to read aloud."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(26))


def new_mail_token() -> str:
    """Make what makes a mail address hard to guess: 80 random bits in 16 characters."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(16))


def upload_key_hash(upload_key: str) -> str:
    """The fast hash under which an Upload Key is stored.

    A slow hash protects what a person chose; 130 random bits need none, and ten thousand tills
    that log in every 15 minutes must not cost one each.
    """
    return hashlib.sha256(upload_key.encode("utf-8", "surrogatepass")).hexdigest()


def save_snapshot(path: Path, tenants: tuple[Tenant, ...]) -> None:
    """Keep the gateway's tenants on disk, for a start while the database is away."""
    make_directory(path.parent)
    write_durably(path, json.dumps([asdict(tenant) for tenant in tenants]).encode())


def load_snapshot(path: Path) -> tuple[Tenant, ...]:
    """The tenants as last seen by a gateway of this home; none if there never was one.

    Raises:
        ValueError: it is damaged, or was written by a dropsafe that knows more of tenants.
    """
    try:
        return tuple(
            Tenant(**{**one, "keys": tuple(one["keys"]), "senders": tuple(one["senders"])})
            for one in json.loads(path.read_bytes())
        )
    except FileNotFoundError:
        return ()
    except (KeyError, TypeError) as error:
        raise ValueError(f"not a snapshot of tenants: {error}") from error
