"""The words with which exports end: for totals, for counts of rows, and for the end itself.

In the languages of the larger European markets. Compared without regard to case.
"""

import re

from parsers.money.currency import meanings

_GRAND = """
total|totals|grand total|overall total|report total|report totals|sum|sums|total sum|total amount|
total sales|day total|daily total|net total|gross total|summary
gesamt|gesamtsumme|gesamtbetrag|gesamtumsatz|gesamttotal|summe|summen|endsumme|insgesamt|tagessumme|
tagesumsatz|total gesamt|summe gesamt|gesamt brutto|gesamt netto
totaal|totalen|totaal generaal|eindtotaal|dagtotaal|totaalbedrag|som
totaux|total général|total general|somme|total ttc|total ht|montant total
totales|total general|suma|suma total|importe total
totais|total geral|soma|soma total
totale|totali|totale generale|totale complessivo|somma|importo totale
razem|suma końcowa|łącznie|ogółem|suma ogółem
summa|totalt|totalsumma|sammanlagt|slutsumma
i alt|ialt|samlet|samlet total|totalsum|sum totalt
yhteensä|loppusumma
celkem|celkem kč|součet|spolu|súčet|celkom
összesen|végösszeg|mindösszesen|total general|suma totală
toplam|genel toplam|σύνολο|γενικό σύνολο|итого|всего|общо|разом|усього
ukupno|sveukupno|skupaj|kokku|kopā|iš viso|viso
"""
_PARTIAL = """
subtotal|subtotals|sub-total|sub total|zwischensumme|teilsumme|subtotaal|tussentotaal|sous-total|
sous total|subtotales|subtotais|subtotale|suma częściowa|suma cząstkowa|delsumma|delsum|subtotalt|
välisumma|mezisoučet|medzisúčet|részösszeg|ara toplam|μερικό σύνολο|подытог|međuzbroj|vmesna vsota
"""


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.replace("\n", "|").split("|") if word.strip())


def _either(words: tuple[str, ...]) -> str:
    # The longest first, so that no word hides a longer one.
    return "|".join(re.escape(word) for word in sorted(set(words), key=len, reverse=True))


# For Rust's regex engine and Python's alike.
ANY_TOTAL = _either(_words(_GRAND) + _words(_PARTIAL))

_IS_TOTAL = re.compile(rf"[\s*=]*(?:{ANY_TOTAL})\s*[:=*]*", re.IGNORECASE)
_IS_PARTIAL = re.compile(rf"[\s*=]*(?:{_either(_words(_PARTIAL))})\b", re.IGNORECASE)
_BEGINS_WITH_TOTAL = re.compile(rf"[\s*=]*(?:{ANY_TOTAL})(?![\w-])", re.IGNORECASE)

# Not sales and receipts, which may be an amount as well.
_ROWS = (
    "rows?|records?|lines?|entries|transactions?|orders?|tickets?|"
    "datensätzen?|datensatz|zeilen?|einträge|belege?|buchung(?:en)?|transaktion(?:en)?|bons?|"
    "enregistrements?|lignes?|registros?|filas?|líneas?|transacciones|"
    "linhas?|transações|righe|transazioni|scontrini|regels?|rijen|transacties|bonnen|"
    "rekordów|wierszy|transakcji|paragonów|rader|poster|transaktioner|transaksjoner|kvitton|"
    "kvitteringer|rækker|riviä|tapahtumaa|kuittia|záznamů|řádků|transakcí|dokladů|záznamov|riadkov"
)
_NUMBER_OF = (
    "number of|no\\.? of|count of|total|total number of|total no\\.? of|anzahl(?: der)?|"
    "nombre(?: total)? de|nb\\.?(?: de)?|número(?: total)? de|n[uú]mero de|n[.ºo°]* de|"
    "numero(?: di)?|aantal|antal|liczba|ilość|počet|lukumäärä"
)
_BARE_COUNT = "count|row count|record count|anzahl|aantal|antal|liczba|počet|lukumäärä"
_FOUND = "(?: found| exported| total| selected| returned| affected| listed| gefunden| exportiert)?"
_DIGITS = "[0-9]{1,3}(?:[., '][0-9]{3})+|[0-9]+"
_COUNT = re.compile(
    rf"[\s(*=-]*(?:"
    rf"(?:(?:{_NUMBER_OF})\s+)?(?:{_ROWS}){_FOUND}\s*[:=]?\s*(?P<after>{_DIGITS})|"
    rf"(?:{_BARE_COUNT})\s*[:=]?\s*(?P<bare>{_DIGITS})|"
    rf"(?P<before>{_DIGITS})\s*(?:{_ROWS}){_FOUND}"
    rf")[\s).*=-]*",
    re.IGNORECASE,
)
_END = re.compile(
    r"\W*(?:(?:end|ende|fin|fine|einde|koniec|slut|fim|konec|vége|eof)"
    r"(?:\s+(?:of|der|des|de|du|della|dello|do|van(?: de| het)?))?"
    r"(?:\s+(?:file|report|data|list|export|datei|liste|berichts?|daten|fichier|rapport|archivo|"
    r"informe|documento|rapporto|arquivo|bestand|lijst))?)?\W*",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"\W*(?:printed|created|exported|generated|produced|report|page|"
    r"gedruckt|erstellt|exportiert|ausgedruckt|bericht|seite|stand|"
    r"imprimé|créé|exporté|édité|généré|impreso|creado|exportado|generado|página|"
    r"stampato|creato|esportato|generato|pagina|afgedrukt|gemaakt|geëxporteerd|"
    r"wydrukowano|utworzono|strona|utskriven|skapad|sida|udskrevet|side|tulostettu|sivu|"
    r"vytištěno|vytvořeno|strana)(?:\b.*)",
    re.IGNORECASE | re.DOTALL,
)

_REMARK_AFTER = re.compile(r"\s*\([^()]*\)\s*$")
_NOT_ALL = re.compile(r"\b(?:net|netto|gross|brutto|ht|ttc)\b", re.IGNORECASE)
_AMOUNT = re.compile(r"[-+]?[0-9][0-9., '\u2019]*")
_CENTS = re.compile(r"[.,][0-9]{2}$")


def is_total(cell: str) -> bool:
    """Whether a cell holds a word for a total and nothing else: `Total`, `Summe:`, `* SUBTOTAL`."""
    return _IS_TOTAL.fullmatch(cell.strip()) is not None


def is_partial(cell: str) -> bool:
    """Whether a cell begins with a word for a total of some of the rows: `Subtotal cash`."""
    return _IS_PARTIAL.match(cell) is not None


def begins_with_total(cell: str) -> bool:
    """Whether a cell begins with a word for a total: `Total for Monday`, `Summe 01.02.2026`."""
    return _BEGINS_WITH_TOTAL.match(cell) is not None


def count_in(text: str) -> int | None:
    """Give the count of rows that a text states and nothing else: `Records Found: 12`, `3 rows`."""
    found = _COUNT.fullmatch(text.strip())
    if found is None:
        return None
    digits = re.sub(r"\D", "", found["after"] or found["bare"] or found["before"] or "")
    return int(digits) if digits and len(digits) <= 12 else None  # noqa: PLR2004 - beyond any file


def total_in(text: str) -> str | None:
    """Give the amount that a text states as the total of all: `Total sales: 99.00`, `Summe EUR 9`.

    It has cents or a currency: else it may be a count, or a year. What stands behind it in
    parentheses is a remark. None under a word for a part, as `Total Visa` or `Net total`.
    """
    tokens = _REMARK_AFTER.sub("", text).replace(":", " ").split()
    words = [token for token in tokens if not meanings(token)]
    at = next((at for at, word in enumerate(words) if any(map(str.isdigit, word))), len(words))
    label, amount = " ".join(words[:at]).rstrip(" =*."), " ".join(words[at:]).rstrip(" =*")
    if not is_total(label) or is_partial(label) or _NOT_ALL.search(label):
        return None
    if not _AMOUNT.fullmatch(amount):
        return None
    return amount if len(words) < len(tokens) or _CENTS.search(amount) else None


def is_end(text: str) -> bool:
    """Whether a text says that the file ends, or draws a line: `-- end of report --`, `=====`."""
    return _END.fullmatch(text) is not None


def is_page(text: str) -> bool:
    """Whether a text says when a file was made, or which page of it begins: `Seite 1`."""
    return _LABEL.fullmatch(text) is not None


def is_remark(text: str) -> bool:
    """Whether a text is a remark: `Printed on ...`, `Seite 1`, or a label that ends in a colon."""
    first = text.split(maxsplit=4)
    return is_page(text) or any(
        word.endswith(":") and any(map(str.isalpha, word)) for word in first
    )
