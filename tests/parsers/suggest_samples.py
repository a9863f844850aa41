"""Files as the tills and shops of many vendors write them, made up for the tests of proposals.

Headers and quirks are those of the vendors' exports; shops and sales are invented.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from parsers.suggesting import GivenFile

Row = Mapping[str, object]


def table(header: str, rows: Iterable[Sequence[object] | Row], *, delimiter: str = ",") -> str:
    """A table as CSV; the header's names are divided by commas. A row may name its cells only."""
    names = header.split(",")
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        writer.writerow(
            [row.get(name, "") for name in names] if isinstance(row, Mapping) else list(row)
        )
    return out.getvalue()


def given(name: str, text: str) -> GivenFile:
    return GivenFile(name=name, data=text.encode())


def amount(at: int) -> Decimal:
    """An amount of its own for each row."""
    return Decimal(350 + at * 137 % 4800) / 100


def taxed(at: int) -> tuple[Decimal, Decimal, Decimal]:
    """Net, tax and their sum."""
    net = amount(at)
    tax = (net * Decimal("0.08")).quantize(Decimal("0.01"))
    return net, tax, net + tax


def token(at: int) -> str:
    """An id of letters and digits, as no counter makes it."""
    letters = "4S5oaeKrPyWst4wAvuQJ3qn6PZYbCdEf"
    chosen = (letters[(at * 7 + place * (at + 3)) % len(letters)] for place in range(20))
    return "".join(chosen) + str(at)


def comma(value: Decimal) -> str:
    return f"{value:.2f}".replace(".", ",")


def square_items() -> GivenFile:
    header = (
        "Date,Time,Time Zone,Category,Item,Qty,Price Point Name,SKU,Modifiers Applied,Gross Sales,"
        "Discounts,Net Sales,Tax,Transaction ID,Payment ID,Device Name,Notes,Details,Event Type,"
        "Location,Dining Option,Customer ID,Customer Name,Customer Reference ID,Unit,Count,GTIN,"
        "Itemization Type,Commission,Employee,Fulfillment Note,Channel,Token,Card Brand,PAN Suffix"
    )
    rows = []
    for sale in range(14):
        sign = "-" if sale == 4 else ""
        for item in range(1 + sale % 3):
            net, tax, _ = taxed(sale * 5 + item)
            rows.append(
                {
                    "Date": f"2026-07-{18 - sale // 5:02}",
                    "Time": f"{18 - sale % 5}:{59 - sale:02}:30",
                    "Time Zone": "Eastern Time (US & Canada)",
                    "Category": "None",
                    "Item": ("Matcha", "Bun", "Tea")[item],
                    "Qty": f"{sign}1.0",
                    "Modifiers Applied": "12oz, Whole Milk",
                    "Gross Sales": f"{sign}${net}",
                    "Discounts": "$0.00",
                    "Net Sales": f"{sign}${net}",
                    "Tax": f"{sign}${tax}",
                    "Transaction ID": token(sale),
                    "Payment ID": token(sale + 50),
                    "Device Name": "Ava\u2019s iPhone (3)",
                    "Event Type": "Refund" if sign else "Payment",
                    "Location": "Brooklyn",
                    "Dining Option": "To Go",
                    "Itemization Type": "Physical Good",
                    "Token": token(item + 90),
                }
            )
    return given("items-2026-07-16-2026-07-19.csv", table(header, rows))


def shopify_orders() -> GivenFile:
    header = (
        "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,"
        "Currency,Subtotal,Shipping,Taxes,Total,Discount Code,Discount Amount,Shipping Method,"
        "Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Billing Zip,"
        "Cancelled at,Payment Method,Payment Reference,Refunded Amount,Vendor,Outstanding Balance,"
        "Id,Tags,Source"
    )
    rows: list[Row] = []
    for order in range(12):
        net, tax, total = taxed(order)
        when = f"2026-10-{7 + order:02} 09:{10 + order}:26 +0200"
        cells = {
            "Financial Status": "paid",
            "Paid at": when,
            "Fulfilled at": when,
            "Currency": "EUR",
            "Subtotal": net,
            "Shipping": "0.00",
            "Taxes": tax,
            "Total": total,
            "Created at": when,
            "Billing Zip": "'75008",
            "Refunded Amount": "0.00",
            "Id": 6123456789000 + order,
            "Source": "web",
        }
        for item in range(1 + order % 3):
            line = {"Lineitem name": f"Plate {item}", "Lineitem price": amount(item + order)}
            first = cells if item == 0 else {}
            rows.append({"Name": f"#{128520 + order}", "Vendor": "Nord", **first, **line})
    return given("orders_export_1.csv", table(header, rows))


def toast_checks() -> GivenFile:
    header = (
        "Customer Id,Customer,Customer Phone,Customer Email,Location Code,Opened Date,Opened Time,"
        "Item Description,Server,Tax,Tender,Check Id,Check #,Total,Customer Family,Table Size,"
        "Discount,Reason of Discount,Link"
    )
    rows = [
        {
            "Location Code": "106W",
            "Opened Date": f"10/{13 + at % 3}/26",
            "Opened Time": f"{1 + at % 11:02}:{at + 10} PM",
            "Server": "Paolo",
            "Item Description": "Soup, Bread",
            "Tax": taxed(at)[1],
            "Tender": "Visa",
            "Check Id": 1300000055534303122 + at * 43,
            "Check #": at + 1,
            "Total": taxed(at)[2],
            "Table Size": 2,
            "Discount": "0.00",
        }
        for at in range(15)
    ]
    return given("CheckDetails.csv", table(header, rows))


def clover(*, refunds: bool = False) -> GivenFile:
    header = (
        "Order Date,Order ID,Invoice Number,Order Number,Order Type,Order Employee ID,"
        "Order Employee Name,Order Employee Custom ID,Note,Currency,Tax Amount,Tip,Service Charge,"
        "Discount,Order Total,Payments Total,Payment Note,Refunds Total,Manual Refunds Total,"
        "Tender,Credit Card Auth Code,Credit Card Transaction ID,Order Payment State"
    )
    rows = []
    for at in range(14):
        _, tax, total = taxed(at)
        rows.append(
            {
                "Order Date": f"{16 - at % 3}-Dec-2026 {1 + at % 11:02}:44 AM EST",
                "Order ID": token(at)[:11].upper() + str(at),
                "Order Type": "Dine In",
                "Order Employee Name": "Sena",
                "Currency": "USD",
                "Tax Amount": tax,
                "Tip": "1.39",
                "Discount": "0.00",
                "Order Total": total,
                "Payments Total": total,
                "Refunds Total": total if refunds and at == 5 else "0.00",
                "Manual Refunds Total": "0.00",
                "Credit Card Auth Code": f"0{5756 + at}C",
                "Credit Card Transaction ID": 335000737412 + at,
                "Order Payment State": "Paid",
            }
        )
    return given("Orders-export.csv", table(header, rows))


def loyverse() -> GivenFile:
    header = (
        "Date,Receipt number,Receipt type,Gross sales,Discounts,Net sales,Taxes,Total collected,"
        "Cost of goods,Gross profit,Payment type,Description,Dining option,POS,Store,Cashier name,"
        "Customer name,Customer contacts,Status"
    )
    rows = []
    for at in range(16):
        net, tax, total = taxed(at)
        sign = -1 if at == 3 else 1
        rows.append(
            {
                "Date": f"{28 - at // 4:02}/07/2026 {10 + at % 9}:33",
                "Receipt number": f"2-{1678 - at}",
                "Receipt type": "Refund" if at == 3 else "Sale",
                "Gross sales": net,
                "Discounts": "0.00",
                "Net sales": sign * net,
                "Taxes": sign * tax,
                "Total collected": sign * total,
                "Cost of goods": "1.00",
                "Gross profit": "2.00",
                "Payment type": "Cash",
                "POS": f"POS {1 + at % 2}",
                "Store": "Harbour Street",
                "Status": "Cancelled" if at == 7 else "Closed",
            }
        )
    return given("receipts.csv", table(header, rows))


def loyverse_by_item() -> GivenFile:
    header = (
        "Date,Receipt number,Receipt type,Category,SKU,Item,Variant,Modifiers applied,Quantity,"
        "Gross sales,Discounts,Net sales,Cost of goods,Gross profit,Taxes,Dining option,POS,Store,"
        "Cashier name,Customer name,Customer contacts,Comment,Status"
    )
    rows = []
    for sale in range(12):
        for item in range(1 + sale % 3):
            net, tax, _ = taxed(sale * 4 + item)
            rows.append(
                {
                    "Date": f"{24 - sale // 4}/10/2026 {11 + sale % 8}:50",
                    "Receipt number": f"2-{1678 - sale}",
                    "Receipt type": "Sale",
                    "SKU": 10001 + item,
                    "Item": f"Dish {item}",
                    "Quantity": "1.000",
                    "Gross sales": net,
                    "Discounts": "0.00",
                    "Net sales": net,
                    "Cost of goods": "0.50",
                    "Gross profit": "1.00",
                    "Taxes": tax,
                    "POS": "POS 2",
                    "Store": "Harbour Street",
                    "Status": "Closed",
                }
            )
    return given("receipts-by-item.csv", table(header, rows))


def vend() -> GivenFile:
    header = (
        "Date,Receipt Number,Line Type,Customer Code,Customer Name,Note,Quantity,Subtotal,"
        "Sales Tax,Discount,Loyalty,Total,Paid,Details,Register,User,Status,SKU,AccountCodeSale,"
        "AccountCodePurchase"
    )
    rows: list[Row] = []
    for sale in range(8):
        net, tax, total = taxed(sale)
        head = {
            "Date": f"2026-10-{14 + sale // 3} {10 + sale}:15:0{sale}",
            "Receipt Number": 4100 + sale,
            "Register": "Main Register",
        }
        sums = {"Subtotal": net, "Sales Tax": tax, "Discount": 0, "Total": total}
        rows += [
            {**head, **sums, "Line Type": "Sale", "Paid": total, "Status": "CLOSED"},
            {**head, **sums, "Line Type": "Sale Line", "Details": f"Scarf {sale}"},
            {**head, "Line Type": "Payment", "Paid": total, "Details": "Cash"},
        ]
    return given("vend-sales-history.csv", table(header, rows))


def shopkeep() -> GivenFile:
    header = (
        "Time,Register Name/Number,Cashier Name,Operation Type,Store Code,UPC,Line Item,"
        "Department,Category,Supplier,Supplier Code,Cost,Price,Quantity,Modifiers,Subtotal,"
        "Discounts,Net Total,Tax,Total Due,Transaction ID,Customer ID"
    )
    rows = []
    for sale in range(12):
        for item in range(1 + sale % 3):
            net, tax, total = taxed(sale * 3 + item)
            rows.append(
                {
                    "Time": f"10/{14 + sale // 4}/2026 {1 + sale % 11}:05 PM",
                    "Register Name/Number": "Register 1",
                    "Operation Type": "Sale",
                    "Store Code": "SEA1",
                    "UPC": 4006381333931,
                    "Line Item": f"Book {item}",
                    "Cost": "1.00",
                    "Price": net,
                    "Quantity": 1,
                    "Subtotal": net,
                    "Discounts": "0.00",
                    "Net Total": net,
                    "Tax": tax,
                    "Total Due": total,
                    "Transaction ID": 88001 + sale,
                }
            )
    return given("transactions-by-item.csv", table(header, rows))
