"""The words of headers in other scripts, and how names are cut short. Only data.

Russian, Ukrainian, Bulgarian, Greek, Chinese, Japanese, Korean; some of Slovak, Croatian, Turkish.
As in `words`; where a language writes several words without a blank between them, the
parts are what is here.
"""

from parsers.headings.words import Concept

MORE_WORDS: dict[Concept, str] = {
    Concept.TOTAL: """
        итог итого сумма всего к_оплате разом усього σύνολο συνολο γενικο_σύνολο ukupno 合計
        総計 総合計 总计 合计 总额 总金额 總計 합계 총계 총액 총금액 tot ttl""",
    Concept.GRAND: "総合 общая общий",
    Concept.AMOUNT: """
        сумма сума стоимость стойност вартість выручка оборот ποσό ποσο αξία αξια iznos 金額
        売上 売上高 金额 價格 销售额 实收 实付 應付 应付 금액 매출 매출액 판매금액 결제금액""",
    Concept.GROSS: "брутто μικτό 税込 税込み 含税 세금포함",
    Concept.NET: "нетто без_ндс καθαρό καθαρη 税抜 税抜き 不含税 공급가액 공급가",
    Concept.TAX: "ндс пдв ддс налог φπα 税 税額 消費税 税额 增值税 부가세 세금 부가가치세 pdv ddv",
    Concept.TIP: "чаевые бакшиш φιλοδώρημα チップ 小费 봉사료 팁",
    Concept.FEE: "комиссия комісія такса προμήθεια 手数料 手续费 수수료",
    Concept.DISCOUNT: """
        скидка знижка отстъпка έκπτωση εκπτωση 割引 値引 値引き 折扣 优惠 할인 할인액 disc
        dsc""",
    Concept.REFUND: "возврат повернення връщане επιστροφή 返金 返品 退款 退货 환불 반품",
    Concept.SUBTOTAL: "подытог промежуточный_итог μερικό_σύνολο 小計 小计 소계",
    Concept.PRICE: "цена ціна единична_цена τιμή τιμη cijena 単価 単价 单价 价格 価格 단가 가격",
    Concept.CHANGE: "сдача решта ресто ρέστα お釣り 找零 거스름돈",
    Concept.TENDER: """
        оплата способ_оплаты форма_оплаты вид_оплаты наличные карта начин_на_плащане готівка
        τρόπος_πληρωμής μετρητά κάρτα 支払方法 支払 現金 クレジット 支付方式 付款方式 现金
        刷卡 결제수단 결제방법 현금 카드 odeme_sekli odeme_tipi nacin_placanja""",
    Concept.PAYMENT: "платеж платіж плащане πληρωμή 支払い 支付 付款 결제 지불",
    Concept.ID: """
        номер код ид идентификатор № αριθμός αριθμος κωδικός κωδικος broj sifra cislo 番号
        コード 号 编号 编码 代码 單號 单号 번호 코드""",
    Concept.TRANSACTION: """
        транзакция операция операции транзакція συναλλαγή 取引 交易 流水 거래 islem tran trn""",
    Concept.RECEIPT: """
        чек чека квитанция квитанція бон касова_бележка απόδειξη αποδειξη παραστατικό racun
        レシート 伝票 領収書 小票 收据 票据 영수증 전표 rcpt rct""",
    Concept.ORDER: """
        заказ заказа замовлення поръчка παραγγελία 注文 订单 訂單 주문 narudzba objednavka""",
    Concept.INVOICE: "счет фактура рахунок τιμολόγιο 請求書 发票 發票 계산서",
    Concept.SALE: """
        продажа продажи продаж продажба πώληση πωληση 売上 販売 销售 銷售 판매 매출 prodaja""",
    Concept.STORE: """
        магазин магазина точка торговая_точка филиал объект обект склад крамниця κατάστημα
        καταστημα υποκατάστημα trgovina poslovnica predajna provozovna prevadzka 店舗 店名
        支店 店 门店 店铺 商店 分店 門店 매장 점포 지점 가맹점 loc str_no store_no shop_no
        branch_no""",
    Concept.TILL: """
        касса кассы каса ταμείο ταμειο blagajna レジ 端末 收银台 收银机 终端 포스 단말기
        계산대""",
    Concept.CUSTOMER: "покупатель клиент клієнт πελάτης kupac 顧客 お客様 客户 顾客 会员 고객 회원",
    Concept.STAFF: """
        кассир сотрудник продавец касир касиер ταμίας 担当者 スタッフ 収銀員 收银员 店员
        직원 담당자""",
    Concept.ITEM: """
        товар товара наименование артикул продукт стока είδος ειδος προϊόν 商品 品名 品番
        商品名 产品 货号 상품 품목 상품명 artikl""",
    Concept.QUANTITY: """
        количество кол_во кількість брой ποσότητα ποσοτητα kolicina 数量 点数 個数 件数 수량
        qnty""",
    Concept.DATE: """
        дата ημερομηνία ημερομηνια 日付 年月日 売上日 日期 날짜 일자 거래일자 판매일자 dt
        dte""",
    Concept.TIME: """
        время час време ώρα ωρα vrijeme vreme 時刻 時間 时间 시간 시각 tm tme klok tijdstip""",
    Concept.MOMENT: """
        дата_время дата_и_время дата_и_час дата_та_час ημερομηνία_και_ώρα 日時 取引日時
        下单时间 创建时间 交易时间 일시 판매일시 거래일시 결제일시 주문일시""",
    Concept.PAID: "支付时间 付款时间 支払日時 оплачено",
    Concept.TYPE: """
        тип вид вид_операции тип_операции τύπος τυπος vrsta 種別 種類 区分 取引区分 类型
        类别 유형 구분 종류 거래구분""",
    Concept.STATUS: """
        статус состояние състояние стан κατάσταση κατασταση statut statut_commande situacao
        situacion estatus stadiu situatie durumu stav_objednavky status_zamowienia
        ステータス 状態 状况 状态 狀態 상태 주문상태 sts stat sta""",
    Concept.VOID: """
        аннулирован отмена отменен анулиран ακύρωση 取消 キャンセル 作废 撤销 취소 ungultig
        invalid invalide invalido deleted deleted_at voided_at geloscht supprime training
        uebung ubung test_order is_test test_mode reversed""",
    Concept.CURRENCY: "валюта νόμισμα valuta 通貨 币种 货币 통화",
    Concept.NOTE: "примечание комментарий забележка σχόλια 備考 メモ 备注 비고 메모",
}
