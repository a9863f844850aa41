"""What a client sends and what it hears, the same for every protocol."""

from __future__ import annotations

import enum
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import asyncssh

from tests.frontends.conftest import UPLOAD_KEY

TOKEN = "3fk9x2m7q4h8tb6z"
_PIECE = 16 << 10


class Verdict(enum.Enum):
    """What an answer means."""

    YES = "accepted"
    LATER = "a no that may pass"  # in SFTP this is SSH_FX_FAILURE, whatever the reason
    NEVER = "a no for good"
    LOST = "the connection ended without an answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer as a client understood it, and the words that came with it."""

    verdict: Verdict
    words: str = ""

    @classmethod
    def of_code(cls, code: int, words: str) -> Answer:
        """What a reply of FTP or SMTP means (RFC 959 section 4.2, RFC 5321 section 4.2.1)."""
        meanings = {2: Verdict.YES, 4: Verdict.LATER, 5: Verdict.NEVER}
        return cls(verdict=meanings.get(code // 100, Verdict.LOST), words=f"{code} {words}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Who a client says it is; each takes of it what its way of logging in needs.

    `token` is the secret part of a mail address; `key` None is the tenant's own.
    """

    user: str = "acme"
    secret: str = UPLOAD_KEY
    token: str = TOKEN
    key: asyncssh.SSHKey | None = None


class Cut(Exception):
    """The client dies in the middle of its upload."""


class Source:
    """The bytes of an upload; a held one stops in the middle until it may go on, or is cut.

    `on_cut` is called in the client's own thread, before `Cut` is raised there; `answered` is set
    when the client hears its yes, which may be before it says goodbye and ends.
    """

    def __init__(self, data: bytes, *, held: bool = False, seconds: float = 1.0) -> None:
        self.data = data
        self.held = held
        self.seconds = seconds
        self.is_cut = False
        self.answered = threading.Event()
        self.on_cut: Callable[[], None] = lambda: None
        self._at = 0
        self._may_go_on = threading.Event()
        if not held:
            self._may_go_on.set()

    def read(self, size: int = -1) -> bytes:
        """Some of the bytes, none at the end; as of a file."""
        half = len(self.data) // 2
        if self._at >= half:
            assert self._may_go_on.wait(30)
            if self.is_cut:
                self.on_cut()
                raise Cut
        end = len(self.data) if self._may_go_on.is_set() else half
        end = min(end, self._at + size) if size >= 0 else end
        piece, self._at = self.data[self._at : end], end
        return piece

    def __iter__(self) -> Iterator[bytes]:
        while piece := self.read(_PIECE):
            yield piece

    def wrap(self, data: bytes) -> None:
        """Send other bytes instead, such as a message with the file in it."""
        self.data = data

    def go_on(self) -> None:
        """Let the rest flow."""
        self._may_go_on.set()

    def cut(self) -> None:
        """Let the client die; after the last byte it does nothing."""
        self.is_cut = True
        self._may_go_on.set()
