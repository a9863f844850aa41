"""The certificate of FTP and SMTP."""

from __future__ import annotations

import ssl
import stat
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from ingest.certificate import CertificateFiles, certificate
from ingest.settings import SettingsError, Tls
from storage import files
from storage.layout import Layout


def usable(made: CertificateFiles) -> bool:
    """Whether OpenSSL takes the two together."""
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(made.certificate, made.private_key)
    return True


def test_a_fresh_home_gets_a_self_signed_certificate(tmp_path: Path) -> None:
    """Without settings there is an ECDSA P-256 certificate that names this machine."""
    made = certificate(Layout(tmp_path), Tls())

    loaded = x509.load_pem_x509_certificate(made.certificate.read_bytes())
    key = loaded.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert isinstance(key.curve, ec.SECP256R1)
    names = loaded.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert "localhost" in names.get_values_for_type(x509.DNSName)
    assert usable(made)


def test_the_private_key_is_for_its_owner_only(tmp_path: Path) -> None:
    """The key has mode 0600, in the home's keys directory, which nobody else may enter."""
    made = certificate(Layout(tmp_path), Tls())

    assert made.private_key.parent == Layout(tmp_path).keys
    assert stat.S_IMODE(made.private_key.stat().st_mode) == 0o600
    assert stat.S_IMODE(made.private_key.parent.stat().st_mode) == 0o700


def test_it_is_made_once(tmp_path: Path) -> None:
    """Clients pin the certificate: a second start finds the same one."""
    first = certificate(Layout(tmp_path), Tls())
    before = first.certificate.read_bytes()

    second = certificate(Layout(tmp_path), Tls())

    assert second == first
    assert second.certificate.read_bytes() == before


def test_a_crash_between_key_and_certificate_is_mended(tmp_path: Path) -> None:
    """The key that is there already is kept, and a certificate for it is made."""
    first = certificate(Layout(tmp_path), Tls())
    key = first.private_key.read_bytes()
    first.certificate.unlink()

    second = certificate(Layout(tmp_path), Tls())

    assert second.private_key.read_bytes() == key
    assert usable(second)


def test_a_certificate_of_another_key_is_replaced(tmp_path: Path) -> None:
    """Key and certificate always belong together, whatever was restored from where."""
    made = certificate(Layout(tmp_path / "one"), Tls())
    other = certificate(Layout(tmp_path / "two"), Tls())
    made.certificate.write_bytes(other.certificate.read_bytes())

    assert usable(certificate(Layout(tmp_path / "one"), Tls()))


def test_both_are_written_durably(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A power cut leaves no half-written key: every file goes through `write_durably`."""
    written: list[Path] = []
    real = files.write_durably

    def spy(path: Path, data: bytes) -> None:
        written.append(path)
        real(path, data)

    monkeypatch.setattr("ingest.certificate.write_durably", spy)
    made = certificate(Layout(tmp_path), Tls())

    assert written == [made.private_key, made.certificate]


def test_the_operators_own_certificate_is_taken(tmp_path: Path) -> None:
    """Paths in the settings are taken from the home, and the files are left alone."""
    made = certificate(Layout(tmp_path / "elsewhere"), Tls())
    (tmp_path / "chain.pem").write_bytes(made.certificate.read_bytes())
    (tmp_path / "key.pem").write_bytes(made.private_key.read_bytes())

    taken = certificate(
        Layout(tmp_path), Tls(certificate="chain.pem", private_key=str(tmp_path / "key.pem"))
    )

    assert taken.certificate == tmp_path / "chain.pem"
    assert taken.private_key == tmp_path / "key.pem"
    assert not Layout(tmp_path).keys.exists()


def test_one_file_may_hold_both(tmp_path: Path) -> None:
    """Without tls.private_key the key is in the certificate's own file."""
    made = certificate(Layout(tmp_path / "elsewhere"), Tls())
    both = made.private_key.read_bytes() + made.certificate.read_bytes()
    (tmp_path / "both.pem").write_bytes(both)

    assert usable(certificate(Layout(tmp_path), Tls(certificate="both.pem")))


@pytest.mark.parametrize("content", [None, b"", b"not PEM"])
def test_an_unusable_certificate_is_named(tmp_path: Path, content: bytes | None) -> None:
    """What the settings name and cannot be used is said at the start, with the key's name."""
    if content is not None:
        (tmp_path / "chain.pem").write_bytes(content)

    with pytest.raises(SettingsError, match=r"tls\.certificate.*chain\.pem"):
        certificate(Layout(tmp_path), Tls(certificate="chain.pem"))


def test_a_key_of_another_certificate_is_refused(tmp_path: Path) -> None:
    """Two files that do not belong together are refused at the start, not at a handshake."""
    one = certificate(Layout(tmp_path / "one"), Tls())
    two = certificate(Layout(tmp_path / "two"), Tls())

    with pytest.raises(SettingsError, match="cannot be used"):
        certificate(
            Layout(tmp_path),
            Tls(certificate=str(one.certificate), private_key=str(two.private_key)),
        )


def test_a_key_without_a_certificate_is_refused(tmp_path: Path) -> None:
    """Half a setting is a mistake, not a wish for a self-signed certificate."""
    with pytest.raises(SettingsError, match=r"tls\.certificate"):
        certificate(Layout(tmp_path), Tls(private_key="key.pem"))


@pytest.mark.parametrize("content", [b"damaged", b""])
def test_a_damaged_key_is_not_overwritten(tmp_path: Path, content: bytes) -> None:
    """A key in the home that cannot be read is somebody's to restore, not ours to replace."""
    made = certificate(Layout(tmp_path), Tls())
    made.private_key.write_bytes(content)

    with pytest.raises(SettingsError, match="tls_key"):
        certificate(Layout(tmp_path), Tls())

    assert made.private_key.read_bytes() == content


def test_a_key_of_another_kind_is_not_overwritten(tmp_path: Path) -> None:
    """A key that dropsafe did not make is not thrown away."""
    made = certificate(Layout(tmp_path), Tls())
    foreign = ed25519.Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    made.private_key.write_bytes(foreign)

    with pytest.raises(SettingsError, match="tls_key"):
        certificate(Layout(tmp_path), Tls())

    assert made.private_key.read_bytes() == foreign
