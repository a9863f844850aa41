"""The words that headers of sales exports are made of, in the languages of the larger markets.

Only data. Words are in small letters and without accents, as `names.plain` writes them;
`_` stands for a blank inside of a phrase. English, German, French, Spanish, Italian, Portuguese,
Dutch, Polish, Swedish, Danish, Norwegian, Finnish, Czech, Hungarian, Romanian, Turkish.
"""

from enum import StrEnum


class Concept(StrEnum):
    """What a word in the name of a column is about."""

    # Amounts
    TOTAL = "total"
    GRAND = "grand"  # makes a total the last one: grand, collected, due
    AMOUNT = "amount"
    GROSS = "gross"
    NET = "net"
    TAX = "tax"
    INCLUDING = "including"
    EXCLUDING = "excluding"
    TIP = "tip"
    FEE = "fee"
    DISCOUNT = "discount"
    REFUND = "refund"
    SUBTOTAL = "subtotal"
    SHIPPING = "shipping"
    COST = "cost"
    PRICE = "price"
    RATE = "rate"
    CHANGE = "change"  # what is given back, or still owed
    TENDER = "tender"  # one way to pay
    PAYOUT = "payout"
    BASE = "base"
    CENTS = "cents"
    CONVERTED = "converted"
    # Ids
    ID = "id"
    TRANSACTION = "transaction"
    RECEIPT = "receipt"
    CHECK = "check"
    ORDER = "order"
    INVOICE = "invoice"
    SALE = "sale"
    PAYMENT = "payment"
    # Places, people, things
    STORE = "store"
    TILL = "till"
    CUSTOMER = "customer"
    STAFF = "staff"
    ITEM = "item"
    QUANTITY = "quantity"
    SESSION = "session"
    # Moments
    DATE = "date"
    TIME = "time"
    MOMENT = "moment"
    ZONE = "zone"
    YEAR = "year"
    MONTH = "month"
    DAY = "day"
    HOUR = "hour"
    MINUTE = "minute"
    SECOND = "second"
    OPENED = "opened"
    PAID = "paid"
    CLOSED = "closed"
    LATER = "later"  # of another event: changed, sent, printed, due
    DURATION = "duration"
    # Kinds of rows
    TYPE = "type"
    STATUS = "status"
    VOID = "void"
    EVENT = "event"
    CURRENCY = "currency"
    NOTE = "note"
    OTHER = "other"  # known, and none of the above


WORDS: dict[Concept, str] = {
    Concept.TOTAL: """
        total totals totaal gesamt gesamtsumme gesamtbetrag summe endsumme endbetrag totale suma
        summa totalt totalsumma razem lacznie ogolem do_zaplaty samlet sum i_alt yhteensa
        loppusumma kokonaissumma celkem spolu soucet osszesen vegosszeg toplam genel_toplam
        totaux 合計 総額 сума сумма итого общо всичко σύνολο zu_zahlen a_payer a_pagar da_pagare
        te_betalen att_betala at_betale a_betale maksettava fizetendo de_plata odenecek""",
    Concept.GRAND: "grand collected due generale geral general generaal overall final",
    Concept.AMOUNT: """
        合計金額 金額 стойност amount amt betrag montant importe importo valor bedrag kwota belopp
        belob belop castka osszeg tutar wartosc value umsatz revenue turnover chiffre_d_affaires
        omzet obrot omsattning omsaetning omsetning liikevaihto trzba trzby forgalom arbevetel
        cifra hasilat incasso encaissement encaisse incassato fatturato facturacion monto suma
        summa valoare ciro takings""",
    Concept.GROSS: """
        gross brutto brut bruto bruta lordo lorda brutta ttc brut_ttc bruttó""",
    Concept.NET: "net netto neto neta liquido liquida nettó ht",
    Concept.TAX: """
        tax taxes vat gst hst pst mwst ust mehrwertsteuer umsatzsteuer steuer tva iva imposta
        imposte impuesto impuestos imposto impostos btw belasting podatek moms skatt mva alv
        vero dph dan afa ado kdv vergi taxe""",
    Concept.INCLUDING: """
        incl inkl including inclusive inklusive inc inclus incluido incluida compris inclusief
        z_vat med_moms inkl_moms sis vcetne vc s_dph dahil cu_tva con_iva com_iva""",
    Concept.EXCLUDING: """
        excl exkl excluding exclusive exc ex ohne zzgl hors sin senza sem exclusief bez w_o
        without before uden utan uten ilman haric fara nelkul""",
    Concept.TIP: """
        tip tips gratuity gratuities trinkgeld trinkgelder pourboire pourboires
        propina propinas mancia mance gorjeta fooi fooien napiwek napiwki dricks drikkepenge
        driks juomaraha spropitne borravalo bacsis bahsis service_charge service_charges""",
    Concept.FEE: """
        fee fees gebuhr gebuhren frais comision commission commissions commissione commissioni
        comissao taxa kosten provision oplata prowizja avgift avgifter gebyr gebyrer kulu
        poplatek dij jutalek komisyon surcharge interchange""",
    Concept.DISCOUNT: """
        discount discounts rabatt rabatte nachlass remise remises reduction descuento descuentos
        sconto sconti desconto descontos korting kortingen rabat rabaty rabatter alennus
        alennukset sleva slevy kedvezmeny reducere reduceri indirim saved savings promotion
        promotions coupon coupons loyalty you_saved comp comps""",
    Concept.REFUND: """
        refund refunds refunded erstattung erstattet ruckerstattung ruckgabe retoure retouren
        gutschrift rembourse remboursement avoir retour retours reembolso reembolsado devolucion
        devoluciones rimborso rimborsato reso resi devolucao terugbetaald terugbetaling zwrot
        zwroty aterbetalning retur returer refundering tilbagebetaling palautus vraceni
        visszaterites rambursare iade return returns returned""",
    Concept.SUBTOTAL: """
        subtotal sub_total zwischensumme sous_total subtotaal subtotale delsumma delsum
        mezisoucet reszosszeg ara_toplam valisumma""",
    Concept.SHIPPING: """
        shipping versand versandkosten livraison envio spedizione frete verzending verzendkosten
        wysylka dostawa frakt fragt toimitus doprava szallitas livrare kargo delivery handling
        fulfillment fulfilment fulfilled ship postage""",
    Concept.COST: """
        cost costs profit margin marge cogs einkauf einkaufspreis wareneinsatz koszt cena_zakupu
        kostnad vorsteuer wholesale duties""",
    Concept.PRICE: """
        price preis einzelpreis prix precio prezzo preco prijs cena pris hinta ar pret fiyat
        compare_at""",
    Concept.RATE: """
        rate satz steuersatz taux tasa aliquota percent percentage prozent sats stawka exchange
        points""",
    Concept.CHANGE: """
        change ruckgeld wechselgeld monnaie cambio troco resto wisselgeld vaxel byttepenge
        balance outstanding saldo tendered gegeben rendu offen disputed risk""",
    Concept.TENDER: """
        tender cash bar bargeld especes efectivo contanti dinheiro contant gotowka kontant
        kateinen hotovost keszpenz numerar nakit card karte kreditkarte ec_karte carte tarjeta
        carta cartao kaart karta kort kortti kartya kart giftcard gift voucher gutschein cheque
        swiped keyed zahlungsart zahlungsmethode bezahlart forme_de_paiement forma_de_pago
        payment_method payment_type pan cardholder last4 last_4 zahlart maksutapa betalsatt
        betalingsmate betalingsmade platnosc sposob_platnosci forma_platnosci
        metodo_di_pagamento metodo_de_pago zpusob_platby fizetesi_mod betaalwijze
        mode_de_reglement mode_de_paiement odeme_turu zahlweg bezahlung_mit""",
    Concept.PAYOUT: """
        payout payouts deposit deposits auszahlung settlement settled abrechnung virement
        transfer withdrawal oppgjors oppgjor udbetaling utbetalning""",
    Concept.BASE: "base basis",
    Concept.CENTS: "minor minor_units cents cent pence ore centimes centimos centesimi centow",
    Concept.CONVERTED: "converted conversion foreign international",
    Concept.ID: """
        id ids number no nr num nummer numero numer # № n° nro cislo c szam szama azonosito
        numara numarasi identifier identifiant code kod kode codigo codice ref reference
        referenz sequence seq serial key token uuid guid lfd lfdnr folio""",
    Concept.TRANSACTION: """
        transaction transactions transaktion transaktions transaccion transazione transacao
        transactie transakcja transakcji transakce tapahtuma tapahtuman tranzakcio tranzactie
        islem trx txn trans vorgang vorgangs operation operacion operazione operacja transaksjon
        transaksjons transaktionen""",
    Concept.RECEIPT: """
        伝票番号 レシート番号 бон чек касов_бон απόδειξη
        receipt beleg bon kassenbon kassabon quittung
        ticket tickets recu recibo scontrino ricevuta paragon paragonu kvitto kvittering kuitti
        kuitin uctenka doklad dokladu nyugta blok fis fisi bill docket slip bong kassenzettel
        bonnr ticketnr chitanta albaran quittungs quittungsnummer bonnummer nota
        cupom cupom_fiscal nota_fiscal comprovante comprobante""",
    Concept.CHECK: "check checks rechnungstisch",
    Concept.ORDER: """
        order orders bestellung bestell auftrag auftrags commande pedido ordine ordini encomenda
        bestelling zamowienie zamowienia bestallning ordre tilaus tilausnumero objednavka
        objednavky rendeles comanda siparis purchase purchased""",
    Concept.INVOICE: """
        invoice rechnung rechnungs facture factura fattura fatura factuur faktura faktury lasku
        laskun szamla szamlaszam""",
    Concept.SALE: """
        sale sales verkauf verkaufs vente ventes venta ventas vendita vendite venda vendas
        verkoop sprzedaz sprzedazy forsaljning salg myynti prodej eladas ertekesites vanzare
        vanzari satis salgs forsaljnings myynnin""",
    Concept.PAYMENT: """
        payment payments zahlung bezahlung paiement pago pagamento betaling platnosc betalning
        maksu platba fizetes plata odeme charge paymentintent""",
    Concept.STORE: """
        store stores location locations shop branch filiale filial filialnummer geschaft laden
        standort verkaufsstelle verkaufsort magasin boutique etablissement tienda sucursal
        negozio punto_vendita punto_de_venta punto_di_vendita loja winkel vestiging filiaal
        sklep punkt oddzial lokal placowka butik affar forretning butikk salgssted myymala
        toimipiste kauppa prodejna pobocka uzlet bolt telephely magazin locatie magaza sube
        outlet site restaurant venue betrieb betriebsstatte markt point_de_vente local kiosk
        salon stand boutique_name магазин обект склад 店舗 店 κατάστημα purchase_point store_code
        location_code sede locale salgsstedet forsaljningsstalle marketplace butiksnummer
        filialnr punkt_sprzedazy""",
    Concept.TILL: """
        till register terminal device pos kasse kassa caisse caja cassa caixa kasa kassapaate
        kassalaite pokladna penztar casa_de_marcat workstation gerat kassennummer kassen
        registrierkasse kassanummer tpv puesto station""",
    Concept.CUSTOMER: """
        customer customers kunde kunden client clients cliente clientes klant klient kund
        asiakas zakaznik vevo ugyfel musteri guest guests gast buyer billing bill_to ship_to
        email e_mail mail phone telephone telefon tel telefono address adresse city zip postcode
        plz province country street company first_name last_name tab vorname nachname member
        loyalty_id covers marketing""",
    Concept.STAFF: """
        employee staff cashier server user clerk waiter bedienung kassierer kassiererin
        mitarbeiter vendeur vendedor camarero serveur cassiere operatore operator kasjer
        medewerker kassor personal medarbeider myyja pokladni penztaros casier kasiyer seller
        salesperson manager approver vip employe empleado besteller""",
    Concept.ITEM: """
        item items lineitem line_item product products article artikel artikelnummer produkt
        produkte produit produto prodotto articolo articulo towar produktu vara varor vare tuote
        zbozi polozka termek cikk articol produs urun sku plu upc ean gtin barcode menu
        beschreibung description variant variation category kategorie modifier modifiers
        itemization selection department warengruppe zeile linea ligne regel details lot brand
        vendor supplier goods price_point tags service revenue_center dining_area table room
        order_line line_items serienummer dishes""",
    Concept.QUANTITY: """
        qty quantity quantities menge anzahl stuck stueck quantite cantidad quantita quantidade
        aantal ilosc antal antall maara lkm mnozstvi pocet mennyiseg darab cantitate adet count
        units unit pieces size positionen posten""",
    Concept.SESSION: "session shift schicht sitzung sesion turno zmiana",
    Concept.DATE: """
        дата 日付 ημερομηνία date datum fecha data dato paiva paivamaara paivays tarih datums kelt
        giorno jour buchungsdatum belegdatum kaufdatum verkaufsdatum rechnungsdatum""",
    Concept.TIME: """
        час време время 時刻 ώρα time uhrzeit zeit heure hora ora tijd godzina tid klokkeslett
        klokkeslaet klockslag kello klo kellonaika cas ido saat""",
    Concept.MOMENT: """
        日時 ts datetime timestamp date_time zeitpunkt zeitstempel horodatage date_heure
        date_et_heure fecha_y_hora fecha_hora data_e_ora data_ora data_hora datum_uhrzeit
        data_i_godzina tidspunkt tidpunkt ajankohta datum_a_cas idopont data_si_ora tarih_saat
        date_and_time dato_og_tid datum_tijd when created created_at occurred""",
    Concept.ZONE: "timezone time_zone tz zeitzone fuseau fuseau_horaire zona_horaria utc_offset",
    Concept.YEAR: "year jahr annee ano anno jaar rok ar vuosi ev an yil",
    Concept.MONTH: """
        month monat mois mes mese maand miesiac manad maned kuukausi mesic honap luna ay""",
    Concept.DAY: "day tag jour dia giorno dag dzien dag paiva den nap zi gun",
    Concept.HOUR: "hour stunde heure hora ora uur godzina timme time tunti hodina saat",
    Concept.MINUTE: """
        minute minuten minutes minuto minuti minut minuut minuta minuutti perc dakika min""",
    Concept.SECOND: """
        second sekunde seconde segundo secondo sekund sekunda sekunti masodperc saniye""",
    Concept.OPENED: "opened open_time started eroffnet geoffnet begin ouvert abierto aperto",
    Concept.PAID: """
        paid bezahlt paye pagado pagato pago_em betaald zaplacono betald betalt maksettu""",
    Concept.CLOSED: "closed completed abgeschlossen geschlossen ferme cerrado chiuso finished",
    Concept.LATER: """
        modified updated changed geandert sent printed gedruckt exported due evidence
        cancelled_at canceled_at expiry expires available birthday next until ended end""",
    Concept.DURATION: "duration dauer duree duracion durata elapsed",
    Concept.TYPE: """
        type types typ art tipo tipos rodzaj tyyppi tipus tur kind belegart vorgangsart
        transaktionsart transaktionstyp transaksjonstype soort typen type_of tip""",
    Concept.STATUS: """
        status state zustand etat estado stato stan tila stav allapot stare durum stato_ordine
        zahlungsstatus financial_status order_state""",
    Concept.VOID: """
        void voided cancelled canceled storno storniert stornierung annule anulado annullato
        cancelado geannuleerd anulowano makulerad annulleret annullert mitatoity stornovano
        sztorno anulat iptal anulacion deleted""",
    Concept.EVENT: "event line record zeilentyp satzart",
    Concept.CURRENCY: """
        currency wahrung devise moneda valuta moeda waluta valuutta mena penznem para_birimi ccy
        divisa munt deviza""",
    Concept.NOTE: """
        note notes comment comments kommentar commentaire comentario nota_bene bemerkung subject
        message reason cause text payment_note attributes link url room_info memo""",
    Concept.OTHER: """
        source channel channel_id sales_channel mode method entry free processing dispute
        statement descriptor captured auth allocated checkout impact balance_impact internal
        accept accepts taxable cart app intent export report details detail data_export list
        download history session_id dining dining_option dining_options zahlungsweg bank account
        konto accounting accountcode version fulfillment_status quelle kanal""",
}
