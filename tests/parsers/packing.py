"""Containers for the tests, packed by the standard library; workbooks are written by hand."""

from __future__ import annotations

import io
import struct
import zipfile
from xml.sax.saxutils import escape

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"

_HIDDEN = ' state="hidden"'

# The styles that cells below may have, in this order.
STYLES = ("General", "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss", "hh:mm:ss", "0000", "[h]:mm")


def zipped(files: dict[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive; a name that ends with a slash is a folder."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return packed.getvalue()


def cell(place: str, value: object, style: str = "General") -> str:
    """A cell of an .xlsx: text, a number, a truth, or an error such as #N/A."""
    head = f'<c r="{place}" s="{STYLES.index(style)}"'
    if isinstance(value, bool):
        return f'{head} t="b"><v>{int(value)}</v></c>'
    if isinstance(value, str) and value.startswith("#"):
        return f'{head} t="e"><f>1/0</f><v>{value}</v></c>'
    if isinstance(value, str):
        return f'{head} t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    return f"{head}><v>{value!r}</v></c>"


def row(number: int, *values: object) -> str:
    """A row of plain cells from column A."""
    cells = "".join(cell(f"{'ABCDEFGH'[at]}{number}", one) for at, one in enumerate(values))
    return f'<row r="{number}">{cells}</row>'


def xlsx(sheets: dict[str, str], *, hidden: tuple[str, ...] = ()) -> bytes:
    """A workbook; each sheet is the XML of its rows."""
    listed = "".join(
        f'<sheet name="{escape(name)}" sheetId="{at}" r:id="rId{at}"'
        f"{_HIDDEN if name in hidden else ''}/>"
        for at, name in enumerate(sheets, start=1)
    )
    related = "".join(
        f'<Relationship Id="rId{at}" Type="{_RELATIONS}/worksheet" '
        f'Target="worksheets/sheet{at}.xml"/>'
        for at in range(1, len(sheets) + 1)
    )
    formats = "".join(
        f'<numFmt numFmtId="{164 + at}" formatCode="{code}"/>' for at, code in enumerate(STYLES)
    )
    styles = "".join(f'<xf numFmtId="{164 + at}"/>' for at in range(len(STYLES)))
    files = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}">'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{related}'
        f'<Relationship Id="rIdS" Type="{_RELATIONS}/styles" Target="styles.xml"/>'
        "</Relationships>",
        "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><numFmts>{formats}</numFmts>'
        f"<cellXfs>{styles}</cellXfs></styleSheet>",
    }
    for at, rows in enumerate(sheets.values(), start=1):
        files[f"xl/worksheets/sheet{at}.xml"] = (
            f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>'
        )
    return zipped({name: text.encode() for name, text in files.items()})


def ods(rows: str, *, name: str = "Blatt") -> bytes:
    """A workbook of LibreOffice with one sheet; `rows` is its XML."""
    office = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<office:document-content xmlns:office="{office}:office:1.0" '
        f'xmlns:table="{office}:table:1.0" xmlns:text="{office}:text:1.0">'
        f'<office:body><office:spreadsheet><table:table table:name="{name}">{rows}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        kind = "application/vnd.oasis.opendocument.spreadsheet"
        archive.writestr(zipfile.ZipInfo("mimetype"), kind)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", content)
    return packed.getvalue()


def xlsb(name: str, rows: list[list[str | float]]) -> bytes:
    """A binary workbook with one sheet ([MS-XLSB]); its parts are records of id, size and data."""
    sheet = _record(0x94, struct.pack("<4L", 0, len(rows) - 1, 0, 9)) + _record(0x91)
    for number, cells in enumerate(rows):
        sheet += _record(0x00, struct.pack("<2L", number, 0) + bytes(9))
        for column, value in enumerate(cells):
            head = struct.pack("<2L", column, 0)
            if isinstance(value, str):
                sheet += _record(0x06, head + _wide(value))
            else:
                sheet += _record(0x05, head + struct.pack("<d", value))
    bundle = struct.pack("<2L", 0, 1) + _wide("rId1") + _wide(name)
    relation = (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_RELATIONS}/%s" Target="%s"/></Relationships>'
    )
    return zipped(
        {
            "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"/>'.encode(),
            "_rels/.rels": (relation % ("officeDocument", "xl/workbook.bin")).encode(),
            "xl/_rels/workbook.bin.rels": (relation % ("worksheet", "worksheets/s.bin")).encode(),
            "xl/workbook.bin": _record(0x9C, bundle) + _record(0x90) + _record(0x84),
            "xl/worksheets/s.bin": sheet + _record(0x92),
        }
    )


def _record(identifier: int, data: bytes = b"") -> bytes:
    """A record; id and size take one byte for each seven bits."""
    return _seven_bits(identifier) + _seven_bits(len(data)) + data


def _seven_bits(number: int) -> bytes:
    return bytes([number]) if number < 0x80 else bytes([number & 0x7F | 0x80, number >> 7])


def _wide(text: str) -> bytes:
    return struct.pack("<L", len(text)) + text.encode("utf-16-le")
