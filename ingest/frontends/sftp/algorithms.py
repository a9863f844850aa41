"""What the SFTP front end speaks: nothing with SHA-1, CBC or Diffie-Hellman groups below 2048 bits.

asyncssh's defaults include SHA-1. Broad enough for OpenSSH, PuTTY and WinSCP, FileZilla, paramiko,
libssh2 (curl, PHP) and SSH.NET, each in the versions of the last five years.
"""

from __future__ import annotations

import asyncssh

KEY_EXCHANGES = (
    "mlkem768x25519-sha256",
    "curve25519-sha256",
    "curve25519-sha256@libssh.org",
    "ecdh-sha2-nistp256",
    "ecdh-sha2-nistp384",
    "ecdh-sha2-nistp521",
    "diffie-hellman-group16-sha512",
    "diffie-hellman-group14-sha256",
)
"""No group exchange: the library lets the client ask for 1024 bits in it."""

CIPHERS = (
    "aes128-gcm@openssh.com",
    "aes256-gcm@openssh.com",
    "aes256-ctr",
    "aes192-ctr",
    "aes128-ctr",
)
"""The client's order decides, and OpenSSH's begins with ChaCha20, which is a third slower here and
open to prefix truncation (CVE-2023-48795) with a client that does not do strict key exchange: so it
is not offered. libssh2 before 1.11 has only the last three."""

MACS = (
    "hmac-sha2-256-etm@openssh.com",
    "hmac-sha2-512-etm@openssh.com",
    "hmac-sha2-256",
    "hmac-sha2-512",
)

SIGNATURES = (
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "rsa-sha2-512",
    "rsa-sha2-256",
)


def without_sha1(key: asyncssh.SSHKey) -> None:
    """Make a key refuse signatures of other kinds than SIGNATURES.

    asyncssh announces `signature_algs` to the client and does not check them: what it verifies
    with a client's RSA key is what that key object admits, SHA-1 included.
    """
    key.all_sig_algorithms = {
        one for one in key.all_sig_algorithms if one.decode("ascii", "replace") in SIGNATURES
    }
