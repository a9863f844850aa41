"""The journal: what was decided is there after any crash, and nothing that was not."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from storage.errors import DropsafeError
from storage.journal import Intent, Journal
from storage.layout import Layout

LINES = [{"undone": "1"}, {"opened": "2"}]
WHOLE = b'{"undone": "1"}\n'


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(tmp_path)


def test_lines_are_read_in_the_order_in_which_they_were_written(layout: Layout) -> None:
    """Whoever opens the file next sees them all; who has none has no lines."""
    journal = Journal(layout)
    assert (list(journal.read("acme")), journal.exists("acme")) == ([], False)
    journal.append("acme", LINES)
    journal.append("acme", [])
    journal.append("acme", [{"note": "Zürich\n"}])
    assert list(Journal(layout).read("acme")) == [*LINES, {"note": "Zürich\n"}]
    assert layout.journal("acme").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("kept", range(1, len(WHOLE)))
def test_a_line_that_a_crash_cut_off_was_never_said(layout: Layout, kept: int) -> None:
    """Wherever it broke off, it is not read, and the next line does not grow together with it."""
    journal = Journal(layout)
    journal.append("acme", LINES)
    path = layout.journal("acme")
    path.write_bytes(path.read_bytes() + WHOLE[:kept])
    assert list(journal.read("acme")) == LINES
    journal.append("acme", [{"opened": "3"}])
    assert list(journal.read("acme")) == [*LINES, {"opened": "3"}]


def test_a_damaged_line_is_named(layout: Layout) -> None:
    """Nobody rebuilds from a journal with a hole in it."""
    journal = Journal(layout)
    journal.append("acme", LINES)
    path = layout.journal("acme")
    path.write_bytes(path.read_bytes().replace(b'{"undone"', b'{"und\0ne'))
    with pytest.raises(DropsafeError, match=r"Line 1 of .*journal\.jsonl is damaged"):
        list(journal.read("acme"))


@pytest.mark.parametrize(("version", "said"), [(6, []), (7, LINES), (8, LINES)])
def test_an_intent_holds_if_its_commit_did(layout: Layout, version: int, said: object) -> None:
    """After a crash the fold's version tells whether the transaction was committed."""
    journal = Journal(layout)
    journal.intend("acme", Intent("transactions", 7, tuple(LINES)))
    intent = Journal(layout).intent("acme")
    assert intent is not None
    assert (intent.record, intent.version) == ("transactions", 7)
    journal.recover("acme", intent, version=version)
    assert list(journal.read("acme")) == said
    assert journal.intent("acme") is None


@pytest.mark.parametrize("refused", ["fsync", "replace"])
def test_an_intent_that_the_disk_refuses_leaves_nothing_behind(
    layout: Layout, monkeypatch: pytest.MonkeyPatch, refused: str
) -> None:
    """Neither the intent nor a half of it; whoever decides is told by the error."""

    def fail(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    journal = Journal(layout)
    (layout.archive / "acme").mkdir(parents=True)
    with monkeypatch.context() as patch:
        patch.setattr({"fsync": os, "replace": Path}[refused], refused, fail)
        with pytest.raises(OSError, match="Input/output error"):
            journal.intend("acme", Intent("transactions", 7, tuple(LINES)))
    assert not journal.is_interrupted("acme")
    assert os.listdir(layout.archive / "acme") == []
