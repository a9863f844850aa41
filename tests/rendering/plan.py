"""A plan of one file: every choice made for it, so that it can be made again and shrunk."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace

from tests.rendering.switches import DAMAGES, DIMENSIONS, EXCLUDED, Choice
from tests.rendering.tongues import LANGUAGES_OF, writes

_HEIGHTS = (1, 2, 3, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30, 60)
_NOT_WHOLE = 0.5  # the share of files that are damaged


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`rows` are the numbers of the sales, each of which has its values of the seed and number.

    So a file with fewer rows, or with a plainer choice, has the same values in what is left.
    """

    seed: int
    choices: Mapping[str, str]
    rows: tuple[int, ...]
    damage: str = "none"

    def __getitem__(self, dimension: str) -> str:
        return self.choices[dimension]

    def random(self, *what: object) -> random.Random:
        """Give a source of chance for one purpose, which no other choice disturbs."""
        return random.Random(f"{self.seed} {what}")  # noqa: S311 - no secret: it must be the same again

    def with_choice(self, dimension: str, choice: str) -> "Plan":
        """The same but for one choice."""
        return settled(replace(self, choices={**self.choices, dimension: choice}))

    def shown(self) -> str:
        """The plan in words: what is not plain in it."""
        odd = [f"{name}={each!r}" for name, each in self.choices.items() if each != plain(name)]
        return f"seed {self.seed}, {len(self.rows)} sales, damage={self.damage!r}, " + ", ".join(
            odd
        )


def plain(dimension: str) -> str:
    """The choice that is nothing special."""
    return "none" if dimension == "damage" else DIMENSIONS[dimension][0].name


def draw(seed: int, fixed: Mapping[str, str] | None = None, *, damage: str | None = None) -> Plan:
    """Make a plan by chance; `fixed` are choices that are given, `damage` too."""
    chance = random.Random(seed)  # noqa: S311 - as above
    choices = {name: _drawn(chance, among) for name, among in DIMENSIONS.items()}
    choices |= fixed or {}
    if damage is None:
        damage = _drawn(chance, DAMAGES) if chance.random() < _NOT_WHOLE else "none"
    rows = tuple(range(chance.choice(_HEIGHTS)))
    return settled(Plan(seed=seed, choices=choices, rows=rows, damage=damage))


def _drawn(chance: random.Random, among: tuple[Choice, ...]) -> str:
    on = [choice for choice in among if choice.off is None]
    return chance.choices(on, [choice.weight for choice in on])[0].name


def settled(plan: Plan) -> Plan:
    """Make the choices fit each other: what cannot be written together, or is off, turns plain."""
    choices = dict(plan.choices)
    if not writes(choices["encoding"], choices["language"]):
        # A code page is there for its languages: they are drawn more often than by chance.
        languages = LANGUAGES_OF[choices["encoding"]]
        choices["language"] = languages[plan.seed % len(languages)]
    for dimension, why in _IMPOSSIBLE.items():
        if any(all(choices[name] in bad for name, bad in case.items()) for case in why):
            choices[dimension] = plain(dimension)
    choices["damage"] = plan.damage
    _ask(choices)
    for dimension in _WRITTEN:
        if not _can_write(choices["encoding"], choices[dimension]):
            choices[dimension] = plain(dimension)
    for off in EXCLUDED:
        if all(choices[name] in bad for name, bad in off.choices.items()):
            first = next(iter(off.choices))
            choices[first] = plain(first)
    damage = choices.pop("damage")
    if damage.endswith(" pinned"):
        choices["pins"] = "earlier file"
    return replace(plan, choices=choices, damage=damage)


def _ask(choices: dict[str, str]) -> None:
    """Give to a choice what it asks of the others."""
    for (dimension, choice), asked in _ASKS.items():
        if choices[dimension] == choice:
            choices |= {name: fits[0] for name, fits in asked.items() if choices[name] not in fits}


_COUNTED = ("epoch", "epoch_ms", "excel")
_OFFSETS = (" %z", "%z", "Z", " %Z")
# A dimension turns plain where one of these cases is given. The order matters.
_IMPOSSIBLE: Mapping[str, tuple[Mapping[str, tuple[str, ...]], ...]] = {
    "currency": ({"amounts": ("123450",)},),
    "sizes": ({"amounts": ("123450", "1234.50000000")},),
    "moment": ({"date": _COUNTED}, {"offset": _OFFSETS, "moment": ("five columns",)}),
    "offset": (
        {"date": _COUNTED},
        {"moment": ("five columns",)},
        {"zones": ("file in UTC",)},
        {"clock": ("%H%M",)},
        # Its clocks have no name of letters.
        {"offset": (" %Z",), "zone": ("America/Sao_Paulo",)},
    ),
    "zones": (
        {"date": ("epoch", "epoch_ms")},
        {"offset": _OFFSETS, "zones": ("column", "file in UTC")},
        {"offset": ("none", " %z", "%z", "Z"), "zones": ("of the account",)},
    ),
    "zeros": ({"date": (*_COUNTED, "%Y%m%d", "%Y-%m-%d")}, {"clock": ("%H%M",)}),
    "join": ({"moment": ("two columns", "five columns")}, {"clock": ("%H%M",)}),
    "months": ({"language": ("el", "ru", "ja", "zh", "ko")},),
    "notes": ({"quoting": ("none",), "notes": ("delimiters", "quotes", "lines", "json")},),
    "before": ({"header": ("none",)}, {"before": ("comments",), "id": ("masked",)}),
    "between": (
        {"between": ("comments",), "id": ("masked",)},
        {"between": ("headers", "headers in capitals"), "header": ("none",)},
    ),
}
_OF_WORKBOOKS = {
    "encoding": ("utf-8",),
    "delimiter": (",",),
    "quote": ('"',),
    "escape": ("doubled",),
    "line_end": ("\n",),
    "final": ("line end",),
    "quoting": ("minimal", "all"),
    "before": ("nothing", "title", "blank"),
    "between": ("nothing", "blank", "headers", "headers in capitals"),
    "after": ("nothing", "blank", "total", "count", "total and count"),
    "notes": ("plain", "delimiters", "quotes", "json", "blank"),
    "pins": ("none",),
    "told": ("nothing",),
    "damage": ("none", "line twice", "line missing", "header renamed", "lines not told"),
}
# What a choice asks of others, and of the damage: a workbook has no delimiters, and blanks need no
# quotes; only whole rows of them are damaged.
_ASKS: Mapping[tuple[str, str], Mapping[str, tuple[str, ...]]] = {
    ("packed", "workbook"): _OF_WORKBOOKS,
    ("packed", "ods"): _OF_WORKBOOKS,
    ("delimiter", "  "): {
        "notes": ("plain", "blank"),
        "header": ("plain", "capitals"),
        "before": ("nothing", "title", "blank"),
        "between": ("nothing", "blank"),
        "after": ("nothing", "blank", "total", "count", "total and count", "remark"),
        "quote": ('"',),
        "escape": ("doubled",),
        "guard": ("none",),
        "damage": ("none", "line twice", "line missing", "header twice", "lines not told"),
    },
    ("quote", "'"): {"guard": ("none", '="5"')},
    ("quoting", "none"): {"guard": ("none", "'5", '="5" bare')},
    ("escape", "backslash"): {"guard": ("none", "'5")},
}
_WRITTEN = ("currency", "minus", "amounts")  # the name of the choice has all its characters


def _can_write(encoding: str, text: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
