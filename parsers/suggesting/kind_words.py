"""What tills write into a row to say of what kind it is, or what became of the sale. Only data.

Words are as `headings.plain` writes them; `_` stands for a blank inside of a phrase.
"""

from enum import StrEnum


class RowKind(StrEnum):
    """What a cell says of its row."""

    SALE = "sale"
    REFUND = "refund"
    REFUNDED = "refunded"  # a sale that was paid back later, in part or whole
    VOID = "void"
    PENDING = "pending"
    DONE = "done"
    LINE = "line"  # one item of a sale
    PAYMENT = "payment"  # one way in which a sale was paid; alone it is the sale
    PAYOUT = "payout"  # money between the shop and its bank or provider


KIND_WORDS: dict[RowKind, str] = {
    RowKind.PAYOUT: """
        payout auszahlung deposit transfer withdrawal withdraw udbetaling utbetaling utbetalning
        settlement virement uitbetaling wyplata fee gebuhr topup top_up adjustment bonifico
        payout_reversal vyplata kifizetes cash_in cash_out pay_in pay_out einlage entnahme
        kasseneinlage kassenentnahme no_sale commission transfer_fee hold release""",
    RowKind.REFUNDED: """
        refunded partially_refunded part_refunded erstattet teilweise_erstattet ruckerstattet
        rembourse reembolsado rimborsato terugbetaald aterbetald refundert refunderet zwrocone
        chargeback disputed""",
    RowKind.REFUND: """
        refund return erstattung ruckerstattung ruckgabe retoure gutschrift remboursement avoir
        retour reembolso devolucion rimborso reso devolucao terugbetaling zwrot aterbetalning
        retur refundering tilbagebetaling palautus vraceni visszaterites rambursare iade
        payment_refund reversal ruckbuchung returns refunds kreditering credit_note kreditnota
        krediteret refusjon tilbakebetaling annullering""",
    RowKind.VOID: """
        void voided cancelled canceled cancel cancellation storno storniert stornierung
        annulliert annule annulee anulado anulada annullato annullata cancelado cancelada
        geannuleerd anulowano anulowany makulerad annulleret annullert mitatoity stornovano
        sztorno anulat iptal failed declined rejected fehlgeschlagen abgelehnt abgebrochen
        echoue fallido fallito mislukt nieudane misslyckad mislykket deleted expired aborted
        trashed denied refused error unsuccessful blocked training trainings test epaonnistunut
        neuspesne sikertelen esuat avbruten afbrudt avbrutt geloscht""",
    RowKind.LINE: """
        sale_line line line_item item product position artikel zeile ligne linea riga regel
        sale_item order_line item_sale lineitem detail rad rivi polozka tetel discount_line""",
    RowKind.PENDING: """
        pending processing on_hold hold open offen ausstehend in_bearbeitung en_attente en_cours
        pendiente in_attesa awaiting awaiting_payment unpaid unbezahlt draft entwurf authorized
        parked layby layaway in_progress new open_tab pendente openstaand oczekujace vantande
        afventer venter odottaa uncaptured requires_payment_method partially_paid saved quote
        payment_review on_account incomplete reservasjon reservation reserve authorization
        authorisation reservierung preauthorization""",
    RowKind.PAYMENT: """
        payment zahlung bezahlung paiement pago pagamento betaling platnosc betalning maksu
        platba fizetes plata odeme tender""",
    RowKind.SALE: """
        sale sales verkauf verkaufe vente ventes venta ventas vendita vendite venda vendas
        verkoop sprzedaz forsaljning kop salg myynti prodej eladas vanzare satis charge order
        bestellung purchase capture umsatz receipt beleg invoice rechnung transaction exchange
        kob kjop""",
    RowKind.DONE: """
        completed complete closed paid succeeded success successful done ok approved captured
        abgeschlossen erfolgreich bezahlt geschlossen paye reussi termine pagado completado
        pagato completato pago concluido betaald voltooid zaplacone zakonczone betald slutford
        gennemfort betalt fullfort maksettu valmis zaplaceno dokonceno fizetve platit odendi
        finished fulfilled settled zakonczona oplacone posted gebucht cerrado cerrada chiuso
        ferme fermee fullford avsluttet lukket stangd cleared publicado registrado facturado
        invoiced delivered shipped versendet geliefert zugestellt enviado entregado""",
}

STEMS: dict[RowKind, str] = {
    RowKind.VOID: """
        anul annul cancel storn geannul makul avbest avlys peruu mitat zrus sztorn torol iptal
        fehl declin reject odrzuc mislyk misslyck fallid echou refus abgebr отказ аннул
        анул сторн""",
    RowKind.REFUND: """
        refund return erstatt ruckerst retour rembours reembols devol rimbors resi reso terugbet
        zwrot zwroc aterbet retur refunder tilbagebet tilbakebet palaut vraceni vracen visszater
        rambur iade възстан возврат""",
    RowKind.PENDING: """
        pend ausst offen wart attent espera attes oczek vant afvent vent odott cekaj varako astept
        bekle process bearbeit unpaid unbez""",
    RowKind.DONE: """
        complet cobrad liquidad abgeschl erledig bezahl termin pagad pagat paye betaal voltooi
        zaplac oplac zakoncz zrealiz dostarcz betald slutfor betalt gennemf fullfor maksett valmis
        zaplacen dokonc fizet teljes platit finaliz odendi tamaml cerrad chius ferm geschl sluten
        lukket entreg livr geliefer bezorg levere toimit doruc kiszall livrat teslim завърш оплач
        платен""",
}
"""Beginnings of words that languages inflect; looked at where no whole word is known."""

YES_WORDS = frozenset("true yes y 1 ja oui si sim tak t x j".split())  # noqa: SIM905 - as it reads
"""What is written for yes."""

NO_WORDS = {
    "false": "true",
    "no": "yes",
    "n": "y",
    "0": "1",
    "nein": "ja",
    "non": "oui",
    "nao": "sim",
    "nie": "tak",
    "f": "t",
}
"""What is written for no, each with what is then written for yes."""
