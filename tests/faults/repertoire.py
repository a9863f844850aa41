"""Every act that is struck: each way in, and each command on the way of a file."""

from __future__ import annotations

import io
import time
import zipfile

from ingest import describing
from ingest.tidying import tidy
from ingest.undo import undo
from storage import ledger
from storage.delivery import MAX_PARTS
from storage.tables import metadata
from tests.faults.acts import Act, Command, Load, Renamed, Start, Turn, Upload
from tests.faults.scene import Scene
from tests.faults.senders import TENANT, receipts
from tests.frontends.contract.smtp_clients import raw_message
from tests.shop import MAPPING, load

WORK = ["work", "--once"]

_DAY = 24 * 3600 * 1_000_000_000  # ns


def _loaded(scene: Scene, files: int = 3) -> list[str]:
    """Load some files whose rows overlap; their deliveries."""
    deliveries = [scene.accept() for _ in range(files)]
    with scene.home() as home:
        for delivery in deliveries:
            load(home, home.inbox.envelope(TENANT, delivery))
    return deliveries


def _filled(scene: Scene) -> list[str]:
    """Three files wait, the last of them as a duplicate too."""
    for number in (0, 1, 2, 2):
        scene.accept(receipts(number))
    return WORK


def _yesterday(scene: Scene) -> list[str]:
    """Some deliveries of yesterday are packed; more of them are settled and lie beside the pack."""
    first = time.time_ns() - _DAY
    deliveries = [scene.accept(order=first + number * MAX_PARTS) for number in range(4)]
    with scene.home() as home:
        for number, delivery in enumerate(deliveries):
            load(home, home.inbox.envelope(TENANT, delivery))
            if number == 1:
                tidy(home, TENANT)
        assert len(home.archive.loose(TENANT)) == 2
    return WORK


def _late(scene: Scene) -> list[str]:
    """A file waits of which the rows were said anew by a later one that is loaded."""
    _loaded(scene, 1)
    scene.accept()
    newest = scene.accept()
    with scene.home() as home:
        load(home, home.inbox.envelope(TENANT, newest))
    return WORK


def _zipped(scene: Scene) -> list[str]:
    inside = tuple(receipts(number) for number in range(3))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number, data in enumerate(inside):
            archive.writestr(f"sales-{number}.csv", data)
    scene.accept(packed.getvalue(), name="sales.zip", files=inside)
    return WORK


def _mailed(scene: Scene) -> list[str]:
    data = receipts(0)
    message = raw_message("sales.csv", data)
    scene.accept(message, name="message.eml", files=(data,), via="smtp")
    return WORK


def _without_mapping(scene: Scene) -> list[str]:
    with scene.home() as home:
        describing.remove_feed(home, tenant=TENANT, feed="default")
    for _ in range(2):
        scene.accept()
    return WORK


def _held(scene: Scene) -> list[str]:
    _without_mapping(scene)
    assert scene.work() == 2
    file = scene.path.parent / "mapping.toml"
    file.write_text(MAPPING)
    return ["mapping", "set", TENANT, str(file)]


def _mapped_anew(scene: Scene) -> list[str]:
    _loaded(scene)
    with scene.home() as home:
        text = MAPPING + "# a new version\n"
        describing.set_mapping(home, tenant=TENANT, feed="default", text=text)
    return ["replay", "--tenant", TENANT]


def _to_undo(scene: Scene) -> list[str]:
    return ["undo", _loaded(scene)[1]]


def _to_redo(scene: Scene) -> list[str]:
    delivery = _loaded(scene)[1]
    with scene.home() as home:
        undo(home, TENANT, [delivery])
    return ["redo", delivery]


def _to_rebuild(scene: Scene) -> list[str]:
    _loaded(scene)
    return ["rebuild"]


def _database_lost(scene: Scene) -> list[str]:
    """All that the database knew is gone."""
    _loaded(scene)
    with scene.home() as home, home.database.writing() as connection:
        for table in metadata.tables.values():
            connection.execute(table.delete())
        assert not ledger.entries(connection, tenant=TENANT)
    return ["rebuild"]


RECEPTION: tuple[Act, ...] = (
    *map(Upload, ("sftp", "ftps", "ftp", "smtp", "folder")),
    Renamed(),
    Load(),
    Start(),
)

LOADING: tuple[Act, ...] = (
    Command("work", _filled),
    Command("work, late", _late),
    Command("work, packing", _yesterday),
    Command("work, zip", _zipped),
    Command("work, email", _mailed),
    Command("work, held", _without_mapping),
    Command("mapping set, released", _held, excused=frozenset({"mapping-missing"})),
    Command("replay", _mapped_anew),
    Turn("undo", _to_undo),
    Turn("redo", _to_redo),
    Command("rebuild", _to_rebuild),
    Command("rebuild, database lost", _database_lost, is_whole_between=False),
)
