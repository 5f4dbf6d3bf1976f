"""The deployed ingest machine with an error of each class injected: what is done, who is told."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from strata.activity import wait_until_quiet
from strata.local.faults import Fault, Faults
from strata.local.lake import LocalLake, bring_up, take_down
from strata.notices import notices, open_inbox
from strata.paths import ROOT
from strata.runs import runs

DATASET = "carriers"
MEMORY = Fault("state:StageRows", error="OutOfMemoryError", where=DATASET)
CODE = Fault("state:StageRows", error="Glue.EntityNotFoundException", where=DATASET)


class Machine:
    """The lake, one run after the other."""

    def __init__(self, lake: LocalLake) -> None:
        self.lake = lake
        self.files = 0
        self.told = 0

    def put(self, *bodies: str, fault: Fault | None = None) -> dict[str, Any]:
        """Put files, wait until they are dealt with, and give the last run.

        Its opening is late, so that it takes all of them; `fault` must hit it. What it does not
        take has a run of its own, even after a failure.
        """
        s3 = self.lake.client("s3")
        late = Fault("state:OpenRun", seconds=1, where=DATASET)
        with Faults(self.lake.endpoint).armed(late, *([fault] if fault else [])):
            for body in bodies:
                self.files += 1
                key = f"{DATASET}/{self.files:03}.csv"
                s3.put_object(Bucket=self.lake["RawBucketName"], Key=key, Body=body.encode())
            wait_until_quiet(self.lake, seconds=300)
        return max(runs(self.lake), key=lambda run: str(run["started_at"]))

    def new_notices(self) -> dict[str, dict[str, Any]]:
        """Give the notices since the last look, by their kind."""
        sent = notices(self.lake)
        found, self.told = sent[self.told :], len(sent)
        return {str(notice["notice"]): notice for notice in found}

    def states(self, run: dict[str, Any]) -> set[str]:
        """Give the names of the states that a run went through."""
        pages = self.lake.client("stepfunctions").get_paginator("get_execution_history")
        return {
            event["stateEnteredEventDetails"]["name"]
            for page in pages.paginate(executionArn=run["execution_arn"])
            for event in page["events"]
            if "stateEnteredEventDetails" in event
        }


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """Give a lake of one dataset that has published once."""
    contracts = tmp_path_factory.mktemp("one contract") / "contracts"
    contracts.mkdir()
    shutil.copy(ROOT / "tests" / "fixtures" / f"{DATASET}.odcs.yaml", contracts)
    folder: Path = tmp_path_factory.mktemp("machine")
    lake = bring_up(folder=folder, contracts=contracts)
    open_inbox(lake)
    try:
        yield Machine(lake)
    finally:
        take_down(folder)


def rows(*names: str) -> str:
    """Give a file of carriers."""
    return "\n".join(["carrier,name", *(f"{name},{name} Lines" for name in names), ""])


def test_success_has_a_notice_of_its_own(machine: Machine) -> None:
    run = machine.put(rows("AA", "BB"))
    assert run["outcome"] == "published"
    told = machine.new_notices()
    assert told["run_published"]["severity"] == "info"
    assert "HandleResourceError" not in machine.states(run)


def test_a_job_without_memory_is_run_once_more_with_twice_the_workers_and_that_is_told(
    machine: Machine,
) -> None:
    run = machine.put(rows("CC"), fault=MEMORY)
    assert run["outcome"] == "published"
    assert {"HandleResourceError", "StageRowsWithMoreWorkers"} <= machine.states(run)
    told = machine.new_notices()
    assert told["job_retried_with_more_workers"]["severity"] == "warning"
    assert told["run_published"]["run_id"] == run["run_id"]
    glue = machine.lake.client("glue")
    asked = [
        one["NumberOfWorkers"]
        for job in glue.get_jobs()["Jobs"]
        for one in glue.get_job_runs(JobName=job["Name"])["JobRuns"]
        if one["Arguments"].get("--run_id") == run["run_id"] and "--input_uri" in one["Arguments"]
    ]
    first, larger = (int(part.split()[0]) for part in run["engine"].split("; then "))
    assert asked == [larger]
    assert larger == 2 * first


def test_every_other_error_is_handled_at_once_with_a_notice_of_its_own(machine: Machine) -> None:
    run = machine.put(rows("DD"), fault=CODE)
    assert (run["outcome"], run["error_class"]) == ("failed", "code")
    assert "HandleResourceError" not in machine.states(run)
    told = machine.new_notices()
    assert told["run_failed"]["severity"] == "critical"
    assert "job_retried_with_more_workers" not in told


def test_quality_below_the_threshold_goes_to_quarantine_with_a_notice_of_its_own(
    machine: Machine,
) -> None:
    run = machine.put("carrier,name\n,nobody\n,nothing\nEE,EE Lines\n")
    assert run["outcome"] == "quarantined"
    assert "CloseQuarantined" in machine.states(run)
    assert machine.new_notices()["batch_quarantined"]["severity"] == "critical"


def test_drift_is_an_event_that_names_the_columns_and_is_told(machine: Machine) -> None:
    # Given a file with a column that the contract does not know, which is rejected and stays raw
    machine.put("carrier,name,country\nFF,FF Lines,NO\n")
    machine.new_notices()
    # When the next good file is crawled with it
    run = machine.put(rows("GG"))
    # Then the run is published with a warning, and the event of drift is told with the column
    assert run["outcome"] == "published_with_warnings"
    assert "EmitDrift" in machine.states(run)
    drift = machine.new_notices()["drift_found"]
    assert (drift["dataset"], drift["run_id"]) == (DATASET, run["run_id"])
    assert drift["reasons"] == ["country added: found boolean, the contract has none"]


@pytest.fixture
def many(machine: Machine) -> Machine:
    """Give the lake where five files are many."""
    functions = machine.lake.client("lambda")
    (opens,) = [
        one
        for one in functions.list_functions(MaxItems=100)["Functions"]
        if one["Handler"].startswith("open_run.")
    ]
    variables = opens["Environment"]["Variables"]
    variables |= {"FILES_PER_INSPECTION": "1", "INLINE_BATCHES": "2"}
    functions.update_function_configuration(
        FunctionName=opens["FunctionName"], Environment={"Variables": variables}
    )
    return machine


def test_many_files_are_inspected_by_a_distributed_map(many: Machine) -> None:
    run = many.put(*(rows(f"M{number}") for number in range(5)))
    assert run["files_accepted"] >= 5
    assert "InspectManyFiles" in many.states(run)
    states = many.lake.client("stepfunctions")
    (mapped,) = states.list_map_runs(executionArn=run["execution_arn"])["mapRuns"]
    counts = states.describe_map_run(mapRunArn=mapped["mapRunArn"])["itemCounts"]
    assert (counts["total"], counts["failed"]) == (run["files_claimed"], 0)


def test_a_failed_item_of_a_map_fails_the_run_and_record_and_notice_name_its_files(
    many: Machine,
) -> None:
    many.new_notices()
    broken = Fault("state:InspectListedBatch", error="ReportMissing", where=f"{DATASET}/")
    many.put(*(rows(f"N{number}") for number in range(5)), fault=broken)
    (run,) = [
        run
        for run in runs(many.lake)
        if run["outcome"] == "failed" and "inspection" in run["reason"]
    ]
    assert (run["outcome"], run["error_class"]) == ("failed", "code")
    told = json.dumps(many.new_notices()["run_failed"]["reasons"])
    for text in (run["reason"], told):
        assert "ExceedToleratedFailureThreshold" in text
        assert f"inspection of '{DATASET}/" in text
        assert "failed: ReportMissing" in text
