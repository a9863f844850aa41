"""Workbooks: each sheet that is shown and holds anything is a table. Read with calamine."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from python_calamine import (
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetMetadata,
    SheetTypeEnum,
    SheetVisibleEnum,
    load_workbook,
)

from parsers.containers import ods_marks
from parsers.containers.cells import Cell, Marks, sheet_text
from parsers.containers.excel_marks import Workbook, refuse_large
from parsers.containers.limits import Room
from parsers.containers.members import Contents, Member
from parsers.containers.names import inside
from parsers.containers.verdicts import damaged, encrypted, not_a_table
from parsers.containers.zipped import Archive

_ODS = b"application/vnd.oasis.opendocument.spreadsheet"
_OFFICE = {
    "word": "a Word document",
    "ppt": "a PowerPoint presentation",
    "visio": "a Visio drawing",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheets:
    """The sheets of a workbook; `left_out` names those that are not taken, with the reason."""

    taken: tuple[tuple[str, bytes], ...]
    left_out: tuple[str, ...]

    def named(self, workbook: str) -> Contents:
        """The only sheet bears the workbook's name; of several each bears its own as well."""
        if len(self.taken) == 1:
            members = tuple(Member(name=workbook, data=data) for _, data in self.taken)
        else:
            members = tuple(
                Member(name=inside(workbook, sheet), data=data) for sheet, data in self.taken
            )
        return Contents(members=members, left_out=self.left_out)


def in_archive(data: bytes, archive: Archive, room: Room) -> Sheets | None:
    """The sheets of an .xlsx, .xlsm, .xlsb or .ods; None if the archive is no document at all.

    Raises:
        Unreadable: it is a document of another kind, damaged, encrypted or too large.
    """
    names = {entry.name: entry for entry in archive.entries}
    mime = b""
    if "mimetype" in names:
        mime = archive.unpack(names["mimetype"], room).strip()
    is_excel = "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names)
    if not (is_excel or mime.startswith(_ODS)):
        _refuse_other_documents(tuple(names), mime)
        return None
    for entry in archive.entries:  # within the limits, and with the right checksums
        archive.unpack(entry, room)

    def read(name: str) -> bytes:
        entry = names.get(name)
        return archive.unpack(entry, Room(entry.size)) if entry else b""

    if is_excel:
        return _sheets(data, Workbook(read).marks, room)
    errors = ods_marks.marks(read("content.xml"))
    return _sheets(data, lambda sheet: errors.get(sheet, Marks()), room)


def _refuse_other_documents(names: tuple[str, ...], mime: bytes) -> None:
    """Raise Unreadable for what is packed as zip and is no archive that somebody made."""
    if "[Content_Types].xml" in names:
        folders = {name.split("/")[0] for name in names}
        raise not_a_table(
            next((_OFFICE[one] for one in _OFFICE if one in folders), "an Office document")
        )
    if any(name.endswith(".iwa") for name in names):
        raise not_a_table("a document of Apple's Numbers, Pages or Keynote")
    if mime.startswith(b"application/"):
        raise not_a_table("a document of OpenOffice, or a book")


def in_compound_file(data: bytes, room: Room) -> Sheets:
    """The sheets of an .xls. There is no checksum in it: damage may go unseen.

    Raises:
        Unreadable: it is a document of another kind, damaged, encrypted or too large.
    """
    if _utf16("EncryptedPackage") in data:
        raise encrypted("The workbook")
    if not any(_utf16(name) in data for name in ("Workbook", "Book", "WORKBOOK", "BOOK")):
        raise not_a_table("an old Office document that is no workbook")
    return _sheets(data, lambda _: Marks(), room)


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-le")


def _sheets(data: bytes, marks_of: Callable[[str], Marks], room: Room) -> Sheets:
    taken, left_out = [], []
    with _opened(data) as book:
        for metadata in book.sheets_metadata:
            if reason := _reason_to_leave_out(metadata):
                left_out.append(f"{metadata.name} ({reason})")
                continue
            marks = marks_of(metadata.name)
            sheet = _sheet(book, metadata.name)
            if sheet.end is None:
                left_out.append(f"{metadata.name} (empty)")
                continue
            refuse_large(metadata.name, sheet.end[0] + 1, sheet.end[1] + 1)
            taken.append((metadata.name, sheet_text(_rows(sheet), marks, room)))
    return Sheets(taken=tuple(taken), left_out=tuple(left_out))


def _reason_to_leave_out(metadata: SheetMetadata) -> str:
    if metadata.typ != SheetTypeEnum.WorkSheet:
        return "not a table"
    return "" if metadata.visible == SheetVisibleEnum.Visible else "hidden"


def _rows(sheet: CalamineSheet) -> Iterator[list[Cell]]:
    """Every row from the first of the sheet, every cell from the first column."""
    if sheet.start is None:
        return
    before: list[Cell] = [""] * sheet.start[1]
    for row in sheet.iter_rows():
        yield before + list(row)


def _opened(data: bytes) -> CalamineWorkbook:
    try:
        return load_workbook(io.BytesIO(data))
    except PasswordError as error:
        raise encrypted("The workbook") from error
    except BaseException as error:
        raise _verdict_on(error) from error


def _sheet(book: CalamineWorkbook, name: str) -> CalamineSheet:
    try:
        return book.get_sheet_by_name(name)
    except BaseException as error:
        raise _verdict_on(error) from error


def _verdict_on(error: BaseException) -> BaseException:
    """A damaged workbook for what calamine says of one; anything else is passed on.

    A bug in it that a damaged file finds is a PanicException, which is no Exception and cannot be
    imported.
    """
    if isinstance(error, MemoryError):
        return error
    if isinstance(error, Exception) or type(error).__name__ == "PanicException":
        return damaged("The workbook is damaged: it cannot be read.")
    return error
