"""The words with which an export says that it failed, or that there is more than it holds.

In the languages of the larger European markets. Compared without regard to case.
"""

import re

# At the beginning of a line; what follows is the trouble. Not `Errors: 0`.
_FAILED = (
    "error|fatal|exception|traceback|panic|aborted|interrupted|truncated|incomplete|timeout|"
    "timed out|failed|failure|fehler|abbruch|abgebrochen|unvollständig|erreur|échec|interrompue?|"
    "incomplet|fallo|interrumpido|incompleto|errore|interrotto|erro|falha|interrompido|fout|"
    "mislukt|afgebroken|onvolledig|błąd|przerwano|niekompletny|avbruten|ofullständig|fejl|feil|"
    "afbrudt|avbrutt|virhe|keskeytetty|chyba|přerušeno|hiba|megszakadt|hata"
)
_KIND_OF_ERROR = (
    "fatal|parse|uncaught|unhandled|sql|mysql|runtime|internal|server|database|db|php|system|"
    "network|export|query|unexpected|critical|schwerer|interner"
)
_BEGINS = re.compile(
    rf"(?:(?:{_KIND_OF_ERROR})\s+)*(?:{_FAILED})\b(?P<rest>.*)", re.IGNORECASE | re.DOTALL
)
# A count or a share of errors, or that there are none.
_NO_TROUBLE = re.compile(r"\W*(?:(?:count|rate|log|margin)?\W*[0-9]{0,2}(?:[.,][0-9]+)?\W*|0\b.*)")
_BARE = re.compile(r"\W*")
_TROUBLE = re.compile(
    r"\bORA-[0-9]{5}\b|\bSQLSTATE\b|\b(?:[a-z_]\w*\.)+\w*(?:error|exception)\b"
    r"|\btraceback \(most recent|\bhas gone away\b"
    r"|\b(?:lost|broken|closed|no) connection\b"
    r"|\b(?:connection|verbindung|connexion|conexión|connessione|conexão|verbinding|połączenie"
    r"|anslutningen)\b.{0,20}?\b(?:lost|reset|closed|refused|aborted|broken|timed out|verloren"
    r"|getrennt|unterbrochen|abgebrochen|perdue|interrompue|perdida|persa|interrotta|perdida"
    r"|verbroken|przerwane|bröts)\b"
    r"|\btime-?\s?out (?:expired|exceeded|reached)\b|\bmaximum execution time\b"
    r"|\bout of memory\b|\bmemory (?:size )?.{0,30}exhausted\b|\bno space left\b|\bdisk full\b"
    r"|\bsnapshot too old\b|\bsegmentation fault\b|\bdeadlock\b"
    r"|\b(?:export|query|report|job|transfer|download|dump|process|abfrage|datenexport"
    r"|exportación|esportazione)\b.{0,20}?"
    r"\b(?:failed|aborted|cancell?ed|interrupted|incomplete|terminated|truncated|abgebrochen"
    r"|fehlgeschlagen|unvollständig|interrompue?|interrumpid[oa]|interrott[oa])\b"
    r"|\binternal server error\b|\bbad gateway\b|\bservice unavailable\b"
    r"|\b(?:results?|output|list|file|data) (?:was |were |is |are |has been )?truncated\b"
    r"|\bzeitüberschreitung\b|\bdélai (?:d'attente )?dépassé\b|\btiempo de espera agotado\b"
    r"|\btempo scaduto\b",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"\W*(?:to be continued|continued(?: on (?:the )?next page)?|continues|fortsetzung(?: folgt)?"
    r"|wird fortgesetzt|à suivre|suite(?: page suivante)?|continúa(?: en .*)?|continuará|continua"
    r"|segue|wordt vervolgd|vervolg|ciąg dalszy nastąpi|c\.?d\.?n|fortsätter|fortsætter|fortsetter"
    r"|jatkuu|pokračování)\W*",
    re.IGNORECASE,
)
_ROWS = (
    r"(?:rows?|records?|lines?|entries|results?|items?|transactions?|orders?|tickets?|receipts?"
    r"|zeilen?|datensätzen?|einträgen?|belegen?|buchungen|lignes?|enregistrements?|filas?"
    r"|registros?|righe|linhas?|regels?|rijen|wierszy|rekordów|rader|poster)"
)
_OF = r"(?:of|out of|von|de|di|van|sur|su|z|av|af|/)"
_NUMBER = r"[0-9]{1,3}(?:[., '][0-9]{3})+|[0-9]+"
_MORE = re.compile(
    rf"\W*(?:and |und )?(?P<more>{_NUMBER})\s+(?:more|further|weitere|autres|más|altre|mais|meer)"
    rf"(?:\s+{_ROWS})?(?: available| not shown| omitted| follow)?\W*",
    re.IGNORECASE,
)
_SHOWS = r"(?:showing|shown|displaying|displayed|exported|anzeige|angezeigt|affichage|mostrando)"
_PART = re.compile(
    rf"\W*(?P<before>(?:{_SHOWS}|{_ROWS})\W+)*(?:{_NUMBER})?"
    rf"(?:\s*(?:-|\u2013|to|bis|à|a)\s*)?(?P<part>{_NUMBER})\s*"
    rf"{_OF}\s*(?P<whole>{_NUMBER})(?P<after>\s+{_ROWS})?"
    rf"(?:\s+{_SHOWS})?\W*",
    re.IGNORECASE,
)
_PAGE = re.compile(
    r"\W*(?:page|seite|página|pagina|strona|strana|sida|side|sivu|blad|blatt|oldal|sayfa|стр\w*)"
    rf"\W*(?P<page>[0-9]+)\s*{_OF}\s*(?P<pages>[0-9]+)\b.*",
    re.IGNORECASE | re.DOTALL,
)
_OF_A_CELL = re.compile(r"#\w")  # of a spreadsheet: #ERROR!
_MARKS = " *-=([{<>!?.#"
_TAG = re.compile(r"<[^<>]*>")


def says_that_it_failed(text: str) -> bool:
    """Whether a line says that what wrote it broke off: `ERROR: connection lost`, `ORA-01555`."""
    plain = " ".join(_TAG.sub(" ", text).split())
    begins = None if _OF_A_CELL.match(plain) else _BEGINS.match(plain.lstrip(_MARKS))
    if begins is not None:
        rest = begins["rest"]
        return bool(_BARE.fullmatch(rest)) or not _NO_TROUBLE.fullmatch(rest)
    return _TROUBLE.search(plain) is not None


def pages_in(text: str) -> tuple[int, int] | None:
    """Give the page and the number of pages that a line names, if it does: `Page 1 of 3`."""
    found = _PAGE.fullmatch(text.strip())
    return (int(found["page"]), int(found["pages"])) if found else None


def says_that_more_follows(text: str, rows: int) -> bool:
    """Whether a line says that there is more than these rows: `996 more rows`, `4 of 1000 rows`."""
    plain = text.strip()
    if _GOES_ON.fullmatch(plain):
        return True
    if more := _MORE.fullmatch(plain):
        return _count(more["more"]) > 0
    part = _PART.fullmatch(plain)
    if part is None or not (part["before"] or part["after"]):
        return False
    return max(_count(part["part"]), rows) < _count(part["whole"])


def _count(text: str) -> int:
    return int("".join(filter(str.isdecimal, text))[:12])
