"""One table of a mapping's TOML, read key by key; every problem is written down, none raised."""

import difflib
from collections.abc import Iterable, Mapping, Sequence

from parsers.moments.zone_names import is_zone


def folded(text: str) -> str:
    """The form in which cells are compared with a mapping: without blanks around, and case."""
    return text.strip().casefold()


class MappingError(Exception):
    """A mapping that cannot be used; `problems` has one sentence for each thing to mend."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        """All problems, one a line."""
        return "\n".join(self.problems)


class Table:
    """Typed access to a TOML table; what is wrong is added to `problems` under the key's path.

    After a problem a harmless value is given, so that the reading goes on and finds the next one.
    """

    def __init__(self, name: str, content: Mapping[str, object], problems: list[str]) -> None:
        self._name = name
        self._content = content
        self.problems = problems

    def path(self, key: str) -> str:
        """The full name of a key, as `columns.total`; of the table itself for an empty key."""
        return ".".join(part for part in (self._name, key) if part)

    def say(self, key: str, problem: str) -> None:
        """Write down what is wrong with a key."""
        self.problems.append(f"{self.path(key)}: {problem}")

    def know(self, keys: Sequence[str]) -> None:
        """Write down every key that is not one of these, with the one that was probably meant."""
        for key in self._content:
            if key not in keys:
                near = difflib.get_close_matches(key, keys, n=1)
                hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(keys)}"
                self.say(key, f"unknown; {hint}")

    def keys(self) -> tuple[str, ...]:
        """The keys that are there."""
        return tuple(self._content)

    def value(self, key: str) -> object:
        """The value as it is, None if it is missing."""
        return self._content.get(key)

    def text(
        self, key: str, *, default: str | None = None, missing: str = "missing", blank: bool = False
    ) -> str:
        """A string; without a default it must be there, and only with `blank` may it be empty."""
        value = self._content.get(key, default)
        if value is None:
            self.say(key, missing if missing == "missing" else f"missing; {missing}")
        elif not isinstance(value, str):
            self.say(key, f"must be text in quotes, not {value!r}")
        elif not value.strip() and not blank:
            self.say(key, "must not be empty")
        else:
            return value
        return ""

    def optional(self, key: str, *, empty: bool = False) -> str | None:
        """A string, only with `empty` an empty one, or None if the key is not there."""
        value = self._content.get(key)
        if value is None:
            return None
        if not isinstance(value, str) or not (value or empty):
            self.say(key, f"must be text in quotes, not {value!r}")
            return None
        return value

    def texts(self, key: str, *, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """A list of strings, none of them empty and at least one of them."""
        value = self._content.get(key)
        if value is None:
            return default
        if not isinstance(value, list) or not value:
            self.say(key, f'must be a list such as ["a", "b"], not {value!r}')
            return default
        if not all(isinstance(item, str) and item.strip() for item in value):
            self.say(key, "must hold nothing but texts in quotes that are not empty")
            return default
        return tuple(value)

    def cells(self, key: str) -> tuple[str, ...]:
        """A list of what may stand in a cell, at least one; blanks and case do not count."""
        value = self._content.get(key)
        if not isinstance(value, list) or not value:
            self.say(
                key, f'must be a list of what stands in the column, such as ["Void"], not {value!r}'
            )
            return ()
        if not all(isinstance(item, str) for item in value):
            self.say(key, "must hold nothing but texts in quotes, as the file has them")
            return ()
        return tuple(folded(item) for item in value)

    def number(self, key: str, *, most: int | None = None) -> int | None:
        """A whole number from 0, at most `most`; None if the key is not there."""
        value = self._content.get(key)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            self.say(key, f"must be a whole number from 0, without quotes, not {value!r}")
        elif most is not None and value > most:
            self.say(key, f"must be at most {most}, not {value!r}")
        else:
            return value
        return None

    def zone(self, key: str, *, missing: str = "missing") -> str:
        """The IANA name of a time zone, which must be there."""
        name = self.text(key, missing=missing)
        if name and not is_zone(name):
            self.say(key, f"{name!r} is not a time zone; use an IANA name such as Europe/Berlin")
        return name

    def table(self, key: str) -> "Table":
        """A table within this one; an empty one if it is missing."""
        value = self._content.get(key, {})
        if not isinstance(value, dict):
            self.say(key, f"must be a table, not {value!r}")
            value = {}
        return Table(self.path(key), value, self.problems)
