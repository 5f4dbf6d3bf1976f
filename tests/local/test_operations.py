"""What operators do, done to a deployed lake: circuits, micro-batches, and every command."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from data_lake.contracts import ContractSet, load_contracts
from strata.activity import wait_until_quiet
from strata.by_hand import start_by_hand
from strata.circuits import list_circuits, move_circuit, show_circuit
from strata.dead_letters.queues import queue_named
from strata.dead_letters.redriving import redrive
from strata.local.faults import Fault, Faults
from strata.local.lake import LocalLake, bring_up, take_down
from strata.notices import notices, open_inbox
from strata.page import write_page
from strata.query import query
from strata.redriving import redrive_run
from strata.reprocessing.choosing import Range
from strata.reprocessing.work import Reprocessing
from strata.rollback.rolling_back import RollbackWork
from strata.runs import arrivals, runs

CONTRACT = """
apiVersion: v3.1.0
kind: DataContract
id: {name}
name: {name}
version: 1.0.0
status: active
description: {{purpose: Something that is worked on by hand.}}
team:
  name: tests
  members: [{{username: tests@example.com, role: owner}}]
schema:
  - name: {name}
    logicalType: object
    physicalType: table
    description: One row for each order.
    properties:
      - {{name: id, logicalType: integer, physicalType: int, required: true, primaryKey: true,
         classification: public, description: Its number.}}
      - {{name: amount, logicalType: integer, physicalType: int, classification: public,
         description: How much.}}
customProperties:
  - {{property: writeMode, value: merge}}
  - {{property: trigger, value: {trigger}}}
  - {{property: circuit, value: {{failures: 2, coolDownMinutes: 60}}}}
  - {{property: raw, value: {{prefix: {name}/, format: csv}}}}
"""
ON_ARRIVAL = "{mode: on_arrival}"
DATASETS = {
    "fragile": ON_ARRIVAL,
    "steady": ON_ARRIVAL,
    "batched": "{mode: micro_batch, everyMinutes: 1}",
}
BROKEN = "Glue.EntityNotFoundException"
"""An error that nothing tries again."""


@pytest.fixture(scope="module")
def contracts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of three small contracts."""
    folder = tmp_path_factory.mktemp("operated contracts")
    for name, trigger in DATASETS.items():
        content = CONTRACT.format(name=name, trigger=trigger)
        (folder / f"{name}.odcs.yaml").write_text(content.lstrip())
    return folder


@pytest.fixture(scope="module")
def operated(tmp_path_factory: pytest.TempPathFactory, contracts: Path) -> Iterator[LocalLake]:
    """Give a lake of these contracts, empty."""
    folder = tmp_path_factory.mktemp("operated lake")
    lake = bring_up(folder=folder, contracts=contracts, wait_scale=0.01)
    try:
        open_inbox(lake)
        yield lake
    finally:
        take_down(folder)


@pytest.fixture(scope="module")
def known(contracts: Path) -> ContractSet:
    """Give the contracts."""
    return load_contracts(contracts)


def put(lake: LocalLake, key: str, *rows: tuple[int, int]) -> None:
    """Put a file into the raw zone."""
    lines = ["id,amount", *(f"{number},{amount}" for number, amount in rows), ""]
    body = "\n".join(lines).encode()
    lake.client("s3").put_object(Bucket=lake["RawBucketName"], Key=key, Body=body)


def load(lake: LocalLake, key: str, *rows: tuple[int, int]) -> dict[str, Any]:
    """Put a file into the raw zone and give the run that came of it."""
    put(lake, key, *rows)
    wait_until_quiet(lake, seconds=600)
    return of(lake, key.partition("/")[0])[-1]


def of(lake: LocalLake, dataset: str) -> list[dict[str, Any]]:
    """Give the audit records of a dataset, oldest first."""
    return [run for run in runs(lake) if run["dataset"] == dataset]


def rows(lake: LocalLake, dataset: str) -> list[tuple[int, int]]:
    """Give what readers see."""
    found = query(lake, f"SELECT id, amount FROM processed.{dataset} ORDER BY id").to_pylist()
    return [(row["id"], row["amount"]) for row in found]


def executions(lake: LocalLake, dataset: str) -> list[str]:
    """Give the executions that were started for a dataset."""
    states = lake.client("stepfunctions")
    listed = states.list_executions(stateMachineArn=lake["IngestStateMachineArn"])
    return [one["name"] for one in listed["executions"] if one["name"].startswith(dataset)]


def told(lake: LocalLake, dataset: str) -> list[str]:
    """Give the kinds of the notices about a dataset."""
    return [one["notice"] for one in notices(lake) if one["dataset"] == dataset]


def stands(lake: LocalLake, known: ContractSet, dataset: str) -> str:
    """Give how a circuit stands."""
    (row,) = [row for row in list_circuits(lake, known) if row["dataset"] == dataset]
    return str(row["state"])


def cool_down(lake: LocalLake, dataset: str) -> None:
    """Let the cool-down of an open circuit be over, an hour early."""
    scope = f"{lake.region}#{lake.prefix}#{dataset}"
    lake.client("dynamodb").update_item(
        TableName=lake["LedgerTableName"],
        Key={"scope": {"S": scope}, "item": {"S": "CIRCUIT"}},
        UpdateExpression="SET retry_at = :past",
        ExpressionAttributeValues={":past": {"S": "2026-01-01T00:00:00.000000Z"}},
    )


def test_a_circuit_opens_by_failures_and_closes_by_a_trial(
    operated: LocalLake, known: ContractSet
) -> None:
    # Given a dataset whose runs fail
    broken = Fault("state:StageRows", error=BROKEN, where='"fragile"', times=2)
    with Faults(operated.endpoint).armed(broken):
        assert load(operated, "fragile/1.csv", (1, 1))["outcome"] == "failed"
        assert load(operated, "fragile/2.csv", (2, 1))["outcome"] == "failed"
    # Then its circuit is open
    assert stands(operated, known, "fragile") == "open"
    # And what arrives waits, told once, with no run spent on it
    for number in (3, 4):
        load(operated, f"fragile/{number}.csv", (number, 1))
    assert [run["outcome"] for run in of(operated, "fragile")] == ["failed", "failed"]
    assert told(operated, "fragile").count("circuit_open") == 1
    waiting = [one for one in arrivals(operated) if one["dataset"] == "fragile"]
    assert {one["status"] for one in waiting} == {"waiting"}
    # When the cool-down is over, one run is tried, which takes all and closes the circuit
    cool_down(operated, "fragile")
    start_by_hand(operated, known, "fragile")
    wait_until_quiet(operated, seconds=600)
    assert rows(operated, "fragile") == [(1, 1), (2, 1), (3, 1), (4, 1)]
    assert stands(operated, known, "fragile") == "closed"
    history = show_circuit(operated, known, "fragile")
    assert [(one["from"], one["to"]) for one in history] == [
        ("closed", "open"),
        ("open", "half_open"),
        ("half_open", "closed"),
    ]
    # And a person opens and closes it as well
    move_circuit(operated, known, "fragile", "open", who="ada", why="moving house")
    load(operated, "fragile/5.csv", (5, 1))
    assert len(rows(operated, "fragile")) == 4
    move_circuit(operated, known, "fragile", "closed", who="ada", why="moved")
    start_by_hand(operated, known, "fragile")
    wait_until_quiet(operated, seconds=600)
    assert len(rows(operated, "fragile")) == 5


def micro_batch(lake: LocalLake, dataset: str) -> dict[str, Any]:
    """Give the schedule that looks whether anything of a dataset waits."""
    scheduler = lake.client("scheduler")
    told = json.dumps({"dataset": dataset, "trigger": "micro_batch"}, separators=(",", ":"))
    for listed in scheduler.list_schedules()["Schedules"]:
        found = scheduler.get_schedule(Name=listed["Name"], GroupName=listed["GroupName"])
        if found["Target"]["Input"] == told:
            return dict(found)
    raise AssertionError(f"no schedule looks whether anything of {dataset} waits")


def test_a_micro_batch_runs_once_when_something_waits_and_never_when_nothing_does(
    operated: LocalLake,
) -> None:
    # Given a schedule that looks every minute, and has looked
    schedule = micro_batch(operated, "batched")
    look = {"FunctionName": schedule["Target"]["Arn"], "Payload": schedule["Target"]["Input"]}
    answer = operated.client("lambda").invoke(**look)
    assert json.loads(answer["Payload"].read()) == {"started": False}
    assert executions(operated, "batched") == []
    # When two files arrive, nothing is started by them
    put(operated, "batched/1.csv", (1, 1))
    put(operated, "batched/2.csv", (2, 1))
    # Then the schedule itself starts one run, which takes both
    deadline = time.monotonic() + 300
    while not of(operated, "batched") and time.monotonic() < deadline:
        time.sleep(1)
    wait_until_quiet(operated, seconds=600)
    (run,) = of(operated, "batched")
    assert (run["trigger"], run["files_claimed"]) == ("micro_batch", 2)
    assert len(executions(operated, "batched")) == 1


def test_operators_undo_redrive_and_load_again_what_went_wrong(
    operated: LocalLake, known: ContractSet, tmp_path: Path
) -> None:
    # Given two runs, of which the second brought wrong rows
    first = load(operated, "steady/1.csv", (1, 10))
    second = load(operated, "steady/2.csv", (1, 999), (2, 999))
    assert rows(operated, "steady") == [(1, 999), (2, 999)]
    # When it is rolled back, readers see the first again
    work = RollbackWork(operated, known, "steady")
    done = work.roll_back(first["run_id"], who="ada", why="wrong prices")
    assert done.undone == (second["run_id"],)
    wait_until_quiet(operated, seconds=600)
    assert rows(operated, "steady") == [(1, 10)]
    assert "rolled_back" in told(operated, "steady")
    # And the run after it starts from there
    load(operated, "steady/3.csv", (3, 30))
    assert rows(operated, "steady") == [(1, 10), (3, 30)]
    # When a run fails and is redriven, it publishes under its own id
    broken = Fault("state:PublishRows", error=BROKEN, where='"steady"', times=0)
    with Faults(operated.endpoint).armed(broken):
        failed = load(operated, "steady/4.csv", (4, 40))
    assert failed["outcome"] == "failed"
    assert redrive_run(operated, known, "steady").run_id == failed["run_id"]
    wait_until_quiet(operated, seconds=600)
    mended = of(operated, "steady")[-1]
    assert (mended["run_id"], mended["outcome"]) == (failed["run_id"], "published")
    assert rows(operated, "steady") == [(1, 10), (3, 30), (4, 40)]
    # And when today's files are loaded again, the undone one is among them
    today: date = datetime.now(UTC).date()
    lines: list[str] = []
    Reprocessing(
        operated, known.datasets["steady"], Range.of_days(today, today), lines.append
    ).run()
    assert "4 published" in lines[-1]
    assert [number for number, _ in rows(operated, "steady")] == [1, 2, 3, 4]
    # And the page tells of the rollback beside the runs
    assert "rolled back" in write_page(operated, tmp_path / "page.html").read_text()


def test_a_dead_letter_is_redriven_and_the_file_is_loaded(operated: LocalLake) -> None:
    # Given a file whose event died on its way
    events = operated.client("events")
    (rule,) = [
        one["Name"]
        for one in events.list_rules()["Rules"]
        if "Object Created" in one.get("EventPattern", "")
    ]
    events.disable_rule(Name=rule)
    try:
        put(operated, "steady/lost.csv", (7, 70))
    finally:
        events.enable_rule(Name=rule)
    bucket = operated["RawBucketName"]
    version = operated.client("s3").head_object(Bucket=bucket, Key="steady/lost.csv")
    found = {"key": "steady/lost.csv", "size": 20, "version-id": version["VersionId"]}
    event = {
        "source": "aws.s3",
        "detail-type": "Object Created",
        "time": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "detail": {"bucket": {"name": bucket}, "object": found},
    }
    queue = queue_named(operated, "arrivals")
    operated.client("sqs").send_message(QueueUrl=queue.url, MessageBody=json.dumps(event))
    # When it is redriven, the file goes its way
    assert redrive(queue).sent == 1
    wait_until_quiet(operated, seconds=600)
    assert (7, 70) in rows(operated, "steady")
