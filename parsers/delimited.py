"""What can be asked of a delimited file, by its mapping: rows, rejects as sent, single records."""

from dataclasses import replace
from datetime import datetime

from parsers.file import open_file
from parsers.mappings.mapping import Mapping
from parsers.mappings.pins import Pins
from parsers.mappings.sent import Sent
from parsers.reading import Reading

_NOT_SENT = Sent()


def read(
    data: bytes,
    mapping: Mapping,
    *,
    sent: Sent = _NOT_SENT,
    pins: Pins | None = None,
    latest: datetime | None = None,
) -> Reading:
    """Read a file by its mapping.

    `sent` is how the file came, `pins` what earlier files of its feed have settled, `latest` the
    latest wall-clock time (naive) that can stand in it: a reading as a later one is none.

    Raises Unreadable if it cannot be loaded safely as a whole.
    """
    file = open_file(data, mapping, sent=sent, pins=pins or {}, latest=latest)
    if isinstance(file, Reading):
        return file
    reading = file.read()
    still_open = {
        key: value
        for key, value in reading.settled.items()
        if getattr(mapping.format, key, None) is None
    }
    return replace(reading, settled=still_open)


def read_rejects(
    data: bytes,
    mapping: Mapping,
    *,
    sent: Sent = _NOT_SENT,
    pins: Pins | None = None,
    latest: datetime | None = None,
) -> bytes:
    """Read a file as `read` does, and give its rejects as a file to be mended (see returning.py).

    They are all given, and also where the mapping does not allow so many.
    """
    file = open_file(data, mapping, sent=sent, pins=pins or {}, latest=latest)
    return b"" if isinstance(file, Reading) else file.rejects(data)


def read_record(
    data: bytes,
    mapping: Mapping,
    line: int,
    *,
    sent: Sent = _NOT_SENT,
    pins: Pins | None = None,
    latest: datetime | None = None,
) -> str | None:
    """Give the record that begins on a physical line of a file, as it was sent.

    It is None if none begins there. Raises as `read` does.
    """
    file = open_file(data, mapping, sent=sent, pins=pins or {}, latest=latest)
    return None if isinstance(file, Reading) else file.record_on(line)
