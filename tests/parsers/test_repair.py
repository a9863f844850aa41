"""Rows of the wrong width are repaired where one reading is left, and never wrongly."""

from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.records.dialect import Dialect
from parsers.rows.repair import ROWS_MAX, repair
from tests.parsers.tables import COMMA, NAMES, mapped, read_row, records

_AMOUNT = st.decimals(min_value=-99, max_value=9999, places=2).map(str)
_COUNT = st.integers(min_value=0, max_value=99).map(str)
_CODE = st.from_regex(r"[A-Z]{1,2}-[0-9]{1,3}", fullmatch=True)
_ID = st.text(alphabet="0123456789aR-", min_size=1, max_size=5)
_WORD = st.text(alphabet="ab 1.-", max_size=5).map(str.strip)
_MOMENT = st.builds(
    "2026-{:02d}-{:02d} {:02d}:{:02d}".format,
    st.integers(1, 12),
    st.integers(1, 28),
    st.integers(0, 23),
    st.integers(0, 59),
)
_UNMAPPED = {"Net": _AMOUNT, "Tip": _AMOUNT, "Qty": _COUNT, "Code": _CODE, "Note": _WORD}
_CELLS = {"Store": _ID, "Id": _ID, "Total": _AMOUNT, "When": _MOMENT, **_UNMAPPED}


_AMOUNTS = ("Total", "Net", "Tip")


def _written_with_a_comma(amount: Decimal) -> list[str]:
    """Ways to write an amount with one comma, as decimal sign or between its groups."""
    pointed = f"{amount:,.2f}"
    swapped = pointed.translate(str.maketrans(",.", ".,"))
    ways = [f"{amount:.2f}".replace(".", ","), swapped, swapped.replace(".", "'")]
    return [*ways, pointed] if "," in pointed else ways


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """A table, one row of which is damaged, and the mapped values of that row."""

    text: str
    line: int
    truth: tuple[str, ...]
    row: str


@st.composite
def damages(draw: st.DrawFn) -> Damage:
    """Draw a table of columns in any order, and add or take one delimiter somewhere in a row.

    Added: anywhere, with the cell of a column that came in, or as the sign of an amount that is not
    quoted. Taken: any of the row's own, alone or with the field before it.
    """
    unmapped = draw(st.lists(st.sampled_from(sorted(_UNMAPPED)), max_size=4, unique=True))
    columns = draw(st.permutations([*NAMES, *unmapped]))
    table = draw(st.lists(st.tuples(*(_CELLS[name] for name in columns)), min_size=2, max_size=60))
    at = draw(st.integers(0, len(table) - 1))
    row = list(table[at])
    joined = ",".join(row)
    how = draw(st.sampled_from(("add", "come", "take", "lose", "bare")))
    if how == "add":
        place = draw(st.integers(0, len(joined)))
        damaged = joined[:place] + "," + joined[place:]
    elif how == "come":
        place = draw(st.integers(0, len(row)))
        damaged = ",".join([*row[:place], draw(_AMOUNT | _COUNT | _MOMENT | _WORD), *row[place:]])
    elif how == "bare":
        place = draw(st.sampled_from([at for at, name in enumerate(columns) if name in _AMOUNTS]))
        bare = draw(st.sampled_from(_written_with_a_comma(Decimal(row[place]))))
        damaged = ",".join([*row[:place], bare, *row[place + 1 :]])
    else:
        place = draw(st.integers(0, len(row) - 2))
        kept = "" if how == "lose" else row[place]
        damaged = ",".join([*row[:place], kept + row[place + 1], *row[place + 2 :]])
    lines = [",".join(cells) for cells in table]
    lines[at] = damaged
    truth = tuple(row[columns.index(name)] for name in NAMES)
    return Damage(
        text="\n".join([",".join(columns), *lines]) + "\n", line=at + 2, truth=truth, row=damaged
    )


@settings(max_examples=400)
@given(damages())
def test_no_row_is_ever_repaired_wrongly(damage: Damage) -> None:
    """Whatever was added or lost: each mapped value is the true one, or the row is a reject."""
    if not damage.row.strip(", "):
        return
    frame, header = records(damage.text)
    repaired = repair(frame, header, COMMA, mapped(header))
    assert repaired.frame.schema == frame.schema
    assert repaired.frame["line"].equals(frame["line"])
    values = read_row(repaired.frame, header, damage.line)
    if values is not None:
        store, number, total, when = damage.truth
        assert values == (store, number, f"{float(total):.2f}", when)
    assert len(repaired.repairs) == (values is not None)


HEADER = "Store,Id,Card,Total,When,Tip,Note"
# Enough different values in each column that its kind is known.
GOOD = [
    f"Main St,R-{n},C-{n * 7},{n}.50,2026-01-{n % 28 + 1:02d} 10:{n % 60:02d},0.{n % 100:02d},"
    + ("a b" if n % 2 else f"a{n}")
    for n in range(40)
]


def _repair(row: str, rows: list[str] = GOOD) -> tuple[tuple[str, ...] | None, list[str]]:
    """Repair a row below good ones; gives its mapped values, None for a reject, and the words."""
    frame, header = records("\n".join([HEADER, *rows, row]) + "\n")
    repaired = repair(frame, header, COMMA, mapped(header))
    values = read_row(repaired.frame, header, len(rows) + 2)
    assert all(one.line == len(rows) + 2 for one in repaired.repairs)
    return values, [one.done for one in repaired.repairs]


TRUTH = ("Main St", "R-99", "12.50", "2026-01-31 10:00")


@pytest.mark.parametrize(
    ("row", "done"),
    [
        ("Main St,R-99,C-1,12.50,2026-01-31 10:00,0.50,a,b",
         "'a,b' is one value, of column 'Note'"),
        ("Main St,R-99,C-1,12.50,2026-01-31 10:00,0.50,ab,",
         "a blank field at column 'Note' was left out"),
        ("Main St,R-99,C-1,12.50,,2026-01-31 10:00,0.50,ab",
         "a blank field at column 'Total' was left out"),
        ("Main St,R-99,C-1,12.50,2026-01-31 10:00,1,000.00,9",  # or a tip of 1, a note 000.00,9
         "it has a delimiter too many; wherever that is, the mapped columns say the same"),
        ("Main St,R-99,C-1,12.50,2026-01-31 10:00,0.50",  # that of the tip, or that of the note
         "it lacks a delimiter; wherever that is missing, the mapped columns say the same"),
        ("Main St,R-99,C-1,12.502026-01-31 10:00,0.50,ab",
         "'12.50' and '2026-01-31 10:00' are two values, not divided"),
        ("Main St,R-99,C-1,12.50,2026-01-31 10:00,ab",
         "the field of column 'Tip' is missing and taken for blank"),
    ],
)  # fmt: skip
def test_a_row_with_one_reading_is_repaired_and_marked(row: str, done: str) -> None:
    """What was done is said in words, as closely as it is certain."""
    assert _repair(row) == (TRUTH, [done])


@pytest.mark.parametrize(
    "row",
    [
        "Main St,1,R-99,C-1,12.50,2026-01-31 10:00,0.50,ab",  # Store, or 'Main St' and an id of two
        "Main St,R-99,C-1,12,50,2026-01-31 10:00,0.50,ab",  # 12.50, or 1250
        "Main St,R-99,C-1,2026-01-31 10:00,0.50,ab",  # the total is lost
        "Main St,R-99,12.50,2026-01-31 10:00,0.50,ab",  # R-99 may be the card
        "Main St,R-99C-1,12.50,2026-01-31 10:00,0.50,ab",  # how long is the id?
        "Main St,R-99,C-112.50,2026-01-31 10:00,0.50,ab",  # and how much the total?
        "Main St,R-99,C-1,12.50,2026-01-31 10:00,0.50,a,b,c",  # two too many
        "R-99,C-1,12.50,2026-01-31 10:00,0.50,ab",  # the shop is lost
    ],
)
def test_a_row_with_two_readings_stays_a_reject(row: str) -> None:
    """Or with none."""
    assert _repair(row) == (None, [])


def test_nothing_is_excluded_on_little_evidence() -> None:
    """Of few rows, or of many that say the same, no rule is made: two money columns may shift."""
    row = "Main St,R-99,C-1,12.50,2026-01-31 10:00,ab"
    assert _repair(row, GOOD[:5])[0] is None
    assert _repair(row, GOOD[5:6] * 40)[0] is None
    assert _repair(row, [])[0] is None


def test_an_amount_grouped_by_the_delimiter_is_one() -> None:
    """If the columns beside it leave no other reading, as a date does."""
    good = [f"Main St,R-{n},2026-01-01 10:{n},{n}.50" for n in range(10, 50)]
    for amount, value in (("1,250.00", "1250.00"), ("12,50", None)):
        row = f"Main St,R-99,2026-01-31 10:00,{amount}"
        frame, header = records("\n".join(["Store,Id,When,Total", *good, row]))
        repaired = repair(frame, header, COMMA, mapped(header))
        expected = value and (*TRUTH[:2], value, TRUTH[3])
        assert read_row(repaired.frame, header, 42) == expected
    assert _repair("Main St,R-99,C-1,1,250.00,2026-01-31 10:00,0.50,ab")[0] is None


@pytest.mark.parametrize(
    "amount", ["2,453.81", "2.453,81", "9'478'687,14", "12,50", "(2,50)", "$2,50"]
)
def test_an_amount_is_never_split_at_its_own_sign(amount: str) -> None:
    """A piece of it may be an amount, and the other a part of a note: so the row stays a reject."""
    good = [f"Main St,R-{n},2026-01-01 10:{n},{n}.50,n{n}" for n in range(10, 13)]
    bad = f"Main St,R-99,2026-01-31 10:00,{amount},n99"
    frame, header = records("\n".join(["Store,Id,When,Total,Note", *good, bad]))
    repaired = repair(frame, header, COMMA, mapped(header))
    assert repaired.repairs == ()
    assert read_row(repaired.frame, header, 5) is None


COLUMNS = "Store,Id,When,Tip,Total"
OTHERS = [f"Main St,{n},2026-01-01 10:{n},{'' if n % 3 else '0.50'},{n}.50" for n in range(10, 20)]


def _with_a_column(*rows: str, header: str = COLUMNS, good: list[str] = OTHERS) -> list[str]:
    """Repair rows below good ones; gives what was done to each that was repaired."""
    frame, found = records("\n".join([header, *good, *rows]) + "\n")
    return [one.done for one in repair(frame, found, COMMA, mapped(found)).repairs]


@pytest.mark.parametrize(
    "row",
    [
        "Main St,99,2026-01-31 10:00,0.50,12.50,1.00",  # behind the total
        "Main St,99,2026-01-31 10:00,,12.50,3",
        "Main St,99,2026-01-31 10:00,0.50,1.00,12.50",  # before it
        "Main St,99,2026-01-30 10:00,2026-01-31 10:00,0.50,12.50",
    ],
)
def test_a_field_of_a_new_column_is_never_taken_for_another(row: str) -> None:
    """A number or a date that is one too many may be of a column that the header has not."""
    assert _with_a_column(row) == []


def test_a_new_column_beside_one_of_text_is_seen() -> None:
    """The total would be a part of that text, or the blank note would be left out."""
    good = [f"Main St,{n},2026-01-01 10:{n},Ann,{n}.50" for n in range(10, 20)]
    row = "Main St,99,2026-01-31 10:00,Ann,7.00,1.00"
    assert _with_a_column(row, header="Store,Id,When,Cashier,Total", good=good) == []
    good = [f"Main St,{n},2026-01-01 10:{n},{n}.50,late" for n in range(10, 20)]
    row = "Main St,99,2026-01-31 10:00,1.00,6.00,"
    assert _with_a_column(row, header="Store,Id,When,Total,Note", good=good) == []


def test_a_comma_in_a_text_is_no_new_column() -> None:
    """If no other cells could stand where they would then be; nor is one behind the last cell."""
    good = [f"Main St,{n},Tea,2026-01-01 10:{n},{n}.50,0.50" for n in range(10, 20)]
    rows = [
        "Main St,99,Cake, big,2026-01-31 10:00,7.00,0.50",
        "Main St,98,Cake, 2,2026-01-31 10:00,7.00,0.50",
        "Main St,97,Tea,2026-01-31 10:00,7.00,0.50,",
    ]
    header = "Store,Id,Item,When,Total,Tip"
    assert _with_a_column(*rows, header=header, good=good) == [
        "'Cake, big' is one value, of column 'Item'",
        "'Cake, 2' is one value, of column 'Item'",
        "a blank field at column 'Tip' was left out",
    ]


def test_a_group_of_an_amount_is_none_either_unless_a_column_came_in() -> None:
    """1,250.00 may be 250.00 behind a new column, where another row has 2,7.00."""
    good = [f"Main St,{n},2026-01-01 10:{n},{n}.50" for n in range(10, 20)]
    header, begins = "Store,Id,When,Total", "Main St,99,2026-01-31 10:00"
    assert len(_with_a_column(f"{begins},1,250.00", header=header, good=good)) == 1
    both = (f"{begins},1,250.00", f"{begins},2,7.00")
    assert _with_a_column(*both, header=header, good=good) == []


def test_no_more_than_a_thousand_rows_are_tried() -> None:
    """What a wrong delimiter in each of a million rows costs is bounded."""
    bad = [f"Main St,R-9{n},C-1,12.50,2026-01-31 10:00,0.50,a,b" for n in range(ROWS_MAX + 50)]
    frame, header = records("\n".join([HEADER, *GOOD, *bad]))
    repaired = repair(frame, header, COMMA, mapped(header))
    assert len(repaired.repairs) == ROWS_MAX
    assert repaired.frame["width"].to_list().count(8) == 50


def test_a_table_without_rows_of_the_wrong_width_is_left_as_it_is() -> None:
    """The very same frame: an ordinary file costs nothing."""
    frame, header = records("\n".join([HEADER, *GOOD]))
    assert repair(frame, header, COMMA, mapped(header)).frame is frame


@pytest.mark.parametrize(("name", "repaired"), [("Caf&eacute;", 0), ("Caf&#233;", 0), ("Caf", 1)])
def test_a_delimiter_that_ends_a_sign_of_html_is_no_blank_field(name: str, repaired: int) -> None:
    """The shop would be Caf&eacute, which is no name."""
    rows = [f"Main St;{n};2026-01-01 10:{n};{n}.50" for n in range(10, 20)]
    rows.append(f"{name};;99;2026-01-01 11:00;1.50")
    semicolon = Dialect(delimiter=";")
    frame, header = records("\n".join(["Store;Id;When;Total", *rows]), semicolon)
    assert len(repair(frame, header, semicolon, mapped(header)).repairs) == repaired
