"""What people see in the terminal: live where there is one, plain lines where there is none."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pyarrow as pa
from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from strata.activity import Execution

LOG_WIDTH = 140
"""Columns of a line where there is no terminal to ask."""
FOLD = 44
"""Text longer than this is folded inside a table."""
console = Console(highlight=False)
if not console.is_terminal:
    console.width = LOG_WIDTH
OUTCOME_STYLES = {
    "published": "green",
    "published_with_warnings": "yellow",
    "quarantined": "yellow",
    "rejected": "yellow",
    "failed": "red",
}


class Narrator:
    """Tells what happens: changing lines in a terminal, one line per change in a log."""

    def __init__(self) -> None:
        """Start the clock."""
        self._started = time.monotonic()
        self._live: Live | None = None
        self._spinner = Spinner("dots")
        self._told: set[str] = set()
        self._since: dict[str, tuple[Execution, float]] = {}

    @contextmanager
    def live(self, first: str) -> Iterator[None]:
        """Show changing lines while the block runs; what has ended stays above them."""
        if not console.is_terminal:
            self.say(first)
            yield
            return
        with Live(console=console, refresh_per_second=8, transient=True) as live:
            self._live = live
            try:
                self.say(first)
                yield
                self.watch([])
            finally:
                self._live = None

    def say(self, line: str) -> None:
        """Tell a step that has begun."""
        if self._live is not None:
            self._live.update(self._grid([(Text(line),)]))
        else:
            console.print(Text(f"{time.monotonic() - self._started:6.1f} s  {line}"))

    def watch(self, executions: list[Execution]) -> None:
        """Tell which executions are in which state; in a log, each state once."""
        now = time.monotonic()
        for one in executions:
            _, since = self._since.get(one.name, (one, now))
            self._since[one.name] = (one, since)
        for name in set(self._since) - {one.name for one in executions}:
            one, since = self._since.pop(name)
            self._end(one, now - since)
        if self._live is not None:
            self._live.update(self._lines(executions, now))
            return
        for one in executions:
            line = f"{one.pipeline} {one.dataset}: {one.state}"
            if (key := f"{one.name} {line}") not in self._told:
                self._told.add(key)
                self.say(line)

    def _end(self, one: Execution, seconds: float) -> None:
        if self._live is not None:
            console.print(Text(f"  ended  {one.pipeline} {one.dataset}  {seconds:.0f} s", "dim"))
        else:
            self.say(f"{one.pipeline} {one.dataset}: ended")

    def _lines(self, executions: list[Execution], now: float) -> Table:
        if not executions:
            return self._grid([(Text("waiting for events"),)])
        return self._grid(
            (
                Text(one.pipeline, "dim"),
                Text(one.dataset, "bold"),
                Text(one.state),
                Text(f"{now - self._since[one.name][1]:.0f} s", "dim"),
            )
            for one in executions
        )

    def _grid(self, rows: Iterable[tuple[Text, ...]]) -> Table:
        lines = Table.grid(padding=(0, 2))
        for row in rows:
            lines.add_row(self._spinner, *row)
        return lines


def heading(text: str) -> None:
    """Print a heading."""
    console.print()
    console.rule(Text(text, style="bold"), align="left")


def show_rows(rows: pa.Table | list[dict[str, Any]], title: str | None = None) -> None:
    """Print rows: as a table where it fits the width, else each row as a list of its fields.

    Numbers go to the right; a missing value is a dash.
    """
    listed = rows.to_pylist() if isinstance(rows, pa.Table) else rows
    names = rows.schema.names if isinstance(rows, pa.Table) else list(listed[0]) if listed else []
    if title:
        console.print(Text(title, style="bold"))
    if not listed:
        console.print(Text("no rows" + (f" ({', '.join(names)})" if names else ""), style="dim"))
    elif sum(_width(name, listed) + 3 for name in names) <= console.width:
        console.print(_table(names, listed))
    else:
        for number, row in enumerate(listed, start=1):
            console.print(Text(f"row {number}", style="bold"))
            console.print(_record(names, row))


def _width(name: str, rows: list[dict[str, Any]]) -> int:
    """Give the columns that a field asks for; long text may be folded at `FOLD`."""
    return max(len(name), *(min(_cell(name, row[name]).cell_len, FOLD) for row in rows))


def _table(names: list[str], rows: list[dict[str, Any]]) -> Table:
    table = Table(header_style="bold", pad_edge=False)
    for name in names:
        numbers = all(isinstance(row[name], int | float | Decimal | None) for row in rows)
        long = max(_cell(name, row[name]).cell_len for row in rows) > FOLD
        table.add_column(
            name,
            justify="right" if numbers else "left",
            overflow="fold",
            no_wrap=not long,
            min_width=FOLD if long else None,
        )
    for row in rows:
        table.add_row(*(_cell(name, row[name]) for name in names))
    return table


def _record(names: list[str], row: dict[str, Any]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column()
    table.add_column(overflow="fold")
    for name in names:
        table.add_row(Text(f"  {name}", style="dim"), _cell(name, row[name]))
    return table


def _cell(name: str, value: Any) -> Text:
    if value is None or value == "":
        return Text("–", style="dim")
    if isinstance(value, bool | list):
        return Text(str(value))
    if isinstance(value, int):
        return Text(str(value) if name in ("year", "flight") else f"{value:,}")
    if isinstance(value, float | Decimal):
        return Text(f"{value:,.3f}".rstrip("0").rstrip("."))
    return Text(str(value), style=OUTCOME_STYLES.get(str(value), ""))
