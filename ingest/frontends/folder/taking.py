"""The one file of the drop folder that is being taken, remembered over a crash.

Acceptance is one step and the removal of the file another. A crash between the two must not bring
the file a second time, in a later place of the order: it could overwrite what came in between. So
the number in the order is allotted first and written down, with what file it is for.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from ingest.frontends.folder.entries import State
from storage.files import write_durably


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """A file, what it looked like, and the delivery that it becomes."""

    tenant: str
    delivery: str
    path: Path
    state: State

    @classmethod
    def load(cls, memory: Path) -> Taking | None:
        """What an earlier gateway was taking when it ended, if it can be read. Raises OSError."""
        try:
            stored = json.loads(memory.read_bytes())
            return cls(
                tenant=stored["tenant"],
                delivery=stored["delivery"],
                path=Path(stored["path"]),
                state=State(**stored["state"]),
            )
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None  # damaged, it must not keep the other files out

    def save(self, memory: Path) -> None:
        """Remember it, durably, in the place of what was remembered before. Raises OSError."""
        write_durably(memory, json.dumps({**asdict(self), "path": str(self.path)}).encode())

    def remove(self) -> None:
        """Remove the file that was accepted, and no other that took its name meanwhile.

        It is renamed first: whoever writes under the name from then on makes another file. It may
        be called again after a crash. Raises OSError.
        """
        aside = self.path.with_name(f".{self.delivery}.taken")
        with suppress(FileNotFoundError):
            if State.of(self.path.lstat()) == self.state:
                self.path.rename(aside)
        with suppress(FileNotFoundError):
            if State.of(aside.lstat()) == self.state:
                aside.unlink()
            else:
                aside.rename(self.path)
