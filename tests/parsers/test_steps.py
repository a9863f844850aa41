"""The steps of a reading, one after the other: what one of them changes the next ones see."""

from parsers.delimited import read
from tests.parsers.dialects import HEADER, plain_mapping

_GOOD = "7,1,1.50,2017-01-01 12:00,ok\n"


def test_a_repaired_row_loads_in_its_place() -> None:
    """Its values are its own, and so are those of the rows around it."""
    bad = "7,2,2.50,2017-01-01 12:00,o,k\n"
    body = _GOOD * 3 + bad + _GOOD.replace("7,1,1.50", "7,3,3.50")
    reading = read((",".join(HEADER) + "\n" + body).encode(), plain_mapping(""))
    assert reading.rows.select("line", "transaction_id", "total").rows() == [
        (4, "1", "1.50"),
        (5, "2", "2.50"),
        (6, "3", "3.50"),
    ]
    assert reading.rejects == ()
