"""The dialect is found by evidence; what contradicts or doubles the evidence holds the file."""

import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.dialects.evidence import find_dialect, weigh
from parsers.mappings.format import Format
from parsers.records.dialect import BLANKS, Dialect
from parsers.records.tokens import read_records
from parsers.reject import Unreadable, UnreadableCode
from tests.parsers.retail import ORDINARY, RARE, Rows, source, spoil, table, writing

LINE_ENDS = ("\n", "\r\n", "\r")
NAMES = ("Store", "Total")


def _read(text: str, dialect: Dialect, width: int) -> Rows:
    return [
        [field.strip() for field in record.fields]
        for record in read_records(text, dialect, width=width)
    ]


def _refusal(text: str, layout: Format, names: tuple[str, ...] = ()) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        find_dialect(text, layout, names)
    return caught.value


@given(st.integers(0, 2**32), st.integers(2, 40), st.booleans())
def test_an_ordinary_table_is_read_as_it_was_written(seed: int, rows: int, named: bool) -> None:
    """Divided by , ; tab or |, whatever stands in its cells; with mapped names or without."""
    random = source(seed)
    cells = table(random, rows)
    way = writing(random, ORDINARY)
    line_end = random.choice(LINE_ENDS)
    text = line_end.join([*way.write(cells), ""])
    dialect = find_dialect(text, Format(), cells[0][:3] if named else ())
    assert _read(text, dialect, len(cells[0])) == cells
    assert (dialect.delimiter, dialect.line_end) == (way.dialect.delimiter, line_end)


def test_of_a_thousand_tables_in_any_dialect_nearly_all_are_read_as_they_were_written() -> None:
    """Even with one row, and with delimiters of a kind that no till should use."""
    wrong = []
    for seed in range(1000):
        random = source(seed)
        cells = table(random, random.choice((1, 2, 3, 5, 10, 20)))
        way = writing(random, ORDINARY + RARE)
        text = "\n".join(way.write(cells))
        dialect = weigh(text, Format()).dialect
        if _read(text, dialect, len(cells[0])) != cells:
            wrong.append((seed, way, dialect))
    assert len(wrong) <= 5, wrong


@pytest.mark.parametrize(("delimiters", "at_most"), [(ORDINARY, 5), (RARE, 30)])
def test_a_few_spoilt_lines_change_nothing(delimiters: tuple[str, ...], at_most: int) -> None:
    """A line with a delimiter more or less, with another one, a title, a footer, a stray quote.

    Of a thousand tables of ten rows or more with up to three such lines.
    """
    changed = []
    for seed in range(1000):
        random = source(seed)
        cells = table(random, random.randint(10, 40))
        way = writing(random, delimiters)
        lines = way.write(cells)
        before = weigh("\n".join(lines), Format()).dialect
        spoilt = "\n".join(spoil(random, lines, way.dialect))
        after = weigh(spoilt, Format()).dialect
        if (before.delimiter, before.quote) != (after.delimiter, after.quote):
            changed.append((seed, before, after))
    assert len(changed) <= at_most, changed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Total\n12,50\n3,20\n", Dialect(delimiter="")),
        ("When\n2026-01-05 12:30:00\n2026-01-06 08:15:00\n", Dialect(delimiter="")),
        ("Remark\nWe sat, ate, and left\nGood; but cold\nfine\n", Dialect(delimiter="")),
        ("Name\nJohn Smith\nMary Jones\nBob Lee\n", Dialect(delimiter="")),
        ("Kasse;Betrag\n1;12,50\n2;3,20\n", Dialect(delimiter=";")),
        ("Time,Total\n12:30:00,5.00\n12:31:00,6.00\n", Dialect(delimiter=",")),
        ("Till Day Total\n3 2026-01-05 5.99\n4 2026-01-06 6.00\n", Dialect(delimiter=" ")),
        ("sep=;\na;b,c\n1;2,3\n", Dialect(delimiter=";")),
        ("sep=|\na|b\n1|2\n", Dialect(delimiter="|")),
        ("sep=\\t\na\tb\n1\t2\n", Dialect(delimiter="\t")),
        ('id,note\n1,"a\n2;3;4\n5;6;7"\n2,b\n', Dialect(delimiter=",")),
        ("id,note\n1,'a, b'\n2,'c'\n3,'d'\n", Dialect(delimiter=",", quote="'")),
        ("id,note\n1,'tis late\n2,rock 'n' roll\n3,'n\n", Dialect(delimiter=",")),
        ('id,note\n1,"a \\"b\\", c"\n2,"d"\n', Dialect(delimiter=",", escape="\\")),
        ('id,path,n\n1,"C:\\dir\\",5\n2,"D:\\",6\n', Dialect(delimiter=",")),
        ("id,note\n1,a\\, b\n2,c\n3,d\n", Dialect(delimiter=",", escape="\\")),
        ('id,size\n1,"x\n2,"y\n3,"z\n4,"w\n', Dialect(delimiter=",", quote=None)),
        ("a||b||c\n1||2||3\n", Dialect(delimiter="||")),
        ("a|b|c\n1||3\n4||6\n", Dialect(delimiter="|")),
        ("a,b,c\n1,,3\n4,,6\n", Dialect(delimiter=",")),
        ("Store   Total\nNew York  5.00\nRome      6.00\n", Dialect(delimiter=BLANKS)),
        ("a,b\n# it is late\n1,2\n3,4\n", Dialect(delimiter=",", comment="#")),
        ("id,total\n#1001,2\n#1002,4\n#1003\n", Dialect(delimiter=",")),
    ],
)
def test_awkward_files(text: str, expected: Dialect) -> None:
    """Each has something that a count of delimiters would take for one."""
    found = weigh(text, Format()).dialect
    assert (found.delimiter, found.quote, found.escape, found.comment) == (
        expected.delimiter,
        expected.quote if not found.stops else None,
        expected.escape,
        expected.comment,
    )


def test_columns_that_are_aligned_keep_their_blank_cells() -> None:
    """A run of blanks may hide a cell; the column it stands in does not."""
    text = "Store     Till  Total\nNew York  1      5.00\nRome             12.00\n"
    dialect = find_dialect(text, Format())
    assert dialect.stops == (0, 10, 16)
    assert _read(text, dialect, 3)[2] == ["Rome", "", "12.00"]


def test_mapped_names_go_before_all_other_evidence() -> None:
    """The header that a delimiter divides into all of them decides, whatever the rows look like."""
    text = "Store;Total\na,b,c;d,e,f\ng,h,i;j,k,l\n"
    assert weigh(text, Format()).dialect.delimiter == ","
    assert find_dialect(text, Format(), NAMES).delimiter == ";"


def test_mapped_names_that_stand_in_the_midst_of_another_table_decide_nothing() -> None:
    """A header written otherwise than all rows is no evidence: the file is held."""
    text = "Store;Total\n" + "a,1,2026-01-05\n" * 9
    refusal = _refusal(text, Format(), NAMES)
    assert refusal.code is UnreadableCode.AMBIGUOUS_DIALECT
    assert "by ; " in refusal.message
    assert "by , " in refusal.message or "or , " in refusal.message


def test_two_dialects_that_are_as_good_hold_the_file_and_a_pin_decides() -> None:
    """Both are named, with a row that each divides its own way."""
    text = "a,b;c\nd,e;f\n"
    refusal = _refusal(text, Format())
    assert refusal.code is UnreadableCode.AMBIGUOUS_DIALECT
    assert "'a,b;c'" in refusal.message
    assert find_dialect(text, Format(delimiter=";")).delimiter == ";"
    assert find_dialect("sep=;\n" + text, Format()).delimiter == ";"
    assert weigh(text, Format()).dialect.delimiter == ","


@pytest.mark.parametrize("names", [NAMES, ()])
def test_a_pin_that_the_file_contradicts_holds_it(names: tuple[str, ...]) -> None:
    """The file is not bent to fit, nor the pin; so it is with a sep= line."""
    text = "Store\tTotal\n1\t2\n"
    refusal = _refusal(text, Format(delimiter=";"), names)
    assert refusal.code is UnreadableCode.DELIMITER
    assert "divided by ; but are divided by tab" in refusal.message
    assert _refusal("sep=;\n" + text, Format(), names).code is UnreadableCode.AMBIGUOUS_DIALECT


def test_what_is_pinned_is_not_looked_for() -> None:
    """Quote, escape, comment and a table of one column."""
    text = "id,note\n1,'a, b'\n2,'c'\n3,'d'\n"
    assert find_dialect(text, Format(quote="")).quote is None
    assert find_dialect(text, Format(quote='"')).quote == '"'
    assert find_dialect(text, Format(escape="\\")).escape == "\\"
    assert find_dialect("-- a;b;c\nid,n\n1,2\n", Format(comment="--")) == Dialect(
        delimiter=",", comment="--"
    )
    assert find_dialect("a,b\n# x\n1,2\n", Format(comment="")).comment is None
    assert find_dialect("Note\na, b\n", Format(delimiter="")).delimiter == ""


def test_another_line_end_than_the_pinned_one_holds_the_file() -> None:
    """Each of the three ends a line in any case."""
    refusal = _refusal("a,b\n1,2\n", Format(line_end="\r\n"))
    assert refusal.code is UnreadableCode.CONTRADICTS_MAPPING
    assert find_dialect("a,b\r\n1,2\r\n", Format(line_end="\r\n")).line_end == "\r\n"
    assert find_dialect("a,b\n1,2\r\n", Format()).line_end == "mixed"


def test_line_ends_inside_quotes_are_none_of_the_records() -> None:
    """They are parts of values, whatever kind is pinned or found."""
    text = 'Store,Total,Note\r\n7,1.50,"a\nb"\r\n7,2.50,"c\r\rd"\r\n'
    assert find_dialect(text, Format(line_end="\r\n"), NAMES).line_end == "\r\n"
    assert find_dialect(text, Format(), NAMES).line_end == "\r\n"
    of_a_mac = 'sep=;\rStore;Total;Note\r7;1.50;"\n\n"\r'
    assert find_dialect(of_a_mac, Format(line_end="\r"), NAMES).line_end == "\r"
    assert _refusal(text, Format(line_end="\n"), NAMES).code is UnreadableCode.CONTRADICTS_MAPPING


@pytest.mark.parametrize("delimiter", [";;", "||"])
def test_columns_called_by_number_are_no_evidence_of_a_delimiter(delimiter: str) -> None:
    """A table without a header has no line with names; blank fields are no other delimiter."""
    text = "7,,x,1.50,,\n8,,y,2.50,,z\n".replace(",", delimiter)
    names = ("column 3", "column 4")
    assert find_dialect(text, Format(delimiter=delimiter, header_line=0), names).delimiter == (
        delimiter
    )


def test_an_amount_with_doubled_apostrophes_proves_that_they_quote() -> None:
    """As tills write that group by them; other quotation marks are then ordinary characters."""
    text = "Store,Total,Note\n7,'13''700''968.04',\"quoted\"\n8,2.00,\"\"\n"
    found = find_dialect(text, Format(), NAMES)
    assert found.quote == "'"
    assert _read(text, found, 3)[1] == ["7", "13'700'968.04", '"quoted"']
    assert find_dialect(text.replace("quoted", "a,b"), Format(), NAMES).quote == '"'


def test_dialects_that_read_the_mapped_cells_alike_are_no_rivals() -> None:
    """What they make of a note that nobody mapped does not matter."""
    text = 'Store,Total,Note,Qty\n7,1.50,{"note": "5\\" pipe"},4.0\n'
    assert find_dialect(text, Format(), NAMES).delimiter == ","
    refusal = _refusal(text, Format(), (*NAMES, "Note"))
    assert refusal.code is UnreadableCode.AMBIGUOUS_DIALECT


@pytest.mark.parametrize("delimiter", ["~", "^", "!", ":", "\x1f", "||", "^~"])
@pytest.mark.parametrize("row", ["", '7,1.50,"\n"\n', "7,1.50,x\n\n# page 2\n-- end --\n"])
def test_a_delimiter_that_divides_a_line_into_the_mapped_names_is_proved(
    delimiter: str, row: str
) -> None:
    """However seldom it is, and however few rows there are."""
    text = ("Store,Total,Note\n" + row).replace(",", delimiter)
    assert find_dialect(text, Format(), NAMES).delimiter == delimiter


@pytest.mark.parametrize(
    "late", ['"a, b",1\n', '"a \\"b\\", c",1\n', "x\n" * 3, "# a comment\n" + "c,1\n"]
)
def test_what_comes_late_in_a_long_file_is_seen(late: str) -> None:
    """The sample is bounded, but it is taken where the first quotes are."""
    text = "name,n\n" + "abc,1\n" * 30_000 + late + "abc,1\n" * 30_000
    dialect = find_dialect(text, Format(), ("name", "n"))
    assert dialect.delimiter == ","
    assert (dialect.escape, dialect.comment) == (
        "\\" if "\\" in late else None,
        "#" if "#" in late else None,
    )


@given(st.text(alphabet="ab1,;|\t\n\r \"'\\.:#", max_size=60))
def test_any_text_has_a_best_dialect(text: str) -> None:
    """Nothing that comes in may raise anything but a verdict."""
    evidence = weigh(text, Format(), ("a", "b"))
    assert list(read_records(text, evidence.dialect, guess=True)) is not None


_PRINTS = """
from parsers.dialects.evidence import weigh
from parsers.mappings.format import Format
for text in (
    "<html><body>\\n<p>a = b; c & d</p>\\n<p>e = f; g & h</p>\\n</body></html>\\n",
    "a:b=c*d!e\\n1:2=3*4!5\\n6:7=8*9!0\\n",
    '{"a": 1, "b": [2, 3]}\\n{"a": 4, "b": [5, 6]}\\n',
):
    found = weigh(text, Format())
    print(found.dialect, [doubt.message for doubt in found.doubts])
"""


def test_the_same_text_gives_the_same_dialect_in_every_process() -> None:
    """The order in which a process keeps a set of characters is its own, and decides nothing."""
    said = {
        subprocess.run(
            [sys.executable, "-c", _PRINTS],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in map(str, range(8))
    }
    assert len(said) == 1
