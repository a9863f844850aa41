"""Questions that a proposal asks where a careless answer would load wrong sales."""

import pytest

from tests.parsers.suggest_proposals import OPEN, columns_of, propose
from tests.parsers.suggest_samples import given

HEADER = "Shop,Receipt,Date,Time,Total\n"


def _clock(times: list[str], shops: tuple[str, ...] = ("Barn",), day: str = "2026-11-16") -> str:
    return HEADER + "".join(
        f"{shop},{7001 + at + 100 * place},{day},{time},{12 + at}.50\n"
        for place, shop in enumerate(shops)
        for at, time in enumerate(times)
    )


EVENING = ["18:00", "18:40", "19:20", "21:05", "22:30", "23:57"]
NIGHT = ["00:14", "00:50", "01:30"]


@pytest.mark.parametrize("shops", [("Barn",), ("Barn", "Mill")])
@pytest.mark.parametrize("newest_first", [False, True])
def test_a_day_that_ends_after_midnight_is_a_question(
    shops: tuple[str, ...], newest_first: bool
) -> None:
    """00:14 below 23:57 of the same date would be of the night before."""
    times = [*EVENING, *NIGHT]
    text = _clock(times[::-1] if newest_first else times, shops)
    proposal = propose(given("day.csv", text))
    assert "occurred_at" not in columns_of(proposal)
    assert "00:14 comes after 23:57 of the same date" in " ".join(proposal.text.split())


@pytest.mark.parametrize(
    "times",
    [
        [*NIGHT, *EVENING],
        [*reversed(EVENING), *reversed(NIGHT)],
        [*NIGHT, *EVENING, *NIGHT, *EVENING],
        ["18:00", "09:10", "23:57", "00:14", "12:00", "08:30"],
        [*EVENING, "09:30", "10:00"],
    ],
)
def test_a_day_of_the_calendar_is_none(times: list[str]) -> None:
    """Early hours above the late ones, no order at all, or a day that falls to the morning."""
    proposal = propose(given("day.csv", _clock(times)))
    assert columns_of(proposal)["occurred_at"]["time"] == "Time"


def _items(*columns: str) -> str:
    """Sales of one to three items, with columns of the item's price and of the whole."""
    lines = ["Shop,Order,Placed,Product," + ",".join(columns)]
    for order in range(20):
        prices = [100 * item + 37 * order + 250 for item in range(1 + order % 3)]
        for at, price in enumerate(prices):
            cells = {"Line Total": price, "Order Total": sum(prices)}
            amounts = ",".join(f"{cells[name] / 100:.2f}" for name in columns)
            lines.append(f"Barn,{900 + order},2026-11-1{order // 7} 1{at}:00,Item {at},{amounts}")
    return "\n".join(lines) + "\n"


def test_the_rule_for_lines_goes_with_the_total_that_is_open() -> None:
    """Added up, the total of the whole would be that of as many sales as it has rows."""
    proposal = propose(given("items.csv", _items("Line Total", "Order Total")))
    assert "total" not in columns_of(proposal)
    assert proposal.says["rows"]["lines"] == OPEN
    assert proposal.choices("rows", "lines") == ["sum", "first"]
    said = proposal.text.replace("\n# ", " ")
    assert "with 'Line Total' as the total take sum" in said
    assert "with 'Order Total' as the total take first" in said


@pytest.mark.parametrize(("column", "rule"), [("Line Total", "sum"), ("Order Total", "first")])
def test_with_one_total_the_rule_is_no_question(column: str, rule: str) -> None:
    """There is nothing that it could depend on."""
    said = propose(given("items.csv", _items(column))).says
    assert said["rows"]["lines"] == rule


def _counts(counts: list[str], sign: str = "") -> str:
    return "Shop,Receipt,When,Qty,Total\n" + "".join(
        f"Barn,{7001 + at},2026-11-1{6 + at % 3} {9 + at}:10,{count},"
        f"{sign if count.startswith('-') else ''}{12 + at}.50\n"
        for at, count in enumerate(counts)
    )


def test_less_than_nothing_for_more_than_nothing_is_a_question() -> None:
    """Refunds by their number, with totals as if they were sales."""
    proposal = propose(given("day.csv", _counts(["1", "2", "-1", "1", "-12", "3"])))
    assert proposal.says["rows"]["refund"] == {"Qty": OPEN}
    [cells] = [offer["rows"]["refund"]["Qty"] for offer in proposal.offers if "rows" in offer]
    assert {"-1", "-12", "-2", "-9"} <= set(cells)


@pytest.mark.parametrize(
    ("counts", "sign"), [(["1", "2", "-1", "1"], "-"), (["1", "2", "0", "1"], "")]
)
def test_other_numbers_are_none(counts: list[str], sign: str) -> None:
    """Where the total says it as well, or nothing comes back."""
    assert "rows" not in propose(given("day.csv", _counts(counts, sign))).says


def _amounts(header: str, *cells: str) -> str:
    return f"Shop,Receipt,When,{header}\n" + "".join(
        f"Barn,{7001 + at},2026-11-1{6 + at % 3} {9 + at}:10,{cells[at % len(cells)]}\n"
        for at in range(9)
    )


def test_a_tip_that_no_total_has_is_a_question() -> None:
    """Net and tax are added as no column has them; whether the tip counts is not said."""
    rows = ("10.00,1.00,2.00", "20.00,2.00,0.00", "30.00,3.00,1.50")
    proposal = propose(given("day.csv", _amounts("Net,Tax,Tip", *rows)))
    assert "total" not in columns_of(proposal)
    offered = proposal.choices("columns", "total")
    assert offered == [{"add": ["Net", "Tax"]}, {"add": ["Net", "Tax", "Tip"]}]
    without = propose(given("day.csv", _amounts("Net,Tax,Tip", "10.00,1.00,0.00", "20.00,2.00,0")))
    assert columns_of(without)["total"] == {"add": ["Net", "Tax"]}


def test_means_of_payment_are_offered_added_up() -> None:
    """Where each has a column and none has the whole."""
    rows = ("10.50,0.00,0.00", "0.00,20.75,0.00", "5.25,0.00,5.00")
    proposal = propose(given("day.csv", _amounts("Cash,Card,Voucher", *rows)))
    assert proposal.choices("columns", "total") == [
        {"add": ["Cash", "Card", "Voucher"]},
        *("Cash", "Card", "Voucher"),
    ]
