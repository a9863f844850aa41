"""Files put into containers on their way: gzip, zip, or the cells of a workbook."""

import csv
import gzip
import io
import re
from datetime import datetime
from xml.sax.saxutils import escape

from tests.parsers.packing import cell, xlsx, zipped
from tests.rendering.clocks import EXCEL_FIRST
from tests.rendering.plan import Plan
from tests.rendering.writing import File

_AMOUNT = re.compile(r"-?[0-9]+\.[0-9]{2}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")


def pack(plan: Plan, file: File, data: bytes) -> bytes:
    """Put the bytes of a file into the container of its plan, if it has one."""
    match plan["packed"]:
        case "gzip":
            return gzip.compress(data, compresslevel=1, mtime=0)
        case "zip":
            return zipped({"sales.csv": data})
        case "workbook":
            return _workbook(file)
        case _:
            return data


def _workbook(file: File) -> bytes:
    """A workbook with the same rows. Amounts and moments are numbers in it, as Excel has them."""
    lines = csv.reader(io.StringIO(file.text(), newline=""), delimiter=file.plan["delimiter"])
    rows = []
    for number, fields in enumerate(lines, start=1):
        cells = "".join(
            _cell(f"{_letters(at)}{number}", text, file.roles[at] if at < len(file.roles) else "")
            for at, text in enumerate(fields)
            if text
        )
        rows.append(f'<row r="{number}">{cells}</row>')
    return xlsx({"Sales": "".join(rows)})


def _cell(place: str, text: str, role: str) -> str:
    if role == "money" and _AMOUNT.fullmatch(text):
        return cell(place, float(text))
    if role == "moment" and _MOMENT.fullmatch(text):
        days = datetime.fromisoformat(text) - EXCEL_FIRST
        return cell(place, days.total_seconds() / 86_400, "yyyy-mm-dd hh:mm:ss")
    # No cell of the helper: to it a # is the beginning of an error.
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'


def _letters(at: int) -> str:
    """The name of a column: A to Z, then AA and so on."""
    first, last = divmod(at, 26)
    return (chr(ord("A") + first - 1) if first else "") + chr(ord("A") + last)
