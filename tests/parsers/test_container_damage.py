"""Damage to containers: the true bytes, or a verdict, and nothing in between."""

from __future__ import annotations

import gzip
import random
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.containers import contents, is_container
from parsers.reject import Unreadable
from tests.parsers.packing import ods, row, xlsx, zipped

SALES = b"Store,Receipt,Total\nA,1,2.50\nA,2,3.00\n"
MORE = b"Store,Receipt,Total\nB,1,9.99\n"

_WHOLE = {
    "gzip": gzip.compress(SALES * 20),
    "pieces": gzip.compress(SALES) + gzip.compress(MORE),
    "zip": zipped({"a.csv": SALES * 20, "b/c.csv": MORE, "d.csv": b""}),
    "stored": zipped({"a.csv": SALES, "b/c.csv": MORE}, method=zipfile.ZIP_STORED),
    "nested": zipped({"a.zip": zipped({"b.csv": SALES}), "c.csv.gz": gzip.compress(MORE)}),
    "xlsx": xlsx({"Sales": row(1, "Store", "Total") + row(3, "A", 2.5), "More": row(1, "x")}),
    "ods": ods("<table:table-row><table:table-cell office:value-type='float' office:value='2.5'/>"
               "</table:table-row>"),
}  # fmt: skip


@pytest.mark.parametrize("kind", _WHOLE)
@settings(max_examples=150)
@given(choice=st.randoms(use_true_random=False))
def test_damage_never_gives_a_member_that_was_not_there(kind: str, choice: random.Random) -> None:
    """Cut anywhere, bits turned, bytes put in: the true bytes, or a verdict, and no other error.

    What is inside of a container inside may come out unopened: then it is damaged by itself.
    Of gzip in pieces the first is whole: cut right behind it, nothing shows that there was more.
    """
    whole = _WHOLE[kind]
    undamaged = contents(whole, "export")
    assert undamaged is not None
    true = {member.data for member in undamaged.members} | ({SALES} if kind == "pieces" else set())
    data = _harmed(whole, choice)
    try:
        found = contents(data, "export")
    except Unreadable:
        return
    members = found.members if found else ()
    assert {one.data for one in members if not is_container(one.data[:8])} <= true


def _harmed(data: bytes, choice: random.Random) -> bytes:
    harmed = bytearray(data)
    for _ in range(choice.choice((1, 1, 2, 5))):
        at = choice.randrange(len(harmed) or 1)
        match choice.randrange(5):
            case 0:
                del harmed[at:]
            case 1:
                del harmed[at : at + choice.randrange(1, 9)]
            case 2:
                harmed[at:at] = choice.randbytes(choice.randrange(1, 9))
            case _ if harmed:
                harmed[at] ^= 1 << choice.randrange(8)
    return bytes(harmed)
