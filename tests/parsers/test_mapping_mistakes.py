"""What is said of each mistake in a mapping's TOML."""

import pytest

from parsers.mappings.mapping import MappingError, parse_mapping

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
        ('"When"', "{ columns = ['Y', 'M'] }", "columns.occurred_at.columns: must name year, mon"),
        ('"When"', "{ columns = ['Y'], format = 'x' }", "columns.occurred_at.format: 'x': the fo"),
        ('"When"', "{ date = 'D', time = 'T', format = 'epoch' }", "'epoch' is one number"),
        ('"When"', "{ column = 'W', language = 'xx' }", "columns.occurred_at.language: 'xx' is no"),
        (
            '"When"',
            "{ column = 'W', format = '%d.%m.%Y', language = 'de' }",
            "columns.occurred_at.language: the format '%d.%m.%Y' has no name of a month",
        ),
        ('"When"', "{ column = 'W', timezone = 'EST5' }", "timezone: 'EST5' is not a time zone"),
        ('"When"', "{ column = 'W', timezone = { col = 'Z' } }", "timezone.col: unknown"),
        ('"When"', "{ column = 'W', timezone = {} }", "timezone.column: missing; name the column"),
        ('"Store"', "{ column = 'S', mask = 'SB' }", "location_id.mask: 'SB' must have {} exactly"),
        ('"Store"', "{ column = 'S', mask = '{}-{}' }", "'{}-{}' must have {} exactly once"),
        ('"Store"', "{ file_name = 'a_{}*' }", "location_id.file_name: 'a_{}*' has {} and * side"),
        ('"Store"', "{ folder = '' }", "columns.location_id.folder: must be text"),
        ('"Store"', "{ mailbox = 'a', mask = '{}' }", "columns.location_id.mask: unknown"),
        ('"Store"', "{ mailbox = 'a-{}', folder = '{}' }", "columns.location_id: must have exac"),
        ('"Receipt"', "{ file_name = '{}.csv' }", "columns.transaction_id.file_name: unknown"),
        ('"Total"', "{}", "columns.total: must have exactly one of column, add"),
        ('"Total"', "{ column = 'A', add = ['B'] }", "columns.total: must have exactly one of"),
        ('"Total"', "{ add = ['A'], subtract = ['A'] }", "and subtract must name each column once"),
        ('"Total"', "{ column = 'A', minor_units = 5 }", "total.minor_units: must be at most 4"),
        ('"Total"', "{ column = 'A', minor_units = true }", "minor_units: must be a whole number"),
        ('"Total"', "{ column = 'A', currency = '$' }", "total.currency: '$' is not a currency"),
        ("[columns]", "[zones]\nEST = 'Boston'\n[columns]", "zones.EST: 'Boston' is not a time"),
        ("[columns]", "[zones]\nEST='UTC'\nest='UTC'\n[columns]", "zones.est: is there twice"),
        ("[columns]", "[format]\nquote = '`'\n[columns]", "format.quote: '`' is not known; use"),
        ("[columns]", "[format]\nescape = '/'\n[columns]", "format.escape: '/' is not known; use"),
        ("[columns]", "[format]\nline_end = 'LF'\n[columns]", "format.line_end: 'LF' is not known"),
        ("[columns]", "[format]\nheader_line = -1\n[columns]", "header_line: must be a whole numb"),
        ("[columns]", "[format]\nheader_line = '1'\n[columns]", "without quotes, not '1'"),
        ("[columns]", "[format]\ncomment = ' '\n[columns]", "format.comment: ' ' must be what"),
        ("[columns]", "[format]\nthousands = '_'\n[columns]", "format.thousands: '_' is not kn"),
        ("[columns]", "[format]\nfooter = true\n[columns]", "format.footer: must be what the fo"),
        ("[columns]", "[format]\nfooter = -2\n[columns]", "format.footer: must be a whole number"),
        ("[columns]", "[format]\ndelimiter = '--'\n[columns]", "format.delimiter: '--' does not"),
        (
            "[columns]",
            "[format]\ndecimal = ','\nthousands = ','\n[columns]",
            "format.thousands: ',' is the decimal sign already",
        ),
        (
            "[columns]",
            "[format]\nquote = ''\nescape = '\\'\n[columns]",
            "format.escape: there is nothing to escape",
        ),
        (
            "[columns]",
            '[format]\nquote = "\'"\ndelimiter = "\';\'"\n[columns]',
            'format.quote: "\'" is in the delimiter already',
        ),
        (
            "[columns]",
            "[format]\ncomment = ';;'\ndelimiter = ';'\n[columns]",
            "format.comment: ';;' begins with the delimiter",
        ),
        (
            "[columns]",
            "[format]\ncomment = '\"'\nquote = '\"'\n[columns]",
            "begins with the quote",
        ),
        ("[columns]", "[rows]\nkept = {}\n[columns]", "rows.kept: unknown; did you mean keep?"),
        ("[columns]", "[rows]\nlines = 'add'\n[columns]", "rows.lines: 'add' is not known; use"),
        ("[columns]", "[rows]\nkeep = ['Sale']\n[columns]", "rows.keep: must be a table"),
        ("[columns]", "[rows]\nkeep = { A = 'Sale' }\n[columns]", "rows.keep.A: must be a list of"),
        ("[columns]", "[rows]\nkeep = { A = [] }\n[columns]", "rows.keep.A: must be a list of"),
        ("[columns]", "[rows]\nkeep = { A = [1] }\n[columns]", "rows.keep.A: must hold nothing"),
        (
            "[columns]",
            "[rows]\nkeep = { A = ['Paid'] }\ndrop = { A = [' PAID'] }\n[columns]",
            "rows.drop: 'A' has 'paid', which keep has too",
        ),
        (
            "[columns]",
            "[rows]\nrefund = { A = ['x'] }\ndrop = { A = ['X'] }\n[columns]",
            "rows.drop: 'A' has 'x', which refund has too",
        ),
        ("[columns]", "[rows]\nrefund = { A = [''] }\n[columns]", "rows.refund: 'A' has a blank"),
        ("[columns]", "[rows]\nfill_down = ['A', 'A']\n[columns]", "rows.fill_down: names a col"),
        ("[columns]", "[rejects]\nat_most = 5\n[columns]", "rejects.at_most: must be text"),
        ("[columns]", "[rejects]\nat_most = '5'\n[columns]", "rejects.at_most: '5' is not a share"),
        ("[columns]", "[rejects]\nat_most = '101%'\n[columns]", "'101%' is not a share"),
        ("[columns]", "[rejects]\nat_most = 'NaN%'\n[columns]", "'NaN%' is not a share"),
        ("[columns]", "[rejects]\nat_most = '-1%'\n[columns]", "'-1%' is not a share"),
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
        ("%Y-%m-%d %j", "%j, which is not supported"),
        ("%Y-%m-%d %", "ends in a lone %"),
    ],
)
def test_a_format_that_cannot_tell_a_moment_is_a_mistake(pattern: str, problem: str) -> None:
    """It is told when the mapping is set, and not row by row."""
    text = LEAST.replace('"When"', f"{{ column = 'When', format = '{pattern}' }}")
    assert any(problem in each for each in _problems(text))
