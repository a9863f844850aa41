"""Containers: files in which other files or sheets lie. gzip, zip, and workbooks of tables."""

from parsers.containers.kinds import is_container
from parsers.containers.limits import MOST_MEMBERS
from parsers.containers.members import Contents, Member
from parsers.containers.names import names_in
from parsers.containers.opening import contents, flatten
from parsers.containers.verdicts import ContainerCode

__all__ = [
    "MOST_MEMBERS",
    "ContainerCode",
    "Contents",
    "Member",
    "contents",
    "flatten",
    "is_container",
    "names_in",
]
