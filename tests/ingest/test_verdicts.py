"""Which held deliveries a new mapping lets try again: the code and the documents say the same."""

import re

import pytest

from ingest.verdicts import MENDED_BY_MAPPING, HoldCode
from parsers.mail.mime import MessageCode
from parsers.reject import UnreadableCode
from tests.documents import ROOT, section


@pytest.mark.parametrize("code", [*HoldCode, *UnreadableCode, *MessageCode])
def test_what_loads_by_itself_is_documented_so(code: str) -> None:
    """The last column of the table of reasons, and the remedy beside it: a hold that a mapping
    does away with needs no replay, and any other may not promise to load by itself."""
    table = section(ROOT / "docs" / "verdicts.md", "Reasons for which a delivery is held")
    [row] = re.findall(rf"^\| `{code}` \|(.*)\|$", table, re.MULTILINE)
    *_, remedy, by_itself = (cell.strip() for cell in row.split("|"))
    assert by_itself == ("yes" if code in MENDED_BY_MAPPING else "no")
    assert code not in MENDED_BY_MAPPING or "replay" not in remedy
