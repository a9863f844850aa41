"""Telling a container by its first bytes, never by its name."""

from __future__ import annotations

GZIP = b"\x1f\x8b"
ZIP = b"PK\x03\x04"
EMPTY_ZIP = b"PK\x05\x06"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""The compound files of Office up to 2003, and of today's workbooks with a password."""

HEAD = 8
"""So many bytes are enough to tell."""


def is_container(head: bytes) -> bool:
    """Whether a file that begins so is one that is opened, or refused as a damaged one."""
    return head.startswith((GZIP, ZIP, EMPTY_ZIP, OLE))
