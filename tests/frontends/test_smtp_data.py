"""The decoding of DATA: exact, whatever the pieces, and ended by one thing only."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.frontends.smtp.data import DotDecoder

LINES = st.lists(
    st.sampled_from([b"", b".", b"..", b".a", b"\r", b"\n", b"a\n.\n", b"\r.\r", b"ab"])
)


def decode(wire: bytes, cuts: list[int]) -> tuple[bytes, DotDecoder]:
    decoder = DotDecoder()
    content = b""
    edges = sorted({0, len(wire), *(cut % (len(wire) + 1) for cut in cuts)})
    for start, end in pairwise(edges):
        if decoder.ended:
            decoder.rest += wire[start:end]
        else:
            content += decoder.feed(wire[start:end])
    return content, decoder


@given(lines=LINES, cuts=st.lists(st.integers(min_value=0), max_size=20))
def test_what_a_client_stuffs_comes_out_as_it_was(lines: list[bytes], cuts: list[int]) -> None:
    """Dot-stuffed by the rule of RFC 5321 and cut anywhere, a message comes out byte for byte."""
    message = b"".join(line + b"\r\n" for line in lines)
    stuffed = (b"\r\n" + message).replace(b"\r\n.", b"\r\n..")[2:]

    content, decoder = decode(stuffed + b".\r\nQUIT\r\n", cuts)

    assert content == message
    assert decoder.ended
    assert decoder.rest == b"QUIT\r\n"


@pytest.mark.parametrize(
    "end",
    [
        b"\n.\n",
        b"\r.\r",
        b"\n.\r\n",
        b"\r\n.\n",
        b"\r\n.\r",
        b"\r.\r\n",
        b"\r\n.\r\r\n",
        b"\r\n. \r\n",
    ],
)
def test_nothing_but_crlf_dot_crlf_ends_a_message(end: bytes) -> None:
    """Line ends that other servers take for an end are content here."""
    content, decoder = decode(b"one" + end + b"MAIL FROM:<x@y>\r\n", [3, 4, 5, 6, 7])

    assert not decoder.ended
    assert content.startswith(b"one")
    assert b"MAIL FROM:<x@y>" in content
