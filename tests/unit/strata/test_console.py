"""Rows are printed so that people can read them."""

from decimal import Decimal

import pyarrow as pa
import pytest

from strata.console import console, show_rows


def printed(capsys: pytest.CaptureFixture[str]) -> str:
    """Give what was printed."""
    return capsys.readouterr().out


@pytest.fixture(autouse=True)
def to_captured_output(monkeypatch: pytest.MonkeyPatch) -> None:
    """Print where the test can read it, a hundred columns wide."""
    monkeypatch.setattr(console, "_file", None)
    monkeypatch.setattr(console, "width", 100)


def test_numbers_have_separators_and_missing_values_a_dash(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show_rows([{"rows": 336776, "sum": Decimal("54635"), "score": 0.5, "reason": None}])
    shown = printed(capsys)
    assert "336,776" in shown
    assert "54,635" in shown
    assert "0.5" in shown
    assert "–" in shown


def test_rows_that_are_too_wide_become_records(capsys: pytest.CaptureFixture[str]) -> None:
    show_rows([{f"column_{number}": "x" * 20 for number in range(8)}])
    lines = printed(capsys).splitlines()
    assert lines[0] == "row 1"
    assert lines[1].split() == ["column_0", "x" * 20]


def test_no_rows_are_said_to_be_none_with_the_names_of_the_columns(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show_rows(pa.table({"carrier": pa.array([], pa.string())}))
    assert printed(capsys).strip() == "no rows (carrier)"


def test_markup_in_data_is_printed_and_not_obeyed(capsys: pytest.CaptureFixture[str]) -> None:
    show_rows([{"reason": "[red]alarm[/red]"}])
    assert "[red]alarm[/red]" in printed(capsys)
