"""Opening containers, and those inside of them, down to what is none."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from parsers.containers import gzipped
from parsers.containers.kinds import GZIP, HEAD, OLE, is_container
from parsers.containers.limits import DEEPEST, MOST_MEMBERS, Room, too_large
from parsers.containers.members import Contents, Member
from parsers.containers.names import inside, is_system_file, without_gzip
from parsers.containers.verdicts import ContainerCode
from parsers.containers.zipped import Archive
from parsers.reject import Unreadable

if TYPE_CHECKING:
    from parsers.containers.workbooks import Sheets

_OF_THE_WHOLE = (ContainerCode.TOO_LARGE, ContainerCode.NESTED_TOO_DEEP)


def contents(data: bytes, name: str) -> Contents | None:
    """Open a file called `name` by what its bytes are; None if it is no container.

    Containers inside are opened too, so that no member is one that could be. One inside that is
    damaged, encrypted or of an unknown kind is a member as it is: opened by itself it raises what
    is wrong with it, and does not hold up what lies beside it.

    Raises:
        Unreadable: with a ContainerCode, or NOT_A_TABLE for a document of another kind. Nothing of
            it is taken then.
    """
    if not is_container(data[:HEAD]):
        return None
    walk = _Walk(Room(len(data)))
    walk.open(Member(name=name, data=data), depth=1)
    return walk.contents()


def flatten(files: Iterable[tuple[str, bytes]], *, packed: int) -> Contents:
    """Open what is a container among files that came together, such as in an email.

    `packed` is the size in bytes of what they came in. The limits are for all of them together.

    Raises:
        Unreadable: TOO_LARGE, NESTED_TOO_DEEP.
    """
    walk = _Walk(Room(packed))
    for name, data in files:
        walk.add(Member(name=name, data=data), depth=0)
    return walk.contents()


class _Walk:
    """Through containers in containers, with one room for all that comes out."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._members: list[Member] = []
        self._left_out: list[str] = []

    def contents(self) -> Contents:
        return Contents(members=tuple(self._members), left_out=tuple(self._left_out))

    def add(self, member: Member, *, depth: int) -> None:
        """Take a file that lies `depth` containers deep; if it is one itself, what is in it."""
        if is_container(member.data[:HEAD]) and self._opens(member, depth=depth + 1):
            return
        self._keep(member)

    def _opens(self, container: Member, *, depth: int) -> bool:
        """Take what lies in a container; nothing, and False, if that cannot be done."""
        taken, left_out = len(self._members), len(self._left_out)
        try:
            self.open(container, depth=depth)
        except Unreadable as error:
            if error.code in _OF_THE_WHOLE:
                raise
            del self._members[taken:], self._left_out[left_out:]
            return False
        return True

    def open(self, container: Member, *, depth: int) -> None:
        """Take what lies in a container. Raises Unreadable."""
        if depth > DEEPEST:
            raise Unreadable(
                ContainerCode.NESTED_TOO_DEEP,
                f"There are containers inside of containers, more than {DEEPEST} deep.",
                remedy="Ask the sender to pack the exports once, or not at all.",
            )
        taken = len(self._members), len(self._left_out)
        if container.data.startswith(GZIP):
            original, data = gzipped.unpack(container.data, self._room)
            self._take(without_gzip(container.name, original), data, depth=depth)
        else:
            self._open_files_or_sheets(container, depth=depth)
        if depth > 1 and (len(self._members), len(self._left_out)) == taken:
            self._left_out.append(f"{container.name} (empty)")

    def _open_files_or_sheets(self, container: Member, *, depth: int) -> None:
        from parsers.containers import workbooks  # noqa: PLC0415 - brings calamine

        if container.data.startswith(OLE):
            self._take_sheets(
                workbooks.in_compound_file(container.data, self._room), container.name
            )
            return
        archive = Archive(container.data)
        sheets = workbooks.in_archive(container.data, archive, self._room)
        if sheets is None:
            self._take_files(archive, container.name, depth=depth)
        else:
            self._take_sheets(sheets, container.name)

    def _take_files(self, archive: Archive, name: str, *, depth: int) -> None:
        for entry in archive.entries:
            if entry.is_folder:
                continue
            own = inside(name, entry.name)
            if is_system_file(entry.name):
                self._left_out.append(f"{entry.name} (made by the system)")
            else:
                self._take(own, archive.unpack(entry, self._room), depth=depth)

    def _take_sheets(self, sheets: Sheets, name: str) -> None:
        contents = sheets.named(name)
        self._left_out.extend(contents.left_out)
        for member in contents.members:
            self._keep(member)

    def _take(self, name: str, data: bytes, *, depth: int) -> None:
        if data:
            self.add(Member(name=name, data=data), depth=depth)
        else:
            self._left_out.append(f"{name} (empty)")

    def _keep(self, member: Member) -> None:
        if len(self._members) == MOST_MEMBERS:
            raise too_large(f"There are more than {MOST_MEMBERS:,} tables inside.")
        self._members.append(member)
