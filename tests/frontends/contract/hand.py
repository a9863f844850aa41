"""A person, or another server, who puts a file into the drop folder."""

from __future__ import annotations

import threading

from ingest.frontends.folder.entries import REFUSED
from tests.frontends.contract.answers import Answer, Login, Source, Verdict
from tests.frontends.contract.clients import Client
from tests.frontends.contract.doors import Door

_LOOKS = 4  # by then a file that can be taken is taken: two see it, and one may be under way
_POLL = 0.01


class Hand(Client):
    """A file put by hand. Its being gone is the yes; if it stays, it is taken back."""

    name = "hand"
    kind = "folder"

    def send(
        self, door: Door, login: Login, name: str, source: Source, *, rename_to: str = ""
    ) -> Answer:
        directory = door.home.layout.drop / login.user
        path, refused = directory / name, directory / (name + REFUSED)
        path.write_bytes(source.data)
        begun = door.looks()
        pause = threading.Event()
        while path.exists():
            if door.looks() - begun > _LOOKS:
                path.unlink()
                return Answer(verdict=Verdict.LATER)
            pause.wait(_POLL)
        return Answer(verdict=Verdict.NEVER if refused.exists() else Verdict.YES)
