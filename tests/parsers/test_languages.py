"""Names of months in the languages of the CLDR: each is read, or two readings are named."""

import itertools
from datetime import datetime

import polars as pl
import pytest
from babel.dates import get_month_names

from parsers.delimited import read
from parsers.mappings.mapping import parse_mapping
from parsers.moments.clocks import read_written
from parsers.moments.evidence import fitting
from parsers.moments.languages import find_languages
from parsers.moments.month_names import LANGUAGES, full_names, short_names
from parsers.reject import Unreadable, UnreadableCode

_WIDTHS = {"abbreviated": "%d %b %Y", "wide": "%d %B %Y"}
_ALIKE = {"lip", "lis", "srp", "listopad", "listopada"}  # of two months in Slavic languages


def _forms(language: str, width: str) -> list[tuple[str, int]]:
    """Each name as the CLDR has it, with and without its dot, small and in capitals."""
    return [
        (form, month)
        for context in ("format", "stand-alone")
        for month, name in get_month_names(width, context, locale=language).items()  # type: ignore[arg-type]  # two literals
        for bare in [name.rstrip(".")]
        for form in {name, bare, bare + ".", bare.upper(), bare.capitalize()}
        # Python keeps an accent beside the dots of a Greek capital, which nobody writes.
        if form == form.lower() or "\N{COMBINING ACUTE ACCENT}" not in form
    ]


@pytest.mark.parametrize(("language", "width"), [*itertools.product(LANGUAGES, _WIDTHS)])
def test_every_name_is_read_in_its_language(language: str, width: str) -> None:
    """And without saying the language too, but for those that are two months."""
    for form, month in _forms(language, width):
        text = pl.Series([f"5 {form} 2026"])
        for given in (language, None):
            if given is None and form.lower().rstrip(".") in _ALIKE:
                continue
            assert text.str.contains(fitting(_WIDTHS[width], given)).all(), (form, given)
            read_month = read_written(text, _WIDTHS[width], given).dt.month()[0]
            assert read_month == month, (form, given)


def test_turkish_and_greek_capitals_are_read() -> None:
    """The Turkish dotted I, the Greek sigma, and capitals without accents."""
    texts = pl.Series(["5 NİSAN 2026", "5 KASIM 2026", "5 ΙΟΥΝΙΟΣ 2026", "5 ΜΑΪΟΥ 2026"])
    assert read_written(texts, "%d %B %Y").dt.month().to_list() == [4, 11, 6, 5]


def test_no_language_calls_two_months_alike() -> None:
    """Else saying the language would decide nothing."""
    for language in LANGUAGES:
        for width, names in (("wide", full_names), ("abbreviated", short_names)):
            for form, month in _forms(language, width):
                assert names(language)[form.lower().rstrip(".")] == month


@pytest.mark.parametrize(
    ("words", "languages"),
    [
        (["mar", "sept", "März"], ()),
        (["srp"], ("cs", "hr")),
        (["srp", "čvc"], ("cs",)),
        (["srp", "kol"], ("hr",)),
        (["lis"], ("pl", "hr")),
        (["lis", "gru"], ("pl",)),
        (["listopada", "stycznia"], ("pl",)),
        (["srp", "lip", "gru", "čvc"], ()),  # of no language
    ],
)
def test_other_months_tell_the_language(words: list[str], languages: tuple[str, ...]) -> None:
    """One language of each reading; Czech and Polish agree on what `lis` is."""
    assert find_languages(pl.Series([f"5 {word} 2026 10:00" for word in words])) == languages


def _local_times(rows: list[str], *, latest: datetime | None = None, when: str) -> list[str]:
    text = "".join(f"{row}\n" for row in ("Id;Total;When", *rows))
    mapping = parse_mapping(
        'timezone = "Europe/Prague"\n[columns]\nlocation_id = { constant = "1" }\n'
        f'transaction_id = "Id"\ntotal = "Total"\noccurred_at = {when}\n'
    )
    return read(text.encode(), mapping, latest=latest).rows["local_time"].to_list()


@pytest.mark.parametrize("when", ['"When"', '{ column = "When", format = "%d %b %Y %H:%M" }'])
def test_a_name_of_two_months_is_read_where_the_file_tells_and_held_where_not(when: str) -> None:
    """With a format in the mapping and without; the future is no reading."""
    summer = ["A;1.00;5 srp 2026 10:00", "B;1.00;6 čvc 2026 10:00"]
    assert _local_times(summer, when=when) == ["2026-08-05T10:00:00", "2026-07-06T10:00:00"]
    day = datetime(2026, 7, 20)  # noqa: DTZ001 - a clock on a wall
    assert _local_times(summer[:1], latest=day, when=when) == ["2026-07-05T10:00:00"]
    with pytest.raises(Unreadable) as caught:
        _local_times(summer[:1], when=when)
    assert caught.value.code is UnreadableCode.AMBIGUOUS_DATE
    assert "2026-08-05 (in the language 'cs') or 2026-07-05 (in the language 'hr')" in (
        caught.value.message
    )
    assert 'language = "cs"' in (caught.value.remedy or "")
