"""Making and changing tenants: the functions behind the command line, and later the console."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path

from ingest.home import Home
from storage import tenants
from storage.accounts import Tenant, new_mail_token, new_upload_key, upload_key_hash
from storage.delivery import TENANT_NAME, printable
from storage.errors import DropsafeError, NotAllowed

_KEY_TYPES = ("ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521")
_RSA = "ssh-rsa"
_LEAST_RSA_BITS = 2048
_LEAST_PASSWORD = 12
_SENDER = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a tenant is told: the Upload Key is shown this once and never again."""

    tenant: str
    user: str
    upload_key: str = field(repr=False)
    mail_address: str


def add(home: Home, tenant: Tenant) -> Credentials:
    """Make a tenant with a new Upload Key and a mail address of its own.

    Raises:
        NotAllowed: the name is taken, or cannot be one.
    """
    if not TENANT_NAME.fullmatch(tenant.name):
        raise NotAllowed(
            f"{tenant.name!r} cannot be a tenant's name.",
            hint="Use up to 63 lower-case letters, digits and hyphens, as in corner-shop-7.",
        )
    upload_key = new_upload_key()
    made = replace(tenant, upload_key_hash=upload_key_hash(upload_key), mail_token=new_mail_token())
    with home.database.writing() as connection:
        tenants.add(connection, made)
    return _credentials(home, made, upload_key)


def rotate(home: Home, name: str, *, mail_address: bool) -> Credentials:
    """Give a tenant a new Upload Key, and on request a new mail address; the old stop at once.

    Raises NotFound.
    """
    upload_key = new_upload_key()
    with home.database.writing() as connection:
        tenant = tenants.find(connection, name, to_change=True)
        made = replace(
            tenant,
            upload_key_hash=upload_key_hash(upload_key),
            mail_token=new_mail_token() if mail_address else tenant.mail_token,
        )
        tenants.change(connection, made)
    return _credentials(home, made, upload_key)


def mail_address(home: Home, tenant: Tenant) -> str:
    """Where a tenant's messages go."""
    return f"{tenant.mailbox}@{home.settings.smtp.domain}"


def password_hash(password: str) -> str:
    """The slow hash of a password that a person chose.

    Raises:
        NotAllowed: it is shorter than 12 characters, or is not plain ASCII, of which SSH and FTP
            clients disagree how to write the rest.
    """
    import argon2  # noqa: PLC0415 - only who sets a password pays for it

    if len(password) < _LEAST_PASSWORD or not (password.isascii() and password.isprintable()):
        raise NotAllowed(
            f"A password needs at least {_LEAST_PASSWORD} characters, all of them plain ASCII.",
            hint="Leave --password-stdin out to use the Upload Key alone.",
        )
    return argon2.PasswordHasher().hash(password)


def sender_pattern(text: str) -> str:
    """A shell pattern for envelope senders, as in `*@shop.example`; `<>` is the empty sender.

    Raises:
        NotAllowed: no address could fit it, or any address would.
    """
    if text == "<>" or (_SENDER.fullmatch(text) and text.strip("*@")):
        return text
    raise NotAllowed(
        f"{printable(text)!r} is no pattern for senders.",
        hint="Write an address as till@shop.example, all of a domain as *@shop.example, or <> for "
        "the empty sender. Without --sender anybody may who knows the address.",
    )


def public_keys(file: Path) -> tuple[str, ...]:
    """Read public keys from a .pub file or one in the form of authorized_keys.

    Returns them in OpenSSH's one-line form.

    Raises:
        DropsafeError: no key, a private one, or a kind that is not accepted; names file and line.
    """
    keys = []
    for number, line in enumerate(file.read_text(errors="replace").splitlines(), start=1):
        text = line.strip()
        if text and not text.startswith("#"):
            keys.append(_public_key(text, f"{file.name}, line {number}"))
    if not keys:
        raise DropsafeError(f"{file.name} holds no public key.", hint="Give the file *.pub.")
    return tuple(keys)


def fingerprint(key: str) -> str:
    """A public key's SHA-256 fingerprint, as ssh-keygen -l prints it."""
    import base64  # noqa: PLC0415 - beside its only use
    import hashlib  # noqa: PLC0415 - as above

    digest = hashlib.sha256(base64.b64decode(key.split()[1])).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


def _public_key(text: str, where: str) -> str:
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - only for keys
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.serialization import load_ssh_public_key  # noqa: PLC0415 - as above

    if "PRIVATE KEY" in text:
        raise DropsafeError(f"{where} is a private key.", hint="Give the file *.pub instead.")
    kind = text.split(maxsplit=1)[0]
    if kind not in (*_KEY_TYPES, _RSA):
        raise DropsafeError(
            f"{where} is not a public key that is accepted here.",
            hint=f"Use one of {', '.join((*_KEY_TYPES, _RSA))}, without options before it.",
        )
    try:
        key = load_ssh_public_key(text.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise DropsafeError(f"{where} is not a valid public key.", hint=str(error)) from error
    if isinstance(key, RSAPublicKey) and key.key_size < _LEAST_RSA_BITS:
        raise DropsafeError(
            f"{where} is an RSA key of {key.key_size} bits.",
            hint=f"Use at least {_LEAST_RSA_BITS}, or ed25519.",
        )
    return text


def _credentials(home: Home, tenant: Tenant, upload_key: str) -> Credentials:
    return Credentials(
        tenant=tenant.name,
        user=tenant.name,
        upload_key=upload_key,
        mail_address=mail_address(home, tenant),
    )
