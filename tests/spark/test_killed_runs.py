"""A run that dies at any of its steps, and is run again, leaves the table that it should."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from pyspark.sql import DataFrameWriter, DataFrameWriterV2, SparkSession

from lake_spark import merging
from lake_spark.catalog import glue_client
from lake_spark.storage import s3_client
from tests.spark.support import Lake

HEADER = "id,customer,amount\n"
READING = ("Get", "List", "Head")


class KilledError(BaseException):
    """The job's process is gone: nothing of the job may catch this."""


@dataclass
class Steps:
    """What a job does to the world, step by step; it dies before the step of a given number."""

    dies_at: int
    done: list[str] = field(default_factory=list)

    def take(self, name: str) -> None:
        """Take a step, or die."""
        if len(self.done) == self.dies_at:
            raise KilledError(name)
        self.done.append(name)

    def call(self, model: Any, **_: Any) -> None:
        """Take the step of a call of AWS that changes something."""
        if not model.name.startswith(READING):
            self.take(model.name)


@contextmanager
def watched(steps: Steps, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have every change that a job makes be a step."""
    clients = [s3_client(), glue_client()]
    with monkeypatch.context() as patch:
        for owner, name in (
            (DataFrameWriter, "parquet"),
            (DataFrameWriterV2, "append"),
            (DataFrameWriterV2, "overwrite"),
            (SparkSession, "sql"),
            (merging, "carry_over"),
        ):
            patch.setattr(owner, name, _counted(getattr(owner, name), name, steps))
        for client in clients:
            client.meta.events.register("before-call", steps.call)
        try:
            yield
        finally:
            for client in clients:
                client.meta.events.unregister("before-call", steps.call)


def _counted(function: Callable[..., Any], name: str, steps: Steps) -> Callable[..., Any]:
    def counted(*arguments: Any, **options: Any) -> Any:
        step = name
        if name == "sql":
            verb, *rest = str(arguments[1]).split()
            step = f"ALTER {rest[2]} {rest[3]}" if verb == "ALTER" else verb
        if step not in ("REFRESH", "SELECT"):
            steps.take(step)
        return function(*arguments, **options)

    return counted


CASES = [
    (
        {"format": "iceberg", "write_mode": "append"},
        {"ALTER CREATE BRANCH", "append", "CALL", "ALTER DROP BRANCH", "PutObject"},
    ),
    (
        {"format": "iceberg", "write_mode": "merge"},
        {"parquet", "MERGE", "carry_over", "CALL", "DeleteObjects", "PutObject"},
    ),
    (
        {
            "format": "parquet",
            "write_mode": "merge",
            "primary_key": ["id", "customer"],
            "partition_by": ["customer"],
        },
        {"parquet", "PutObject", "CopyObject", "BatchCreatePartition", "UpdateTable"},
    ),
    (
        # A merge: appending would copy one file more each time, and so never run out of steps.
        {
            "format": "parquet",
            "write_mode": "merge",
            "publishing": {"atomicity": "table"},
        },
        {"parquet", "PutObject", "CopyObject", "UpdateTable", "DeleteObjects"},
    ),
]


@pytest.mark.parametrize(("contract", "expected"), CASES)
def test_a_run_that_dies_before_any_of_its_steps_and_runs_again_comes_once_and_whole(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, contract: dict[str, Any], expected: set[str]
) -> None:
    lake.contract |= contract
    lake.put("first.csv", HEADER + "0,Ada,0\n1000,Ada,1\n")
    lake.run("first")
    rows = {0: Decimal(0), 1000: Decimal(1)}
    seen: set[str] = set()
    for number in itertools.count(1):
        steps = Steps(dies_at=number - 1)
        lake.put(f"{number}.csv", HEADER + f"{number},Ada,1\n{1000 + number},Bob,2\n")
        try:
            with watched(steps, monkeypatch):
                lake.run(f"run-{number}")
            survived = True
        except KilledError:
            survived = False
            if "partition_by" not in contract:
                new = rows | {number: Decimal(1), 1000 + number: Decimal(2)}
                assert dict(lake.published("id", "amount")) in (rows, new)
        lake.run(f"run-{number}")
        rows |= {number: Decimal(1), 1000 + number: Decimal(2)}
        assert lake.published("id", "amount") == sorted(rows.items(), key=str), steps.done
        seen |= set(steps.done)
        if survived:
            break
    assert expected <= seen
