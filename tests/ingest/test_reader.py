"""Reading in a process of its own: the limits, the crashes, and that the next file is read."""

import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from ingest.reader import Limits, Reader, ReaderLost
from parsers import delimited
from parsers.mappings.mapping import Mapping, parse_mapping
from parsers.reject import Unreadable, UnreadableCode

MAPPING = """
timezone = "UTC"
[columns]
location_id = "Store"
transaction_id = "Id"
total = "Total"
occurred_at = "When"
"""
HEADER = b"Store,Id,Total,When\n"
SMALL = HEADER + b"7,1,2.50,2026-11-21 10:00\n"


def _large(rows: int) -> bytes:
    return HEADER + b"".join(b"7,%d,2.50,2026-11-21 10:00\n" % at for at in range(rows))


@pytest.fixture
def mapping() -> Mapping:
    return parse_mapping(MAPPING)


@pytest.fixture
def reader() -> Iterator[Reader]:
    reader = Reader(Limits(memory=2048, seconds=60))
    yield reader
    reader.close()


def _pid(reader: Reader) -> int:
    assert reader._process is not None
    return reader._process.pid


def test_it_reads_what_the_parsers_read(reader: Reader, mapping: Mapping) -> None:
    """The same rows and findings, file after file, from one process."""
    for data in (SMALL, _large(1000), HEADER, b""):
        here, there = delimited.read(data, mapping), reader.read(data, mapping)
        assert there.rows.equals(here.rows)
        assert (there.dialect, there.notice, there.rejects) == (
            here.dialect,
            here.notice,
            here.rejects,
        )
    first = _pid(reader)
    reader.read(SMALL, mapping)
    assert _pid(reader) == first


def test_what_the_parsers_refuse_comes_back_as_it_was_said(
    reader: Reader, mapping: Mapping
) -> None:
    """Code, words and remedy survive the way between the processes."""
    with pytest.raises(Unreadable) as here:
        delimited.read(b"a,b,c,d\n1,2,3,4\n", mapping)
    with pytest.raises(Unreadable) as there:
        reader.read(b"a,b,c,d\n1,2,3,4\n", mapping)
    assert (there.value.code, there.value.message) == (here.value.code, here.value.message)
    assert there.value.remedy == here.value.remedy


def test_a_file_that_needs_too_much_memory_gets_a_verdict(mapping: Mapping) -> None:
    """However the allocation fails, the file is told as the cause, and the next one is read."""
    reader = Reader(Limits(memory=400, seconds=60))
    try:
        with pytest.raises(Unreadable) as caught:
            reader.read(_large(2_000_000), mapping)
        assert caught.value.code in {UnreadableCode.TOO_COSTLY, UnreadableCode.BREAKS_READER}
        assert "400 MiB" in caught.value.message
        assert reader.read(SMALL, mapping).rows.height == 1
    finally:
        reader.close()


def test_a_file_that_takes_too_long_gets_a_verdict(mapping: Mapping) -> None:
    """The time is of the processor and for each file: a thousand small ones do not add up."""
    reader = Reader(Limits(memory=8192, seconds=1))
    try:
        with pytest.raises(Unreadable) as caught:
            reader.read(_large(2_000_000), mapping)
        assert caught.value.code == UnreadableCode.TOO_COSTLY
        assert "1 s" in caught.value.message
        assert reader.read(SMALL, mapping).rows.height == 1
    finally:
        reader.close()


def _signal_while_reading(reader: Reader, number: signal.Signals) -> threading.Thread:
    """Send a signal to the reading process in a moment; it must have been started already.

    What it is to read must be there, too, so that it is reading by then.
    """
    pid = _pid(reader)

    def send() -> None:
        time.sleep(0.1)
        os.kill(pid, number)

    thread = threading.Thread(target=send)
    thread.start()
    return thread


def test_a_crash_in_native_code_is_the_files_verdict(reader: Reader, mapping: Mapping) -> None:
    """A segmentation fault ends that process only; the next file is read by another."""
    reader.read(SMALL, mapping)
    large = _large(3_000_000)
    thread = _signal_while_reading(reader, signal.SIGSEGV)
    with pytest.raises(Unreadable) as caught:
        reader.read(large, mapping)
    thread.join()
    assert caught.value.code == UnreadableCode.BREAKS_READER
    assert "SIGSEGV" in caught.value.message
    assert reader.read(SMALL, mapping).rows.height == 1


def test_a_kill_from_outside_says_nothing_of_the_file(reader: Reader, mapping: Mapping) -> None:
    """An operator or a machine short of memory: the delivery is tried again."""
    reader.read(SMALL, mapping)
    large = _large(3_000_000)
    thread = _signal_while_reading(reader, signal.SIGKILL)
    with pytest.raises(ReaderLost):
        reader.read(large, mapping)
    thread.join()
    assert reader.read(SMALL, mapping).rows.height == 1


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGXCPU])
def test_a_process_that_died_between_two_files_is_replaced(
    reader: Reader, mapping: Mapping, number: signal.Signals
) -> None:
    """Whatever it died of says nothing of the next file, which is read by another at once."""
    reader.read(SMALL, mapping)
    died = _pid(reader)
    os.kill(died, number)
    os.waitid(os.P_PID, died, os.WEXITED | os.WNOWAIT)
    assert reader.read(SMALL, mapping).rows.height == 1
    assert _pid(reader) != died
