"""Other documents than tables, told by what they hold; and tables that look like them."""

import json

import pytest

from parsers.delimited import read
from parsers.reject import Unreadable, UnreadableCode
from tests.parsers.dialects import HEADER, plain_mapping

SALE = {"Store": 7, "Receipt": "R1", "Total": 1.5, "When": "2026-01-05 12:00"}


def _refusal(text: str) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        read(text.encode(), plain_mapping())
    return caught.value


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("<table>\n<tr><td>Store</td></tr>\n<tr><td>1,50</td></tr>\n</table>\n", "web page or XML"),
        ("<!-- till -->\n<div>\n<b>a, b; c</b>\n</div>\n", "web page or XML"),
        ("<Sales>\n<Sale id='1'><Store>7</Store></Sale>\n</Sales>", "web page or XML"),
        (json.dumps([SALE, SALE]), "JSON"),
        (json.dumps([SALE, SALE], indent=1), "JSON"),
        (json.dumps(SALE) + "\n" + json.dumps(SALE) + "\n", "JSON"),
        (json.dumps([list(SALE), list(SALE.values())]), "JSON"),
        ("#!/bin/sh\nset -e\necho a, b; ls | wc\n", "script"),
        ("INSERT INTO sales (Store, Total) VALUES (1, 2.5);\n" * 3, "commands for a database"),
        ("2026-01-05 12:00:00 INFO start, of; it\n2026-01-05 12:00:01,1 ERROR no\n" * 2, "a log"),
        ("Jan  5 12:00:00 host till[12]: started, ok\n" * 4, "a log"),
        ('1.2.3.4 - - [05/Jan/2026:12:00:00 +0000] "GET / HTTP/1.1" 200 1\n' * 4, "a log"),
    ],
)
def test_other_documents_are_called_what_they_are(text: str, kind: str) -> None:
    """Not a table with columns missing, the nearest of which would be absurd."""
    refusal = _refusal(text)
    assert refusal.code is UnreadableCode.NOT_A_TABLE
    assert kind in refusal.message
    assert "as CSV" in refusal.remedy


@pytest.mark.parametrize(
    "text",
    [
        "<b>Shop</b>,<b>Receipt</b>\n<b>7</b>,<b>R1</b>\n",
        "<b>,Receipt\n7,R1\n",
        '{"a":1},Receipt\n{"a":2},R1\n',
        "[1,2]\n",
        "Date,Level,Text\n2026-01-05 12:00:00,INFO,a\n",
        "Dear all,\nplease find the sales, attached.\n",
    ],
)
def test_a_table_without_the_columns_stays_a_table(text: str) -> None:
    """Whatever its first cell begins with: the columns found are named."""
    assert _refusal(text).code is UnreadableCode.MISSING_COLUMN


def test_a_table_with_the_columns_is_read_whatever_its_cells_are() -> None:
    """Nothing else is asked of it."""
    text = ",".join(HEADER) + "\n<b>,{1},1.50,2026-01-05 12:00,<html>\n"
    assert read(text.encode(), plain_mapping()).rows.height == 1
