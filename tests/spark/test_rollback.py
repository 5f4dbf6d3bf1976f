"""Rolling back tables that the real jobs have published, and what the runs after it do."""

import time
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from lake_spark.compaction_claims import end_claim, take_claim
from lake_spark.contract import parse_contract
from lake_spark.parquet_tables import ParquetTable
from lake_spark.places import table_for
from strata.rollback import catalog, parquet
from strata.rollback.lineage import State
from strata.rollback.parquet import ParquetStates
from tests.spark.support import Lake, bucket, column

HEADER = "id,customer,amount\n"


@dataclass(frozen=True)
class Clients:
    """The lake of these tests as commands find it."""

    region: str = "us-east-1"
    prefix: str = "spark-tests"

    @property
    def outputs(self) -> dict[str, str]:
        """The buckets' names."""
        return {
            f"{zone.capitalize()}BucketName": bucket(zone) for zone in ("processed", "artifacts")
        }

    def client(self, service: str) -> Any:
        """Give a client of the emulator."""
        return boto3.client(service)  # type: ignore[call-overload]

    def database(self, zone: str) -> str:
        """Give the name of a zone's database."""
        return zone

    def __getitem__(self, output: str) -> str:
        return self.outputs[output]


class ParquetLake(Lake):
    """The dataset of orders as Parquet; `changes` are its published states."""

    def table_now(self) -> ParquetTable:
        """Give the table as the jobs see it."""
        contract = parse_contract(self.contract)
        table = table_for(self.spark, contract, "processed", f"s3://{bucket('processed')}/")
        assert isinstance(table, ParquetTable)
        return table

    @property
    def states(self) -> ParquetStates:
        """Give the table as a rollback sees it."""
        return ParquetStates(Clients(), "processed", self.name)

    def load(self, number: int, text: str) -> None:
        """Publish a run of one file."""
        self.put(f"{number}.csv", HEADER + text)
        self.run(f"run-{number}")

    def back(self, *later: str, by: str = "rollback-1") -> None:
        """Roll back to before some runs."""
        changes = [state(run_id) for run_id in later]
        assert self.states.why_not(state("before"), changes) is None
        self.states.move(state("before"), changes, by)


def state(run_id: str) -> State:
    """Give a state as the audit records tell it."""
    return State(run_id=run_id, at="", snapshot_id=None, runs=(run_id,))


@pytest.fixture(params=["partition", "table"])
def orders(request: pytest.FixtureRequest, lake: Lake) -> ParquetLake:
    """Give orders as Parquet, changed by partition or as a whole."""
    lake.contract |= {
        "format": "parquet",
        "partition_by": ["customer"],
        "publishing": {"atomicity": request.param},
    }
    return ParquetLake(lake.spark, lake.contract)


def test_an_append_is_taken_back_and_the_next_run_adds_to_what_was_before(
    orders: ParquetLake,
) -> None:
    orders.load(1, "1,Ada,1\n2,Bob,2\n")
    orders.load(2, "3,Bob,3\n4,Eve,4\n")
    orders.back("run-2")
    assert orders.published("id", "customer") == [(1, "Ada"), (2, "Bob")]
    assert orders.table_now().published_run() == "rollback-1"
    orders.load(3, "5,Bob,5\n")
    assert orders.published("id", "customer") == [(1, "Ada"), (2, "Bob"), (5, "Bob")]


def test_a_merge_is_taken_back(orders: ParquetLake) -> None:
    orders.contract |= {"write_mode": "merge", "primary_key": ["id"]}
    orders.load(1, "1,Ada,1\n2,Bob,2\n")
    orders.load(2, "2,Eve,20\n3,Ada,3\n")
    orders.back("run-2")
    assert orders.published("id", "customer") == [(1, "Ada"), (2, "Bob")]


def test_a_replacement_is_taken_back_with_the_partitions_that_it_dropped(
    orders: ParquetLake,
) -> None:
    orders.contract |= {"write_mode": "replace"}
    orders.load(1, "1,Ada,1\n2,Bob,2\n")
    orders.load(2, "3,Bob,3\n")
    orders.back("run-2")
    assert orders.published("id", "customer") == [(1, "Ada"), (2, "Bob")]


def test_one_can_go_forward_again(orders: ParquetLake) -> None:
    orders.load(1, "1,Ada,1\n2,Bob,2\n")
    orders.load(2, "3,Bob,3\n4,Eve,4\n")
    orders.back("run-2")
    orders.back("rollback-1", by="rollback-2")
    assert orders.published("id") == [(1,), (2,), (3,), (4,)]


def test_moving_twice_changes_nothing(orders: ParquetLake) -> None:
    orders.load(1, "1,Ada,1\n")
    orders.load(2, "2,Bob,2\n")
    orders.back("run-2")
    before = orders.states.catalog.locations()
    orders.states.move(state("before"), [state("run-2")], "rollback-1")
    assert orders.states.catalog.locations() == before


def test_a_state_whose_files_are_gone_is_refused(orders: ParquetLake) -> None:
    orders.contract |= {"write_mode": "replace"}
    for number in (1, 2, 3):
        orders.load(number, f"{number},Ada,1\n")
    changes = [state("run-2"), state("run-3")]
    why_not = orders.states.why_not(state("run-1"), changes)
    assert why_not is not None
    assert why_not.startswith("its data has expired: 1 files of ")
    assert orders.states.why_not(state("run-2"), changes[1:]) is None
    gone = orders.states.why_not(state("run-1"), [state("run-0")])
    assert gone == "what run-0 changed was not written down, or has expired"


def test_a_rollback_that_died_half_way_is_taken_back_by_the_next_run(
    orders: ParquetLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders.contract |= {"write_mode": "merge", "primary_key": ["id", "customer"]}
    orders.load(1, "1,Ada,1\n2,Bob,2\n")
    orders.load(2, "1,Ada,10\n2,Bob,20\n")

    move = catalog.Catalog._move

    def move_one(self: catalog.Catalog, folders: Any, storage: Any) -> None:
        move(self, dict(list(folders.items())[:1]), storage)
        raise KeyboardInterrupt

    def die(*_arguments: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        if orders.contract["publishing"]["atomicity"] == "partition":
            patch.setattr(catalog.Catalog, "_move", move_one)
        else:
            patch.setattr(catalog.Catalog, "switch", die)
        orders.back("run-2")
    orders.put("3.csv", HEADER + "3,Eve,3\n")
    orders.run("run-3")
    assert orders.published("id", "amount") == [(1, 10), (2, 20), (3, 3)]


def test_a_rollback_that_died_half_way_is_finished_when_it_is_repeated(
    orders: ParquetLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders.load(1, "1,Ada,1\n2,Bob,2\n")
    orders.load(2, "3,Ada,3\n4,Bob,4\n")

    def die(*_arguments: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(catalog.Catalog, "switch", die)
        orders.back("run-2")
    orders.states.move(state("before"), [state("run-2")], "rollback-1")
    assert orders.published("id") == [(1,), (2,)]


def test_a_rollback_waits_for_a_compaction_that_is_about_to_switch(
    orders: ParquetLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders.load(1, "1,Ada,1\n")
    orders.load(2, "2,Bob,2\n")
    take_claim(orders.table_now(), "compaction-1")
    waited = []

    def wait(_seconds: float) -> None:
        waited.append(orders.table_now().published_run())
        end_claim(orders.table_now(), "compaction-1")

    monkeypatch.setattr(parquet, "time", SimpleNamespace(time=time.time, sleep=wait))
    orders.back("run-2")
    assert waited == ["run-2"]
    assert orders.published("id") == [(1,)]


def test_a_state_whose_files_have_other_columns_is_refused(orders: ParquetLake) -> None:
    orders.contract["evolution"] = "additive"
    orders.load(1, "1,Ada,1\n")
    orders.contract["columns"] = [*orders.contract["columns"], column("city", "string")]
    orders.load(2, "2,Bob,2\n")
    assert orders.states.why_not(state("run-1"), [state("run-2")]) is None
    identity, *others = orders.contract["columns"]
    orders.contract["columns"] = [identity | {"type": "bigint"}, *others]
    orders.load(3, "3,Eve,3\n")
    for later in (["run-3"], ["run-2", "run-3"]):
        reason = orders.states.why_not(state("before"), [state(run_id) for run_id in later])
        assert str(reason).startswith("column 'id' was int before run-")
    orders.load(4, "4,Eve,4\n")
    assert orders.states.why_not(state("run-3"), [state("run-4")]) is None
