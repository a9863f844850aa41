"""A mapping's TOML: what it may say, and what is said of each mistake in it."""

import pickle
from decimal import Decimal

import pytest

from parsers.canonical import RECORD_TYPES
from parsers.mappings.mapping import Format, Mapping, MappingError, parse_format, parse_mapping
from parsers.mappings.rows import Lines
from parsers.values.sources import (
    Amount,
    Column,
    Combine,
    Constant,
    Moment,
    Sender,
    Source,
    Whence,
    ZoneColumn,
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


def test_a_whole_mapping_is_read() -> None:
    """Each key of the contract has its place."""
    mapping = parse_mapping(WHOLE)
    assert mapping.record == "transactions"
    assert mapping.files == ("*.csv", "Sales_??.txt")
    assert mapping.timezone == "America/New_York"
    assert dict(mapping.timezones) == {"0042": "America/Chicago"}
    assert mapping.format == Format(encoding="utf-8", delimiter="\t", decimal=".")
    assert mapping.columns == {
        "location_id": Constant("HIGH-STREET"),
        "transaction_id": Combine(names=("Till", "Receipt", "Date"), separator="/"),
        "occurred_at": Moment(columns=("Date", "Time"), format="%m/%d/%Y %I:%M:%S %p"),
        "total": Amount(add=("Total",)),
    }
    assert mapping.names() == ("Till", "Receipt", "Date", "Time", "Total")


def test_the_least_mapping_leaves_the_rest_to_the_file() -> None:
    """Names of columns and a time zone are enough."""
    mapping = parse_mapping(LEAST)
    assert (mapping.record, mapping.files) == ("transactions", ("*",))
    assert mapping.format == Format()
    assert mapping.columns["occurred_at"] == Moment(columns=("When",), format=None)
    assert mapping.rows.lines is None
    assert not [*mapping.rows.names()]
    assert mapping.rejects.at_most is None


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
    ("field", "text", "source"),
    [
        ("location_id", '"Store"', Column("Store")),
        ("location_id", '{ column = "Store", mask = "SB{}" }', Column("Store", mask="SB{}")),
        (
            "location_id",
            '{ file_name = "a_{}_*" }',
            Sender(whence=Whence.FILE_NAME, pattern="a_{}_*"),
        ),
        ("location_id", '{ folder = "{}" }', Sender(whence=Whence.FOLDER, pattern="{}")),
        ("location_id", '{ mailbox = "s-{}" }', Sender(whence=Whence.MAILBOX, pattern="s-{}")),
        ("transaction_id", '{ column = "Id", mask = "#{}" }', Column("Id", mask="#{}")),
        ("total", '{ column = "T" }', Amount(add=("T",))),
        (
            "total",
            '{ column = "T", minor_units = 2, currency = "eur" }',
            Amount(add=("T",), minor_units=2, currency="EUR"),
        ),
        (
            "total",
            '{ add = ["Net", "Tax"], subtract = ["Refunded"] }',
            Amount(add=("Net", "Tax"), subtract=("Refunded",)),
        ),
        (
            "occurred_at",
            '{ columns = ["Y", "M", "D", "h", "m"] }',
            Moment(columns=("Y", "M", "D", "h", "m"), format="%Y %m %d %H %M"),
        ),
        (
            "occurred_at",
            '{ column = "T", format = "epoch" }',
            Moment(columns=("T",), format="epoch"),
        ),
        (
            "occurred_at",
            '{ column = "T", format = "%d %B %Y", language = "de", timezone = "UTC" }',
            Moment(columns=("T",), format="%d %B %Y", language="de", timezone="UTC"),
        ),
        (
            "occurred_at",
            '{ date = "D", time = "T", timezone = { column = "Time Zone" } }',
            Moment(columns=("D", "T"), timezone=ZoneColumn("Time Zone")),
        ),
    ],
)
def test_a_field_is_found_where_its_source_says(field: str, text: str, source: Source) -> None:
    """Every way of the contract to say where a value is."""
    assert _with({f"columns.{field}": text}).columns[field] == source


def test_every_field_of_a_record_type_has_its_source() -> None:
    """A mapping follows the record type: nothing names the fields of transactions a second time."""
    fields = RECORD_TYPES["transactions"].fields
    assert [*parse_mapping(LEAST).columns] == [field.name for field in fields]


def test_the_column_of_a_zone_is_read_too() -> None:
    """So are those of the rules, each once."""
    mapping = _with(
        {
            "columns.occurred_at": '{ column = "When", timezone = { column = "Zone" } }',
            "rows.keep": '{ Type = ["Sale"] }',
            "rows.drop": '{ Type = ["Void"], Total = [""] }',
            "rows.refund": '{ Kind = ["Refund"] }',
            "rows.fill_down": '["Store", "Day"]',
        }
    )
    assert mapping.names() == (
        *("Store", "Receipt", "When", "Zone", "Total", "Type", "Kind", "Day"),
    )


def test_rules_are_compared_without_blanks_and_case() -> None:
    """As tills write `Sale`, `SALE` and `sale `."""
    mapping = _with(
        {
            "rows.keep": '{ "Line Type" = [" Sale", "*"] }',
            "rows.lines": '"sum"',
            "rejects.at_most": '" 2.5 % "',
        }
    )
    assert mapping.rows.keep == {"Line Type": ("sale", "*")}
    assert mapping.rows.lines is Lines.SUM
    assert mapping.rejects.at_most == Decimal("2.5")


def test_a_format_can_stand_alone() -> None:
    """For looking at a file before anybody knows its columns; a whole mapping will do as well."""
    text = """
    [format]
    encoding = "cp850"
    delimiter = "||"
    quote = "'"
    escape = "\\\\"
    line_end = "\\r\\n"
    header_line = 0
    comment = "#"
    decimal = ","
    thousands = "."
    footer = 2
    """
    found = Format(
        encoding="cp850",
        delimiter="||",
        quote="'",
        escape="\\",
        line_end="\r\n",
        header_line=0,
        comment="#",
        decimal=",",
        thousands=".",
        footer=2,
    )
    assert parse_format(text) == found
    assert parse_format(LEAST + text) == parse_mapping(LEAST + text).format == found
    assert parse_format("") == Format()
    with pytest.raises(MappingError, match=r"^format\.decimal: 'x' is not"):
        parse_format("[format]\ndecimal = 'x'")
    with pytest.raises(MappingError, match="fromat: unknown; did you mean format"):
        parse_format("[fromat]\ndecimal = '.'")


@pytest.mark.parametrize("delimiter", ["", " ", "  ", "\t", ";", "¦", "~|~", "::", " | "])
def test_any_text_may_divide_that_is_in_no_value(delimiter: str) -> None:
    """A letter, a digit, a quote or the sign of a number may be in one."""
    assert parse_format(f'[format]\ndelimiter = "{delimiter}"').delimiter == delimiter


def _with(lines: dict[str, str]) -> Mapping:
    """The least mapping, but for these keys."""
    least = {
        "timezone": '"UTC"',
        "columns.location_id": '"Store"',
        "columns.transaction_id": '"Receipt"',
        "columns.total": '"Total"',
        "columns.occurred_at": '"When"',
    }
    return parse_mapping("\n".join(f"{key} = {value}" for key, value in (least | lines).items()))
