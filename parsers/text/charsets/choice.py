"""The encodings under which bytes that are no UTF-8 are plausible text, the best one first."""

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from parsers.text.charsets.amounts import cells_like_amounts, without_amounts
from parsers.text.charsets.letters import (
    cost_of_words,
    is_of_two_bytes,
    is_strange,
    languages_against,
    words_beyond_ascii,
)
from parsers.text.charsets.signs import cost_of_signs
from parsers.text.charsets.table import ENCODINGS, Encoding

_SAMPLE_BYTES = 30_000
_MOST_LOOKED_AT = 50_000  # places beyond ASCII
_MOST_WORDS = 200
_HEAD_BYTES = 1 << 16
_CERTAIN_WORDS = 3  # that are valid UTF-8
_DOUBTFUL = 9.0  # cost of an average character
_BY_CHANCE = 13.0  # what another encoding may cost more than UTF-8 with strange letters
_UNLIKELY = 8.0  # what it must cost less than UTF-8 with letters in use
# No byte of these is the second of a character in any of the encodings.
_SEPARATORS = (b",", b";", b"\t", b'"', b"\r", b"\n")
_BEYOND = re.compile(rb'[\x80-\xff][^,;\t"\r\n]{0,4000}')
_NEVER_SECOND = re.compile(rb"[\x00-/]")
_ASCII = bytes(range(0x80))
_REACH = 64  # bytes of a cell before the first beyond ASCII

# A reading is a rival of the best if it costs less than this more: by how many different words
# there are (0: only signs), the last for all numbers beyond. See `parsers.text.encodings`.
_MARGINS = (9.0, 8.0, 13.0, 9.0)
_TWO_BYTES = 11.0  # more for Chinese, Japanese, Korean: their characters are judged one by one
# A file in a rare encoding must not be lost for its rarity: it counts up to this against a rival.
_RARE_AT_MOST = 4.0
_SAME = 4.0  # of readings that are the same, those that cost up to this more are as good
_TELLING = 6.0  # what a cell must cost less in UTF-8 than in the encoding of its file
_NO_AMOUNTS = 24.0  # cost of an encoding that makes no amounts of what must be some
_MIXED = 2.0  # cost of a file that is partly UTF-8, beforehand


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An encoding, what the text costs in it, and whether it is as good as the best.

    `each` is the cost of an average byte beyond ASCII, but for the encoding's own rarity.
    """

    encoding: str
    cost: float
    each: float
    is_rival: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The candidates, best first, and whether the text is rather UTF-8 with other bytes in it."""

    candidates: tuple[Candidate, ...]
    is_partly_utf8: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """The sample in one encoding, and what its words and signs cost."""

    encoding: Encoding
    text: str
    cost: float

    @property
    def total(self) -> float:
        return self.cost + self.encoding.rare


def choose(data: bytes, expected: Iterable[str]) -> Choice:
    """Weigh all encodings by a sample of the places beyond ASCII.

    `expected` are names of columns: where one beyond ASCII is found at the beginning of the data in
    some encodings, no other encodings are candidates.
    """
    sample = b"\n".join(_sample(data))
    against = languages_against(data[:_HEAD_BYTES].decode("ascii", "replace"))
    texts = {
        encoding: text
        for encoding in _naming(data[:_HEAD_BYTES], expected)
        if (text := _read(sample, data, encoding.name)) is not None
    }
    senseless = without_amounts(cells_like_amounts(data), (each.name for each in texts))
    readings = [
        _Reading(
            encoding=encoding,
            text=text,
            cost=_cost(text, encoding, against) + _NO_AMOUNTS * (encoding.name in senseless),
        )
        for encoding, text in texts.items()
    ]
    if not readings:
        return Choice(candidates=(), is_partly_utf8=True)
    best = min(readings, key=lambda reading: reading.total)
    margin = _MARGINS[len(words_beyond_ascii(best.text, len(_MARGINS) - 1))]
    wider = margin + (_TWO_BYTES if is_of_two_bytes(best.encoding) else 0.0)
    beyond = max(1, len(sample.translate(None, _ASCII)))
    mixed = _cost(_read_mixed(sample), _ANY, against) + _MIXED
    return Choice(
        candidates=tuple(
            Candidate(
                encoding=reading.encoding.name,
                cost=reading.total,
                each=reading.cost / beyond,
                is_rival=reading.cost + min(reading.encoding.rare, _RARE_AT_MOST)
                < best.total + wider,
            )
            for reading in _in_order(readings, best)
        ),
        is_partly_utf8=mixed < best.total + margin,
    )


def _in_order(readings: list[_Reading], best: _Reading) -> list[_Reading]:
    """Sort by cost; what reads the same is told apart by what is usual, as the table is sorted."""

    def cost(reading: _Reading) -> float:
        is_as_good = reading.text == best.text and reading.total < best.total + _SAME
        return best.total if is_as_good else reading.total

    return sorted(readings, key=cost)


_ANY = Encoding(
    name="utf-8",
    rare=0,
    home=tuple(dict.fromkeys(name for any_ in ENCODINGS for name in any_.home)),
)


def doubt_utf8(data: bytes, content: str) -> tuple[str, ...]:
    """List the encodings in which short text that is valid UTF-8 is likelier, the best one first.

    A word or two in another encoding may be valid UTF-8 by chance: 'Jiří' of a Macintosh is 'Ji'
    with a letter of the Maldives. Three different words are never.
    """
    head = content[:_HEAD_BYTES]
    words = words_beyond_ascii(head, _CERTAIN_WORDS)
    if not words or len(words) == _CERTAIN_WORDS:
        return ()
    cost = _cost(head, _ANY, {})
    letters = {char for char in head if not char.isascii()}
    if any(is_strange(word) for word in words):
        limit = cost + _BY_CHANCE
    elif len(letters) > 1 and cost - cost_of_signs(head) > _DOUBTFUL * len(letters):
        limit = cost - _UNLIKELY
    else:
        return ()
    candidates = choose(data, ()).candidates
    return tuple(other.encoding for other in candidates if other.cost < limit)


def is_rather_utf8(data: bytes, encoding: str) -> bool:
    """Whether the bytes of a cell are UTF-8 by far more likely than the encoding of its file."""
    try:
        meant, read = data.decode("utf-8"), data.decode(encoding)
    except UnicodeDecodeError:
        return False
    name = codecs.lookup(encoding).name
    model = next((each for each in ENCODINGS if codecs.lookup(each.name).name == name), _ANY)
    return _cost(meant, _ANY, {}) + _TELLING < _cost(read, model, {})


def _cost(text: str, encoding: Encoding, against: dict[str, float]) -> float:
    words = words_beyond_ascii(text, _MOST_WORDS)
    return cost_of_signs(text) + cost_of_words(words, encoding, against)


def _naming(data: bytes, expected: Iterable[str]) -> list[Encoding]:
    """Keep the encodings in which most of the expected names beyond ASCII are in the data."""
    names = [name for name in expected if not name.isascii()]
    found = dict.fromkeys(ENCODINGS, 0)
    for encoding in ENCODINGS:
        for name in names:
            try:
                found[encoding] += name.encode(encoding.name) in data
            except UnicodeEncodeError:
                continue
    most = max(found.values())
    return [encoding for encoding in ENCODINGS if found[encoding] == most]


def _sample(data: bytes) -> Iterator[bytes]:
    """Yield the distinct cells beyond ASCII, or what is near, up to some size."""
    seen = set()
    size = 0
    for looked_at, found in enumerate(_BEYOND.finditer(data)):
        cell = _before(data, found.start()) + found[0]
        if cell not in seen:
            seen.add(cell)
            size += len(cell)
            yield cell
        if size > _SAMPLE_BYTES or looked_at > _MOST_LOOKED_AT:
            return


def _before(data: bytes, position: int) -> bytes:
    """Give what stands before a place in its cell, but never the latter half of a character."""
    near = data[max(0, position - _REACH) : position]
    start = 1 + max(near.rfind(separator) for separator in _SEPARATORS)
    if start == 0 and position > _REACH:
        whole = _NEVER_SECOND.search(near)
        start = whole.start() if whole else len(near)
    return near[start:]


def _read(sample: bytes, data: bytes, encoding: str) -> str | None:
    """Decode the sample; None if it cannot be, and not only for the places where it is cut."""
    try:
        return sample.decode(encoding)
    except UnicodeDecodeError:
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            return None
        return sample.decode(encoding, "replace")


def _read_mixed(sample: bytes) -> str:
    """Decode UTF-8 where it is valid, and Windows-1252 where it is not."""
    return re.sub(
        "[\udc80-\udcff]+",
        lambda bad: bad[0].encode("utf-8", "surrogateescape").decode("cp1252", "replace"),
        sample.decode("utf-8", "surrogateescape"),
    )
