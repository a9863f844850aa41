"""Physical lines: LF, CR and CRLF each end one."""


def line_at(text: str, position: int) -> int:
    """Number the physical line, from 1, on which a position in a text stands."""
    before = text[:position]
    return 1 + before.count("\n") + before.count("\r") - before.count("\r\n")


def line_of_byte(data: bytes, position: int) -> int:
    """Number the physical line, from 1, on which a byte stands, line ends being bytes of their own.

    So it is in all encodings of a text but UTF-16 and UTF-32.
    """
    before = data[:position]
    return 1 + before.count(b"\n") + before.count(b"\r") - before.count(b"\r\n")
