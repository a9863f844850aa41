"""Attachments: what shops' mail programs send is found, byte for byte; what is damaged is said."""

from __future__ import annotations

import base64
import time
from contextlib import suppress
from email import policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.mail.message import Attachment, attachments
from parsers.mail.mime import DEEPEST, MOST_PARTS, MessageCode
from parsers.reject import Unreadable

TABLE = "Content-Type: text/csv; name=a.csv"
CSV = b"Store ID,Total\r\n1,2.50\r\n"
BASE64 = base64.encodebytes(CSV).replace(b"\n", b"\r\n")


def lines(*texts: str) -> bytes:
    return "".join(f"{text}\r\n" for text in texts).encode("utf-8", "surrogateescape")


def mixed(*parts: bytes, end: bytes = b"--b--\r\n") -> bytes:
    """A multipart/mixed message; each part is its headers, a blank line and its body."""
    head = lines("Subject: sales", "MIME-Version: 1.0", "Content-Type: multipart/mixed; boundary=b")
    return head + b"\r\n" + b"".join(b"--b\r\n" + part + b"\r\n" for part in parts) + end


def part(*headers: str, body: bytes = CSV) -> bytes:
    return lines(*headers) + b"\r\n" + body


def names(message: bytes) -> list[str]:
    return [attachment.name for attachment in attachments(message)]


def verdict(message: bytes) -> str:
    with pytest.raises(Unreadable) as refusal:
        attachments(message)
    assert refusal.value.message
    assert refusal.value.remedy
    return str(refusal.value.code)


@given(
    files=st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=60),
            st.binary(max_size=2000),
            st.sampled_from(["base64", "quoted-printable"]),
        ),
        max_size=4,
    ),
    line_ends=st.sampled_from(["\r\n", "\n"]),
)
def test_what_python_attaches_comes_out_byte_for_byte(
    files: list[tuple[str, bytes, str]], line_ends: str
) -> None:
    """Any bytes under any name, in base64 or quoted-printable, with the line ends of any system."""
    message = EmailMessage()
    message.set_content("As every day.\n")
    for name, data, encoding in files:
        message.add_attachment(
            data, "application", "octet-stream", filename=f"{name}.csv", cte=encoding
        )

    found = attachments(message.as_bytes(policy=policy.default.clone(linesep=line_ends)))

    assert found == tuple(Attachment(name=f"{name}.csv", data=data) for name, data, _ in files)


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        (['Content-Type: text/csv; name="a.csv"'], "a.csv"),
        (["Content-Type: text/csv"], "attachment.csv"),
        (["Content-Type: text/tab-separated-values"], "attachment.tsv"),
        (["Content-Type: text/csv; name=export", "Content-Disposition: attachment"], "export"),
        (["Content-Type: application/vnd.ms-excel; name=a.csv"], "a.csv"),
        (["Content-Type: application/octet-stream; name=A.TXT"], "A.TXT"),
        (["Content-Type: text/plain", "Content-Disposition: inline; filename=a.csv"], "a.csv"),
        (["Content-Type: text/plain; name=sales.dat"], "sales.dat"),
        (["CONTENT-DISPOSITION : attachment;", "\tfilename=a.tab"], "a.tab"),
        (["Content-Disposition: attachment"], "attachment.txt"),
        (["Content-Type: application/octet-stream"], "attachment.bin"),
        (["Content-Type: image/png; name=really.csv"], "really.csv"),
        (["Content-Type: application/x-zip; name=a.zip"], "a.zip"),
        (["Content-Type: application/vnd.ms-excel; name=book.xls"], "book.xls"),
        (["Content-Type: application/ms-tnef; name=winmail.dat"], "winmail.dat"),
        (["a broken line", "Content-Type: text/csv; name=a.csv", ": another"], "a.csv"),
        (["Content-Disposition: inline; filename*=UTF-8''K%C3%A4se%201.csv"], "Käse 1.csv"),
        (["Content-Type: a/b; name*0*=UTF-8''K%C3%A4; name*1=se.csv"], "Käse.csv"),
        (['Content-Disposition: attachment; filename="=?utf-8?B?S8Okc2UuY3N2?="'], "Käse.csv"),
        (['Content-Type: text/plain; name="=?iso-8859-1?Q?K=E4se?=.csv"'], "Käse.csv"),
        (['Content-Disposition: attachment; filename="Käse.csv"'], "Käse.csv"),
        (['Content-Disposition: attachment; filename="K\udce4se.csv"'], "Käse.csv"),
        (['Content-Type: a/b; name="=?no-such?Q?a?=.csv"'], "=?no-such?Q?a?=.csv"),
        (['Content-Disposition: attachment; filename="../../etc/cron.csv"'], "../../etc/cron.csv"),
        (["Content-Disposition: attachment; filename*=a; filename*0=b"], "attachment"),
        (["Content-Disposition: attachment; filename*=x\0y''a.csv"], None),
    ],
)  # fmt: skip
def test_a_table_is_found_however_it_is_attached(headers: list[str], name: str | None) -> None:
    """By file name or content type, inline or without disposition, its name written in any way."""
    [attachment] = attachments(
        mixed(part("Content-Type: text/plain", body=b"Hello"), part(*headers))
    )

    assert attachment.data == CSV
    assert name is None or attachment.name == name


@pytest.mark.parametrize(
    "headers",
    [
        ["Content-Type: image/png; name=logo.png"],
        ["Content-Type: application/octet-stream; name=logo.PNG"],
        ["Content-Type: text/plain"],
        ["Content-Type: text/plain", "Content-Disposition: inline"],
        ["Content-Type: text/html"],
        ["Content-Type: text/html; name=page.html", "Content-Disposition: attachment"],
        ["Content-Type: text/calendar; name=invite.ics"],
        ["Content-Type: text/x-vcard; name=me.vcf"],
        ["Content-Type: application/pkcs7-signature; name=smime.p7s"],
        ["Content-Type: application/pgp-signature"],
        ["Content-Type: message/delivery-status"],
    ],
)
def test_logos_signatures_and_the_text_itself_are_no_attachments(headers: list[str]) -> None:
    """What every mail of an office has in it is left out, whatever its encoding is like."""
    broken = part(*headers, "Content-Transfer-Encoding: base64", body=b"!")
    assert attachments(mixed(broken)) == ()


def test_a_message_without_parts_has_no_attachment() -> None:
    """Plain text, nothing at all, and a multipart that holds nothing are all empty."""
    assert attachments(lines("Subject: x", "", "Store ID,Total", "1,2")) == ()
    assert attachments(b"") == ()
    assert attachments(b"\r\n\r\n") == ()
    assert attachments(mixed()) == ()


def test_a_message_that_is_the_table_is_its_own_attachment() -> None:
    """Scripts send a CSV as the only content of a message."""
    assert attachments(part("Content-Type: text/csv")) == (
        Attachment(name="attachment.csv", data=CSV),
    )


@pytest.mark.parametrize("encoding", ["7bit", "8bit", "binary", "BASE64", "Quoted-Printable"])
def test_every_usual_encoding_is_undone(encoding: str) -> None:
    """The bytes are those that were attached, for each of the transfer encodings of RFC 2045."""
    body = {"BASE64": BASE64, "Quoted-Printable": b"Store =\r\nID,Total  \r\n1=2C2.50\t \r\n"}
    headers = [TABLE, f"Content-Transfer-Encoding: {encoding}"]
    message = mixed(part(*headers, body=body.get(encoding, CSV)))
    assert attachments(message)[0].data == CSV


def test_apple_mail_puts_tables_between_its_texts() -> None:
    """Texts and inline tables by turns, inside of an alternative: each table is one attachment."""
    inner = mixed(
        part("Content-Type: text/html", body=b"<p>one</p>"),
        part("Content-Disposition: inline; filename=one.csv", "Content-Type: text/csv"),
        part("Content-Type: text/html", body=b"<p>two</p>"),
        part("Content-Disposition: inline; filename=two.csv", "Content-Type: text/csv"),
    )
    for old, new in (
        (b"boundary=b", b"boundary=b-1"),
        (b"--b\r", b"--b-1\r"),
        (b"--b--", b"--b-1--"),
    ):
        inner = inner.replace(old, new)
    message = mixed(part("Content-Type: text/plain", body=b"one two"), inner)
    message = message.replace(b"multipart/mixed", b"multipart/alternative", 1)

    assert names(message) == ["one.csv", "two.csv"]


@pytest.mark.parametrize("encoded", [False, True])
def test_forwarded_messages_are_looked_into(encoded: bool) -> None:
    """A table in a message that was forwarded as an attachment is found, even if it is encoded."""
    inner = part("Subject: old", "Content-Type: text/csv; name=old.csv")
    headers = ["Content-Type: message/rfc822; name=old.eml", "Content-Disposition: attachment"]
    if encoded:
        inner = base64.encodebytes(inner)
        headers.append("Content-Transfer-Encoding: base64")
    digest = part(
        "Content-Type: multipart/digest; boundary=d", body=b"--d\r\n\r\n" + inner + b"\r\n--d--"
    )

    assert names(mixed(part(*headers, body=inner))) == ["old.csv"]
    assert encoded or names(mixed(digest)) == ["old.csv"]


@pytest.mark.parametrize(
    "message",
    [
        mixed(part(TABLE), end=b""),
        mixed(part(TABLE), end=b"--b\r\n"),
        mixed(part(TABLE), end=b"--b-\r\n"),
        mixed(part("Content-Type: text/plain", body=b"the table below"), end=b""),
        mixed(part(TABLE, "Content-Transfer-Encoding: base64", body=BASE64[:-5])),
        mixed(part(TABLE, "Content-Transfer-Encoding: base64", body=b"QUJD*QUJD")),
        mixed(part(TABLE, "Content-Transfer-Encoding: base64", body=b"QQ==QQ==")),
        mixed(part(TABLE, "Content-Transfer-Encoding: quoted-printable", body=b"1=2,3=4x")),
        mixed(part(TABLE, "Content-Transfer-Encoding: x-own")),
        mixed(part("Content-Type: multipart/mixed; boundary=c", body=b"--c\r\n\r\ntext")),
        part("Content-Type: multipart/mixed", body=b"--b--"),
        part("Content-Type: multipart/mixed; boundary=b", body=b"no delimiter at all"),
        mixed(part(TABLE + "; x=" + "y" * 9000)),
        b"Subject: x\r\n" * 30_000 + b"\r\n",
    ],
)
def test_a_damaged_message_is_never_read_in_part(message: bytes) -> None:
    """Cut off, or with a broken encoding, it is held: what is left may look complete."""
    assert verdict(message) == MessageCode.DAMAGED


def test_every_cut_of_a_message_is_noticed() -> None:
    """Wherever a message with a table is cut, its table is held or not there, never shorter."""
    message = mixed(part(TABLE, "Content-Transfer-Encoding: base64", body=BASE64), part(TABLE))
    for end in range(len(message) - 2):
        try:
            found = attachments(message[:end])
        except Unreadable as error:
            assert str(error.code) == MessageCode.DAMAGED  # noqa: PT017 - either outcome is right here
        else:
            assert found == () or end >= len(message) - 4


def nested(depth: int, kind: str) -> bytes:
    message = part(TABLE)
    for level in range(depth):
        if kind == "multipart":
            head = f"Content-Type: multipart/mixed; boundary=n{level}"
            message = part(head, body=b"--n%d\r\n%b\r\n--n%d--\r\n" % (level, message, level))
        else:
            message = part("Content-Type: message/rfc822", body=message)
    return message


@pytest.mark.parametrize("kind", ["multipart", "rfc822"])
def test_depth_is_limited(kind: str) -> None:
    """Twenty levels are read; more are refused, and two thousand no slower."""
    assert names(nested(DEEPEST, kind)) == ["a.csv"]
    assert verdict(nested(DEEPEST + 1, kind)) == MessageCode.NESTED_TOO_DEEP
    assert verdict(nested(2000, kind)) == MessageCode.NESTED_TOO_DEEP


def test_the_number_of_parts_is_limited() -> None:
    """A hundred parts are read, those inside of others counted; one more is refused."""
    few = [part("Content-Type: text/plain", body=b"x")] * (MOST_PARTS - 1)
    assert names(mixed(*few, part(TABLE))) == ["a.csv"]
    assert verdict(mixed(*few, part(TABLE), part(TABLE))) == MessageCode.TOO_MANY_PARTS
    assert verdict(mixed(*few, nested(1, "multipart"))) == MessageCode.TOO_MANY_PARTS
    assert verdict(mixed(*few, nested(1, "rfc822"))) == MessageCode.TOO_MANY_PARTS


@pytest.mark.parametrize(
    "message",
    [
        mixed(*[part(TABLE, body=b"1")] * 50_000),
        mixed(part(TABLE, body=b"\r\n--b" * 1_000_000)),
        mixed(
            part(TABLE, "Content-Transfer-Encoding: quoted-printable", body=b" " * 1_000_000 + b"x")
        ),
        mixed(*[part(TABLE + ";" * 4000)] * 90),
        mixed(*[part(TABLE + ';"' * 2000)] * 90),
        mixed(*[part(TABLE + "=?utf-8?Q?" * 400)] * 90),
        part("Content-Type: multipart/mixed; boundary=b", body=b"\r\n" * 2_000_000),
        part("Content-Type: message/rfc822", body=b"Content-" * 1_000_000),
    ],
    ids=["parts", "delimiters", "blanks", "semicolons", "quotes", "words", "lines", "headers"],
)
def test_no_message_takes_long(message: bytes) -> None:
    """The time rises with the size and not with its square, whatever the message is built of."""
    started = time.process_time()
    with suppress(Unreadable):
        attachments(message)
    assert time.process_time() - started < 2.0


PIECES = [
    *(b"\r\n", b"\n", b"--b", b"--b--", b"--", b";", b"\0", b"*", b"*0", b"*1*", b"=", b"''", b'"'),
    *(
        b"%",
        b"\xff",
        b"=?",
        b"?Q?",
        b"?=",
        b"QQ==",
        b"0",
        b"utf-8",
        b"name",
        b"filename",
        b"base64",
    ),
    *(b"Content-Type: ", b"Content-Disposition: ", b"Content-Transfer-Encoding: ", b"text/csv"),
    *(b"attachment", b"message/rfc822", b"multipart/mixed; boundary=b", b"quoted-printable"),
]


@given(st.lists(st.sampled_from(PIECES), max_size=60))
def test_no_bytes_bring_it_down(pieces: list[bytes]) -> None:
    """Whatever the bytes, the outcome is attachments or a verdict."""
    try:
        attachments(b"".join(pieces))
    except Unreadable as error:
        assert str(error.code) in list(MessageCode)  # noqa: PT017 - either outcome is right here
