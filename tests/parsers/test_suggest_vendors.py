"""Proposals for the files of many vendors: by names and contents, as nothing knows a vendor."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from typing import Any

import pytest

from parsers.delimited import read
from parsers.mappings.mapping import MappingError, parse_mapping
from parsers.mappings.sent import Sent
from parsers.suggesting import GivenFile, suggest
from tests.parsers import suggest_samples as samples
from tests.parsers import suggest_samples_more as more
from tests.parsers.suggest_proposals import Proposal, columns_of, propose

Files = GivenFile | list[GivenFile]

# What each vendor's files must give: of [columns] what is said, of [rows] all that is said.
VENDORS: dict[str, tuple[Callable[[], Files], dict[str, Any], dict[str, Any]]] = {
    "square, items": (
        samples.square_items,
        {
            "location_id": "Location",
            "transaction_id": "Transaction ID",
            "total": {"add": ["Net Sales", "Tax"]},
        },
        {"lines": "sum"},
    ),
    "shopify": (
        samples.shopify_orders,
        {"transaction_id": "Name", "total": "Total"},
        {"lines": "first", "fill_down": ["Financial Status"]},
    ),
    "toast, checks": (
        samples.toast_checks,
        {"location_id": "Location Code", "transaction_id": "Check Id", "total": "Total"},
        {},
    ),
    "clover": (samples.clover, {"transaction_id": "Order ID", "total": "Order Total"}, {}),
    "loyverse": (
        samples.loyverse,
        {"location_id": "Store", "transaction_id": "Receipt number", "total": "Total collected"},
        {"keep": {"Status": ["Closed"]}, "drop": {"Status": ["Cancelled"]}},
    ),
    "loyverse, items": (
        samples.loyverse_by_item,
        {"transaction_id": "Receipt number", "total": {"add": ["Net sales", "Taxes"]}},
        {"lines": "sum"},
    ),
    "lightspeed x": (
        samples.vend,
        {"total": "Total"},
        {"keep": {"Line Type": ["Sale"]}, "drop": {"Line Type": ["Sale Line", "Payment"]}},
    ),
    "shopkeep": (
        samples.shopkeep,
        {"location_id": "Store Code", "transaction_id": "Transaction ID", "total": "Total Due"},
        {"lines": "sum"},
    ),
    "sumup, german": (
        more.sumup_german,
        {"transaction_id": "Transaktionsnummer", "total": "Betrag inkl. MwSt."},
        {
            "keep": {"Transaktionsart": ["Umsatz"], "Status": ["Erfolgreich"]},
            "drop": {"Transaktionsart": ["Auszahlung"], "Status": ["Fehlgeschlagen"]},
        },
    ),
    "sumup, english": (
        more.sumup_english,
        {"transaction_id": "Transaction ID", "total": "Total amount"},
        {"keep": {"Transaction type": ["Sale"]}, "drop": {"Transaction type": ["Payout"]}},
    ),
    "zettle": (
        more.zettle,
        {"transaction_id": "Kvitteringsnummer", "total": "Beløp"},
        {},
    ),
    "woocommerce, items": (
        more.woocommerce_items,
        {"transaction_id": "Order Number", "total": "Order Total Amount"},
        {"lines": "first", "drop": {"Order Status": ["cancelled"]}},
    ),
    "woocommerce, widened": (more.woocommerce_wide, {"total": "order_total"}, {}),
    "stripe": (
        more.stripe,
        {
            "transaction_id": "id",
            "total": "Amount",
            "occurred_at": {
                "column": "Created (UTC)",
                "format": "%Y-%m-%d %H:%M",
                "timezone": "UTC",
            },
        },
        {"drop": {"Status": ["Failed"]}},
    ),
    "paypal": (
        more.paypal,
        {"transaction_id": "Transaction ID", "total": "Gross"},
        {"drop": {"Type": ["General Withdrawal"]}},
    ),
    "vivipos": (more.vivipos, {"total": "Payment"}, {"keep": {"Terminal": ["*"]}}),
    "odoo": (more.odoo, {"total": "Total"}, {"lines": "first"}),
    "epos now": (
        more.epos_now,
        {"location_id": "Location", "transaction_id": "Transaction ID", "total": "Total"},
        {},
    ),
    "vipps": (
        more.vipps,
        {"location_id": "Salgssted", "transaction_id": "Transaksjons-ID", "total": "Brutto"},
        {},
    ),
    "leeroy": (
        more.leeroy,
        {
            "location_id": "BUTIK",
            "transaction_id": "KVITTONR",
            "total": "BELOPP",
            "occurred_at": {"columns": ["YEAR", "MONTH", "DAY", "HOUR", "MINUTE"]},
        },
        {},
    ),
    "temu": (more.temu, {"transaction_id": "Order ID", "total": "Order total"}, {}),
}
every_vendor = pytest.mark.parametrize("vendor", VENDORS)


@every_vendor
def test_the_columns_of_many_vendors_are_found(vendor: str) -> None:
    """By names and contents, in whatever language: nothing knows a vendor."""
    files, columns, rows = VENDORS[vendor]
    proposal = propose(files())
    assert columns.items() <= columns_of(proposal).items(), proposal.text
    for key, value in rows.items():
        said = proposal.says["rows"][key]
        if isinstance(value, dict):
            assert value.items() <= said.items(), proposal.text
        else:
            assert said == value, proposal.text


@every_vendor
def test_what_is_open_cannot_load_by_chance(vendor: str) -> None:
    """A proposal with a question about a column, a zone or the rows is refused as a mapping."""
    files = VENDORS[vendor][0]()
    found = suggest(files if isinstance(files, list) else [files])
    if found.questions:
        with pytest.raises(MappingError):
            parse_mapping(found.mapping)
    else:
        parse_mapping(found.mapping)


@every_vendor
def test_a_proposal_with_its_questions_answered_loads_its_files(vendor: str) -> None:
    """The first choice of each question, and every file of the vendor loads without a reject."""
    files = VENDORS[vendor][0]()
    listed = files if isinstance(files, list) else [files]
    proposal = propose(listed, timezone="Europe/Berlin")
    mapping = parse_mapping(answered(proposal))
    for file in listed:
        reading = read(file.data, mapping, sent=Sent(name=file.name))
        assert not reading.rejected, reading.rejects[:1]
        assert reading.rows.height >= 8


def answered(proposal: Proposal) -> str:
    """The text of a proposal with the first of the choices of each open key."""
    open_keys: set[str] = set()
    lines = []
    for line in proposal.text.splitlines():
        if line.startswith(("# QUESTION",)):
            open_keys.clear()
        offered = line.removeprefix("# ")
        key = offered.partition(" = ")[0]
        try:
            is_choice = line.startswith("# ") and bool(tomllib.loads(offered))
        except tomllib.TOMLDecodeError:
            is_choice = False
        if is_choice and key not in open_keys and not key.startswith("If "):
            open_keys.add(key)
            lines.append(offered)
        elif ' = "?"' not in line:
            lines.append(line)
    return "\n".join(lines)


def test_what_is_asked_of_nobody_loads() -> None:
    """Square's items name their zone: no question is open, and the total of each sale is right."""
    file = samples.square_items()
    found = suggest([file])
    assert found.questions == []
    reading = read(file.data, parse_mapping(found.mapping))
    assert reading.rows.height == 14
    assert not reading.rejected
    assert sum(total.startswith("-") for total in reading.rows["total"]) == 1


def test_the_parts_of_a_proposal_are_told_to_scripts() -> None:
    """Roles name the columns of what is decided; evidence and questions are sentences."""
    found = suggest([more.epos_now()])
    assert found.roles == {
        "location_id": ["Location"],
        "transaction_id": ["Transaction ID"],
        "total": ["Total"],
        "occurred_at": ["Date", "Time"],
    }
    assert found.questions == ["In which time zone is the clock of the shop?"]
    assert any("15 of 15 values read" in said for said in found.evidence)
