"""Which line is the header when nobody says so, where the table is no plain one."""

import pytest

from parsers.mappings.format import Format
from parsers.sheet import Sheet, read_sheet

NAMES = ("Store", "Id", "Qty", "Total", "When")
HEADER = "Store,Id,Qty,Total,When\n"
ROWS = "".join(f"High St,R-{n},1,{n}.50,2026-01-{n} 10:00\n" for n in range(11, 16))


def _read(text: str) -> Sheet:
    return read_sheet(text.encode(), Format())


@pytest.mark.parametrize("again", [HEADER, "\n" + HEADER, "\ufeff" + HEADER, HEADER * 3])
def test_a_header_that_comes_again_below_is_still_the_header(again: str) -> None:
    """Where two exports were put together, or a page has it twice; with a mark before it, too."""
    for text in (HEADER + again + ROWS, HEADER + ROWS[: len(ROWS) // 5] + again + ROWS):
        sheet = _read(text)
        assert (sheet.findings.header_line, sheet.header) == (1, NAMES)
        assert {len(fields) for _, fields in sheet.records} == {5}
        assert all(fields[1].startswith("R-") for _, fields in sheet.records)


@pytest.mark.parametrize("units", ["(name),(no.),,GBP,", "text,(no.),pcs,GBP,UTC", ",,,GBP,local"])
def test_a_line_of_units_below_the_names_is_not_the_header(units: str) -> None:
    """Though its words stand right above the numbers as well."""
    sheet = _read(HEADER + units + "\n" + ROWS)
    assert (sheet.findings.header_line, sheet.header) == (1, NAMES)


@pytest.mark.parametrize(
    "groups", ["Sale,,,Money,Sale", "Shop,Sale,2026,2026,Till", "Shop,Sale,Sale,Money,Money"]
)
def test_headings_of_groups_stand_above_the_header(groups: str) -> None:
    """With words that come again, or a year; a row has its numbers where the others have them."""
    sheet = _read(groups + "\n" + HEADER + ROWS)
    assert (sheet.findings.header_line, sheet.header) == (2, NAMES)
    assert len(sheet.records) == 5


@pytest.mark.parametrize("line", ["a,b,c,d,e,f,g,h", "a,b,c,d,e,f"])
def test_names_right_above_a_narrower_table_are_its_header(line: str) -> None:
    """With the doubt said."""
    sheet = _read(line + "\n" + ROWS)
    assert sheet.findings.header_line == 1
    assert len(sheet.findings.doubts) == 1


def test_a_label_with_its_value_above_a_wider_table_is_no_header() -> None:
    """It has too few names for that."""
    assert _read("Shop:,High St,all\n" + ROWS).findings.header_line == 0
