"""Why a delivery is held, in code, in words, and with what to do about it."""

from __future__ import annotations

from enum import StrEnum

from parsers.reject import Unreadable, UnreadableCode


class HoldCode(StrEnum):
    """Reasons of the pipeline's own; those of a file's contents are `UnreadableCode`s."""

    NO_MAPPING = "no-mapping"  # the tenant has none yet
    NO_FEED = "no-feed"  # the file's name fits none of the tenant's feeds
    SEVERAL_FEEDS = "several-feeds"  # the file's name fits more than one
    NEVER_RENAMED = "never-renamed"  # uploaded under a temporary name that stayed
    FAILS_REPEATEDLY = "fails-repeatedly"  # every attempt failed, or killed its worker
    DAMAGED = "damaged"  # the bytes on disk are not those that were received
    PRUNED = "pruned"  # the bytes that would have to be read are kept no longer
    PARENT_UNDONE = "parent-undone"  # the email or container that it came in was undone


class LoadedCode(StrEnum):
    """Remarks on a delivery that is loaded but brought no rows."""

    EMPTY_FILE = "empty-file"  # no bytes, or nothing but blanks
    NO_ROWS = "no-rows"  # a header and nothing below it
    NO_ATTACHMENT = "no-attachment"  # an email without a file
    OPENED = "opened"  # an email or a container; what lies in it are deliveries of their own
    PRUNED = "pruned"  # its rows are lost: the database was, and the bytes are kept no longer
    EMPTY_CONTAINER = "empty-container"  # an archive or a workbook with no table in it


MENDED_BY_MAPPING: tuple[str, ...] = (
    HoldCode.NO_MAPPING,
    HoldCode.NO_FEED,
    HoldCode.SEVERAL_FEEDS,
    HoldCode.NEVER_RENAMED,
    *(code for code in UnreadableCode if code is not UnreadableCode.NOT_A_TABLE),
)
"""Reasons that a new mapping may do away with: what is held for them is then tried again."""


class Held(Exception):
    """The delivery cannot be loaded safely: a reason, words for the sender, and a remedy."""

    def __init__(self, reason: str, message: str, *, remedy: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.remedy = remedy

    @classmethod
    def because(cls, unreadable: Unreadable) -> Held:
        """The verdict on a file whose contents cannot be read safely."""
        return cls(unreadable.code, unreadable.message, remedy=unreadable.remedy)
