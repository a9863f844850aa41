"""A mapping's TOML: what it may say, and what is said of each mistake in it."""

import pickle

import pytest

from parsers.mapping import (
    Column,
    Combine,
    Constant,
    DateAndTime,
    DateTime,
    Format,
    MappingError,
    parse_mapping,
)

WHOLE = r"""
record = "transactions"
files = ["*.csv", "Sales_??.txt"]
timezone = "America/New_York"
[timezones]
"0042" = "America/Chicago"
[format]
encoding = "utf-8"
delimiter = "\t"
decimal = "."
[columns]
location_id = { constant = "HIGH-STREET" }
transaction_id = { combine = ["Till", "Receipt", "Date"], separator = "/" }
total = "Total"
occurred_at = { date = "Date", time = "Time", format = "%m/%d/%Y %I:%M:%S %p" }
"""
LEAST = """
timezone = "UTC"
[columns]
location_id = "Store"
transaction_id = "Receipt"
total = "Total"
occurred_at = "When"
"""


def _problems(text: str) -> tuple[str, ...]:
    with pytest.raises(MappingError) as caught:
        parse_mapping(text)
    assert str(caught.value) == "\n".join(caught.value.problems)
    return caught.value.problems


def test_a_whole_mapping_is_read() -> None:
    """Each key of the contract has its place."""
    mapping = parse_mapping(WHOLE)
    assert mapping.record == "transactions"
    assert mapping.files == ("*.csv", "Sales_??.txt")
    assert mapping.timezone == "America/New_York"
    assert dict(mapping.timezones) == {"0042": "America/Chicago"}
    assert mapping.format == Format(encoding="utf-8", delimiter="\t", decimal=".")
    assert mapping.columns.location_id == Constant("HIGH-STREET")
    assert mapping.columns.transaction_id == Combine(
        names=("Till", "Receipt", "Date"), separator="/"
    )
    assert mapping.columns.total == Column("Total")
    assert mapping.columns.occurred_at == DateAndTime(
        date="Date", time="Time", format="%m/%d/%Y %I:%M:%S %p"
    )
    assert mapping.columns.names() == ("Till", "Receipt", "Date", "Total", "Time")


def test_the_least_mapping_leaves_the_rest_to_the_file() -> None:
    """Names of columns and a time zone are enough."""
    mapping = parse_mapping(LEAST)
    assert (mapping.record, mapping.files) == ("transactions", ("*",))
    assert mapping.format == Format()
    assert mapping.columns.occurred_at == DateTime(column="When", format=None)


def test_a_mapping_goes_to_another_process_and_back() -> None:
    """Workers are processes of their own."""
    mapping = parse_mapping(WHOLE)
    assert pickle.loads(pickle.dumps(mapping)) == mapping  # noqa: S301 - our own bytes


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("a.csv", True),
        ("A.CSV", True),
        ("in/../sales_01.TXT", True),
        ("C:\\export\\a.csv", True),
        ("sales_001.txt", False),
        ("a.csv.filepart", False),
        ("", False),
    ],
)
def test_files_are_wanted_by_their_own_name(name: str, wanted: bool) -> None:
    """Case and folders do not count."""
    assert parse_mapping(WHOLE).wants(name) is wanted


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('timezone = "UTC"\n', "", "timezone: missing; name the time zone"),
        ('"UTC"', '"Mars/Olympus"', "timezone: 'Mars/Olympus' is not a time zone"),
        ('"UTC"', '"../../etc/passwd"', "timezone: '../../etc/passwd' is not a time zone"),
        ('"UTC"', '"localtime"', "timezone: 'localtime' is not a time zone"),
        ('"UTC"', "5", "timezone: must be text in quotes, not 5"),
        ("[columns]", "[timezones]\n7 = 'X'\n[columns]", "timezones.7: 'X' is not a time zone"),
        ('total = "Total"\n', "", "columns.total: missing; name the column that holds the total"),
        ('"Total"', '" "', "columns.total: empty; name the column that holds the total"),
        ('"Total"', "7", "columns.total: must be the name of a column"),
        ('"Total"', "{ constant = '5' }", "columns.total.constant: unknown"),
        ("total =", "totl =", "columns.totl: unknown; did you mean total?"),
        ("[columns]", "[colums]", "colums: unknown; did you mean columns?"),
        ("[columns]", "record = 'stocks'\n[columns]", "record: 'stocks' is not a record type"),
        ("[columns]", "files = []\n[columns]", "files: must be a list"),
        ("[columns]", "files = ['']\n[columns]", "files: must hold nothing but texts"),
        ("[columns]", "[format]\nencoding = 'utf-9'\n[columns]", "format.encoding: 'utf-9' is not"),
        ("[columns]", "[format]\nencoding = 'base64'\n[columns]", "format.encoding: 'base64' is"),
        ("[columns]", "[format]\ndelimiter = 'ab'\n[columns]", "format.delimiter: 'ab' does not"),
        ("[columns]", "[format]\ndelimiter = '.'\n[columns]", "format.delimiter: '.' does not"),
        ("[columns]", "[format]\ndelimiter = '\"'\n[columns]", "format.delimiter: '\"' does not"),
        ("[columns]", "[format]\ndecimal = ';'\n[columns]", "format.decimal: ';' is not"),
        ("[columns]", "[format]\ndelimeter = ','\n[columns]", "did you mean delimiter?"),
        ("[columns]", "format = 5\n[columns]", "format: must be a table"),
        ('"Receipt"', "{ constant = '5' }", "columns.transaction_id.constant: unknown"),
        ('"Receipt"', "{ combine = ['A'] }", "columns.transaction_id.combine: must name two"),
        ('"Receipt"', "{ combine = ['A', 'A'] }", "columns.transaction_id.combine: must name two"),
        ('"Receipt"', "{ combine = 'A' }", "columns.transaction_id.combine: must be a list"),
        (
            '"Receipt"',
            '{ combine = ["A", "B"], separator = "\\n" }',
            "separator: must be printable",
        ),
        ('"Store"', "{}", "columns.location_id: must have exactly one of"),
        ('"Store"', "{ constant = '1', column = 'X' }", "columns.location_id: must have exactly"),
        ('"Store"', '{ constant = "a\\tb" }', "columns.location_id.constant: 'a\\tb' cannot be"),
        ('"When"', "{ date = 'D' }", "columns.occurred_at.time: missing; name the column"),
        ('"When"', "{ column = 'W', time = 'T' }", "columns.occurred_at.time: unknown"),
        ('"When"', "{ column = 'W', format = '%Q' }", "columns.occurred_at.format: '%Q': the form"),
        ("[columns]", "[columns", "not valid TOML: "),
    ],
)
def test_each_mistake_is_named_by_its_key(old: str, new: str, problem: str) -> None:
    """The author of a mapping is told where and what, in words."""
    problems = _problems(LEAST.replace(old, new, 1))
    assert any(problem in each for each in problems), problems


def test_all_mistakes_are_told_at_once() -> None:
    """Nobody should have to try five times."""
    problems = _problems('fils = ["*"]\n[columns]\ntotl = "T"\nlocation_id = 5\n')
    keys = {problem.split(":")[0] for problem in problems}
    assert keys == {
        *("fils", "timezone", "columns.totl", "columns.location_id", "columns.transaction_id"),
        *("columns.total", "columns.occurred_at"),
    }


def test_toml_mistakes_are_told_with_line_and_column() -> None:
    """The place is what one needs to find a missing quote."""
    assert "line 2, column 9" in _problems("a = 1\nfiles = ?\n")[0]


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("%Y-%m", "names no day"),
        ("%d/%m %H:%M", "names no year"),
        ("%Y-%d", "names no month"),
        ("%Y-%m-%d %m", "%m more than once"),
        ("%Y-%y-%m-%d", "the year more than once"),
        ("%Y-%m-%d %I:%M", "%I without %p"),
        ("%Y-%m-%d %H:%M %p", "%p (AM or PM) without"),
        ("%Y-%m-%d %H %I %p", "the hour more than once"),
        ("%Y-%m-%d %M", "minutes (%M) but no hour"),
        ("%Y-%m-%d %H %S", "seconds (%S, %f) but no minutes"),
        ("%Y-%m-%d %Z", "%Z, which is not supported"),
        ("%Y-%m-%d %", "ends in a lone %"),
    ],
)
def test_a_format_that_cannot_tell_a_moment_is_a_mistake(pattern: str, problem: str) -> None:
    """It is told when the mapping is set, and not row by row."""
    text = LEAST.replace('"When"', f"{{ column = 'When', format = '{pattern}' }}")
    assert any(problem in each for each in _problems(text))
