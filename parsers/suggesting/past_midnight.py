"""Days of a till that end after midnight: the date stays, and the time begins again.

With such a date and its time a sale at 00:14 would be taken for one of the night before, and be
reported a day too early.
"""

from datetime import datetime
from itertools import pairwise

import polars as pl

from parsers.moments.clocks import read_written
from parsers.suggesting.moments import When

_FROM, _UNTIL = 17, 6  # hours: so late the time is that falls, and so early that to which it does
_LOOKED_AT = 20_000  # rows


def past_midnight(when: When, apart: pl.Series) -> str | None:
    """Say where the time falls past midnight while the date stays; None if it does not.

    `apart` says of each row to which shop and file it belongs: these have clocks of their own.
    """
    if len(when.names) != 2 or not when.with_time:  # noqa: PLR2004 - a date and a time
        return None
    rows = pl.DataFrame({"apart": apart, "moment": read_written(when.texts, when.formats[0])}).head(
        _LOOKED_AT
    )
    of_days = rows.drop_nulls().group_by("apart", pl.col("moment").dt.date().alias("day"))
    for _, group in of_days:
        moments = group["moment"].to_list()
        found = _fall(moments) or _fall(moments[::-1])
        if found is not None:
            before, after = found
            return f"{after:%H:%M} comes after {before:%H:%M} of the same date."
    return None


def _fall(moments: list[datetime]) -> tuple[datetime, datetime] | None:
    """The two neighbours between which the time falls past midnight, if it does nowhere else.

    Nothing of the early hours stands above them, as it does where the day is that of the calendar.
    """
    falls = [at for at, (one, other) in enumerate(pairwise(moments)) if other < one]
    if len(falls) != 1:
        return None
    at = falls[0]
    before, after = moments[at], moments[at + 1]
    if before.hour < _FROM or after.hour >= _UNTIL or moments[-1] >= moments[0]:
        return None
    return before, after
