"""Progress is told live in a terminal, and line by line in a log."""

import io

import pytest
from rich.console import Console

from strata import console as shown
from strata.activity import Execution
from strata.console import Narrator

STAGING = Execution("ingest", "one", "flights", "StageRows")
JUDGING = Execution("ingest", "one", "flights", "Judge")


def of_kind(monkeypatch: pytest.MonkeyPatch, *, terminal: bool) -> io.StringIO:
    """Give what is written to a console that is a terminal, or is none."""
    written = io.StringIO()
    console = Console(file=written, force_terminal=terminal, width=100, highlight=False)
    monkeypatch.setattr(shown, "console", console)
    return written


def test_a_log_has_one_line_for_each_state_and_one_for_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written = of_kind(monkeypatch, terminal=False)
    narrator = Narrator()
    with narrator.live("waiting"):
        for now in ([STAGING], [STAGING], [JUDGING], []):
            narrator.watch(now)
    lines = [line.split(" s  ")[1] for line in written.getvalue().splitlines()]
    assert lines == [
        "waiting",
        "ingest flights: StageRows",
        "ingest flights: Judge",
        "ingest flights: ended",
    ]
    assert "\x1b" not in written.getvalue()


def test_a_terminal_shows_each_execution_and_keeps_those_that_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written = of_kind(monkeypatch, terminal=True)
    narrator = Narrator()
    with narrator.live("waiting"):
        narrator.watch([STAGING])
        narrator.watch([JUDGING])
    assert "ended  ingest flights" in written.getvalue()


def test_two_executions_of_a_dataset_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    written = of_kind(monkeypatch, terminal=False)
    narrator = Narrator()
    other = Execution("ingest", "two", "flights", "StageRows")
    narrator.watch([STAGING, other])
    narrator.watch([other])
    told = written.getvalue()
    assert told.count("StageRows") == 2
    assert told.count("ended") == 1
