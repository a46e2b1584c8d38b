"""Progress bars: on stderr at a terminal; silent otherwise."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator

from sayso.progress import Report, silent, within


@contextlib.contextmanager
def bar(label: str) -> Iterator[Report]:
    """Yield a `Report` that draws a bar named ``label``; it is silent when stderr is not a terminal."""
    if not sys.stderr.isatty() or os.environ.get("SAYSO_NO_PROGRESS"):
        yield silent
        return
    from rich.console import Console  # noqa: PLC0415 - saves 60 ms when stderr is a pipe
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(label, total=1.0)

        def report(part: float) -> None:
            note = within(part, 0.0, 1.0).note
            progress.update(task, completed=part, description=f"{label}, {note}" if note else label)

        yield report
