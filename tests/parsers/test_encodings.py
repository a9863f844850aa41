"""What is not UTF-8 is read rightly, or it is said how else it may be read."""

# ruff: noqa: RUF001 (letters of many scripts are what this is about)

import codecs
import contextlib
import re
import time
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from parsers.reject import Unreadable, UnreadableCode
from parsers.text.charsets.amounts import cells_like_amounts, without_amounts
from parsers.text.encodings import Decoded, decode, rival_reading
from tests.parsers.exports import LANGUAGES, Export, exports


def _rivals(decoded: Decoded) -> list[tuple[str, str]]:
    """List what each different cell of the first column may be otherwise."""
    cells = {line.split(";")[0] for line in decoded.content.splitlines()}
    return [found for cell in sorted(cells) if (found := rival_reading(cell, decoded))]


@settings(max_examples=300)
@given(exports())
@example(Export(text="Store;Total\r\nŁódź;1\r\n", encoding="cp1250"))
def test_no_text_is_read_wrongly_without_a_rival(export: Export) -> None:
    """Either it is what was sent, or a cell is named that may be read otherwise, or it is held."""
    with contextlib.suppress(Unreadable):
        decoded = decode(export.data, None)
        assert decoded.content == export.text or _rivals(decoded)


@pytest.mark.parametrize(("encodings", "header", "names"), LANGUAGES, ids=lambda value: value[:14])
def test_a_few_names_are_enough_in_windows(encodings: str, header: str, names: str) -> None:
    """The first encoding of each language, with all the names: it loads unaided."""
    rows = "".join(f"{name};1\n" for name in names.split("|"))
    export = Export(text=f"{header}\n{rows}", encoding=encodings.split(maxsplit=1)[0])
    decoded = decode(export.data, None)
    assert decoded.content == export.text
    assert not _rivals(decoded)


@pytest.mark.parametrize(
    ("cell", "encoding"),
    [
        ("Zürich", "cp1252"),
        ("Café", "cp1252"),
        ("Malmö", "cp1252"),
        ("København", "cp1252"),
        ("São Paulo", "cp1252"),
        ("12,50 €", "cp1252"),
        ("Ava’s iPhone", "cp1252"),
        ("Łódź", "cp1250"),
        ("Dvořák", "cp1250"),
        ("Москва", "cp1251"),
        ("Düsseldorf Süd", "cp850"),
    ],
)
def test_one_name_under_an_english_header_loads_unaided(cell: str, encoding: str) -> None:
    """A shop that writes nothing beyond ASCII but its name is the usual case."""
    text = f"Store;Total\r\n{cell};1\r\n"
    decoded = decode(text.encode(encoding), None)
    assert decoded.content == text
    assert rival_reading(cell, decoded) is None


# How Windows of West and Middle Europe writes 1234.50: each sign is a letter on other systems.
AMOUNTS = ("1\xa0234,{}", "1.234,{} €", "1\xa0234,{}\xa0€", "€1234.{}", "£1,234.{}", "1’234.{}")


@pytest.mark.parametrize("rows", [1, 5, 90])
@pytest.mark.parametrize("amount", AMOUNTS)
@pytest.mark.parametrize("names", ["A", "Zürich HB|Bern", "Café de la Gare|Orléans", "Malmö|Lund"])
def test_signs_in_amounts_load_unaided(names: str, amount: str, rows: int) -> None:
    """However many different amounts there are, and however few other letters."""
    shops = names.split("|")
    cells = [(shops[row % len(shops)], amount.format(f"{row:02}")) for row in range(rows)]
    text = "Store;Total\r\n" + "".join(f"{shop};{total}\r\n" for shop, total in cells)
    decoded = decode(text.encode("cp1252"), None)
    assert decoded.content == text
    assert not [cell for row in cells for cell in row if rival_reading(cell, decoded)]


@settings(max_examples=100)
@given(exports(), st.sampled_from((*AMOUNTS, "¥1,234", "1\xa0234,{} Kč", "1\xa0234\xa0Ft")))
def test_no_amount_makes_a_text_read_wrongly(export: Export, amount: str) -> None:
    """In no language, on no system that has the signs."""
    head, *rows = export.text.split("\r\n")
    cells = [(row.split(";")[0], amount.format(f"{at % 100:02}")) for at, row in enumerate(rows)]
    text = "\r\n".join([head, *(f"{shop};{total}" for shop, total in cells[:-1])])
    with contextlib.suppress(Unreadable, UnicodeEncodeError):
        data = text.encode(export.encoding)
        decoded = decode(data, None)
        meant = data.decode(export.encoding)  # some have two of the same sign
        assert _without_groups(decoded.content) == _without_groups(meant) or [
            found
            for cell in re.split("[;\r\n]", decoded.content)
            if (found := rival_reading(cell, decoded))
        ]


def _without_groups(text: str) -> str:
    """Also with one £ and one ¥: big5 and cp950 differ in which of the two widths they write."""
    return re.sub("(?<=[0-9])[ ’](?=[0-9]{3})", "", unicodedata.normalize("NFKC", text))


def test_another_sign_between_groups_is_no_other_amount() -> None:
    """0xFF is a blank on DOS and an apostrophe of the Baltics; in an id it may matter."""
    decoded = Decoded(content="1\xa0234,50", encoding="cp850", rivals=("iso-8859-13",))
    assert rival_reading("1\xa0234,50", decoded) is None
    assert rival_reading("1\xa0234", decoded) == ("iso-8859-13", "1’234")
    assert rival_reading("1\xa0234,50 \xa0", decoded) is not None


@pytest.mark.parametrize("pinned", ["cp775", "cp866", "cp1250"])
def test_a_pinned_encoding_without_amounts_is_contradicted(pinned: str) -> None:
    """Each row would be a reject, and the cause not told."""
    data = "Store;Total\nA;£1.50\nB;£2.50\n".encode("cp1252")
    with pytest.raises(Unreadable) as caught:
        decode(data, pinned)
    assert caught.value.code is UnreadableCode.CONTRADICTS_MAPPING
    assert "line 2 has" in caught.value.message
    assert "'£1.50' in cp1252" in caught.value.message


def test_a_letter_beside_an_amount_contradicts_no_pin() -> None:
    """It is no sign of money in another encoding, merely a blank behind a blank."""
    cells = cells_like_amounts(b"Total\n12,50 \xca\n")
    assert cells == [b"12,50 \xca"]
    assert not without_amounts(cells, ["cp1251", "mac-cyrillic"])
    data = "Магазин;Сумма\nМосква;12,50 К\nКазань;7,25 К\n".encode("cp1251")
    assert decode(data, "cp1251").encoding == "cp1251"


def test_two_readings_are_both_told() -> None:
    """0xF1 is the n of Spain in Windows-1252 and that of Poland in Windows-1250: both are words."""
    decoded = decode("Store;Total\r\nNiño;1\r\n".encode("cp1252"), None)
    assert decoded.content == "Store;Total\r\nNiño;1\r\n"
    assert rival_reading("Niño", decoded) is not None
    assert rival_reading("Total", decoded) is None


def test_what_the_rest_of_the_file_says_decides() -> None:
    """A header in Spanish, without an accent in it, speaks for Spanish."""
    decoded = decode("Tienda;Importe;Fecha\r\nNiño;1;2\r\n".encode("cp1252"), None)
    assert rival_reading("Niño", decoded) is None


def test_a_rival_holds_beyond_what_was_looked_at() -> None:
    """Nothing in many rows tells Windows-1252 from -1250; a letter at the end must not be lost."""
    many = "".join(f"Zürich {row};1\n" for row in range(20_000))
    decoded = decode(f"Store;Total\n{many}Kšely;1\n".encode("cp1250"), None)
    assert "cp1250" in (decoded.encoding, *decoded.rivals)
    assert "cp1252" in (decoded.encoding, *decoded.rivals)


def test_a_byte_beyond_the_sample_rules_an_encoding_out() -> None:
    """0x9D is no character of Windows-1252; it is a letter in -1250."""
    many = "".join(f"Größe {row};1\n" for row in range(20_000))
    decoded = decode(f"Store;Total\n{many}ť;1\n".encode("cp1250"), None)
    assert decoded.encoding == "cp1250"
    assert "ť" in decoded.content


def test_an_expected_column_decides() -> None:
    """The name is in the file in one encoding only, so the others are none."""
    text = "Jõgi;Total\n1;2\n"
    data = text.encode("cp775")
    assert decode(data, None).content != text
    decoded = decode(data, None, ["Jõgi", "Total"])
    assert decoded.content == text
    assert not _rivals(decoded)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize(
    "text", ["a;b\r\n1;2\r\n", "Größe;Preis\r\nŁódź;12,50 €\r\n", "店;1\n東京;2\n"]
)
def test_wide_encodings_are_told_without_a_mark(encoding: str, text: str) -> None:
    """Their zeros are halves of letters."""
    assert decode(text.encode(encoding), None) == Decoded(content=text, encoding=encoding)


def test_escapes_to_japanese_are_read() -> None:
    """ISO-2022-JP is plain ASCII but for its escapes."""
    text = "Store;Total\n東京;1\n"
    assert decode(text.encode("iso2022_jp"), None).content == text


def test_tildes_may_be_chinese() -> None:
    """HZ is plain ASCII: what looks like it is taken as it stands, and has a rival."""
    decoded = decode("Store;Total\n北京;1\n".encode("hz"), None)
    assert rival_reading("~{11>)~}", decoded) == ("hz", "北京")


def test_utf_8_by_chance_has_a_rival() -> None:
    """One word of Czech from a Macintosh is valid UTF-8: a letter of the Maldives."""
    data = "Store;Total\nJiří;1\n".encode("mac_latin2")
    assert data.decode("utf-8")
    decoded = decode(data, None)
    assert rival_reading(decoded.content.split("\n")[1].split(";")[0], decoded) is not None


def test_two_signs_of_chinese_that_are_utf_8_by_chance_have_a_rival() -> None:
    """They would be two letters of small peoples, of which no word is made."""
    decoded = decode("Store;Total\n源台;1\n".encode("gb18030"), None)
    assert "gb18030" in (decoded.encoding, *decoded.rivals)


@pytest.mark.parametrize("names", [names for _, _, names in LANGUAGES], ids=lambda names: names[:9])
def test_one_name_in_utf_8_is_certain(names: str) -> None:
    """It is the usual case, in all languages."""
    for name in names.split("|"):
        assert decode(f"Store;Total\n{name};1\n".encode(), None).rivals == ()


@pytest.mark.parametrize("letter", "ßñéΩжŁ½€☕東א")
def test_one_letter_in_utf_8_is_certain(letter: str) -> None:
    """What it may be otherwise is less likely still."""
    assert decode(f"Size\n{letter}\n".encode(), None).rivals == ()


@given(st.text(alphabet="äéłřжאあ東한€ab1;\n", max_size=40))
def test_utf_8_is_certain(text: str) -> None:
    """Letters in use, as UTF-8, have no rival."""
    assert decode(("Größe;Łódź;東京\n" + text).encode(), None).rivals == ()


def test_a_few_nuls_are_kept() -> None:
    """They are a matter of the cells they stand in."""
    assert decode(b"a;b\n1;x\0y\n2;z\n", None).content == "a;b\n1;x\0y\n2;z\n"


@pytest.mark.parametrize("encoding", ["ascii", "utf-16-le"])
def test_a_tail_of_zeros_is_a_file_cut_short(encoding: str) -> None:
    """A crash leaves the blocks of zeros that were not yet written."""
    with pytest.raises(Unreadable) as caught:
        decode("a;b\r\n1;2\r\n3".encode(encoding) + bytes(512), None)
    assert caught.value.code is UnreadableCode.CUT_SHORT
    assert "From line 3 on" in caught.value.message


@pytest.mark.parametrize(
    ("data", "pinned"),
    [
        ("Größe\n5 €\n€".encode()[:-1], None),
        ("Größe\n5 €\n€".encode()[:-1], "utf-8"),
        (codecs.BOM_UTF16_LE + "a\nb\nc".encode("utf-16-le")[:-1], None),
        ("a\nb\n東".encode("cp932")[:-1], "cp932"),
    ],
)
def test_a_file_cut_inside_a_character_is_cut_short(data: bytes, pinned: str | None) -> None:
    """The line is named; the rows before it are not loaded as if they were all."""
    with pytest.raises(Unreadable) as caught:
        decode(data, pinned)
    assert caught.value.code is UnreadableCode.CUT_SHORT
    assert "line 3" in caught.value.message


def test_windows_inside_of_utf_8_holds_the_file() -> None:
    """One line that a person pasted in: the line is named."""
    with pytest.raises(Unreadable) as caught:
        decode("Größe\nKöln\n".encode() + "Zürich\n".encode("cp1252") + "Bär\n".encode(), None)
    assert caught.value.code is UnreadableCode.ENCODING
    assert "line 3 is not" in caught.value.message


def test_a_currency_in_each_row_leaves_no_doubt_of_utf8() -> None:
    """However often the blank before it is there, which is a sign like many."""
    amounts = (f"{n}.{99 - n}\xa0z\u0142,{n}.{n}\xa0z\u0142\n" for n in range(10, 90))
    data = "".join(amounts).encode()
    assert decode(data, None).rivals == ()


@pytest.mark.parametrize("mark", ["\x1f", "\x1e"])
def test_text_that_is_divided_by_control_characters_is_text(mark: str) -> None:
    """ASCII has two that are meant for it; others are no text in any number."""
    assert decode(mark.join("abcd").encode(), None).content == mark.join("abcd")
    with pytest.raises(Unreadable):
        decode("\x01".join("abcd").encode(), None)


def test_binary_data_is_no_table() -> None:
    """Too many bytes are no characters at all."""
    with pytest.raises(Unreadable) as caught:
        decode(bytes(range(256)) * 4, None)
    assert caught.value.code is UnreadableCode.NOT_A_TABLE


def test_the_time_does_not_grow_with_the_file() -> None:
    """A bounded sample is weighed: 20 MB of different cells are nearly as quick as one cell."""
    data = "".join(f"Zürich {row};{row},50\n" for row in range(900_000)).encode("cp1252")
    start = time.process_time()
    assert decode(data, None).encoding == "cp1252"
    assert time.process_time() - start < 5
