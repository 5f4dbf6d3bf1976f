"""The size of a job is checked against what Glue offers."""

from collections.abc import Callable
from pathlib import Path

import pytest

from data_lake.contracts import load_contracts

Complaint = Callable[..., str]
ORDERS, SALES = "orders.odcs.yaml", "sales.odcs.yaml"
AFTER = "customProperties:\n"


def with_engine(engine: str, file: str = ORDERS) -> tuple[str, str, str]:
    """Give the edit that adds an engine to a contract."""
    return file, AFTER, f"{AFTER}  - {{property: engine, value: {engine}}}\n"


def test_an_engine_is_compiled_and_what_is_not_said_is_none(lake: Callable[..., Path]) -> None:
    engine = "{workerType: G.2X, workers: auto, maxWorkers: 20, flex: true, shufflePartitions: 64}"
    compiled = load_contracts(lake(with_engine(engine))).compile()
    assert compiled["datasets"]["orders"]["engine"] == {
        "worker_type": "G.2X",
        "workers": "auto",
        "max_workers": 20,
        "bytes_per_worker": 2**30,
        "flex": True,
        "timeout_minutes": None,
        "shuffle_partitions": 64,
    }
    assert compiled["products"]["sales"]["engine"]["workers"] is None


MISTAKES = [
    (
        "{workerType: G.3X}",
        "workerType: must be 'G.1X', 'G.2X', 'G.4X', 'G.8X', 'G.12X', 'G.16X', 'R.1X', 'R.2X', "
        "'R.4X' or 'R.8X': got 'G.3X'; did you mean 'G.",
    ),
    ("{workers: 1}", "workers: must be a number from 2 to 299, or auto: got 1"),
    ("{workers: aut}", "workers: must be a number from 2 to 299, or auto: got 'aut'; "
     "did you mean 'auto'?"),
    ("{workers: auto}", "workers: needs maxWorkers beside it, the most that a run may cost: "
     "got 'auto'"),
    (
        "{workers: 4, maxWorkers: 8}",
        "maxWorkers: is for workers: auto, or for no workers; remove one of both: got 8",
    ),
    (
        "{workers: 4, bytesPerWorker: 2000000}",
        "bytesPerWorker: is for workers: auto; remove it, or use workers: auto: got 2000000",
    ),
    (
        "{workerType: R.1X, flex: true}",
        "flex: needs workerType G.1X or G.2X beside it: got true",
    ),
    ("{flex: true}", "flex: needs workerType G.1X or G.2X beside it: got true"),
    ("{timeoutMinutes: 0}", "timeoutMinutes: must be greater than or equal to 1: got 0"),
    ("{wokers: 4}", "wokers: is not a known field: got 4; did you mean 'workers'?"),
]  # fmt: skip


@pytest.mark.parametrize(("engine", "message"), MISTAKES)
def test_a_mistake_is_exactly_one_line_with_its_place_and_the_nearest_word(
    complaint: Complaint, engine: str, message: str
) -> None:
    told = complaint(with_engine(engine))
    assert len(told.splitlines()) == 1
    assert told.startswith(f"contracts/{ORDERS}:62: customProperties[engine].value.{message}")


def test_a_product_cannot_be_sized_by_files_that_wait(complaint: Complaint) -> None:
    told = complaint(with_engine("{workers: auto, maxWorkers: 8}", SALES))
    assert told == (
        f"contracts/{SALES}:15: customProperties[engine].value.workers: cannot be auto for a "
        "product, which no files wait for; use maxWorkers alone, and Glue scales: got 'auto'"
    )
