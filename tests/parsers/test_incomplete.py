"""A file that says in its last lines that it is not whole is held."""

import pytest

from parsers.delimited import read
from parsers.reading import Reading
from parsers.reject import Unreadable, UnreadableCode
from tests.parsers.dialects import HEADER, plain_mapping

TOP = ",".join(HEADER) + "\n"
ROWS = "".join(f"Main St,R{at},1.50,2026-01-05 12:0{at},x\n" for at in range(1, 5))


def _read(text: str, extra: str = "") -> Reading:
    return read(text.encode(), plain_mapping(extra))


@pytest.mark.parametrize(
    "line",
    [
        "ERROR: connection lost",
        "ERROR",
        "Fatal error: Maximum execution time of 30 seconds exceeded in /a.php on line 7",
        "<br />\n<b>Fatal error</b>:  Allowed memory size of 1024 bytes exhausted",
        "ORA-01555: snapshot too old",
        "java.lang.OutOfMemoryError: Java heap space\n\tat a.b.C(D.java:1)",
        "Traceback (most recent call last):",
        "Timeout expired.",
        "Lost connection to MySQL server during query",
        "Fehler: Verbindung unterbrochen",
        "Erreur, d\u00e9lai d\u00e9pass\u00e9",
        "Export aborted,,,,",
        "# ERROR: connection lost",
        "Total,,6.00,,\nERROR: connection lost",
    ],
)
def test_a_message_of_failure_at_the_end_holds_the_file(line: str) -> None:
    """What came behind it is missing, and a later file may not bring it."""
    with pytest.raises(Unreadable) as caught:
        _read(TOP + ROWS + line + "\n")
    assert caught.value.code is UnreadableCode.CUT_SHORT
    assert "that the export failed" in caught.value.message


@pytest.mark.parametrize(
    "line",
    [
        "Page 1 of 3", "Seite 1/3", "Page: 1/2 - printed by Anna", "[996 more rows]",
        "... and 996 more", "4 of 1000 rows", "Showing 1 to 4 of 1,000 entries",
        "Rows 1-4 of 1000", "Fortsetzung folgt", "To be continued", "(continued on next page)",
    ],
)  # fmt: skip
def test_more_than_the_file_holds_holds_it(line: str) -> None:
    """Pages or rows are still to come."""
    with pytest.raises(Unreadable) as caught:
        _read(TOP + ROWS + line + "\n")
    assert caught.value.code is UnreadableCode.CUT_SHORT
    assert "there is more than this file holds" in caught.value.message


@pytest.mark.parametrize(
    "line",
    [
        "Errors: 0", "Error count: 0", "0 errors", "No errors", "Keine Fehler", "Fehler: 0",
        "Failed: 2", "Page 1 of 1", "Page 3 of 3", "Page 1 of 3\nPage 3 of 3", "4 of 4 rows",
        "2 of 4 transactions", "Printed by Anna", "Total,,6.00,,", "-- end --", "4 rows",
        "Failed,R9,,,", "Failed,,x,y,",
    ],
)  # fmt: skip
def test_what_footers_say_elsewise_holds_nothing(line: str) -> None:
    """A count of errors, the last page, a bad row of a shop with such a name."""
    assert _read(TOP + ROWS + line + "\n").rows.height == 4


def test_a_message_above_the_last_row_or_named_by_the_mapping_holds_nothing() -> None:
    """There is no more to come than what came."""
    assert _read(TOP + "ERROR: no receipt\n" + ROWS).rows.height == 4
    text = TOP + ROWS + "ERROR: connection lost\n"
    with pytest.raises(Unreadable) as caught:
        _read(text)
    extra = caught.value.remedy.partition("[format] ")[2].partition(". The file")[0]
    assert extra == "comment = 'ERROR: connection lost'"
    assert _read(text, f"[format]\n{extra}").rows.height == 4
    assert _read(text, "[format]\nfooter = 1").rows.height == 4


@pytest.mark.parametrize(
    ("line", "stated"),
    [
        ("Total sales: 99.00", "99.00"),
        ("Total EUR 99.00", "99.00"),
        ("Total: 99.00 (7 receipts)", "99.00"),
        ("Summe: 99 EUR", "99.00"),
        ("TOTAL = 99.00", "99.00"),
        ("Total Visa: 99.00", None),
        ("Subtotal: 99.00", None),
        ("Net total: 99.00", None),
        ("Total: 99", None),
        ("Total sales 2026", None),
        ("Total: 6.00", None),
        ("Total sales: 6.00", None),
        ("Total: 4.00 (tips)", None),
        ("Total: 99.00\nTotal sales: 6.00", None),
        ("Total,,6.00,,\nTotal: 99.00", None),
    ],
)
def test_a_total_in_one_cell_with_its_word_is_compared(line: str, stated: str | None) -> None:
    """It may be that of another column, or the number of rows; a part of the rows says nothing."""
    text = TOP + ROWS + line + "\n"
    if stated is None:
        assert _read(text).rows.height == 4
        return
    with pytest.raises(Unreadable) as caught:
        _read(text)
    assert caught.value.code is UnreadableCode.STATED_TOTAL
    assert f"states a total of {stated}, but the rows add up to 6.00" in caught.value.message


def test_a_total_in_one_cell_may_be_that_of_another_column_or_of_sales_alone() -> None:
    """Whether refunds are in it, it does not say."""
    text = TOP + ROWS.replace(",x", ",9.50").replace("R1,1.50", "R1,-1.50")
    assert _read(text + "Total: 38.00\n").rows.height == 4
    assert _read(text + "Total: 4.50\n").rows.height == 4
    with pytest.raises(Unreadable):
        _read(text + "Total: 6.00\n")
