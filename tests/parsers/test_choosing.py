"""Which rows count: kept, left out, unknown, refunds, and cells filled from above."""

from collections.abc import Mapping as Lookup
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.mappings.rows import RowRules
from parsers.reject import RejectCode
from parsers.shapes.choosing import Chosen, choose
from parsers.table.frame import place

COLUMNS = ("Type", "Status", "Ref")
POSITIONS = {name: at for at, name in enumerate(COLUMNS)}
FILLED = ("Status", "Ref")


@dataclass(frozen=True, kw_only=True)
class Record:
    """One record of a file as it stands there."""

    line: int
    fields: tuple[str, ...]
    stray: bool = False

    @property
    def fits(self) -> bool:
        return len(self.fields) == len(COLUMNS) and not self.stray


def records(*rows: str, first_line: int = 2) -> list[Record]:
    """One record a line, written with `;`; a blank text is a blank line."""
    return [
        Record(line=line, fields=tuple(row.split(";")))
        for line, row in enumerate(rows, start=first_line)
        if row
    ]


def run(
    rows: list[Record], rules: RowRules, telling: Sequence[int] = (), amounts: Sequence[int] = ()
) -> Chosen:
    """Choose from a frame of records as the readers make it."""
    frame = pl.DataFrame(
        {
            "line": pl.Series([row.line for row in rows], dtype=pl.Int64),
            "raw": pl.Series([";".join(row.fields) for row in rows], dtype=pl.String),
            "width": pl.Series([len(row.fields) for row in rows], dtype=pl.Int64),
            "stray": pl.Series([row.stray for row in rows], dtype=pl.Boolean),
        }
        | {
            place(at): pl.Series(
                [row.fields[at] if len(row.fields) == len(COLUMNS) else None for row in rows],
                dtype=pl.String,
            )
            for at in range(len(COLUMNS))
        }
    )
    return choose(
        frame,
        rules,
        columns=COLUMNS,
        positions=POSITIONS,
        split=lambda raw: raw.split(";"),
        telling=telling,
        amounts=amounts,
    )


def says(rule: Lookup[str, tuple[str, ...]], column: str, cell: str) -> bool:
    """Whether a rule names a cell."""
    named = rule.get(column, ())
    return cell.strip().casefold() in named


def verdict_of(rules: RowRules, column: str, cell: str) -> str:
    """What one column says of a row: "counts", "left" or "unknown"."""
    keep, drop = rules.keep.get(column, ()), rules.drop.get(column, ())
    anything = "*" if cell.strip() else ""
    for named in (cell.strip().casefold(), anything):
        if named in keep:
            return "counts"
        if named in drop:
            return "left"
    if keep and drop and not ("*" in keep and not cell.strip()):
        return "unknown"
    return "left" if keep else "counts"


def oracle(rows: list[Record], rules: RowRules) -> dict[str, list[tuple[object, ...]]]:
    """The same, record by record."""
    found: dict[str, list[tuple[object, ...]]] = {"counts": [], "left": [], "unknown": []}
    carried: dict[str, str] = {}
    last: Record | None = None
    for row in rows:
        follows = last is not None and last.fits and row.line == last.line + 1
        carried = dict(carried) if follows else {}
        last = row
        if not row.fits:
            found["left" if stands_between(row, rules) else "counts"].append((row.line,))
            continue
        cells = dict(zip(COLUMNS, row.fields, strict=True))
        for name in rules.fill_down:
            if cells[name].strip():
                carried[name] = cells[name]
            cells[name] = carried.get(name, cells[name])
        said = {verdict_of(rules, name, cells[name]) for name in COLUMNS}
        verdict = "left" if "left" in said else "unknown" if "unknown" in said else "counts"
        refund = any(
            says(rules.refund, name, cells[name])
            or (cells[name].strip() and "*" in rules.refund.get(name, ()))
            for name in COLUMNS
        )
        whole = (row.line, *cells.values(), refund) if verdict == "counts" else (row.line,)
        found[verdict].append(whole)
    return found


def stands_between(row: Record, rules: RowRules) -> bool:
    """Whether a record that does not fit the header is blank in a column that must not be,
    wherever that column has been shifted to."""
    shift = len(row.fields) - len(COLUMNS)
    for name, cells in rules.keep.items():
        at = POSITIONS[name]
        if row.stray or shift == 0 or "*" not in cells or "" in cells or at >= len(row.fields):
            continue
        around = range(max(at + min(shift, 0), 0), at + max(shift, 0) + 1)
        if all(not row.fields[each].strip() for each in around):
            return True
    return False


cells = st.sampled_from(("sale", "Void ", "PAID", "x", "", " "))
rule = st.dictionaries(
    st.sampled_from(COLUMNS),
    st.lists(st.sampled_from(("sale", "void", "paid", "*", "")), min_size=1, max_size=3).map(tuple),
    max_size=2,
)


@st.composite
def rule_sets(draw: st.DrawFn) -> RowRules:
    """Rules that a mapping may have: nothing is both kept and dropped."""
    keep = draw(rule)
    drop = {
        name: left
        for name, said in draw(rule).items()
        if (left := tuple(cell for cell in said if cell not in keep.get(name, ())))
    }
    refund = {name: said for name, said in draw(rule).items() if "" not in said}
    fill = tuple(name for name in FILLED if draw(st.booleans()))
    return RowRules(keep=keep, drop=drop, refund=refund, fill_down=fill)


@st.composite
def files(draw: st.DrawFn) -> list[Record]:
    """Records with gaps between them, too long or too short ones among them."""
    line, found = 1, []
    for _ in range(draw(st.integers(0, 8))):
        line += draw(st.sampled_from((1, 1, 1, 2)))
        width = draw(st.sampled_from((3, 3, 3, 1, 2, 4, 5)))
        fields = draw(st.lists(cells, min_size=width, max_size=width))
        stray = draw(st.sampled_from((False, False, False, True)))
        found.append(Record(line=line, fields=tuple(fields), stray=stray))
    return found


@given(files(), rule_sets())
def test_every_record_goes_where_the_rules_say(rows: list[Record], rules: RowRules) -> None:
    """Column by column at once as record by record; and none of them is lost."""
    chosen = run(rows, rules)
    expected = oracle(rows, rules)
    fit = {row.line for row in rows if row.fits}
    got = [
        (row["line"], *(row[place(at)] for at in range(len(COLUMNS))), row["refund"])
        if row["line"] in fit
        else (row["line"],)
        for row in chosen.frame.iter_rows(named=True)
    ]
    assert got == expected["counts"]
    assert [(line,) for line in chosen.left_out["line"]] == expected["left"]
    assert [(reject.line,) for reject in chosen.rejects] == expected["unknown"]
    assert sum(count for _, count in chosen.reasons()) == chosen.left_out.height
    assert chosen.frame.height + chosen.left_out.height + len(chosen.rejects) == len(rows)


_VOID = {"Type": ("void",)}


@pytest.mark.parametrize(
    "rules", [RowRules(keep=_VOID), RowRules(drop=_VOID), RowRules(refund=_VOID)]
)
def test_a_damaged_cell_that_a_rule_looks_at_is_a_reject(rules: RowRules) -> None:
    """It may have been the word: a void row would be loaded, or a sale left out."""
    rows = records("vo\0id;a;1", "void;a;2", "sale;a;3")
    chosen = run(rows, rules)
    assert [reject.code for reject in chosen.rejects] == [RejectCode.UNKNOWN_STATUS]
    assert [reject.line for reject in chosen.rejects] == [2]


def test_rows_of_another_kind_are_left_out_and_counted_by_reason() -> None:
    """A till that writes sale, lines and payments into one table."""
    rows = records("Sale;;1", "Sale Line;;1", "sale line ;;1", "Payment;;1", " SALE ;;2", ";;")
    chosen = run(rows, RowRules(keep={"Type": ("sale",)}))
    assert chosen.frame["line"].to_list() == [2, 6]
    assert chosen.left_out["line"].to_list() == [3, 4, 5, 7]
    assert chosen.reasons() == [
        ("Type is 'Sale Line'", 1),
        ("Type is 'sale line'", 1),
        ("Type is 'Payment'", 1),
        ("Type is blank", 1),
    ]


def test_a_status_that_nobody_named_is_a_reject() -> None:
    """It may be a sale or not: `Paid` counts, `Void` does not, `Refnded` is for a person."""
    rules = RowRules(keep={"Status": ("paid",)}, drop={"Status": ("void",)})
    chosen = run(records("a;Paid;1", "a;VOID;2", "a;Refnded;3", "a;;4"), rules)
    assert chosen.frame["line"].to_list() == [2]
    assert chosen.left_out["line"].to_list() == [3]
    first, second = chosen.rejects
    assert (first.line, first.column, first.raw) == (4, "Status", "a;Refnded;3")
    assert first.code is RejectCode.UNKNOWN_STATUS
    assert "The column 'Status' is 'Refnded'" in first.message
    assert "The column 'Status' is blank" in second.message


def test_what_is_named_goes_before_anything() -> None:
    """All that is not void counts; or nothing but a sale does."""
    rows = records("Sale;;", "Void;;", "Loan;;", ";;")
    but_void = run(rows, RowRules(keep={"Type": ("*",)}, drop={"Type": ("void",)}))
    assert but_void.frame["line"].to_list() == [2, 4]
    assert not but_void.rejects
    sale_only = run(rows, RowRules(keep={"Type": ("sale",)}, drop={"Type": ("*",)}))
    assert sale_only.frame["line"].to_list() == [2]
    assert [reject.line for reject in sale_only.rejects] == [5]


@pytest.mark.parametrize(
    ("row", "left_out"),
    [
        (";;;Lamp", True),  # too long, and blank wherever Type may have been
        (";Lamp", True),  # too short: the first cell is the first cell
        (";Lamp;;5", False),  # Type may be Lamp, if the blank is what came in
        ("Sale;;;5", False),
        ("Sale", False),
    ],
)
def test_a_row_that_fits_no_header_is_left_out_only_if_its_kind_is_surely_blank(
    row: str, left_out: bool
) -> None:
    """The item rows of a report; but a shifted cell must never hide a sale."""
    chosen = run(records("Sale;;1", row), RowRules(keep={"Type": ("*",)}))
    assert chosen.left_out["line"].to_list() == ([3] if left_out else [])
    named = run(records("Sale;;1", row), RowRules(keep={"Type": ("sale",)}))
    assert named.frame["line"].to_list() == [2, 3]


def test_cells_of_an_order_are_filled_down_before_its_rows_are_judged() -> None:
    """The items of a cancelled order are cancelled, and are not taken for those of the next."""
    rows = records("a;Paid;1", "b;;", "c;Void;2", "d;;", "e;;3", "f;Paid;")
    chosen = run(rows, RowRules(drop={"Status": ("void",)}, fill_down=("Status", "Ref")))
    assert chosen.frame.select(place(0), place(1), place(2)).rows() == [
        ("a", "Paid", "1"),
        ("b", "Paid", "1"),
        ("f", "Paid", "3"),
    ]
    assert chosen.left_out["line"].to_list() == [4, 5, 6]


@pytest.mark.parametrize("between", ["", "a;Paid;9;too long", "a"])
def test_nothing_is_filled_over_a_gap(between: str) -> None:
    """Behind a blank line, a comment or a repeated header another block begins; behind a row that
    cannot be read nobody knows."""
    chosen = run(records("a;Paid;1", between, "b;;", "c;;"), RowRules(fill_down=("Ref",)))
    assert [cell for cell in chosen.frame[place(2)] if cell is not None] == ["1", "", ""]


@pytest.mark.parametrize(
    ("between", "filled"),
    [
        ("Carried forward;;5.20", ["North", "", ""]),  # an amount, and whose?
        (";;5.20", ["North", "North", "North"]),  # an item without a number, or so
        ("South;;", ["North", "South", "South"]),  # a heading
        ("South;7;5.20", ["North", "South", "South"]),
    ],
)
def test_nothing_is_filled_from_a_sum(between: str, filled: list[str]) -> None:
    """What is carried over to the next page has a name, and it is that of no shop."""
    rows = [
        Record(line=at, fields=tuple(row.split(";")))
        for at, row in enumerate(("North;1;2.00", between, ";2;3.00", ";3;4.00"), start=2)
    ]
    chosen = run(rows, RowRules(fill_down=("Type",)), telling=(0, 1), amounts=(2,))
    assert [chosen.frame[place(0)][at] for at in (0, 2, 3)] == filled


def test_a_cell_of_several_lines_is_no_gap() -> None:
    """The next record begins on the line after its last."""
    rows = [Record(line=2, fields=("a\r\nb\n", "", "1")), Record(line=5, fields=("c", "", ""))]
    assert run(rows, RowRules(fill_down=("Ref",))).frame[place(2)].to_list() == ["1", "1"]


def test_one_column_under_two_names_has_all_their_rules() -> None:
    """Case does not count in a header that has the name once."""
    rules = RowRules(keep={"Type": ("sale",)}, drop={"TYPE": ("void",)})
    frame = pl.DataFrame(
        {
            "line": [2, 3, 4],
            "raw": "x",
            "width": 1,
            "stray": False,
            "field_0": ["Sale", "Void", "?"],
        }
    )
    chosen = choose(
        frame,
        rules,
        columns=("type",),
        positions={"Type": 0, "TYPE": 0},
        split=lambda raw: [raw],
    )
    assert chosen.frame["line"].to_list() == [2]
    assert chosen.left_out["line"].to_list() == [3]
    assert [reject.line for reject in chosen.rejects] == [4]
