"""Who may write to whom by email, decided while the sender's server is still listening."""

from __future__ import annotations

import asyncio
from concurrent.futures import Executor
from functools import partial

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session, TLSSetupException

from ingest.auth import Gatekeeper, LoginEnded, may_send
from storage.accounts import Tenant
from storage.delivery import printable

log = structlog.get_logger()

NULL_SENDER = "<>"
"""How the empty sender of bounces is written here."""


class MailSession(Session):
    """A connection, and how many recipients were refused in it."""

    refusals = 0


class MailEnvelope(Envelope):
    """A message that is being addressed: all its recipients are of one tenant."""

    tenant: Tenant | None = None


class Postmaster:
    """Answers for all connections what aiosmtpd asks its handler."""

    def __init__(self, gatekeeper: Gatekeeper, *, domain: str, threads: Executor) -> None:
        self._gatekeeper = gatekeeper
        self._domain = domain.lower()
        self._threads = threads

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, session: Session, _envelope: Envelope, host: str, replies: list[str]
    ) -> list[str]:
        """Say what is offered. After STARTTLS aiosmtpd would offer AUTH, which nobody has."""
        session.host_name = host
        replies = [reply for reply in replies if not reply.startswith("250-AUTH")]
        return [*replies[:-1], "250-PIPELINING", replies[-1]]

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self,
        _server: SMTP,
        session: MailSession,
        envelope: MailEnvelope,
        address: str,
        _options: list[str],
    ) -> str:
        """Accept a recipient, or say why not."""
        sender = envelope.mail_from or NULL_SENDER
        tenant = await self._owner(address)
        if tenant is None:
            reason, reply = "unknown", "550 5.1.1 There is no such address here"
        elif not _is_welcome(tenant, sender):
            reason, reply = "sender", "550 5.7.1 This sender may not write to this address"
        elif envelope.tenant is not None and envelope.tenant.name != tenant.name:
            # A message is one tenant's; the sender's server sends it again for the others.
            return "452 4.5.3 Too many recipients, send to the others in a message of their own"
        else:
            envelope.tenant = tenant
            envelope.rcpt_tos.append(address)
            return "250 2.1.5 OK"
        session.refusals += 1
        log.warning(
            "recipient.refused",
            reason=reason,
            recipient=_masked(address),
            sender=printable(sender),
            via="smtp",
            peer=peer_of(session),
        )
        return reply

    def confirm(self, tenant: Tenant, sender: str) -> None:
        """Look once more before a message is accepted.

        Raises:
            LoginEnded: the tenant was disabled since RCPT, or has another address by now, or may
                not be written to by this sender any more.
        """
        now = self._gatekeeper.named(tenant.name)
        if now is None or now.mailbox != tenant.mailbox or not _is_welcome(now, sender):
            raise LoginEnded

    async def handle_exception(self, error: Exception) -> str:
        """Log what nobody thought of, and tell the client nothing of it."""
        if isinstance(error, TLSSetupException):  # a scanner, or a client of older days
            log.info("tls.failed", via="smtp", reason=str(error.__cause__))
        else:
            log.exception("smtp.failed")
        return "451 4.3.0 The server had a problem, please send again later"

    async def _owner(self, address: str) -> Tenant | None:
        local_part, _, domain = address.rpartition("@")
        if domain.lower() != self._domain:
            return None
        mailbox, _, _ = local_part.partition("+")
        look_up = partial(self._gatekeeper.with_mailbox, mailbox)  # may ask the database
        return await asyncio.get_running_loop().run_in_executor(self._threads, look_up)


def peer_of(session: Session | None) -> str:
    """The address at the other end of a connection."""
    return str(session.peer[0]) if session and session.peer else ""


def _is_welcome(tenant: Tenant, sender: str) -> bool:
    """Whether a sender may write to a tenant.

    The null sender belongs to bounces, which bring no sales; a device that sends files so must be
    allowed by a list with `<>` on it.
    """
    if sender == NULL_SENDER and not tenant.senders:
        return False
    return may_send(tenant, sender)


def _masked(address: str) -> str:
    """An address for the log, without the part that makes a tenant's hard to guess."""
    local_part, at, domain = address.rpartition("@")
    name, dash, _ = local_part.rpartition("-")
    return printable(f"{name}-***{at}{domain}" if dash else address)
