"""A progress bar on a terminal, and none in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Progress(Protocol):
    """Called with how much is done, how much there is, the rows read so far, and what is done."""

    def __call__(self, done: int, total: int, rows: int = 0, doing: str = "", /) -> None: ...


@contextmanager
def progress_bar(label: str, *, json: bool = False, deliveries: bool = False) -> Iterator[Progress]:
    """Show progress on standard error while the block runs, if that is a terminal; not for `json`.

    Until it is told how much there is, the bar only shows that work goes on, and since when. With
    `deliveries` it counts those, and their rows; else it shows what part of the whole is done.
    """
    if json or not sys.stderr.isatty():
        yield lambda _done, _total, _rows=0, _doing="": None
        return
    from rich import progress  # noqa: PLC0415 - only a terminal pays for it
    from rich.console import Console  # noqa: PLC0415 - as above

    counted = (
        progress.MofNCompleteColumn(),
        progress.TextColumn("deliveries, {task.fields[rows]:,} rows"),
    )
    columns = (
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        *(counted if deliveries else (progress.TaskProgressColumn(),)),
        progress.TimeElapsedColumn(),
    )
    with progress.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=None, rows=0)

        def show(done: int, total: int, rows: int = 0, doing: str = "", /) -> None:
            doing = doing or label
            begins = (doing, total) != (bar.tasks[0].description, bar.tasks[0].total)
            if begins:
                bar.refresh()  # each step is seen to its end, however short it was
            bar.update(
                task, completed=done, total=total, rows=rows, description=doing, refresh=begins
            )

        yield show
