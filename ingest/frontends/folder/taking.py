"""The files of the drop folder that are being taken, remembered over a crash.

Acceptance is one step and the removal of the file another. A crash between the two must not bring
the file a second time, in a later place of the order: it could overwrite what came in between. So
the number in the order is allotted first and written down, with what file it is for. That is one
file at a time, and with it those that were accepted and cannot be removed.
"""

from __future__ import annotations

import json
from collections.abc import Collection
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


def remembered(memory: Path) -> tuple[Taking, ...]:
    """What an earlier gateway was taking when it ended, if it can be read. Raises OSError."""
    try:
        return tuple(
            Taking(
                tenant=stored["tenant"],
                delivery=stored["delivery"],
                path=Path(stored["path"]),
                state=State(**stored["state"]),
            )
            for stored in json.loads(memory.read_bytes())
        )
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return ()  # damaged, it must not keep the other files out


def remember(memory: Path, takings: Collection[Taking]) -> None:
    """Write down what is being taken, durably, in the place of what was before. Raises OSError."""
    if takings:
        stored = [{**asdict(one), "path": str(one.path)} for one in takings]
        write_durably(memory, json.dumps(stored).encode())
    else:
        memory.unlink(missing_ok=True)
