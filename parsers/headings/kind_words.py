# ruff: noqa: RUF001 - letters of other alphabets are what this is about
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
        payout auszahlung deposit transfer withdrawal withdraw udbetaling utbetaling
        utbetalning settlement virement uitbetaling wyplata fee gebuhr topup top_up
        adjustment bonifico payout_reversal vyplata kifizetes cash_in cash_out pay_in
        pay_out einlage entnahme kasseneinlage kassenentnahme no_sale commission
        transfer_fee hold release""",
    RowKind.REFUNDED: """
        refunded partially_refunded part_refunded erstattet teilweise_erstattet
        ruckerstattet rembourse reembolsado rimborsato terugbetaald aterbetald refundert
        refunderet zwrocone chargeback disputed возвращен возвращено 返金済 返金済み 已退款
        部分退款 환불완료 환불됨""",
    RowKind.REFUND: """
        refund return erstattung ruckerstattung ruckgabe retoure gutschrift remboursement
        avoir retour reembolso devolucion rimborso reso devolucao terugbetaling zwrot
        aterbetalning retur refundering tilbagebetaling palautus vraceni visszaterites
        rambursare iade payment_refund reversal ruckbuchung returns refunds kreditering
        credit_note kreditnota krediteret refusjon tilbakebetaling annullering возврат
        повернення връщане επιστροφή iade_edildi povrat dobropis vratka 返金 返品 退款 退货
        환불 반품""",
    RowKind.VOID: """
        void voided cancelled canceled cancel cancellation storno storniert stornierung
        annulliert annule annulee anulado anulada annullato annullata cancelado cancelada
        geannuleerd anulowano anulowany makulerad annulleret annullert mitatoity stornovano
        sztorno anulat iptal failed declined rejected fehlgeschlagen abgelehnt abgebrochen
        echoue fallido fallito mislukt nieudane misslyckad mislykket deleted expired aborted
        trashed denied refused error unsuccessful blocked training trainings test
        epaonnistunut neuspesne sikertelen esuat avbruten afbrudt avbrutt geloscht
        аннулирован аннулирована отменен отменено отменён отмена отказ скасовано анулиран
        анулирана отказан ακυρώθηκε ακυρωμένη ακύρωση stornirano ponisteno zrusene 取消
        取消済 取消済み キャンセル 無効 失敗 已取消 已作废 作废 已关闭 失败 交易失败 취소
        취소됨 취소완료 주문취소 실패 basarisiz iptal_edildi nieudana neuspesna""",
    RowKind.LINE: """
        sale_line line line_item item product position artikel zeile ligne linea riga regel
        sale_item order_line item_sale lineitem detail rad rivi polozka tetel discount_line""",
    RowKind.PENDING: """
        pending processing on_hold hold open offen ausstehend in_bearbeitung en_attente
        en_cours pendiente in_attesa awaiting awaiting_payment unpaid unbezahlt draft
        entwurf authorized parked layby layaway in_progress new open_tab pendente openstaand
        oczekujace vantande afventer venter odottaa uncaptured requires_payment_method
        partially_paid saved quote payment_review on_account incomplete reservasjon
        reservation reserve authorization authorisation reservierung preauthorization
        ожидает ожидание в_обработке не_оплачен новый очікує изчакване εκκρεμεί σε_αναμονή
        保留 未払い 未決済 処理中 待付款 待支付 未支付 处理中 待处理 대기 대기중 미결제
        처리중 입금대기 bekliyor""",
    RowKind.PAYMENT: """
        payment zahlung bezahlung paiement pago pagamento betaling platnosc betalning maksu
        platba fizetes plata odeme tender платеж платіж плащане πληρωμή 支払 支払い 付款
        支付 결제""",
    RowKind.SALE: """
        sale sales verkauf verkaufe vente ventes venta ventas vendita vendite venda vendas
        verkoop sprzedaz forsaljning kop salg myynti prodej eladas vanzare satis charge
        order bestellung purchase capture umsatz receipt beleg invoice rechnung transaction
        exchange kob kjop продажа продаж продажба πώληση prodaja predaj 売上 販売 销售 消费
        收款 판매 매출 승인""",
    RowKind.DONE: """
        completed complete closed paid succeeded success successful done ok approved
        captured abgeschlossen erfolgreich bezahlt geschlossen paye reussi termine pagado
        completado pagato completato pago concluido betaald voltooid zaplacone zakonczone
        betald slutford gennemfort betalt fullfort maksettu valmis zaplaceno dokonceno
        fizetve platit odendi finished fulfilled settled zakonczona oplacone posted gebucht
        cerrado cerrada chiuso ferme fermee fullford avsluttet lukket stangd cleared
        publicado registrado facturado invoiced delivered shipped versendet geliefert
        zugestellt enviado entregado оплачен оплачено оплачена завершен завершено завершён
        выполнен проведен закрыт успешно платено платена завършена завършен сплачено
        виконано ολοκληρώθηκε ολοκληρωμένη πληρώθηκε εξοφλήθηκε placeno zavrseno dokoncena
        zaplatene uhradeno vybavena fechado fechada concluida odendi tamamlandi 完了 済
        支払済 支払済み 決済済 成功 已支付 已付款 已完成 支付成功 交易成功 已收款 완료
        결제완료 거래완료 정상 성공""",
}

STEMS: dict[RowKind, str] = {
    RowKind.VOID: """
        anul annul cancel storn geannul makul avbest avlys peruu mitat zrus sztorn torol
        iptal fehl declin reject odrzuc mislyk misslyck fallid echou refus abgebr отказ
        аннул анул сторн отмен скасов ακυρ 取消 キャンセル 作废 失败 失敗 취소 실패""",
    RowKind.REFUND: """
        refund return erstatt ruckerst retour rembours reembols devol rimbors resi reso
        terugbet zwrot zwroc aterbet retur refunder tilbagebet tilbakebet palaut vraceni
        vracen visszater rambur iade възстан возвра επιστρ 返金 返品 退款 退货 환불 반품""",
    RowKind.PENDING: """
        pend ausst offen wart attent espera attes oczek vant afvent vent odott cekaj varako
        astept bekle process bearbeit unpaid unbez ожид очаква εκκρεμ 未 待 대기""",
    RowKind.DONE: """
        complet cobrad liquidad abgeschl erledig bezahl termin pagad pagat paye betaal
        voltooi zaplac oplac zakoncz zrealiz dostarcz betald slutfor betalt gennemf fullfor
        maksett valmis zaplacen dokonc fizet teljes platit finaliz odendi tamaml cerrad
        chius ferm geschl sluten lukket entreg livr geliefer bezorg levere toimit doruc
        kiszall livrat teslim завърш оплач платен выполн ολοκληρ εξοφλ 完了 成功 已支付 已付
        已完成 완료""",
}
"""Beginnings of words that languages inflect; looked at where no whole word is known."""

YES_WORDS = frozenset(
    """true yes y 1 ja oui si sim tak t x j ano wahr vrai verdadero vero kylla igen evet da
    да так ναι はい 是 예 네""".split()  # noqa: SIM905 - as it reads
)
"""What is written for yes."""

NO_WORDS = {
    "false": "true",
    "no": "yes",
    "n": "y",
    "0": "1",
    "nein": "ja",
    "nej": "ja",
    "nei": "ja",
    "nee": "ja",
    "non": "oui",
    "nao": "sim",
    "nie": "tak",
    "ne": "ano",
    "ei": "kylla",
    "nem": "igen",
    "hayir": "evet",
    "nu": "da",
    "falsch": "wahr",
    "faux": "vrai",
    "нет": "да",
    "ні": "так",
    "не": "да",
    "οχι": "ναι",
    "いいえ": "はい",
    "否": "是",
    "아니오": "예",
    "f": "t",
}
"""What is written for no, each with what is then written for yes."""
