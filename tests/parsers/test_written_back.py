"""The fast way to read times gives what the patient one gives, or leaves it to that."""

from datetime import datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.moments import clocks
from parsers.moments.written_back import read_back

PLAIN = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d",
    "%d.%m.%Y %H:%M",
    "%m/%d/%Y %H.%M",
    "%Y%m%d%H%M%S",
    "%H:%M %d-%m-%Y",
)
moments = st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2098, 12, 31))  # noqa: DTZ001 - a clock on a wall


def _patient(texts: pl.Series, pattern: str) -> pl.DataFrame:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clocks, "read_back", lambda _texts, _pattern: None)
        return clocks._written(texts, pattern, None)


@given(st.sampled_from(PLAIN), st.lists(moments, min_size=1, max_size=80), st.data())
def test_both_ways_read_the_same(pattern: str, drawn: list[datetime], data: st.DataObject) -> None:
    """Also if one of the texts is written otherwise, or is no time."""
    texts = [moment.strftime(pattern) for moment in drawn]
    at = data.draw(st.integers(0, len(texts) - 1))
    damage = data.draw(
        st.sampled_from(("", " ", "0", ":60", "x"))
        | st.tuples(st.integers(0, 19), st.sampled_from("0139: -")).map(str)
    )
    cut = data.draw(st.integers(0, len(texts[at])))
    texts[at] = texts[at][:cut] + (damage if len(damage) < 4 else damage[-3]) + texts[at][cut:]
    column = pl.Series(texts)
    fast, patient = read_back(column, pattern), _patient(column, pattern)
    if fast is not None:
        assert fast.to_list() == patient["written"].to_list()
        assert patient["code"].null_count() == patient["offset"].null_count() == len(texts)
        assert clocks._written(column, pattern, None).select(patient.columns).equals(patient)


@given(st.sampled_from(PLAIN), st.lists(moments, min_size=1, max_size=80))
def test_ordinary_times_are_read_fast(pattern: str, drawn: list[datetime]) -> None:
    """Whatever a till's clock shows, written in full."""
    texts = pl.Series([moment.strftime(pattern) for moment in drawn])
    assert read_back(texts, pattern) is not None


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("%Y-%m-%d %H:%M:%S", "2017-01-02 03:04:60"),
        ("%Y-%m-%d %H:%M", "2017-01-02 3:04"),
        ("%Y-%m-%d %H:%M", "2017-01-02  03:04"),
        ("%Y-%m-%d", "0000-01-02"),
        ("%Y-%m-%d", "1017-01-02"),
        ("%Y-%m-%d", "2017-02-30"),
        ("%Y-%m-%d", ""),
        ("%Y-%m-%d", None),
        ("%d.%m.%y", "02.01.17"),
        ("%d %b %Y", "02 Jan 2017"),
        ("%H:%M", "03:04"),
        ("%Y-%m-%d %d", "2017-01-02 02"),
        ("%Y-%m-%d %H", "2017-01-02 03"),
    ],
)
def test_the_rest_takes_the_patient_way(pattern: str, text: str | None) -> None:
    """Wherever the text stands: among the first, which are tried alone, or far below."""
    good = ["2017-01-02"] * 99 if pattern == "%Y-%m-%d" else ["2017-01-02 03:04:00"] * 99
    assert read_back(pl.Series([text, *good]), pattern) is None
    assert read_back(pl.Series([*good, text]), pattern) is None
    assert read_back(pl.Series([], dtype=pl.String), pattern) is None
