"""What the names of columns are about, in the languages that tills are sold in."""

import pytest

from parsers.headings.kind_words import RowKind
from parsers.headings.more_words import MORE_WORDS
from parsers.headings.names import heading, plain
from parsers.headings.row_kinds import kind_of
from parsers.headings.words import WORDS, Concept

NAMES = {
    "Total Collected": {Concept.TOTAL, Concept.GRAND},
    "orderTotal": {Concept.ORDER, Concept.TOTAL},
    "Betrag inkl. MwSt.": {Concept.AMOUNT, Concept.INCLUDING, Concept.TAX},
    "Bruttobetrag": {Concept.GROSS, Concept.AMOUNT},
    "Montant TTC": {Concept.AMOUNT, Concept.GROSS},
    "Importe": {Concept.AMOUNT},
    "Wartość brutto": {Concept.AMOUNT, Concept.GROSS},
    "Beløp": {Concept.AMOUNT},
    "Yhteensä": {Concept.TOTAL},
    "Celkem": {Concept.TOTAL},
    "Végösszeg": {Concept.TOTAL},
    "Toplam": {Concept.TOTAL},
    "Belegnummer": {Concept.RECEIPT, Concept.ID},
    "Transaktionsnummer": {Concept.TRANSACTION, Concept.ID},
    "Kvitteringsnummer": {Concept.RECEIPT, Concept.ID},
    "Kuittinumero": {Concept.RECEIPT, Concept.ID},
    "N° de ticket": {Concept.RECEIPT, Concept.ID},
    "Nr paragonu": {Concept.RECEIPT, Concept.ID},
    "Order #": {Concept.ORDER, Concept.ID},
    "Filiale": {Concept.STORE},
    "Punto vendita": {Concept.STORE},
    "Salgssted": {Concept.STORE},
    "Myymälä": {Concept.STORE},
    "Caisse": {Concept.TILL},
    "Uhrzeit": {Concept.TIME},
    "Klo": {Concept.TIME},
    "Nº cupom": {Concept.RECEIPT, Concept.ID},
    "Fecha": {Concept.DATE},
    "Zeitpunkt": {Concept.MOMENT},
    "Time Zone": {Concept.ZONE},
    "Währung": {Concept.CURRENCY},
    "Trinkgeld": {Concept.TIP},
    "Moms": {Concept.TAX},
    "Statut": {Concept.STATUS},
    "Статус": {Concept.STATUS},
    "Номер чека": {Concept.ID, Concept.RECEIPT},
    "Σύνολο": {Concept.TOTAL},
    "店舗コード": {Concept.STORE, Concept.ID},
    "合計金額": {Concept.AMOUNT},
    "下单时间": {Concept.MOMENT},
    "订单金额": {Concept.ORDER, Concept.AMOUNT},
    "영수증번호": {Concept.RECEIPT, Concept.ID},
    "Tran Dt": {Concept.TRANSACTION, Concept.DATE},
}


@pytest.mark.parametrize("name", NAMES)
def test_names_are_understood(name: str) -> None:
    found = heading(name)
    assert found.concepts >= NAMES[name]
    assert found.unknown == 0 or name == "N° de ticket"


def test_a_word_that_nobody_knows_is_counted() -> None:
    """It makes a name less certain: the amount of what?"""
    assert heading("Zorb Amount").unknown == 1
    assert heading("Amount (EUR)").unknown == 0


def test_a_known_word_inside_of_another_is_not_found_by_chance() -> None:
    """`cost` is in `costume`, which is not what was paid for the goods."""
    assert not heading("Costumery").concepts
    assert not heading("Mandate").concepts


@pytest.mark.parametrize("concept", Concept)
def test_every_word_is_found_as_it_stands(concept: Concept) -> None:
    """No word of the lists is written so that no name could ever be it."""
    for word in f"{WORDS[concept]} {MORE_WORDS.get(concept, '')}".split():
        assert concept in heading(plain(word.replace("_", " "))).concepts


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ("Sale", RowKind.SALE),
        ("Sale Line", RowKind.LINE),
        ("Zahlung", RowKind.PAYMENT),
        ("Payment Refund", RowKind.REFUND),
        ("partially_refunded", RowKind.REFUNDED),
        ("General Withdrawal", RowKind.PAYOUT),
        ("Auszahlung", RowKind.PAYOUT),
        ("Storniert", RowKind.VOID),
        ("Anulowane", RowKind.VOID),
        ("Fehlgeschlagen", RowKind.VOID),
        ("on-hold", RowKind.PENDING),
        ("COMPLETED", RowKind.DONE),
        ("Dostarczone", RowKind.DONE),
        ("Отменён", RowKind.VOID),
        ("已取消", RowKind.VOID),
        ("返品", RowKind.REFUND),
        ("결제완료", RowKind.DONE),
        ("待付款", RowKind.PENDING),
        ("Dine In", None),
        ("Blue", None),
    ],
)
def test_cells_say_of_what_kind_a_row_is(cell: str, kind: RowKind | None) -> None:
    assert kind_of(cell) is kind
