"""Disks that fail or take their time, on purpose."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from typing import Any

import asyncssh
import pytest

from storage import files


class Gate:
    """Holds every os.fsync back while it is shut."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.reached = threading.Event()
        self.opened = threading.Event()
        self.opened.set()
        real = os.fsync

        def fsync(descriptor: int) -> None:
            if not self.opened.is_set():
                self.reached.set()
                assert self.opened.wait(20)
            real(descriptor)

        monkeypatch.setattr(os, "fsync", fsync)

    async def closing(self, client: asyncssh.SFTPClient) -> asyncio.Task[None]:
        """Upload a.csv up to its close, and shut the gate: the close waits in its first fsync."""
        file = await client.open("a.csv", "wb")
        await file.write(b"1\n")
        self.opened.clear()
        closing = asyncio.create_task(file.close())
        assert await asyncio.to_thread(self.reached.wait, 10)
        return closing


def break_disk(monkeypatch: pytest.MonkeyPatch, place: str, code: int) -> Callable[[], None]:
    """Make a place of the way to the disk fail until the returned function is called."""
    broken = threading.Event()
    broken.set()
    owner, name = {"fsync": (os, "fsync"), "write": (files, "write_all")}.get(
        place, (files, "create")
    )
    real: Any = getattr(owner, name)

    def failing(*args: Any) -> Any:
        if broken.is_set():
            raise OSError(code, os.strerror(code))
        return real(*args)

    monkeypatch.setattr(owner, name, failing)
    return broken.clear
