"""Files put into containers on their way: gzip, zip, or the cells of a workbook."""

import csv
import gzip
import io
import re
from collections.abc import Iterator
from datetime import datetime
from xml.sax.saxutils import escape

from tests.parsers.packing import cell, ods, xlsx, zipped
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
        case "ods":
            return ods("".join(f"<table:table-row>{row}</table:table-row>" for row in _ods(file)))
        case _:
            return data


def _workbook(file: File) -> bytes:
    """A workbook with the same rows. Amounts and moments are numbers in it, as Excel has them."""
    rows = []
    for number, fields in enumerate(_lines(file), start=1):
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


def _lines(file: File) -> Iterator[list[str]]:
    """The cells of each line, without what quotes them."""
    return csv.reader(io.StringIO(file.text(), newline=""), delimiter=file.plan["delimiter"])


def _ods(file: File) -> Iterator[str]:
    """The cells of each row of a sheet of LibreOffice: values, each with what is shown of it."""
    for fields in _lines(file):
        cells = [
            _value(text, file.roles[at] if at < len(file.roles) else "")
            for at, text in enumerate(fields)
        ]
        yield "".join(cells) or "<table:table-cell/>"


def _value(text: str, role: str) -> str:
    if not text:
        return "<table:table-cell/>"
    kind = 'office:value-type="string"'
    if role == "money" and _AMOUNT.fullmatch(text):
        kind = f'office:value-type="float" office:value="{text}"'
    elif role == "moment" and _MOMENT.fullmatch(text):
        kind = f'office:value-type="date" office:date-value="{text.replace(" ", "T")}"'
    return f"<table:table-cell {kind}><text:p>{escape(text)}</text:p></table:table-cell>"


def _letters(at: int) -> str:
    """The name of a column: A to Z, then AA and so on."""
    first, last = divmod(at, 26)
    return (chr(ord("A") + first - 1) if first else "") + chr(ord("A") + last)
