"""Proposing mappings: the columns of many vendors, and what is asked so that no chance loads."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from parsers.delimited import read
from parsers.mappings.mapping import parse_mapping
from parsers.reject import Unreadable, UnreadableCode
from parsers.suggesting import GivenFile, suggest
from tests.parsers import suggest_samples as samples
from tests.parsers import suggest_samples_more as more
from tests.parsers.suggest_proposals import Proposal, columns_of, propose
from tests.parsers.suggest_samples import given, table

ROOT = Path(__file__).parent.parent.parent


SALES = "Shop,Receipt,Date,Time,Total"


def sales(*rows: str, name: str = "sales.csv") -> GivenFile:
    return given(name, "\n".join([SALES, *rows]) + "\n")


def day(date: str, *receipts: int, total: int = 400) -> list[str]:
    return [
        f"Barn,{number},{date},{9 + at:02}:0{at}:11,{(total + 137 * number + at) / 100:.2f}"
        for at, number in enumerate(receipts)
    ]


def test_days_after_the_twelfth_in_any_file_decide() -> None:
    """03/04 alone is two days; beside a file with the 28th it is one."""
    early = sales(*day("03/04/2026", 7101, 7102, 7103))
    late = sales(*day("28/04/2026", 7201, 7202, 7203))
    alone = propose(early)
    assert "occurred_at" not in columns_of(alone)
    formats = [one["format"] for one in alone.choices("columns", "occurred_at")]
    assert sorted(formats) == ["%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S"]
    both = propose([early, late])
    assert columns_of(both)["occurred_at"]["format"] == "%d/%m/%Y %H:%M:%S"


def test_the_date_in_a_file_s_name_decides() -> None:
    """The name says the third of April, so 03/04 is not the fourth of March."""
    proposal = propose(sales(*day("03/04/2026", 7101, 7102), name="sales-2026-04-03.csv"))
    assert columns_of(proposal)["occurred_at"]["format"] == "%d/%m/%Y %H:%M:%S"


def test_numbers_that_begin_again_each_day_are_combined_with_the_date() -> None:
    """Receipt 1 of Monday is not receipt 1 of Tuesday, in one file or in two."""
    monday, tuesday = day("2026-11-16", 1, 2, 3, 4), day("2026-11-17", 1, 2, 3, total=900)
    expected = {"combine": ["Date", "Receipt"], "separator": "-"}
    for files in ([sales(*monday, *tuesday)], [sales(*monday), sales(*tuesday)]):
        assert columns_of(propose(files))["transaction_id"] == expected


def test_numbers_of_two_tills_are_combined_with_the_till() -> None:
    rows = [
        f"Barn,T{till},{number},2026-11-{16 + number // 3} 1{till}:0{number}:00,{number}.5{till}"
        for number in range(1, 9)
        for till in (1, 2)
    ]
    file = given("s.csv", "\n".join(["Shop,Till,Receipt,Date,Total", *rows]))
    assert columns_of(propose(file))["transaction_id"] == {
        "combine": ["Till", "Receipt"],
        "separator": "-",
    }


def test_one_number_on_two_tills_at_two_times_is_no_correction() -> None:
    """A correction is of the same second; else one of the two sales would be lost."""
    rows = [
        f"Barn,T{at % 2},{7100 + at},2026-11-{16 + at // 8} 1{at % 8}:05:00,{at}.50"
        for at in range(16)
    ]
    rows.append("Barn,T1,7102,2026-11-17 18:20:00,9.90")
    file = given("s.csv", "\n".join(["Shop,Till,Receipt,Date,Total", *rows]))
    assert columns_of(propose(file))["transaction_id"] == {
        "combine": ["Till", "Receipt"],
        "separator": "-",
    }


def test_what_a_table_ends_with_is_no_shop() -> None:
    rows = [*day("2026-11-16", 50211, 50212), *day("2026-11-17", 50213)]
    found = suggest([sales(*rows, "Total,,,,77.10")])
    assert "One shop, 'Barn'; filled on 3 of 3 rows." in found.mapping


def test_files_of_one_day_cannot_show_whether_numbers_begin_again() -> None:
    """A short number is asked for, one of twelve digits is not."""
    short = propose(sales(*day("2026-11-16", 341, 342, 343, 344)))
    assert short.choices("columns", "transaction_id")[0] == "Receipt"
    long = propose(sales(*day("2026-11-16", 900000000341, 900000000342, 900000000343)))
    assert columns_of(long)["transaction_id"] == "Receipt"


def test_a_correction_makes_no_lines() -> None:
    """A receipt that comes again with another total, at the same second, is a correction."""
    rows = [*day("2026-11-16", 50211, 50212, 50213), *day("2026-11-17", 50214, 50215, 50216)]
    corrected = rows[-1].rpartition(",")[0] + ",9.99"
    proposal = propose(sales(*rows, corrected))
    assert columns_of(proposal)["transaction_id"] == "Receipt"
    assert "lines" not in proposal.says.get("rows", {})


def test_a_resent_day_makes_no_new_numbers() -> None:
    """The day so far, and later the whole day: the same receipts are the same sales."""
    so_far = day("2026-11-16", 341, 342, 343)
    whole = [*day("2026-11-16", 341, 342, 343, 344), *day("2026-11-17", 345)]
    proposal = propose([sales(*so_far), sales(*whole)])
    assert columns_of(proposal)["transaction_id"] == "Receipt"


@pytest.mark.parametrize(
    ("columns", "values", "expected"),
    [
        ("Gross,Fee,Net", [("10.00", "-0.35", "9.65"), ("20.00", "-0.65", "19.35")], "Gross"),
        ("Amount,Fees,Total", [("10.00", "0.35", "9.65"), ("20.00", "0.65", "19.35")], "Amount"),
        (
            "Gross Price,Net Price,Tax",
            [("10.00", "9.00", "0.90"), ("20.00", "20.00", "2.00")],
            {"add": ["Net Price", "Tax"]},
        ),
        (
            "Preis (brutto),Preis (netto),Steuer",
            [("11.90", "10.00", "1.90"), ("23.80", "20.00", "3.80")],
            "Preis (brutto)",
        ),
        ("Net Total,Total Collected,Fees", [("9.65", "10.00", "-0.35")] * 2, "Total Collected"),
    ],
)
def test_the_total_is_what_the_customer_paid(
    columns: str, values: list[tuple[str, ...]], expected: object
) -> None:
    """With the tax and before the fees; what adds up to what tells more than the names."""
    rows = [
        ["Barn", f"9000000003{at}", f"2026-11-{16 + at} 10:00:00", *amounts]
        for at, amounts in enumerate(values)
    ]
    proposal = propose(given("s.csv", table(f"Shop,Receipt,Date,{columns}", rows)))
    assert columns_of(proposal)["total"] == expected, proposal.text


def test_two_totals_as_good_are_asked_for() -> None:
    header = "ID,Purchase Date,Grand Total (Base),Grand Total (Purchased),Store"
    rows = [
        [f"00000011{at}", f"2026-11-{16 + at} 8:04:05", 41 + at, 41 + at, "S"] for at in range(6)
    ]
    proposal = propose(given("export.csv", table(header, rows)))
    assert "total" not in columns_of(proposal)
    offered = proposal.choices("columns", "total")
    assert sorted(offered) == ["Grand Total (Base)", "Grand Total (Purchased)"]


def test_what_was_paid_back_in_a_column_is_asked_for() -> None:
    """Where a refund stands beside its sale, only the shop knows what is to count."""
    proposal = propose(samples.clover(refunds=True))
    assert proposal.choices("columns", "total") == [
        "Order Total",
        {"add": ["Order Total"], "subtract": ["Refunds Total"]},
        {"add": ["Order Total"], "subtract": ["Refunds Total", "Manual Refunds Total"]},
    ]


def test_whole_numbers_may_be_cents() -> None:
    rows = [f"Barn,{900000000 + at},2026-11-{10 + at},10:00:00,{1250 + at}" for at in range(12)]
    asked = propose(sales(*rows)).choices("columns", "total")
    assert [one["minor_units"] for one in asked] == [2, 0]
    named = given("s.csv", "\n".join([SALES.replace("Total", "amount_cents"), *rows]))
    assert columns_of(propose(named))["total"] == {"column": "amount_cents", "minor_units": 2}


def test_a_sign_that_nothing_proves_is_asked_for_and_the_file_is_held() -> None:
    rows = [f"Barn,{900000000 + at};2026-11-{10 + at};10:00:00;1.{250 + at}" for at in range(4)]
    file = sales(*(row.replace(",", ";", 1) for row in rows))
    file = replace(file, data=file.data.replace(SALES.encode(), SALES.replace(",", ";").encode()))
    proposal = propose(file, timezone="Europe/Berlin")
    assert proposal.choices("format", "decimal") == [".", ","]
    with pytest.raises(Unreadable) as held:
        read(file.data, parse_mapping(proposal.text))
    assert held.value.code == UnreadableCode.AMBIGUOUS_DECIMAL


def test_refunds_are_turned_only_where_they_are_not_below_zero() -> None:
    header = "Shop,Receipt,Date,Receipt type,Total"
    rows = [
        ["S", f"90000000{at}", f"2026-11-{10 + at} 10:00", "Return" if at % 3 else "Sale", 3 + at]
        for at in range(9)
    ]
    positive = propose(given("s.csv", table(header, rows)))
    assert positive.says["rows"]["refund"] == {"Receipt type": ["Return"]}
    signed = [[*row[:4], -float(str(row[4])) if row[3] == "Return" else row[4]] for row in rows]
    assert propose(given("s.csv", table(header, signed))).says["rows"] == {}
    signed[1][4] = 4.0
    mixed = propose(given("s.csv", table(header, signed)))
    assert mixed.says["rows"]["refund"] == {"Receipt type": "?"}


def test_a_status_that_nobody_knows_is_asked_for() -> None:
    header = "Store,Order ID,Date,Status,Total"
    words = ("Closed", "Closed", "Zorbed")
    rows = [
        ["S", f"90000000{at}", f"2026-11-{10 + at} 10:00", words[at % 3], f"{at}.50"]
        for at in range(9)
    ]
    proposal = propose(given("s.csv", table(header, rows)))
    assert proposal.says["rows"]["keep"] == {"Status": "?"}
    kept = [
        offer["rows"]["keep"]["Status"]
        for offer in proposal.offers
        if "keep" in offer.get("rows", {})
    ]
    assert kept == [["Closed", "Zorbed"], ["Closed"]]


def test_the_zone_of_the_tenant_is_taken_and_its_ids_tell_the_column() -> None:
    """Of two columns as good that one is taken whose ids were loaded before."""
    file = more.woocommerce_wide()
    assert "transaction_id" not in columns_of(propose(file))
    known = propose(file, timezone="Europe/Oslo", ids=frozenset({"WEB-502", "WEB-503"}))
    assert columns_of(known)["transaction_id"] == "order_number"
    assert known.says["timezone"] == "Europe/Oslo"


def test_the_files_tell_in_which_zones_the_shop_may_be() -> None:
    """Offsets, abbreviations, and a column of zones with one for each shop."""
    assert "timezone" not in propose(samples.shopify_orders()).says
    by_offset = _zones(propose(samples.shopify_orders()))
    assert "Europe/Berlin" in by_offset
    assert "Europe/London" not in by_offset
    assert _zones(propose(samples.clover())) == ["America/New_York"]
    assert propose(samples.square_items()).says["timezone"] == "America/New_York"


def _zones(proposal: Proposal) -> list[str]:
    return proposal.choices("", "timezone")


def test_the_shop_may_be_in_the_name_of_the_file() -> None:
    offered = propose(more.restaurant365()).choices("columns", "location_id")
    assert offered[0] == {"file_name": "Sales_{}_*.csv"}


def test_files_of_different_kinds_are_refused() -> None:
    with pytest.raises(Unreadable, match=r"'epos_sales\.csv' and 'kvitton\.csv'"):
        suggest([more.epos_now(), more.leeroy()])


def test_the_same_files_give_the_same_proposal_in_every_process() -> None:
    """Not even the order of sets, which differs from process to process, is to be seen."""
    program = (
        "from tests.parsers import suggest_samples as s, suggest_samples_more as m\n"
        "from parsers.suggesting import suggest\n"
        "for one in (m.paypal, s.shopify_orders, m.zettle, s.clover):\n"
        "    print(suggest([one()]).mapping)\n"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", program],
            check=True,
            capture_output=True,
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(texts) == 1


def test_a_long_file_is_looked_at_in_part() -> None:
    rows = (row for at in range(2) for row in day(f"2026-11-{16 + at}", *range(50211, 50214)))
    short = sales(*rows)
    padding = b"".join(b"Barn,%d,2026-11-18,10:00:00,1.50\n" % at for at in range(60000, 230000))
    found = suggest([replace(short, data=short.data + padding)])
    assert "Only the first 4 MB were looked at." in found.mapping


hostile = st.text(
    alphabet=st.sampled_from("aB1 ,;\"'\n\r\t#=[]{}\\%|.-:/é\u2028\x00?"), min_size=0, max_size=60
)


@settings(max_examples=60)
@for_all(text=hostile, name=st.text(max_size=12))
def test_whatever_stands_in_a_file_the_proposal_is_toml(text: str, name: str) -> None:
    """Names, values and file names are data: they end up in strings and comments."""
    try:
        found = suggest([GivenFile(name=name, data=text.encode())])
    except Unreadable:
        return
    tomllib.loads(found.mapping)


@settings(max_examples=60)
@for_all(names=st.lists(hostile, min_size=4, max_size=6), cells=st.lists(hostile, min_size=24))
def test_whatever_columns_are_called_the_proposal_is_toml(
    names: list[str], cells: list[str]
) -> None:
    """The same where there are columns to be named, and values to be listed."""
    header = ["Status", "Total", "Store", "Date", *names]
    rows = [
        [
            *cells[at : at + 1],
            f"{at}.50",
            *cells[at + 1 : at + 2],
            f"2026-11-{10 + at} 10:00",
            *names,
        ]
        for at in range(12)
    ]
    text = table(",".join(name.replace(",", " ") for name in header), rows)
    try:
        found = suggest([given("a.csv", text)])
    except Unreadable:
        return
    tomllib.loads(found.mapping)
