"""What may stand as an id: text, as the sender wrote it, less the blanks around it."""

import re

from parsers.canonical import ID_MAX_CHARACTERS
from parsers.reject import RejectCode

# For Python's re and Rust's regex alike. Controls are Unicode's Cc: C0, DEL and C1.
CONTROL = r"[\x00-\x1f\x7f-\x9f]"
# 1.3E+18: what a spreadsheet leaves of a long number, or 1.3E18: a program that took an id for one.
# Two ids that were different are equal now. A code such as 5E12 is none of them.
DAMAGED = r"^[0-9](?:(?:[.,][0-9]+)?[Ee]\+|[.,][0-9]+[Ee])[0-9]{2,3}$"


def id_flaw(text: str) -> RejectCode | None:
    """Say why a trimmed text cannot be an id; None if it can."""
    if not text:
        return RejectCode.EMPTY_ID
    if len(text) > ID_MAX_CHARACTERS:
        return RejectCode.LONG_ID
    if re.search(CONTROL, text):
        return RejectCode.ID_CONTROL_CHARACTER
    if re.search(DAMAGED, text):
        return RejectCode.DAMAGED_ID
    return None
