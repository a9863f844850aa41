"""What is proposed: the decisions, key by key, with what speaks for each."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One key of the mapping, decided or open.

    `table` is that of the mapping ("" for the top), `value` TOML, None if it is open: `question`
    then says what is to be decided, and `options` are the values, or the whole lines if they are
    not all of this key, to choose from, the likeliest first. `evidence` are sentences. A decision
    may be a remark only: evidence without a value or a question.
    """

    table: str
    key: str
    value: str | None = None
    evidence: tuple[str, ...] = ()
    question: str | None = None
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A proposed mapping: its text, and the same in parts for scripts.

    `roles` names the columns by the mapping's fields; those of an open field are not in it.
    """

    mapping: str
    roles: dict[str, list[str]]
    evidence: list[str]
    questions: list[str]
