"""Containers: every byte of every member, or a verdict; and no more than there is room for."""

from __future__ import annotations

import gzip
import io
import struct
import subprocess
import sys
import zipfile
import zlib

import pytest

from parsers.containers import ContainerCode, Contents, contents, flatten, names_in
from parsers.containers.limits import FREE_BYTES, MOST_MEMBERS
from parsers.reject import Unreadable, UnreadableCode
from storage.delivery import MAX_PARTS
from tests.parsers.packing import row, xlsx, zipped

SALES = b"Store,Receipt,Total\nA,1,2.50\nA,2,3.00\n"
MORE = b"Store,Receipt,Total\nB,1,9.99\n"


def opened(data: bytes, name: str = "export") -> Contents:
    found = contents(data, name)
    assert found is not None
    return found


def files(data: bytes, name: str = "export") -> dict[str, bytes]:
    return {member.name: member.data for member in opened(data, name).members}


def verdict(data: bytes, name: str = "export") -> Unreadable:
    with pytest.raises(Unreadable) as refused:
        contents(data, name)
    assert refused.value.message
    assert refused.value.remedy
    return refused.value


@pytest.mark.parametrize(
    "data", [b"", b"P", b"PK", SALES, b"BZh91AY", b"\xfd7zXZ\0", b"%PDF-1.4", b"\x1f\x8c\x08"]
)
def test_what_is_no_container_is_left_alone(data: bytes) -> None:
    """Told by content: the name does not matter."""
    assert contents(data, "sales.zip") is None


def test_telling_a_container_costs_nothing() -> None:
    """Whoever only asks, or opens gzip, loads neither calamine nor polars."""
    code = (
        "import gzip, sys; from parsers import containers;"
        "assert containers.is_container(b'PK\\3\\4'); assert containers.contents(b'', '') is None;"
        "assert containers.contents(gzip.compress(b'a'), 'x').members[0].data == b'a';"
        "sys.exit(bool({'polars', 'python_calamine'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_what_is_a_container_is_told_by_its_content() -> None:
    """A gzip file that is called .csv is a gzip file all the same."""
    assert files(gzip.compress(SALES), "sales.csv") == {"sales.csv": SALES}


@pytest.mark.parametrize(
    ("outer", "original", "name"),
    [
        ("sales.csv.gz", "", "sales.csv"),
        ("Sales.CSV.GZ", "other.csv", "Sales.CSV"),
        ("upload", "C:\\export\\sales.csv", "sales.csv"),
        ("upload", "", "upload"),
        (".gz", "", ".gz"),
    ],
)
def test_what_gzip_packed_has_a_name(outer: str, original: str, name: str) -> None:
    """That of the file less its ending, else that of the header, and never a folder of it."""
    packed = io.BytesIO()
    with gzip.GzipFile(original, "wb", fileobj=packed) as stream:
        stream.write(SALES)
    data = packed.getvalue()
    if "\\" in original:
        assert b"\\" in data
    assert files(data, outer) == {name: SALES}


def test_gzip_in_several_pieces_is_one_file() -> None:
    """As log rotation and `cat a.gz b.gz` make them; zeros behind the end are padding."""
    data = gzip.compress(SALES) + gzip.compress(MORE) + b"\0" * 512
    assert files(data, "a.gz") == {"a": SALES + MORE}


def test_every_optional_field_of_a_gzip_header_is_passed_over() -> None:
    """Extra field, name, comment and header checksum, as RFC 1952 has them."""
    deflated = zlib.compress(SALES, wbits=-15)
    head = b"\x1f\x8b\x08\x1e" + bytes(6) + b"\x04\0abcd" + b"n.csv\0" + b"a comment\0"
    head += struct.pack("<H", zlib.crc32(head) & 0xFFFF)
    data = head + deflated + struct.pack("<2L", zlib.crc32(SALES), len(SALES))
    assert files(data, "upload") == {"n.csv": SALES}
    assert verdict(data.replace(b"a comment", b"a komment")).code is ContainerCode.DAMAGED


@pytest.mark.parametrize("missing", [1, 4, 8, 9, 20])
def test_a_cut_gzip_file_is_damaged_and_not_read_in_part(missing: int) -> None:
    """Also when all of the data is there, and only the trailer is not."""
    assert verdict(gzip.compress(SALES)[:-missing]).code is ContainerCode.DAMAGED


def test_what_stands_behind_a_gzip_file_is_not_passed_over() -> None:
    """Text after the end is a second export that gzip would drop with a warning."""
    assert verdict(gzip.compress(SALES) + MORE).code is ContainerCode.DAMAGED


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_each_file_of_a_zip_archive_is_a_member(method: int) -> None:
    """Named after the archive and after itself, in the order of the archive."""
    data = zipped({"b.csv": SALES, "tills/a.csv": MORE}, method=method)
    assert list(files(data, "march.zip").items()) == [
        ("march.zip//b.csv", SALES),
        ("march.zip//tills/a.csv", MORE),
    ]
    assert names_in("march.zip//tills/a.csv") == ("march.zip", "tills/a.csv")


def test_a_zip_archive_that_was_streamed_is_read() -> None:
    """Its sizes stand behind each file, in a data descriptor."""

    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.data = b""

        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            self.data += bytes(data)  # type: ignore[call-overload]  # any buffer
            return len(data)  # type: ignore[arg-type]  # any buffer

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", SALES)
    assert pipe.data[6] & 0x08
    assert files(pipe.data, "x") == {"x//a.csv": SALES}


@pytest.mark.parametrize(("stored", "flags", "name"), [
    (b"K\x94ln.csv", 0, "K\u00f6ln.csv"),  # Windows, in its code page of DOS
    ("K\u00f6ln.csv".encode(), 0, "K\u00f6ln.csv"),  # macOS, which does not say so
    ("K\u00f6ln.csv".encode(), 0x800, "K\u00f6ln.csv"),
])  # fmt: skip
def test_names_in_a_zip_archive_are_read(stored: bytes, flags: int, name: str) -> None:
    """Umlauts come in three ways."""
    placeholder = b"x" * len(stored)
    data = bytearray(zipped({placeholder.decode(): SALES}).replace(placeholder, stored))
    data[6:8] = struct.pack("<H", flags)
    directory = data.index(b"PK\x01\x02")
    data[directory + 8 : directory + 10] = struct.pack("<H", flags)
    assert files(bytes(data), "x") == {f"x//{name}": SALES}


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "C:\\sales.csv", "a//b.csv"])
def test_a_member_s_path_is_only_a_name(name: str) -> None:
    """Nothing is opened by it; it has one border, between the archive and the file."""
    (found,) = files(zipped({name: SALES}), "x.zip")
    assert names_in(found)[0] == "x.zip"
    assert len(names_in(found)) == 2


def test_what_nobody_meant_to_send_is_left_out_and_named() -> None:
    """Files of the Mac and of Windows for themselves, folders, empty files."""
    found = opened(
        zipped({"tills/": b"", "tills/a.csv": SALES, "__MACOSX/tills/._a.csv": b"\0\5\x16\7",
                "tills/.DS_Store": b"x", "Thumbs.db": b"x", "b.csv": b""}),
        "x.zip",
    )  # fmt: skip
    assert [member.name for member in found.members] == ["x.zip//tills/a.csv"]
    assert found.left_out == (
        "__MACOSX/tills/._a.csv (made by the system)",
        "tills/.DS_Store (made by the system)",
        "Thumbs.db (made by the system)",
        "x.zip//b.csv (empty)",
    )


def test_an_empty_archive_has_no_members() -> None:
    """Nothing is wrong with it."""
    assert opened(zipped({})).members == ()
    assert opened(gzip.compress(b"")).members == ()


def test_containers_inside_are_opened_too() -> None:
    """A workbook in a gzip file in a zip archive; the name says where each lay."""
    book = xlsx({"Sales": row(1, "a", "b"), "More": row(1, "c")})
    data = zipped({"a.csv": SALES, "in.zip": zipped({"b.csv.gz": gzip.compress(MORE)}),
                   "book.xlsx": book})  # fmt: skip
    assert files(data, "x.zip") == {
        "x.zip//a.csv": SALES,
        "x.zip//in.zip//b.csv": MORE,
        "x.zip//book.xlsx//Sales": b"a,b\n",
        "x.zip//book.xlsx//More": b"c\n",
    }


def test_what_cannot_be_opened_inside_does_not_hold_up_what_lies_beside_it() -> None:
    """It is a member as it is, and has its own verdict when its turn comes."""
    cut = gzip.compress(MORE)[:-1]
    document = zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"})
    found = files(zipped({"a.csv": SALES, "b.gz": cut, "c.docx": document}), "x")
    assert found == {"x//a.csv": SALES, "x//b.gz": cut, "x//c.docx": document}
    assert verdict(cut).code is ContainerCode.DAMAGED
    assert verdict(document).code is UnreadableCode.NOT_A_TABLE


def test_nesting_has_an_end() -> None:
    """Three deep is enough for everybody; an archive of itself goes on for ever."""
    deep = zipped({"c": zipped({"b": gzip.compress(SALES)})})
    assert list(files(deep, "d").values()) == [SALES]
    assert verdict(zipped({"d": deep})).code is ContainerCode.NESTED_TOO_DEEP


def test_there_are_fewer_members_than_numbers_set_aside() -> None:
    """Each member takes an order number behind its container's."""
    assert MOST_MEMBERS < MAX_PARTS
    data = zipped({f"{number}.csv": b"x" for number in range(MOST_MEMBERS)})
    assert len(opened(data).members) == MOST_MEMBERS
    one_more = zipped({f"{number}.csv": b"x" for number in range(MOST_MEMBERS + 1)})
    assert verdict(one_more).code is ContainerCode.TOO_LARGE


def test_too_large_is_found_while_it_grows() -> None:
    """A gigabyte out of a megabyte takes no more memory than the limit."""
    piece = zlib.compressobj(wbits=31)
    zeros = bytes(1 << 20)
    bomb = b"".join(piece.compress(zeros) for _ in range(1 << 10)) + piece.flush()
    code = (
        "import sys, resource; resource.setrlimit(resource.RLIMIT_AS, (400 << 20, 400 << 20));"
        "from parsers import containers; from parsers.reject import Unreadable\n"
        "try: containers.contents(sys.stdin.buffer.read(), 'x')\n"
        "except Unreadable as error: print(error.code)"
    )
    for data in (bomb, zipped({"a": bomb})):
        ran = subprocess.run(
            [sys.executable, "-c", code], input=data, capture_output=True, check=False
        )
        assert ran.stdout.decode().strip() == ContainerCode.TOO_LARGE, ran.stderr


def test_a_table_that_shrinks_well_is_no_bomb() -> None:
    """Up to 64 MiB the ratio does not matter."""
    quiet = b"Store,Receipt,Total\n" + b"A,0,0.00\n" * 1_000_000
    packed = gzip.compress(quiet)
    assert len(quiet) < FREE_BYTES
    assert len(quiet) > 300 * len(packed)
    assert files(packed, "a.gz") == {"a": quiet}


def test_the_room_is_for_all_members_together() -> None:
    """Many members of an allowed size, and an archive of such archives as 42.zip is."""
    half = bytes(FREE_BYTES // 2)
    assert verdict(zipped({"a": half, "b": half, "c": b"x"})).code is ContainerCode.TOO_LARGE
    inner = zipped({"a": half})
    outer = zipped({f"{number}.zip": inner for number in range(16)})
    assert verdict(outer).code is ContainerCode.TOO_LARGE
    with pytest.raises(Unreadable) as refused:
        flatten([(f"{number}.zip", inner) for number in range(3)], packed=3 * len(inner))
    assert refused.value.code is ContainerCode.TOO_LARGE


def test_files_that_overlap_are_a_bomb() -> None:
    """A whole file, header and all, that lies in the bytes of another and is listed as well."""
    inner = zipped({"b.csv": SALES}, method=zipfile.ZIP_STORED)
    inner_start = struct.unpack("<L", inner[-6:-2])[0]
    outer = zipped({"a.csv": inner[:inner_start]}, method=zipfile.ZIP_STORED)
    start = struct.unpack("<L", outer[-6:-2])[0]
    second = bytearray(inner[inner_start:-22])
    second[42:46] = struct.pack("<L", outer.index(inner[:inner_start]))
    listed = outer[start:-22] + bytes(second)
    end = outer[-22:-14] + struct.pack("<2H2LH", 2, 2, len(listed), start, 0)
    overlapping = outer[:start] + listed + end

    with zipfile.ZipFile(io.BytesIO(overlapping)) as lenient:
        assert lenient.namelist() == ["a.csv", "b.csv"]
    refused = verdict(overlapping)
    assert refused.code is ContainerCode.DAMAGED
    assert "overlap" in refused.message


def test_two_files_of_one_name_are_not_chosen_between() -> None:
    """Programs that unpack take the first or the last."""
    data = zipped({"a.csv": SALES, "b.csv": MORE}).replace(b"b.csv", b"a.csv")
    assert "two files called a.csv" in verdict(data).message


def test_an_encrypted_file_says_so() -> None:
    """The flag of a password, in both headers."""
    data = bytearray(zipped({"a.csv": SALES}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert verdict(bytes(data)).code is ContainerCode.ENCRYPTED


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_rare_ways_of_packing_are_named(method: int) -> None:
    """They are whole, and not read."""
    refused = verdict(zipped({"a.csv": SALES}, method=method))
    assert refused.code is ContainerCode.UNSUPPORTED
    assert "a.csv" in refused.message


@pytest.mark.parametrize("cut", [1, 22, 30, 100])
def test_a_cut_archive_is_damaged(cut: int) -> None:
    """Its directory stands at the end."""
    assert verdict(zipped({"a.csv": SALES * 9})[:-cut]).code is ContainerCode.DAMAGED
