"""Who may come in: a snapshot of the tenants, answered from memory.

The front ends ask here and nowhere else. The snapshot is replaced as a whole when tenants change,
so that reception goes on while the database is away.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import TypeVar

import argon2
import structlog

from storage.accounts import Tenant, upload_key_hash
from storage.delivery import printable
from storage.errors import DropsafeError, ReceptionError

log = structlog.get_logger()

_Found = TypeVar("_Found")


class LoginRefused(DropsafeError):
    """Unknown user, wrong secret or disabled tenant: which of them is told to nobody."""

    def __init__(self) -> None:
        super().__init__("Login refused.")


class LoginEnded(ReceptionError):
    """Who sent the upload may send no more: the login would be refused by now."""

    def __init__(self) -> None:
        super().__init__("This login is not valid any more; nothing was accepted.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """A login that was granted: the tenant as it was then, and what was right of it.

    `credential` is what is stored of an Upload Key or a password, or a public key's body; it is
    compared with the tenant of today, to which the login may belong no more.
    """

    tenant: Tenant
    credential: str = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class _Snapshot:
    """The tenants at one moment, by name and by mailbox."""

    by_name: MappingProxyType[str, Tenant]
    by_mailbox: MappingProxyType[str, Tenant]


class Gatekeeper:
    """Answers the front ends' questions about tenants.

    `refresh`, if given, is called before an answer is no, and may `replace` the snapshot: so a
    tenant that was added a moment ago can log in at once. It may block, and raises nothing.
    """

    def __init__(
        self, tenants: Iterable[Tenant] = (), *, refresh: Callable[[], None] = lambda: None
    ) -> None:
        self._hasher = argon2.PasswordHasher()
        self._refresh = refresh
        # Compared against where there is no password, so that a wrong try takes as long as any.
        self._decoy = self._hasher.hash("no tenant has this password")
        self.replace(tenants)

    def replace(self, tenants: Iterable[Tenant]) -> None:
        """Take a newer snapshot."""
        everyone = tuple(tenants)
        self._snapshot = _Snapshot(
            by_name=MappingProxyType({tenant.name: tenant for tenant in everyone}),
            by_mailbox=MappingProxyType({tenant.mailbox.lower(): tenant for tenant in everyone}),
        )

    def with_password(self, user: str, secret: str, *, via: str, peer: str) -> Admission:
        """Log a tenant in with an Upload Key or a password.

        Quick for an Upload Key; about 50 ms of processor time for anything else, so call it
        outside the loop that serves the others.

        Raises:
            LoginRefused: logged here, with the peer.
        """
        admission = self._ask(lambda snapshot: self._verified(snapshot.by_name.get(user), secret))
        if admission is None:
            self.refused(user, via=via, peer=peer)
            raise LoginRefused
        return admission

    def with_key(self, user: str, offered: str) -> Admission | None:
        """Log a tenant in with a public key (type and base64, as in OpenSSH's one-line form).

        A client only asks here; that it holds the private key is for the protocol to prove.
        """

        def owner(snapshot: _Snapshot) -> Admission | None:
            tenant = _enabled(snapshot.by_name.get(user))
            if tenant is None or offered not in _key_bodies(tenant):
                return None
            return Admission(tenant=tenant, credential=offered)

        return self._ask(owner)

    def still_in(self, admission: Admission) -> Tenant | None:
        """The tenant of a login as it is now; None if that login would be refused by now.

        Answered from memory: it is asked before every file is accepted.
        """
        tenant = self.named(admission.tenant.name)
        if tenant is None:
            return None
        valid = {tenant.upload_key_hash, tenant.password_hash, *_key_bodies(tenant)}
        return tenant if admission.credential in valid else None

    def why_out(self, admission: Admission) -> str:
        """Why a login would be refused by now, for the log."""
        is_disabled = self.named(admission.tenant.name) is None
        return "tenant disabled" if is_disabled else "credential taken back"

    def check(self, admission: Admission) -> None:
        """Raise LoginEnded if a login would be refused by now."""
        if self.still_in(admission) is None:
            raise LoginEnded

    def with_mailbox(self, local_part: str) -> Tenant | None:
        """The enabled tenant whose mail address has this local part."""
        return self._ask(lambda snapshot: _enabled(snapshot.by_mailbox.get(local_part.lower())))

    def named(self, name: str) -> Tenant | None:
        """The enabled tenant of that name, as last seen."""
        return _enabled(self._snapshot.by_name.get(name))

    def tenants(self) -> tuple[Tenant, ...]:
        """All enabled tenants, as last seen."""
        return tuple(tenant for tenant in self._snapshot.by_name.values() if tenant.enabled)

    def refused(self, user: str, *, via: str, peer: str) -> None:
        """Log a login that was refused."""
        log.warning("login.refused", user=printable(user), via=via, peer=peer)

    def _ask(self, question: Callable[[_Snapshot], _Found | None]) -> _Found | None:
        """Answer from the snapshot; before the answer is no, from a newer one if there is one."""
        asked = self._snapshot
        answer = question(asked)
        if answer is None:
            self._refresh()
            newest = self._snapshot  # whoever replaced it meanwhile
            if newest is not asked:
                answer = question(newest)
        return answer

    def _verified(self, tenant: Tenant | None, secret: str) -> Admission | None:
        credential = tenant.upload_key_hash if tenant else ""
        good = bool(credential) and hmac.compare_digest(upload_key_hash(secret), credential)
        if not good:
            credential = tenant.password_hash if tenant else ""
            good = self._is_password(credential, secret)
        enabled = _enabled(tenant)
        return Admission(tenant=enabled, credential=credential) if good and enabled else None

    def _is_password(self, stored: str, secret: str) -> bool:
        try:
            self._hasher.verify(stored or self._decoy, secret.encode("utf-8", "surrogatepass"))
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return False
        return bool(stored)


def may_send(tenant: Tenant, sender: str) -> bool:
    """Whether an envelope sender may write to the tenant; without a list, anybody may."""
    if not tenant.senders:
        return True
    return any(fnmatchcase(sender.lower(), pattern.lower()) for pattern in tenant.senders)


def _enabled(tenant: Tenant | None) -> Tenant | None:
    return tenant if tenant is not None and tenant.enabled else None


def _key_bodies(tenant: Tenant) -> set[str]:
    return {" ".join(key.split()[:2]) for key in tenant.keys}
