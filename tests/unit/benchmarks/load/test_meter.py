"""Requests are counted as the services bill them."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from benchmarks.load.meter import Meter
from benchmarks.load.prices import costs, crawler_hours, dpu_hours


def ask(meter: Meter, service: str, name: str, **body: Any) -> None:
    """Let a client tell the meter of a request."""
    model = SimpleNamespace(name=name, service_model=SimpleNamespace(service_name=service))
    meter._before(model, {"body": json.dumps(body)})


def put(size: int = 1, table: str = "ledger") -> dict[str, Any]:
    """Give a change that puts an item of so many letters."""
    return {"Put": {"TableName": table, "Item": {"text": {"S": "x" * size}}}}


def test_a_transaction_writes_each_item_twice_and_each_begun_kilobyte_counts() -> None:
    meter = Meter("ledger", seconds_per_request=0.5, seconds_per_invocation=2)
    with meter.invocation("register"):
        ask(meter, "dynamodb", "TransactWriteItems", TransactItems=[put(), put(1500)])
        ask(meter, "dynamodb", "PutItem", **put(table="audit")["Put"])
        ask(meter, "s3", "PutObject")
        ask(meter, "s3", "HeadObject")
    assert meter.counts == {
        "ledger_writes": 2,
        "other_writes": 1,
        "write_units": 2 + 4 + 1,
        "s3_writes": 1,
        "s3_reads": 1,
    }
    assert meter.invocations == {"register": 1}
    assert meter.last_seconds == meter.seconds["register"] == 2 + 4 * 0.5


def test_what_the_benchmark_itself_asks_is_not_counted() -> None:
    meter = Meter("ledger", seconds_per_request=1, seconds_per_invocation=1)
    ask(meter, "s3", "PutObject")
    assert not meter.counts


def test_a_short_job_and_a_short_crawl_cost_their_least() -> None:
    assert dpu_hours("G.2X", 10, 5) == dpu_hours("G.2X", 10, 60) == pytest.approx(20 / 60)
    assert dpu_hours("G.1X", 2, 3600) == 2
    assert crawler_hours(60) == pytest.approx(2 / 6)
    assert costs({"dpu_hours": 2, "transitions": 4000}) == pytest.approx(
        {"dpu_hours": 0.88, "transitions": 0.1}
    )
