"""Rows that end in the midst of an amount are rejects, if the file shows that they do."""

import pytest

from parsers.delimited import read
from parsers.mappings.mapping import parse_mapping
from parsers.reading import Reading
from parsers.reject import RejectCode

CENTS = ("11", "48", "85", "22", "59", "96", "33", "70", "07", "44", "81", "18")


HEADER = "Store,Receipt,When,Total"


def _read(ends: list[str], *, header: str = HEADER, total: str = '"Total"') -> Reading:
    """Read rows that end so, from the total on."""
    rows = [f"A,{n},2026-10-01 10:{n:02d},{end}" for n, end in enumerate(ends, start=10)]
    mapping = parse_mapping(
        'timezone = "Europe/Berlin"\n[columns]\nlocation_id = "Store"\n'
        f'transaction_id = "Receipt"\ntotal = {total}\noccurred_at = "When"\n'
    )
    return read("\n".join([header, *rows, ""]).encode(), mapping)


def _rejects(reading: Reading) -> list[str]:
    assert {one.code for one in reading.rejects} <= {RejectCode.TOO_FEW_FIELDS}
    return [one.raw.rsplit(",", 1)[-1] for one in reading.rejects]


WHOLE = [f"{n}.{cents}" for n, cents in enumerate(CENTS, start=10)]


@pytest.mark.parametrize(
    ("cells", "cut"),
    [
        (["14.7"], ["14.7"]),  # of 14.75; the till writes 17.70
        (["14.7", "21"], ["14.7", "21"]),
        (["21"], []),  # it may leave out places where all are zeros
        (["21", "30.00"], ["21"]),
        (["14.7", "8.3", "9.1", "2.5"], []),  # too many to be accidents
        (["14.70"], []),
        (["-14.7"], ["-14.7"]),
    ],
)
def test_an_amount_at_the_end_of_a_row_may_be_cut(cells: list[str], cut: list[str]) -> None:
    """What has fewer places than all others, while the till leaves out no zeros."""
    reading = _read([*WHOLE[:5], *cells, *WHOLE[5:]])
    assert _rejects(reading) == cut
    assert reading.rows.height == len(WHOLE) + len(cells) - len(cut)


def test_the_message_shows_another_amount() -> None:
    """And the column."""
    [one] = _read(["14.7", *WHOLE]).rejects
    assert "'14.7' has fewer places than all others in the column 'Total'" in one.message
    assert "such as '10.11'" in one.message


def test_a_till_that_leaves_out_zeros_is_left_alone() -> None:
    """No amount ends in one then; nor are places told by few rows, or by those in the midst."""
    assert not _rejects(_read([cell.rstrip("0") for cell in [*WHOLE, "14.70"]]))
    assert not _rejects(_read([*WHOLE[5:], "14.7"][-8:]))
    assert not _rejects(_read([f"{end},x" for end in [*WHOLE, "14.7"]], header=f"{HEADER},Note"))
    assert not _rejects(
        _read(["1000", *("1100" for _ in WHOLE)], total='{ column = "Total", minor_units = 2 }')
    )


def test_amounts_that_are_written_otherwise_show_no_zeros() -> None:
    """A workbook has what is grouped as text, with all its places, and the others as numbers."""
    grouped = [f'"1,2{n}.50"' for n in range(10, 20)]
    numbers = [cell for cell in WHOLE if not cell.endswith("0")]
    assert not _rejects(_read([*grouped, *numbers, "14.7"]))
    assert _rejects(_read([*grouped, *WHOLE, "14.7"])) == ["14.7"]


def test_what_is_no_amount_is_a_reject_of_itself() -> None:
    """And hides no row that is cut."""
    reading = _read(["n/a", "12 apples", "5.", *WHOLE, "14.7"])
    codes = [one.code for one in reading.rejects]
    assert codes == [RejectCode.NOT_MONEY] * 3 + [RejectCode.TOO_FEW_FIELDS]


def test_a_row_that_lacks_what_follows_is_not_repaired() -> None:
    """The note may be missing since the row ends before it, in the midst of the amount."""
    rows = [f"{cell},R-{n}" for n, cell in enumerate([*WHOLE, *WHOLE, *WHOLE])]
    for cell, cut in (("14.75", []), ("14.7", ["14.7"])):
        reading = _read([*rows, cell], header=f"{HEADER},Note")
        assert _rejects(reading) == cut
        assert len(reading.notes) == (not cut)  # of the repair
