"""After a restore: put back into the inbox what the files have and the database does not know.

    dropsafe deliveries --json | python put_back.py HOME

The archive is the truth and the database a projection of it. A dump of the database is older than
the files beside it, or is missing altogether. Whatever was received and is not loaded in this
database waits again afterwards, and takes its own place in the order when it is loaded. Stop the
server and all workers first. It can be done again without effect.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

SETTLED = {"loaded", "duplicate"}
HELD = "quarantined"
FILES = ("data", "envelope.json")
PLACES = ("archive/*/*/*/*/*", "inbox/*/*", "quarantine/*/*")
"""Where deliveries are, from the end of their way to its beginning."""


@dataclass(slots=True)
class Result:
    """What was done, in deliveries."""

    waiting_again: int = 0
    copies_removed: int = 0
    incomplete: int = 0


def put_back(home: Path, states: dict[str, str]) -> Result:
    """Mend a home; `states` are those of the ledger, by delivery."""
    result = Result()
    found: defaultdict[str, list[Path]] = defaultdict(list)
    for place in PLACES:
        for directory in home.glob(place):
            found[directory.name].append(directory)
    for delivery, directories in sorted(found.items()):
        whole = next((one for one in directories if _is_whole(one)), None)
        if whole is None:
            result.incomplete += 1
            continue
        # Copied twice, or in part, because it moved on while the backup was being made.
        for copy in directories:
            if copy != whole:
                shutil.rmtree(copy)
                result.copies_removed += 1
        state = states.get(delivery)
        place, tenant = whole.relative_to(home).parts[:2]
        if (place == "archive" and state not in SETTLED) or (
            place == "quarantine" and state != HELD
        ):
            _wait_again(whole, home / "inbox" / tenant)
            result.waiting_again += 1
    return result


def _is_whole(directory: Path) -> bool:
    return all((directory / one).is_file() for one in FILES)


def _wait_again(directory: Path, waiting: Path) -> None:
    waiting.mkdir(mode=0o700, parents=True, exist_ok=True)
    directory.rename(waiting / directory.name)
    for changed in (waiting, directory.parent):
        descriptor = os.open(changed, os.O_RDONLY | os.O_DIRECTORY)
        os.fsync(descriptor)
        os.close(descriptor)


def main() -> None:
    """Read the ledger's list from standard input, mend the home, say what was done."""
    states = {one["delivery"]: one["state"] for one in json.load(sys.stdin)}
    result = put_back(Path(sys.argv[1]), states)
    print(  # noqa: T201 - a script's answer
        f"{result.waiting_again} wait again, {result.copies_removed} second copies removed, "
        f"{result.incomplete} incomplete."
    )


if __name__ == "__main__":
    main()
