"""How the demo looks: headings, tables and one accent colour, within 100 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

WIDTH = 100
ACCENT = "cyan"
_STATES = {"loaded": "green", "quarantined": "yellow"}


class Screen:
    """Prints; a terminal gets colours and a progress bar, a pipe the same words without them."""

    def __init__(self) -> None:
        console = Console(highlight=False)
        width = min(console.width, WIDTH) if console.is_terminal else WIDTH
        self.console = Console(highlight=False, width=width)
        self._sections = 0

    def title(self, title: str, words: str) -> None:
        """Begin."""
        self.console.print(Text(f"\n{title}", style="bold"))
        self.say(words)

    def section(self, title: str, words: str, command: str) -> None:
        """Begin a section: what it shows, in a sentence, and the command that shows it."""
        self._sections += 1
        heading = Text.assemble("\n", (f"{self._sections}  {title}", f"bold {ACCENT}"))
        self.console.print(heading)
        self.say(words)
        self.command(command)

    def say(self, words: str) -> None:
        """Print a paragraph."""
        self._paragraph(words)

    def command(self, command: str) -> None:
        """Print a command as one would type it."""
        words = Text.assemble("  ", ("$ ", "dim"), (f"dropsafe {command}", "bold"))
        self.console.print(words, soft_wrap=True)

    def script(self, lines: str) -> None:
        """Print lines to be copied, however long."""
        self.console.print(Text(textwrap.indent(lines, "  "), style="bold"), soft_wrap=True)

    def answer(self, words: str) -> None:
        """Print what a command answered."""
        self._paragraph(words.strip(), style="green")

    def step(self, *words: str) -> None:
        """Print a line on something done: what, and up to two details."""
        what, *details = words
        rest = "".join(f"{detail:<36}" for detail in details).rstrip()
        self.console.print(Text.assemble("  ", ("✓ ", "green"), f"{what:<20}", (rest, "dim")))

    def bad(self, words: str) -> None:
        """Print what went wrong."""
        self._paragraph(words, style="red")

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Print a table; > before a column's name sets it to the right, ~ lets its words wrap."""
        table = Table(
            box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), header_style="dim", show_edge=False
        )
        for name in columns:
            right = name.startswith(">")
            table.add_column(
                name.lstrip(">~"),
                justify="right" if right else "left",
                no_wrap=not name.startswith("~"),
                overflow="fold",
            )
        for row in rows:
            # Text, not str: nothing that a shop sent is markup.
            table.add_row(*(cell if isinstance(cell, Text) else Text(str(cell)) for cell in row))
        self.console.print()
        self.console.print(Padding(table, (0, 0, 0, 2), expand=False))

    @contextmanager
    def progress(self, what: str, total: int) -> Iterator[Callable[[], None]]:
        """Show a bar while the block runs, on a terminal; what is yielded moves it by one."""
        bar = Progress(
            TextColumn("  {task.description}"),
            BarColumn(complete_style=ACCENT, finished_style=ACCENT),
            MofNCompleteColumn(),
            console=self.console,
            transient=True,
            disable=not self.console.is_terminal,
        )
        with bar:
            task = bar.add_task(what, total=total)
            yield lambda: bar.advance(task)

    def _paragraph(self, words: str, *, style: str = "") -> None:
        width = self.console.width - 2
        for line in words.split("\n"):
            wrapped = textwrap.fill(line, width, break_on_hyphens=False)
            self.console.print(Text(textwrap.indent(wrapped, "  "), style=style))


def state(word: str) -> Text:
    """A delivery's state in its colour."""
    return Text(word, style=_STATES.get(word, ""))


def money(amount: str) -> Text:
    """An amount; one that is negative, a refund, in red."""
    return Text(amount, style="red" if amount.startswith("-") else "")


def count(number: int) -> Text:
    """A number; nothing is shown faintly."""
    return Text(f"{number:,}", style="" if number else "dim")
