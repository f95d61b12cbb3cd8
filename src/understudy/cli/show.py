"""What a person sees: tables, progress, and plain output where there is no terminal.

Knows rich. Must not know what the rows mean, nor how a finding came about.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from understudy.core.findings import Findings

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)


def table(columns: Sequence[str], rows: Sequence[Sequence[object]], title: str = "") -> None:
    """Print rows as a table; tab-separated where nobody looks."""
    if not console.is_terminal:
        for row in [columns, *rows]:
            print("\t".join(str(cell) for cell in row))
        return
    drawn = Table(title=title or None, header_style="bold")
    for column in columns:
        drawn.add_column(column, overflow="fold")
    for row in rows:
        drawn.add_row(*(str(cell) for cell in row))
    console.print(drawn)


def say(text: str) -> None:
    """One line of progress, on stderr, so that stdout stays for results; folded by the terminal, if there is one."""
    errors.print(text, markup=False, soft_wrap=True)


def announce(text: str) -> None:
    """One line on stderr as it is, never folded; a log that cannot be written to stops nobody."""
    with suppress(OSError, ValueError):
        print(text, file=sys.stderr, flush=True)


def findings(found: Findings, *, as_json: bool) -> None:
    """What a check found, boxes as `generate --option` takes them."""
    told = {name: value for name, value in asdict(found).items() if value not in (None, "")}
    if as_json:
        print(json.dumps(told, ensure_ascii=False))
        return
    rows = []
    for name, value in told.items():
        shown = ("no", "yes")[value] if isinstance(value, bool) else value
        rows.append((name, ",".join(map(str, shown)) if isinstance(shown, tuple) else shown))
    table(("finding", "value"), rows)


@contextmanager
def progress(title: str) -> Iterator[Callable[[float, str], None]]:
    """A bar on a terminal, else a line on stderr at each new tenth or stage."""
    if errors.is_terminal:
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"))
        with Progress(*columns, TimeElapsedColumn(), console=errors, transient=True) as bar:
            task = bar.add_task(title, total=1.0)

            def move(fraction: float, note: str) -> None:
                bar.update(task, completed=fraction, description=f"{title}: {note}" if note else title)

            yield move
        return
    last = [-1, ""]

    def tell(fraction: float, note: str) -> None:
        step = int(fraction * 10)
        if step != last[0] or note != last[1]:
            last[:] = [step, note]
            announce(f"{title}: {fraction:4.0%} {note}".rstrip())

    yield tell
