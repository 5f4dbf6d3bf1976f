"""A product's contract decides what is drawn of its rows."""

from datetime import date, timedelta
from typing import Any

from data_lake.contracts import ProductContract
from strata.page.product_charts import charts_of


def contract(**columns: str) -> ProductContract:
    """Give a product contract with these columns; those named `key…` are its key."""
    return ProductContract.model_validate(
        {
            "name": "p",
            "version": "1.0.0",
            "description": "",
            "owner": "o",
            "format": "iceberg",
            "write_mode": "replace",
            "partition_by": [],
            "rules": [],
            "quality": {"threshold": 1},
            "inputs": ["a"],
            "sql": "select 1",
            "primary_key": [name for name in columns if name.startswith("key")],
            "columns": [
                {"name": name, "type": type_, "classification": classification or "public"}
                for name, (type_, _, classification) in (
                    (name, spec.partition("/")) for name, spec in columns.items()
                )
            ],
        }
    )


def test_counts_are_added_up_and_fractions_are_averaged() -> None:
    rows: list[dict[str, Any]] = [
        {"name": "UA", "flights": 3, "share": 0.5},
        {"name": "UA", "flights": 4, "share": 1.0},
        {"name": "AA", "flights": 1, "share": 0.25},
    ]
    counts, shares = charts_of(contract(name="string", flights="bigint", share="double"), rows)
    assert counts.points == (("UA", 7.0), ("AA", 1.0))
    assert shares.points == (("UA", 0.75), ("AA", 0.25))
    assert "mean over rows" in shares.note


def test_a_date_makes_a_line_in_the_order_of_time() -> None:
    first = date(2026, 1, 1)
    rows = [{"key_day": first + timedelta(days=day), "flights": day} for day in (2, 0, 1)]
    (line,) = charts_of(contract(key_day="date", flights="int"), rows)
    assert line.kind == "line"
    assert [label for label, _ in line.points] == ["2026-01-01", "2026-01-02", "2026-01-03"]


def test_a_long_time_is_smoothed_and_says_so() -> None:
    first = date(2020, 1, 1)
    rows = [{"key_day": first + timedelta(days=day), "flights": 1} for day in range(1000)]
    (line,) = charts_of(contract(key_day="date", flights="int"), rows)
    assert len(line.points) <= 100
    assert "smoothed" in line.note
    assert line.points[-1][0] == "2022-09-26"


def test_only_the_first_bars_are_drawn_and_the_note_says_of_how_many() -> None:
    rows = [{"name": f"n{number:02}", "flights": number} for number in range(20)]
    (bars,) = charts_of(contract(name="string", flights="int"), rows)
    assert [label for label, _ in bars.points][:2] == ["n19", "n18"]
    assert bars.note == "total, the first 8 of 20"


def test_a_key_without_text_beside_it_is_the_label() -> None:
    rows = [{"key_hour": 5, "flights": 2}, {"key_hour": 6, "flights": 3}]
    (bars,) = charts_of(contract(key_hour="int", flights="int"), rows)
    assert bars.points == (("6", 3.0), ("5", 2.0))


def test_a_column_that_is_kept_from_view_is_not_drawn() -> None:
    rows = [{"name": "a", "salary": 5}, {"name": "b", "salary": 6}]
    assert charts_of(contract(name="string", salary="int/restricted"), rows) == ()


def test_no_rows_make_no_chart() -> None:
    assert charts_of(contract(name="string", flights="int"), []) == ()
