# ruff: noqa: RUF001 - letters of other alphabets are what this is about
"""Proposals for files in which a careless one would load a wrong amount: decided, or asked."""

from __future__ import annotations

import pytest

from parsers.delimited import read
from parsers.mappings.mapping import parse_mapping
from parsers.mappings.sent import Sent
from parsers.suggesting import GivenFile, suggest
from tests.parsers.suggest_proposals import columns_of, propose
from tests.parsers.suggest_samples import given

DAYS = ("16", "17", "18")


def sales(header: str, *kinds: str, date: str = "{day}/11/2026", total: str = "12.50") -> GivenFile:
    """Four sales a day on three days, each with a cell of `kinds` in turn behind its total.

    In a kind a {} is the number of the sale.
    """
    lines = [f"Shop,Receipt,Date,Time,Total,{header}"]
    for at in range(12):
        day = date.format(day=DAYS[at // 4])
        kind = kinds[at % len(kinds)].replace("{}", str(at))
        amount = total if total != "12.50" else f"{12 + at}.{50 + at}"
        lines.append(f"Barn,{7001 + at},{day},{9 + at}:{10 + at},{amount},{kind}")
    return given("sales.csv", "\n".join(lines) + "\n")


@pytest.mark.parametrize(
    ("header", "good", "void"),
    [
        ("Statut", "Payé", "Annulé"),
        ("Situação", "Fechado", "Cancelado"),
        ("Статус", "Оплачен", "Отменён"),
        ("Κατάσταση", "Ολοκληρώθηκε", "Ακυρώθηκε"),
        ("状态", "已支付", "已取消"),
        ("ステータス", "完了", "キャンセル"),
        ("상태", "결제완료", "취소"),
        ("Durum", "Tamamlandı", "İptal"),
        ("Qwrt", "Closed", "Voided"),
    ],
)
def test_what_is_cancelled_does_not_count_in_any_language(
    header: str, good: str, void: str
) -> None:
    said = propose(sales(header, good, good, void)).says["rows"]
    assert said["keep"][header] == [good]
    assert said["drop"][header] == [void]


@pytest.mark.parametrize(
    ("header", "yes", "no"),
    [
        ("Storno", "ANO", "NE"),
        ("Ungültig", "ja", "nein"),
        ("Training", "1", "0"),
        ("Makulerad", "Ja", "Nej"),
        ("İptal", "Evet", "Hayır"),
    ],
)
def test_flags_of_what_is_void_are_understood(header: str, yes: str, no: str) -> None:
    said = propose(sales(header, no, no, yes)).says["rows"]
    assert said["drop"][header] == [yes]


def test_a_date_of_deletion_leaves_rows_out() -> None:
    said = propose(sales("deleted_at", "", "", "2026-11-18")).says["rows"]
    assert said["drop"]["deleted_at"] == ["*"]


@pytest.mark.parametrize(
    ("header", "kinds", "refunds"),
    [
        ("isRefund", ("false", "false", "true"), ["true"]),
        ("isRefund", ("false",), ["true"]),
        ("Тип операции", ("Продажа", "Продажа", "Возврат"), ["Возврат"]),
        ("取引区分", ("売上", "売上", "返品"), ["返品"]),
    ],
)
def test_refunds_above_zero_are_turned(
    header: str, kinds: tuple[str, ...], refunds: list[str]
) -> None:
    """Also if a flag has been raised on no row so far."""
    assert propose(sales(header, *kinds)).says["rows"]["refund"][header] == refunds


@pytest.mark.parametrize(
    ("header", "kinds"), [("Type", ("S", "S", "V", "R")), ("DocType", ("1", "1", "1", "2"))]
)
def test_codes_of_kinds_are_asked_for(header: str, kinds: tuple[str, ...]) -> None:
    """S, V and R may be sale, void and return: nobody but the till's maker knows."""
    proposal = propose(sales(header, *kinds))
    assert proposal.says["rows"]["keep"][header] == "?"
    assert f"refund.{header}" in proposal.text


def test_words_for_ways_to_eat_are_no_codes() -> None:
    assert "rows" not in propose(sales("Order Type", "Dine In", "Takeaway")).says


def test_several_currencies_are_asked_for() -> None:
    """Dollars and francs in one column of totals: the sum of them is nobody's."""
    proposal = propose(sales("Currency", "EUR", "EUR", "CHF"))
    assert proposal.says["rows"]["keep"]["Currency"] == "?"
    assert "rows" not in propose(sales("Currency", "EUR")).says


def test_halves_of_a_bill_are_not_taken_for_its_total_twice() -> None:
    """Equal amounts on the rows of a sale are a total only where the column is called one."""
    rows = [f"Pier,{100 + at // 2},1{6 + at // 20}/11/2026 {9 + at // 4}:00" for at in range(40)]

    def lines(name: str) -> object:
        text = "\n".join(f"{row},{5 + at // 2}.25,Tea {at}" for at, row in enumerate(rows))
        file = given("sales.csv", f"Shop,Order ID,Date,{name},What\n{text}\n")
        return propose(file).says["rows"]["lines"]

    assert lines("Amount") == "?"
    assert lines("Order Total") == "first"


def test_an_amount_is_no_id_however_different_it_is() -> None:
    """A table of hours has no number of a sale: day and hour are one, and it is asked for."""
    rows = "\n".join(
        f"12,2026-11-{day},{hour},{int(day) * 31 + hour * 7}.{hour + 10},{hour % 4}"
        for day in DAYS
        for hour in range(9, 19)
    )
    proposal = propose(given("hours.csv", f"Location,Date,Hour,Sales,Transactions\n{rows}\n"))
    assert "transaction_id" not in columns_of(proposal)
    ids = proposal.choices("columns", "transaction_id")
    assert {"combine": ["Date", "Hour"], "separator": "-"} in ids
    moments = proposal.choices("columns", "occurred_at")
    assert moments[0] == {"date": "Date", "time": "Hour", "format": "%Y-%m-%d %H"}


def test_the_number_of_the_shop_is_no_id_in_a_table_without_names() -> None:
    """And digits that read as times beside the date are offered as such."""
    rows = "\n".join(
        f"001;2026111{6 + at // 20};{9 + at // 4:02d}{(at * 7) % 60:02d}{(at * 13) % 60:02d};"
        f"{5 + at},{at + 10};K"
        for at in range(40)
    )
    proposal = propose(given("sales.txt", rows + "\n"))
    assert columns_of(proposal).get("transaction_id") != "column 1"
    assert proposal.choices("columns", "occurred_at")[0] == {
        "date": "column 2",
        "time": "column 3",
        "format": "%Y%m%d %H%M%S",
    }


def test_a_spreadsheet_s_guard_of_zeros_is_taken_off() -> None:
    """="0012" and '0012 are both written so that Excel keeps the zeros: the id is 0012."""
    rows = "\n".join(
        f'="0012",\'{at + 1:06d},{day}/11/2026 {9 + at}:05,{at}.50'
        for at, day in enumerate(DAYS * 3)
    )
    file = given("guarded.csv", f"Store,Receipt,Date,Total\n{rows}\n")
    proposal = propose(file, timezone="Europe/London")
    assert columns_of(proposal)["location_id"] == {"column": "Store", "mask": '="{}"'}
    mapping = parse_mapping(
        suggest([file])
        .mapping.replace("QUESTION", "")
        .replace('# timezone = "Europe/London"', 'timezone = "Europe/London"')
    )
    reading = read(file.data, mapping, sent=Sent(name=file.name))
    assert reading.rows["location_id"].unique().to_list() == ["0012"]
    assert reading.rows["transaction_id"].to_list()[0] == "000001"


@pytest.mark.parametrize(
    "cells", ["12,50 TL", "12,50 руб.", "1250円", "12,50 元", "1 250원", "12,50 лв."]
)
def test_the_words_of_more_currencies_are_amounts(cells: str) -> None:
    text = "\n".join(
        f"Barn;{7001 + at};{day}/11/2026 9:{10 + at};{cells.replace('2', str(at))}"
        for at, day in enumerate(DAYS * 2)
    )
    proposal = propose(given("sales.csv", f"Shop;Receipt;Date;Total\n{text}\n"))
    totals = [columns_of(proposal).get("total"), *proposal.choices("columns", "total")]
    assert any(total in ("Total", {"column": "Total", "minor_units": 2}) for total in totals)


def test_the_names_of_columns_cut_short_are_understood() -> None:
    rows = "\n".join(
        f"0007|{at + 10:08d}|11/{day}/26|{9 + at:02d}{at + 10}|{at}.25"
        for at, day in enumerate(DAYS * 3)
    )
    found = columns_of(propose(given("x.txt", f"Loc No|Tran No|Tran Dt|Tran Tm|Tot Amt\n{rows}\n")))
    assert found["location_id"] == "Loc No"
    assert found["transaction_id"] == "Tran No"
    assert found["total"] == "Tot Amt"
    assert (found["occurred_at"]["date"], found["occurred_at"]["time"]) == ("Tran Dt", "Tran Tm")


def test_a_number_that_looks_like_a_date_is_still_the_number_of_the_receipt() -> None:
    """Polish tills write 17/11/2026 for the seventeenth of the month's receipts."""
    rows = "\n".join(
        f"Sklep 1\t{at + 1}/11/2026\t2026-11-{day}\t{9 + at}:05\t{at},50"
        for at, day in enumerate(DAYS * 3)
    )
    text = f"Sklep\tNr paragonu\tData\tGodzina\tKwota\n{rows}\n"
    assert columns_of(propose(given("p.txt", text)))["transaction_id"] == "Nr paragonu"


@pytest.mark.parametrize(
    ("header", "cells", "zone"),
    [
        ("店舗,レシート番号,日時,合計", "1200", "Asia/Tokyo"),
        ("门店,订单号,下单时间,金额", "12.50", "Asia/Shanghai"),
        ("매장,영수증번호,판매일시,판매금액", "1200", "Asia/Seoul"),
        ("Κατάστημα,Απόδειξη,Ημερομηνία,Σύνολο", "12.50", "Europe/Athens"),
        ("Shop,Receipt,Date,Total", "12.50 EUR", "Europe/Berlin"),
    ],
)
def test_letters_and_money_tell_where_the_shop_may_be(header: str, cells: str, zone: str) -> None:
    rows = "\n".join(f"A,{7001 + at},2026-11-{day} 09:0{at},{cells}" for at, day in enumerate(DAYS))
    assert propose(given("x.csv", f"{header}\n{rows}\n")).choices("", "timezone")[0] == zone


def test_the_number_of_a_row_in_its_file_is_no_id() -> None:
    """It begins again in the next file, whose rows would replace these. Receipts do not."""
    rows = "\n".join(
        f"{at + 1};0101;2026111{6 + at // 6};{7 + at % 6 // 2:02d}:00;{'PIN' if at % 2 else 'Cash'}"
        f";{at + 3},50"
        for at in range(18)
    )
    text = f"RowId;LocationNumber;Date;Time;PaymentTypeName;Amount\n{rows}\n"
    proposal = propose(given("turnover.csv", text))
    assert "transaction_id" not in columns_of(proposal)
    by_the_clock = {"combine": ["Date", "Time"], "separator": "-"}
    assert proposal.choices("columns", "transaction_id")[0] == by_the_clock
    assert proposal.says["rows"]["lines"] == "?"
    receipts = given("turnover.csv", text.replace("RowId", "Receipt"))
    assert columns_of(propose(receipts))["transaction_id"] == "Receipt"


def test_a_japanese_register_needs_no_question_but_its_zone() -> None:
    """Signs in its dates, and a backslash, which is the yen sign in its code page."""
    rows = "".join(
        f"2026年03月{at:02}日,10:{at:02},渋谷店,{at:06},\\{at * 37},現金\n" for at in range(10, 30)
    )
    text = f"日付,時刻,店舗,レシート番号,合計金額,支払方法\n{rows}"
    proposal = propose(GivenFile(name="sales.csv", data=text.encode("cp932")))
    assert columns_of(proposal)["total"] == "合計金額"
    assert columns_of(proposal)["occurred_at"]["format"] == "%Y年%m月%d日 %H:%M"
    assert proposal.text.count("QUESTION:") == 1
