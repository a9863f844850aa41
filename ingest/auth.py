"""Who may come in: a snapshot of the tenants, answered from memory.

The front ends ask here and nowhere else. The snapshot is replaced as a whole when tenants change,
so that reception goes on while the database is away.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase

import argon2
import structlog

from storage.accounts import Tenant, upload_key_hash
from storage.delivery import printable
from storage.errors import DropsafeError

log = structlog.get_logger()


class LoginRefused(DropsafeError):
    """Unknown user, wrong secret or disabled tenant: which of them is told to nobody."""

    def __init__(self) -> None:
        super().__init__("Login refused.")


class Gatekeeper:
    """Answers the front ends' questions about tenants.

    `refresh`, if given, is asked for newer tenants when an answer would be no: a tenant that was
    added a moment ago can log in at once. It may raise nothing and may block.
    """

    def __init__(
        self,
        tenants: Iterable[Tenant] = (),
        *,
        refresh: Callable[[], Iterable[Tenant] | None] | None = None,
    ) -> None:
        self._hasher = argon2.PasswordHasher()
        self._refresh = refresh
        # Compared against where there is no password, so that a wrong try takes as long as any.
        self._decoy = self._hasher.hash("no tenant has this password")
        self.replace(tenants)

    def replace(self, tenants: Iterable[Tenant]) -> None:
        """Take a newer snapshot."""
        snapshot = tuple(tenants)
        self._by_name = {tenant.name: tenant for tenant in snapshot}
        self._by_mailbox = {tenant.mailbox.lower(): tenant for tenant in snapshot}

    def with_password(self, user: str, secret: str, *, via: str, peer: str) -> Tenant:
        """The tenant that logs in with an Upload Key or a password.

        Quick for an Upload Key; about 50 ms of processor time for anything else, so call it
        outside the loop that serves the others.

        Raises:
            LoginRefused: logged here, with the peer.
        """
        tenant = self._verified(user, secret)
        if tenant is None and self._look_again():
            tenant = self._verified(user, secret)
        if tenant is None:
            self.refused(user, via=via, peer=peer)
            raise LoginRefused
        return tenant

    def with_key(self, user: str, offered: str) -> Tenant | None:
        """The tenant that owns a public key (type and base64, as in OpenSSH's one-line form).

        A client only asks here; that it holds the private key is for the protocol to prove.
        """
        tenant = self._by_name.get(user)
        if (tenant is None or offered not in _key_bodies(tenant)) and self._look_again():
            tenant = self._by_name.get(user)
        if tenant is None or not tenant.enabled or offered not in _key_bodies(tenant):
            return None
        return tenant

    def with_mailbox(self, local_part: str) -> Tenant | None:
        """The enabled tenant whose mail address has this local part."""
        tenant = self._by_mailbox.get(local_part.lower())
        if tenant is None and self._look_again():
            tenant = self._by_mailbox.get(local_part.lower())
        return tenant if tenant is not None and tenant.enabled else None

    def named(self, name: str) -> Tenant | None:
        """The enabled tenant of that name."""
        tenant = self._by_name.get(name)
        return tenant if tenant is not None and tenant.enabled else None

    def tenants(self) -> tuple[Tenant, ...]:
        """All enabled tenants."""
        return tuple(tenant for tenant in self._by_name.values() if tenant.enabled)

    def refused(self, user: str, *, via: str, peer: str) -> None:
        """Log a login that was refused."""
        log.warning("login.refused", user=printable(user), via=via, peer=peer)

    def _verified(self, user: str, secret: str) -> Tenant | None:
        tenant = self._by_name.get(user)
        expected = tenant.upload_key_hash if tenant else ""
        good = bool(expected) and hmac.compare_digest(upload_key_hash(secret), expected)
        if not good:
            good = self._is_password(tenant, secret)
        return tenant if good and tenant is not None and tenant.enabled else None

    def _is_password(self, tenant: Tenant | None, secret: str) -> bool:
        stored = tenant.password_hash if tenant else ""
        try:
            self._hasher.verify(stored or self._decoy, secret.encode("utf-8", "surrogatepass"))
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return False
        return bool(stored)

    def _look_again(self) -> bool:
        newer = self._refresh() if self._refresh else None
        if newer is None:
            return False
        self.replace(newer)
        return True


def may_send(tenant: Tenant, sender: str) -> bool:
    """Whether an envelope sender may write to the tenant; without a list, anybody may."""
    if not tenant.senders:
        return True
    return any(fnmatchcase(sender.lower(), pattern.lower()) for pattern in tenant.senders)


def _key_bodies(tenant: Tenant) -> set[str]:
    return {" ".join(key.split()[:2]) for key in tenant.keys}
