"""The DATA of one message: out of its dots, into the spool, in bounded memory."""

from __future__ import annotations

import threading
from collections.abc import Callable

from ingest.reception import log_accepted
from storage.delivery import Envelope
from storage.errors import ReceptionError
from storage.spool import Upload

_END = b"\r\n.\r\n"
_FULL = 64 << 10  # bytes; less than this costs a small message one way to the disk and not three


class DotDecoder:
    """Undoes the transparency of RFC 5321 section 4.5.2, whatever the pieces that are fed.

    A line ends with CRLF and with nothing else: neither LF.LF nor CR.CR nor LF.CRLF ends the
    message, so that no second message can be smuggled inside it. Lines may be of any length; all
    other bytes are kept as they were sent.
    """

    def __init__(self) -> None:
        # The CRLF of the DATA command stands before the first line, so that an end or a dot there
        # looks as anywhere else; it is cut off again from the first piece that comes out.
        self._held = b"\r\n"
        self._surplus = 2
        self.ended = False
        self.rest = b""

    def feed(self, piece: bytes) -> bytes:
        """Give the next bytes from the wire and take the content among them.

        After the end `ended` is set, and `rest` holds what the client had sent behind it.
        """
        data = self._held + piece
        end = data.find(_END)
        if end >= 0:
            self.ended = True
            self.rest = data[end + len(_END) :]
            content, self._held = data[: end + 2], b""
        else:
            undecided = _undecided(data)
            content, self._held = data[: len(data) - undecided], data[len(data) - undecided :]
        if not content:
            return b""
        clear = content.replace(b"\r\n.", b"\r\n")[self._surplus :]
        self._surplus = 0
        return clear


def _undecided(data: bytes) -> int:
    """How many of the last bytes may be the beginning of the end."""
    return next(n for n in range(len(_END) - 1, -1, -1) if data.endswith(_END[:n]))


class IncomingMessage:
    """One message on its way into the spool; opened when there is something to write.

    `flush`, `commit` and `abort` block, and may meet in several threads when a connection is lost
    in the middle: they are taken one at a time, and nothing is written after the end.
    """

    def __init__(self, receive: Callable[[], Upload]) -> None:
        self.ended = False
        self._receive = receive
        self._upload: Upload | None = None
        self._pending = bytearray()
        self._lock = threading.Lock()

    def add(self, content: bytes) -> bool:
        """Take content into memory; True if it is time for `flush`."""
        self._pending += content
        return len(self._pending) >= _FULL

    def flush(self) -> None:
        """Write what is in memory.

        Raises:
            ReceptionError: as `Spool.receive` and `Upload.write`.
        """
        with self._lock:
            self._write()

    def commit(self, *, confirm: Callable[[], None]) -> Envelope:
        """Make the message durable and accept it; only then may the client hear 250.

        `confirm` is as in `Upload.commit`.

        Raises:
            ReceptionError: as `Upload.commit`.
        """
        with self._lock:
            envelope = self._write().commit(confirm=confirm)
            self.ended = True
        # Here and not in the dialogue: the connection may be lost by now, the message is not.
        log_accepted(envelope)
        return envelope

    def abort(self) -> None:
        """Throw away what came; after the end it does nothing."""
        with self._lock:
            self.ended = True
            if self._upload is not None:
                self._upload.abort()

    def _write(self) -> Upload:
        if self.ended:
            raise ReceptionError("The message has ended already.")
        if self._upload is None:
            self._upload = self._receive()
        content, self._pending = self._pending, bytearray()
        self._upload.write(memoryview(content))
        return self._upload
