"""The certificate of FTP and SMTP: the operator's own, or a self-signed one made for this home.

A self-signed certificate encrypts; it proves nothing about who is at the other end until a client
has pinned it. So it is made once and kept, and never renewed behind the clients' backs.
"""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ingest.settings import SettingsError, Tls, path_of
from storage.files import make_directory, write_durably
from storage.layout import Layout

_KEY = "tls_key.pem"
_CERTIFICATE = "tls_certificate.pem"
_VALID = timedelta(days=3650)  # tills pin it, and nobody visits a till to renew a pin
_CLOCK_SKEW = timedelta(days=1)  # a till's clock may be behind ours


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFiles:
    """Where a certificate chain and its private key are, both in PEM."""

    certificate: Path
    private_key: Path


def certificate(layout: Layout, settings: Tls) -> CertificateFiles:
    """The certificate that the settings name, or the home's self-signed one, made if missing.

    Without `tls.private_key` the key is looked for in the certificate's own file.

    Raises:
        SettingsError: a file that the settings name cannot be used, the two do not match, or
            the home's own key is damaged.
        OSError: the home cannot be written to.
    """
    if not settings.certificate and not settings.private_key:
        return _self_signed(layout)
    if not settings.certificate:
        raise SettingsError(
            "tls.certificate: it is missing, although tls.private_key is set",
            hint="Set both, or neither for a self-signed certificate.",
        )
    chain = path_of(layout, settings.certificate, layout.keys)
    named = CertificateFiles(
        certificate=chain, private_key=path_of(layout, settings.private_key, chain)
    )
    _check(named)
    return named


def _check(named: CertificateFiles) -> None:
    try:
        # A password callback that gives nothing: OpenSSL would ask on the terminal for one.
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(
            named.certificate, named.private_key, password=lambda: b""
        )
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"tls.certificate, tls.private_key: {named.certificate} and {named.private_key} "
            f"cannot be used: {error}",
            hint="Both must be readable, in PEM, without a pass phrase, and belong together.",
        ) from error


def _self_signed(layout: Layout) -> CertificateFiles:
    """Keep what is there; the key is written first, so a crash in between costs nothing."""
    kept = CertificateFiles(certificate=layout.keys / _CERTIFICATE, private_key=layout.keys / _KEY)
    make_directory(layout.keys)
    key = _load_key(kept.private_key)
    if key is None:
        key = ec.generate_private_key(ec.SECP256R1())
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        write_durably(kept.private_key, pem)
    if not _belongs(kept.certificate, key):
        write_durably(kept.certificate, _signed(key).public_bytes(Encoding.PEM))
    return kept


def _load_key(path: Path) -> ec.EllipticCurvePrivateKey | None:
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise _not_ours(path) from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise _not_ours(path)
    return key


def _not_ours(path: Path) -> SettingsError:
    """A key that dropsafe did not make, or that was damaged: not ours to overwrite."""
    return SettingsError(
        f"{path} is not the key that was made here",
        hint="Restore it, name it in tls.private_key, or remove it to have a new one made.",
    )


def _belongs(path: Path, key: ec.EllipticCurvePrivateKey) -> bool:
    try:
        kept = x509.load_pem_x509_certificate(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return False
    return kept.public_key() == key.public_key()


def _signed(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "dropsafe")])
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SKEW)
        .not_valid_after(now + _VALID)
        .add_extension(x509.SubjectAlternativeName(_names()), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )


def _names() -> list[x509.GeneralName]:
    host = socket.gethostname()
    names = ["localhost"] if not host.isascii() or host == "localhost" else ["localhost", host]
    return [
        *map(x509.DNSName, names),
        x509.IPAddress(IPv4Address("127.0.0.1")),
        x509.IPAddress(IPv6Address("::1")),
    ]
