"""A tenant whose deliveries are settled at once, for the tests of packs."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from storage.archive import Archive
from storage.delivery import Origin
from storage.layout import Layout
from storage.packing import Packing
from storage.packs import Pack, unpacked
from storage.spool import Spool

DAY = date(2026, 3, 1)
NEXT_DAY = DAY + timedelta(days=1)


class Shop:
    """A tenant whose deliveries are settled at once, at times of our choice."""

    def __init__(self, home: Path) -> None:
        self.layout = Layout(home)
        self.archive = Archive(self.layout)
        self.packing = Packing(self.layout, self.archive)
        self.sent: dict[str, bytes] = {}

    def send(self, data: bytes, *, day: date = DAY) -> str:
        """Receive and settle a file, each a minute after the one before it."""
        midnight = datetime.combine(day, datetime.min.time(), UTC)
        order = int(midnight.timestamp() + 60 * len(self.sent)) * 1_000_000_000
        origin = Origin(tenant="acme", name="sales.csv", via="sftp", peer="192.0.2.1:50123")
        upload = Spool(self.layout).receive(origin, limit=1 << 30, order=order)
        upload.write(data)
        envelope = upload.commit()
        self.archive.keep("acme", envelope.id)
        self.sent[envelope.id] = data
        return envelope.id

    def pack(self, today: date = NEXT_DAY) -> int:
        """Pack what is due."""
        return self.packing.pack("acme", today)

    def check(self) -> None:
        """Everything is there as it was sent, for those who have looked before and for others."""
        for archive in (self.archive, Archive(self.layout)):
            assert archive.deliveries("acme") == sorted(self.sent)
            packed = (one for path in archive.packs("acme") for one in Pack.open(path).contents())
            loose = (unpacked(self.layout.kept("acme", one)) for one in archive.loose("acme"))
            assert {one.id: one.data for one in (*packed, *loose)} == self.sent
            for delivery, data in self.sent.items():
                assert archive.read("acme", delivery) == data
                assert archive.envelope("acme", delivery).id == delivery
                assert archive.head("acme", delivery) == data[:512]
            assert archive.strays("acme") == []

    @property
    def pack_of_the_day(self) -> Path:
        """The one file of the day."""
        return self.layout.pack("acme", DAY)
