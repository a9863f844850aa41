"""What may stand as an id: text, as the sender wrote it, less the blanks around it."""

import re

from parsers.canonical import ID_MAX_CHARACTERS
from parsers.reject import RejectCode

# For Python's re and Rust's regex alike, as all of these.
# Nobody sees them, so that two ids that look alike are two: Unicode's Cf, less signs that are seen,
# and fillers. What joins letters or keeps them apart is no fault between letters that need it.
INVISIBLE = (
    "(?:[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f]"
    "|(?:^|[\\x00-\\x7f])[\u200c\u200d]|[\u200c\u200d](?:[\\x00-\\x7f]|$))"
)
# Controls are Unicode's Cc: C0, DEL and C1. And what ends lines, or stands for what was lost.
CONTROL = rf"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffd]|{INVISIBLE}"
# 1.3E+18: what a spreadsheet leaves of a long number, or 1.3E18: a program that took an id for one.
# Two ids that were different are equal now. A code such as 5E12 is none of them.
DAMAGED = r"^[+-]?[0-9]+(?:(?:[.,][0-9]*)?[Ee]\+|[.,][0-9]+[Ee]-?)[0-9]{1,3}$"
# What programs and spreadsheets write where nothing is, or a formula failed: #BEZUG! and #N/D are
# errors in other languages, and ######## is a number for which a column was too narrow.
NULL = (
    r"^(?i:[(<\[{]?(?:null|nil|none|nan|nat|n/?a|n\.a\.|k\.? ?a\.|undefined)"
    r"[)>\]}]?|[(<\[{](?:blank|empty|leer|vide|vuoto)[)>\]}]|\\n|#n/a(?: n/a)?|"
    r"#[^\W\d_]{2,}(?:/0)?[!?]|#[^\W\d_]/[^\W\d_]|#nv|#yok|"
    r"#getting_data|err:[0-9]{3}|[-\u2013\u2014]+|##+|\?|\*\*+|\.\.+)$"
)
# Letters that an encoding did not have: M?nchen, ?rhus, ??????. An address may have one, too.
LOST = r"^[^=/]*(?:[^\W\d_]\?+[^\W\d_]|(?:^|[ -])\?(?:\?|[^\W\d_]{2}))[^=/]*$"
# Text that a spreadsheet is kept from reading as a number.
FORMULA = r'^="([^"]*)"$'
# All blanks but the ordinary one: they look like it.
BLANKS = "[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]"


def id_flaw(text: str) -> RejectCode | None:
    """Say why a trimmed text cannot be an id; None if it can."""
    if not text:
        return RejectCode.EMPTY_ID
    if len(text) > ID_MAX_CHARACTERS:
        return RejectCode.LONG_ID
    for flaw, code in FLAWS:
        if re.search(flaw, text):
            return code
    return None


FLAWS = (
    (CONTROL, RejectCode.ID_CONTROL_CHARACTER),
    (LOST, RejectCode.ID_CONTROL_CHARACTER),
    (NULL, RejectCode.NULL_ID),
    (DAMAGED, RejectCode.DAMAGED_ID),
)
