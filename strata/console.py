"""What people see in the terminal: live where there is one, plain lines where there is none."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pyarrow as pa
from rich.console import Console
from rich.status import Status
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
    """Tells what happens: a changing line in a terminal, one line per change in a log."""

    def __init__(self) -> None:
        """Start the clock."""
        self._started = time.monotonic()
        self._status: Status | None = None
        self._told: set[str] = set()

    @contextmanager
    def live(self, first: str) -> Iterator[None]:
        """Show a changing line while the block runs."""
        with console.status(first) as status:
            self._status = status if console.is_terminal else None
            self.say(first)
            yield
        self._status = None

    def say(self, line: str) -> None:
        """Tell a step that has begun."""
        if self._status is not None:
            self._status.update(line)
        else:
            console.print(Text(f"{time.monotonic() - self._started:6.1f} s  {line}"))

    def watch(self, executions: list[Execution]) -> None:
        """Tell which executions are in which state; in a log, each of them once."""
        lines = [f"{one.pipeline} {one.dataset}: {one.state}" for one in executions]
        if self._status is not None:
            self._status.update(" | ".join(lines) or "waiting for events")
            return
        for one, line in zip(executions, lines, strict=True):
            if (key := f"{one.name} {line}") not in self._told:
                self._told.add(key)
                self.say(line)


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
