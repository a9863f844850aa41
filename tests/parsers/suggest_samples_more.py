"""More files as vendors write them: payment services, web shops, and tills of the north."""

from __future__ import annotations

from decimal import Decimal

from parsers.suggesting import GivenFile
from tests.parsers.suggest_samples import Row, amount, comma, given, table, taxed, token


def sumup_german() -> GivenFile:
    header = (
        "Datum,Transaktionsnummer,Transaktionsart,Status,Betrag inkl. MwSt.,Trinkgeldbetrag,"
        "Gebühr,Netto"
    )
    rows = []
    for at in range(12):
        fee = (amount(at) * Decimal("0.0139")).quantize(Decimal("0.01"))
        row = {
            "Datum": f"{14 + at // 4}.10.2026, {10 + at}:07",
            "Transaktionsnummer": f"TA{token(at)[:8].upper()}{at}",
            "Transaktionsart": "Umsatz",
            "Status": "Fehlgeschlagen" if at == 4 else "Erfolgreich",
            "Betrag inkl. MwSt.": comma(amount(at)),
            "Trinkgeldbetrag": "0,00",
            "Gebühr": comma(fee),
            "Netto": comma(amount(at) - fee),
        }
        rows.append(row)
        if at % 2:
            rows.append({**row, "Transaktionsart": "Auszahlung", "Status": "Erfolgreich"})
    return given("SumUp-Transaktionsbericht.csv", table(header, rows, delimiter=";"))


def sumup_english() -> GivenFile:
    header = (
        "Date,Transaction ID,Transaction type,Status,Total amount,Email,Payout ID,Last 4 digits"
    )
    rows: list[Row] = []
    for at in range(12):
        row = {
            "Date": f"2026-10-{14 + at // 4} {10 + at}:07",
            "Transaction ID": f"TA{token(at)[:8].upper()}{at}",
            "Transaction type": "Sale",
            "Status": "Failed" if at == 4 else "Successful",
            "Total amount": amount(at),
        }
        rows.append({**row, "Last 4 digits": 4242})
        if at % 2:
            rows.append({**row, "Transaction type": "Payout", "Payout ID": 998})
    return given("sumup-transactions.csv", table(header, rows))


def zettle() -> GivenFile:
    head = ["Kaffestova AS;;;;;;", "Org.nr.;912345678;;;;;", "Periode;oktober 2026;;;;;", ""]
    rows = []
    for at in range(14):
        paid = amount(at) * 10
        fee = (paid * Decimal("0.0175")).quantize(Decimal("0.01"))
        rows.append(
            [f"{14 + at // 4:02}.10.2026", f"{10 + at % 9}:07", 1001 + at]
            + [comma(value) for value in (paid, fee, paid - fee)]
            + ["Kort"]
        )
    total = sum((amount(at) * 10 for at in range(14)), start=Decimal(0))
    body = table("Dato,Tid,Kvitteringsnummer,Beløp,Gebyr,Netto,Betalingsmåte", rows, delimiter=";")
    return given(
        "Zettle-Sales-2026-10.csv", "\n".join(head) + "\n" + body + f"Totalt;;;{comma(total)};;;\n"
    )


def woocommerce_items() -> GivenFile:
    header = (
        "Order Number,Order Status,Order Date,Customer Note,First Name (Billing),Item #,SKU,Name,"
        "Quantity,Item Cost,Order Line (w/o tax),Payment Method Title,Coupons Used,"
        "Cart Discount Amount,Order Subtotal Amount,Order Tax Amount,Order Shipping Amount,"
        "Order Refund Amount,Order Total Amount,Order Total Tax Amount,Total items,Total products"
    )
    rows = []
    for order in range(12):
        net, tax, total = taxed(order)
        rows += [
            {
                "Order Number": 4401 + order,
                "Item #": item + 1,
                "Quantity": 1,
                "Order Status": "completed" if order != 5 else "cancelled",
                "Order Date": f"2026-10-{14 + order // 4} {10 + order}:15",
                "SKU": f"P-{item}",
                "Name": f"Print {item}",
                "Item Cost": amount(order + item),
                "Order Line (w/o tax)": amount(order + item),
                "Cart Discount Amount": "0.00",
                "Order Subtotal Amount": net,
                "Order Tax Amount": tax,
                "Order Shipping Amount": "0.00",
                "Order Refund Amount": "0.00",
                "Order Total Amount": total,
                "Order Total Tax Amount": tax,
                "Total items": 1,
                "Total products": 1,
            }
            for item in range(1 + order % 3)
        ]
    return given("orders-2026-10.csv", table(header, rows))


def woocommerce_wide() -> GivenFile:
    header = (
        "order_id,order_number,order_date,status,order_total,order_subtotal,shipping_total,"
        "order_currency,payment_method,Product Item 1 Name,Product Item 1 id,Product Item 1 Total"
    )
    rows = [
        {
            "order_id": 7001 + at,
            "order_number": f"WEB-{501 + at}",
            "order_date": f"2026-10-{14 + at // 4} {10 + at}:15:00",
            "status": "completed",
            "order_total": taxed(at)[2],
            "order_subtotal": amount(at),
            "shipping_total": "0.00",
            "order_currency": "EUR",
            "Product Item 1 Name": "Print",
            "Product Item 1 Total": amount(at),
        }
        for at in range(12)
    ]
    return given("order_export.csv", table(header, rows))


def stripe() -> GivenFile:
    header = (
        "id,Description,Seller Message,Created (UTC),Amount,Amount Refunded,Currency,"
        "Converted Amount,Converted Amount Refunded,Fee,Tax,Converted Currency,Mode,Status,"
        "Statement Descriptor,Customer ID,Customer Email,Captured,Card ID,Card Last4,Card Brand,"
        "Invoice ID,Transfer,PaymentIntent ID"
    )
    rows = [
        {
            "id": f"ch_{token(at)}",
            "Description": "Charge",
            "Created (UTC)": f"2026-10-{14 + at // 4} {10 + at}:47",
            "Amount": amount(at),
            "Amount Refunded": "0.00",
            "Currency": "usd",
            "Converted Amount": amount(at),
            "Converted Amount Refunded": "0.00",
            "Fee": "0.40",
            "Tax": "0.00",
            "Mode": "Live",
            "Status": "Failed" if at == 6 else "Paid",
            "Captured": "true",
            "Card ID": f"card_{at}",
            "Card Last4": 4242,
            "PaymentIntent ID": f"pi_{token(at)}",
        }
        for at in range(14)
    ]
    return given("unified_payments.csv", table(header, rows))


def paypal() -> GivenFile:
    header = (
        "Date,Time,TimeZone,Name,Type,Status,Currency,Gross,Fee,Net,From Email Address,"
        "To Email Address,Transaction ID,Reference Txn ID,Receipt ID,Balance,Subject,Note,"
        "Balance Impact"
    )
    rows = []
    for at in range(12):
        gross, fee = amount(at), Decimal("0.35")
        rows.append(
            {
                "Date": f"{14 + at // 4}/10/2026",
                "Time": f"{10 + at}:07:11",
                "TimeZone": "CEST",
                "Name": "Ada Birch",
                "Type": "Express Checkout Payment",
                "Status": "Completed",
                "Currency": "EUR",
                "Gross": gross,
                "Fee": -fee,
                "Net": gross - fee,
                "Transaction ID": f"{token(at)[:15].upper()}{at}",
                "Balance": "100.00",
                "Balance Impact": "Credit",
            }
        )
    bank = {"Type": "General Withdrawal", "Gross": -100, "Fee": 0, "Net": -100}
    rows.append({**rows[-1], **bank, "Transaction ID": "WDRAW00000000000X"})
    return given("Download.CSV", "\ufeff" + table(header, rows))


def vivipos() -> GivenFile:
    head = ['"Store:","Taipei One"', '"Terminal:","\'001"', '"Printed:","2026-10-20"', ""]
    header = (
        "Terminal,Sale Period,Shift,Time,Sequence,Invoice Number,Guests,Items,Gross,Add-on Tax,"
        "Surcharge,Discount,Promotion,Revalue,Payment"
    )
    rows: list[Row] = []
    for at in range(10):
        net, tax, total = taxed(at)
        day = f"2026-10-{14 + at // 4}"
        rows.append(
            {
                "Terminal": "'001",
                "Sale Period": day,
                "Shift": 1,
                "Time": f"{10 + at}:07:00",
                "Sequence": 3001 + at,
                "Invoice Number": f"AB{1101 + at}",
                "Guests": 1,
                "Items": 2,
                "Gross": net,
                "Add-on Tax": tax,
                "Surcharge": "0.00",
                "Discount": "0.00",
                "Promotion": "0.00",
                "Revalue": "0.00",
                "Payment": total,
            }
        )
        item = {"Sequence": "P-1", "Invoice Number": "Noodles", "Items": 1, "Gross": "2.00"}
        rows.append(item)
    text = table(header, rows)
    foot = "Summary:,,,,,,,,,,,,,,\nRecords Found: 10\n"
    return given("rpt_daily_sales_detail.csv", "\n".join(head) + "\n" + text + foot)


def odoo() -> GivenFile:
    header = (
        "Order Ref,Session,Date,Receipt Number,Customer,Employee,Total,Status,Lines/Product,"
        "Lines/Quantity,Lines/Subtotal"
    )
    rows: list[Row] = []
    for order in range(10):
        first = {
            "Order Ref": f"Shop/{order + 1:04}",
            "Session": "POS/00031",
            "Date": f"2026-10-{14 + order // 4} {10 + order}:07:00",
            "Receipt Number": f"00031-001-{order + 1:04}",
            "Employee": "Mitchell",
            "Total": taxed(order)[2],
            "Status": "Paid",
        }
        for item in range(1 + order % 3):
            line = {"Lines/Product": f"Desk {item}", "Lines/Quantity": 1}
            rows.append({**(first if item == 0 else {}), **line, "Lines/Subtotal": amount(item)})
    return given("pos.order.csv", table(header, rows))


def epos_now() -> GivenFile:
    header = "Transaction ID,Date,Time,Device,Location,Staff,Customer,Tender,Total"
    rows = [
        {
            "Transaction ID": 50211 + at,
            "Date": f"{14 + at // 5}/10/2026",
            "Time": f"{9 + at % 9:02}:02:11",
            "Device": f"Till {1 + at % 2}",
            "Location": "Barn",
            "Staff": "Meg",
            "Tender": "Card",
            "Total": f"£{amount(at)}",
        }
        for at in range(15)
    ]
    return given("epos_sales.csv", table(header, rows))


def vipps() -> GivenFile:
    header = (
        "Salgsdato,Salgssted,Vippsnummer,Produkt,Transaksjons-ID,Ordre-ID,Brutto,Gebyr,Netto,"
        "Transaksjonstype,Oppgjørs-ID"
    )
    rows = []
    for at in range(12):
        gross, fee = amount(at) * 10, Decimal("1.75")
        rows.append(
            {
                "Salgsdato": f"{14 + at // 4}.10.2026 {10 + at}:07",
                "Salgssted": "Kaffestova",
                "Vippsnummer": 12345,
                "Transaksjons-ID": 50010000000 + at * 17,
                "Ordre-ID": f"ordre-{at}x",
                "Brutto": comma(gross),
                "Gebyr": comma(fee),
                "Netto": comma(gross - fee),
                "Transaksjonstype": "Salg",
                "Oppgjørs-ID": 2000031,
            }
        )
    return given("vipps-transaksjoner.csv", table(header, rows, delimiter=";"))


def leeroy() -> GivenFile:
    header = "BUTIK,KASSA,KVITTONR,YEAR,MONTH,DAY,HOUR,MINUTE,BELOPP"
    rows = [
        {
            "BUTIK": "Södermalm",
            "KASSA": 1 + at % 2,
            "KVITTONR": 20001 + at,
            "YEAR": 2026,
            "MONTH": 10,
            "DAY": 14 + at // 6,
            "HOUR": 10 + at % 9,
            "MINUTE": 7 + at,
            "BELOPP": comma(amount(at)),
        }
        for at in range(16)
    ]
    return given("kvitton.csv", table(header, rows, delimiter=";"))


def restaurant365() -> list[GivenFile]:
    header = "Receipt Number,Date,Service,Net Sales,Tax,Total,Voided"
    files = []
    for shop in (12, 17):
        rows = [
            [9001 + at, f"11/20/2026 {1 + at % 11}:0{at} PM", "Dinner", *taxed(at + shop), "No"]
            for at in range(10)
        ]
        files.append(given(f"Sales_{shop}_11202026.csv", table(header, rows)))
    return files


def temu() -> GivenFile:
    header = "Order ID,Order status,Purchase date,Product name,Order total"
    rows = [
        {
            "Order ID": f"PO-{token(at)[:12]}{at}",
            "Order status": "Delivered",
            "Purchase date": f"2026/10/{14 + at // 4} {10 + at}:07:00",
            "Product name": "Lamp",
            "Order total": comma(amount(at)) + "\xa0zł",
        }
        for at in range(12)
    ]
    return given("temu-orders.csv", table(header, rows))
