"""The record types, and that knowing them costs no reader."""

import pickle
import subprocess
import sys

import pytest

from parsers.canonical import RECORD_TYPES, TRANSACTIONS
from parsers.reject import Unreadable, UnreadableCode


def test_a_transaction_has_a_key_and_values() -> None:
    """The columns that storage and the rows command are written against."""
    assert TRANSACTIONS.key == ("location_id", "transaction_id")
    assert TRANSACTIONS.values == ("occurred_at", "local_time", "total")
    assert TRANSACTIONS.columns == TRANSACTIONS.key + TRANSACTIONS.values
    assert RECORD_TYPES == {"transactions": TRANSACTIONS}


@pytest.mark.parametrize(
    "module",
    [
        "canonical",
        "mappings.mapping",
        "reject",
        "money.written",
        "records.tokens",
        "header.finding",
    ],
)
def test_what_does_not_read_files_does_not_load_polars(module: str) -> None:
    """Commands that read no file must answer at once, and polars takes a quarter of a second."""
    code = f"import sys, parsers.{module}; sys.exit('polars' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_verdict_survives_the_way_from_a_worker_process() -> None:
    """An exception that cannot be unpickled would kill the pool instead of the file."""
    verdict = Unreadable(UnreadableCode.HEADER, "message", remedy="remedy")
    again = pickle.loads(pickle.dumps(verdict))  # noqa: S301 - our own bytes
    assert (again.code, again.message, again.remedy) == (verdict.code, "message", "remedy")
