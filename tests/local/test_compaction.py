"""Many small files of a Parquet table in the deployed local lake, brought together by its job."""

import json
from pathlib import Path
from typing import Any

import pytest

from data_lake.contracts import ContractSet, load_contracts
from strata.activity import wait_until_quiet
from strata.arrivals import put_object
from strata.compaction import Report, compact, sentences
from strata.errors import StrataError
from strata.local.lake import LocalLake
from strata.page import gather
from strata.query import query

NAME = "temperatures"
RUNS = 4
CITIES = ("Oslo", "São Paulo")
ROWS = "SELECT COUNT(*) AS readings, SUM(id) AS ids FROM processed.temperatures"


def publish(lake: LocalLake, folder: Path, number: int) -> None:
    """Have a run publish one reading of each city."""
    rows = [f"{number * 10 + place},{city},{number}.5" for place, city in enumerate(CITIES)]
    file = folder / f"{number}.csv"
    file.write_text("\n".join(["id,city,celsius", *rows]) + "\n")
    put_object(lake, f"{NAME}/{number}.csv", file)
    wait_until_quiet(lake, seconds=600)


def folders(lake: LocalLake) -> dict[str, str]:
    """Give the folder of each city that the catalog names."""
    pages = lake.client("glue").get_paginator("get_partitions")
    return {
        partition["Values"][0]: partition["StorageDescriptor"]["Location"]
        for page in pages.paginate(DatabaseName=lake.database("processed"), TableName=NAME)
        for partition in page["Partitions"]
    }


def files(lake: LocalLake) -> list[int]:
    """Give how many files each city has that readers see, by the city's name."""
    bucket = lake["ProcessedBucketName"]
    return [
        lake.client("s3").list_objects_v2(
            Bucket=bucket, Prefix=location.removeprefix(f"s3://{bucket}/")
        )["KeyCount"]
        for _, location in sorted(folders(lake).items())
    ]


def rows(lake: LocalLake) -> list[dict[str, Any]]:
    """Give the number of rows and the sum of their ids."""
    found: list[dict[str, Any]] = query(lake, ROWS).to_pylist()
    return found


@pytest.fixture(scope="module")
def contracts(contracts_folder: Path) -> ContractSet:
    """Give the lake's contracts."""
    return load_contracts(contracts_folder)


@pytest.fixture(scope="module")
def small(lake: LocalLake, tmp_path_factory: pytest.TempPathFactory) -> LocalLake:
    """Give the lake after several runs have added a small file to each partition."""
    folder = tmp_path_factory.mktemp("temperatures")
    for number in range(RUNS):
        publish(lake, folder, number)
    return lake


@pytest.fixture(scope="module")
def before(small: LocalLake) -> dict[str, Any]:
    """Give what readers saw before the first compaction."""
    return {"rows": rows(small), "files": files(small), "folders": folders(small)}


@pytest.fixture(scope="module")
def report(small: LocalLake, contracts: ContractSet, before: dict[str, Any]) -> Report:
    """Give the report of the first compaction."""
    assert before["files"] == [RUNS, RUNS]
    return compact(small, contracts, NAME)


def test_many_small_files_become_one_in_each_partition_with_the_same_rows(
    small: LocalLake, before: dict[str, Any], report: Report
) -> None:
    assert files(small) == [1, 1]
    assert rows(small) == before["rows"] == [{"readings": 2 * RUNS, "ids": 124}]
    assert set(folders(small)) == set(CITIES)
    assert set(folders(small).values()).isdisjoint(before["folders"].values())
    assert report["given_up"] == []


def test_what_was_done_is_said_for_each_partition(report: Report) -> None:
    said = list(sentences(report))
    for city, line in zip(CITIES, said, strict=False):
        assert line.startswith(f"city={city}: {RUNS} files (")
        assert line.endswith(f"; {RUNS} rows were written anew")
    assert said[2:] == ["kept: 2 old folders, until nobody has needed them for 3 days"]


def test_a_second_compaction_does_nothing_and_says_so(
    small: LocalLake, contracts: ContractSet, report: Report
) -> None:
    where = folders(small)
    again = compact(small, contracts, str(report["dataset"]))
    assert (again["compacted"], again["given_up"]) == ([], [])
    assert folders(small) == where
    first, *_ = sentences(again)
    assert first.startswith("nothing to compact: no partition has more than 2 files below 33.6 MB")


@pytest.mark.usefixtures("report")
def test_a_publish_afterwards_adds_its_rows_and_clears_the_old_folders_away(
    small: LocalLake, contracts: ContractSet, before: dict[str, Any], tmp_path: Path
) -> None:
    publish(small, tmp_path, RUNS)
    assert files(small) == [2, 2]
    assert rows(small)[0]["readings"] == before["rows"][0]["readings"] + 2
    assert compact(small, contracts, NAME)["cleaned"]["waiting"] == 0


def test_a_schedule_starts_the_machine_that_compacted(small: LocalLake, report: Report) -> None:
    scheduler = small.client("scheduler")
    names = [
        (one["GroupName"], one["Name"])
        for page in scheduler.get_paginator("list_schedules").paginate()
        for one in page["Schedules"]
    ]
    targets = [
        scheduler.get_schedule(GroupName=group, Name=name)["Target"] for group, name in names
    ]
    given = [json.loads(target["Input"]) for target in targets if "-compact:" in target["Arn"]]
    wanted = {"dataset": report["dataset"], "zone": "processed", "trigger": "compaction"}
    assert wanted in given


def test_the_page_counts_compactions_as_the_dashboard_does(
    small: LocalLake, report: Report
) -> None:
    assert report
    started = [
        sum(value for _, value in metric.points)
        for metric in gather(small).metrics
        if metric.name == "ExecutionsStarted"
        and metric.dimensions["StateMachineArn"].endswith("-compact")
    ]
    assert started
    assert started[0] >= 1


def attempts(lake: LocalLake) -> list[str]:
    """Give the names of the job's runs, newest first."""
    glue = lake.client("glue")
    (job,) = [
        job["Name"]
        for page in glue.get_paginator("get_jobs").paginate()
        for job in page["Jobs"]
        if job["DefaultArguments"]["--custom-logGroup-prefix"].endswith("/processed-compact")
    ]
    started = glue.get_job_runs(JobName=job)["JobRuns"]
    by_age = sorted(started, key=lambda run: run["StartedOn"], reverse=True)
    return [run["Arguments"]["--run_id"] for run in by_age]


def test_a_job_that_fails_is_tried_under_another_name_and_told_in_its_own_words(
    small: LocalLake, contracts: ContractSet
) -> None:
    glue, database = small.client("glue"), small.database("processed")
    entry = glue.get_table(DatabaseName=database, Name=NAME)["Table"]
    kept = {key: entry[key] for key in ("Name", "PartitionKeys", "StorageDescriptor", "Parameters")}
    broken = {**kept, "Parameters": {"classification": "csv"}}
    glue.update_table(DatabaseName=database, TableInput=broken)
    try:
        with pytest.raises(StrataError, match="the table in the catalog is not a Parquet table"):
            compact(small, contracts, NAME)
    finally:
        glue.update_table(DatabaseName=database, TableInput=kept)
    again, *others = attempts(small)
    assert again.endswith("-1")
    assert again.removesuffix("1") + "0" in others
