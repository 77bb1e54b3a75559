"""Progress bars in a terminal, with rate and time left."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from codequest import progress

_WORTH_A_BAR = 1.0  # seconds


class _RateColumn(ProgressColumn):
    def render(self, task: Task) -> Text:
        elapsed = task.finished_time if task.finished else task.elapsed
        return Text(f"{task.finished_speed or task.speed or 0:,.0f}/s {elapsed or 0:.0f}s")


@contextmanager
def terminal_bars(console: Console) -> Iterator[progress.Progress]:
    """A `codequest.progress.Progress` with a bar for everything that takes long."""
    what = TextColumn("{task.description}", markup=False)
    bars = Progress(what, BarColumn(20), MofNCompleteColumn(), _RateColumn(), TimeRemainingColumn(), console=console)
    begun, tasks = dict[str, float](), {}

    def report(description: str, done: int, total: int) -> None:
        first = begun.setdefault(description, time.monotonic())
        if description not in tasks and time.monotonic() - first > _WORTH_A_BAR:
            bars.start()
            tasks[description] = bars.add_task(description, total=total)
        if description in tasks:
            bars.update(tasks[description], completed=done, total=total)

    try:
        yield report
    finally:
        bars.stop()
