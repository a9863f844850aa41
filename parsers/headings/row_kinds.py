"""Of what kind a row is, by a word of the till in it, in whatever language it is."""

from functools import cache

from parsers.headings.kind_words import KIND_WORDS, STEMS, RowKind
from parsers.headings.names import plain, signs


def kind_of(value: str) -> RowKind | None:
    """Say what a cell says of its row; None if it says nothing that is known."""
    text = plain(value)
    for kind, known in _by_kind().items():
        if text in known:
            return kind
    words = text.split()
    for kind, known in _by_kind().items():
        if any(word in known for word in words):
            return kind
    return next(
        (
            kind
            for kind, stems in STEMS.items()
            if any(_begins(word, stem) for word in words for stem in stems.split())
        ),
        None,
    )


def _begins(word: str, stem: str) -> bool:
    """Whether a word begins with a stem; where words have no blanks between them, has it."""
    stem = plain(stem)
    return stem in word if signs(stem) else word.startswith(stem)


@cache
def _by_kind() -> dict[RowKind, frozenset[str]]:
    return {
        kind: frozenset(plain(word.replace("_", " ")) for word in words.split())
        for kind, words in KIND_WORDS.items()
    }
