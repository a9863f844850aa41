"""The archive: every settled delivery as it came, byte for byte."""

from __future__ import annotations

from pathlib import Path

from storage import files
from storage.delivery import TENANT_NAME, Envelope, is_delivery_id
from storage.errors import NotFound
from storage.layout import DATA, ENVELOPE, Layout

_HEAD = 512


class Archive:
    """The kept deliveries of one home; also finds those that wait or are held."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    def keep(self, tenant: str, delivery: str) -> None:
        """Move a settled delivery out of the inbox; one that was kept already is dropped there.

        A part can be in both places after a crash, since a message or container that is opened
        again makes the same parts again, under the same ids and with the same bytes.
        """
        waiting, kept = self._layout.waiting(tenant, delivery), self._layout.kept(tenant, delivery)
        if kept.is_dir():
            files.remove_tree(waiting)
        else:
            files.move(waiting, kept)

    def sort_out(self, tenant: str) -> int:
        """Remove second copies of deliveries, and halves, where the whole is further on its way.

        A backup copies a delivery twice, or in part, that moves on while it is being made. What is
        nowhere whole stays for a person to look at. Gives how many were removed.
        """
        removed = 0
        held = self._layout.quarantine / tenant
        for delivery in {*self.deliveries(tenant), *files.names_in(self._layout.inbox / tenant),
                         *files.names_in(held)}:  # fmt: skip
            if not is_delivery_id(delivery):
                continue
            places = (
                self._layout.kept(tenant, delivery),
                self._layout.waiting(tenant, delivery),
                self._layout.held(tenant, delivery),
            )
            whole = next((one for one in places if _is_whole(one)), None)
            for place in places:
                if whole is not None and place != whole and place.is_dir():
                    files.remove_tree(place)
                    removed += 1
        return removed

    def give_back(self, tenant: str, delivery: str) -> None:
        """Move a delivery of which nothing is known any more into the inbox again."""
        files.move(self._layout.kept(tenant, delivery), self._layout.waiting(tenant, delivery))

    def deliveries(self, tenant: str) -> list[str]:
        """Ids of a tenant's archived deliveries, in order of receipt."""
        place = self._layout.archive / tenant
        return sorted(
            one.name
            for one in place.glob("[0-9]*/[0-9]*/[0-9]*/*")
            if one.is_dir() and is_delivery_id(one.name)
        )

    def tenants(self) -> list[str]:
        """Tenants of whom something is archived, in the order of their names."""
        names = files.names_in(self._layout.archive)
        return [name for name in names if TENANT_NAME.fullmatch(name)]

    def place(self, tenant: str, delivery: str) -> Path:
        """The directory of a delivery, wherever it stands on its way.

        Raises:
            NotFound: there is no such delivery.
        """
        # A delivery may move while we look: the way of a file leads through these in this order,
        # except for a release, for which the inbox is asked once more.
        for directory in (
            self._layout.kept(tenant, delivery),
            self._layout.waiting(tenant, delivery),
            self._layout.held(tenant, delivery),
            self._layout.kept(tenant, delivery),
            self._layout.waiting(tenant, delivery),
        ):
            if directory.is_dir():
                return directory
        raise NotFound(f"There is no delivery {delivery}.")

    def exists(self, tenant: str, delivery: str) -> bool:
        """Whether a delivery is anywhere on its way."""
        try:
            self.place(tenant, delivery)
        except NotFound:
            return False
        return True

    def envelope(self, tenant: str, delivery: str) -> Envelope:
        """The envelope of a delivery. Raises NotFound."""
        return Envelope.from_json((self.place(tenant, delivery) / ENVELOPE).read_bytes())

    def read(self, tenant: str, delivery: str) -> bytes:
        """The original bytes of a delivery. Raises NotFound."""
        return (self.place(tenant, delivery) / DATA).read_bytes()

    def head(self, tenant: str, delivery: str) -> bytes:
        """The first bytes of a delivery, enough to tell what kind it is. Raises NotFound."""
        with (self.place(tenant, delivery) / DATA).open("rb") as data:
            return data.read(_HEAD)


def _is_whole(directory: Path) -> bool:
    return all((directory / one).is_file() for one in (DATA, ENVELOPE))
