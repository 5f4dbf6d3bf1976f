"""Compacting a Parquet table now, not at its next time, and saying what came of it."""

import json
import time
from collections.abc import Iterator, Mapping
from typing import Any

from data_lake.contracts import ContractSet
from data_lake.problems import nearest
from strata.errors import StrataError
from strata.lakes import Lake
from strata.page.words import size
from strata.runs import artifact

POLL_SECONDS = 0.5
Report = Mapping[str, Any]


def compact(lake: Lake, contracts: ContractSet, dataset: str) -> Report:
    """Compact the table of a dataset or product and give the job's report.

    Raises `StrataError` for an unknown name, a table that is not Parquet, or a job that failed;
    then the table is as it was, or some of its partitions are compacted.
    """
    zone = _zone(contracts, dataset)
    states = lake.client("stepfunctions")
    execution = states.start_execution(
        stateMachineArn=f"{lake['CompactStateMachineArn']}:live",
        input=json.dumps({"dataset": dataset, "zone": zone, "trigger": "by hand"}),
    )["executionArn"]
    while (ended := states.describe_execution(executionArn=execution))["status"] == "RUNNING":
        time.sleep(POLL_SECONDS)
    if ended["status"] != "SUCCEEDED":
        raise StrataError(f"{dataset} was not compacted: {_cause(ended)}")
    run_id = json.loads(ended["output"])["run_id"]
    report = artifact(lake, dataset, run_id, "compact.json")
    if report is None:
        raise StrataError(f"{dataset} was compacted, but {run_id} left no report of it")
    return report


def sentences(report: Report) -> Iterator[str]:
    """Say in words what a compaction did, what it left, and why."""
    limits = report["limits"]
    for one in report["compacted"]:
        yield (
            f"{_place(report, one)}: {one['files_before']} files ({size(one['bytes_before'])}) "
            f"are now {one['files_after']} ({size(one['bytes_after'])}); "
            f"{one['rows_rewritten']:,} rows were written anew"
        )
    for one in report["given_up"]:
        yield f"{_place(report, one)}: left with its {one['files_before']} files: {one['given_up']}"
    if not report["compacted"] and not report["given_up"]:
        small = size(int(limits["target_bytes"] * limits["small_share"]))
        yield (
            f"nothing to compact: no partition has more than {limits['small_files']} files "
            f"below {small} that would become fewer"
        )
    yield from _old_folders(report["cleaned"], limits["orphan_days"])


def _old_folders(cleaned: Mapping[str, Any], days: int) -> Iterator[str]:
    if cleaned["folders"]:
        yield (
            f"deleted: {cleaned['folders']} old folders with {cleaned['files']} files "
            f"({size(cleaned['bytes'])}), which nobody had needed for {days} days"
        )
    if cleaned["waiting"]:
        yield (
            f"kept: {cleaned['waiting']} old folders, until nobody has needed them for {days} days"
        )
    if cleaned["given_up"]:
        yield f"old folders were left: {cleaned['given_up']}"


def _place(report: Report, outcome: Mapping[str, Any]) -> str:
    names = report["partition_by"]
    pairs = zip(names, outcome["partition"], strict=True)
    return ", ".join(f"{name}={value}" for name, value in pairs) or "the table"


def _zone(contracts: ContractSet, dataset: str) -> str:
    known = contracts.all()
    if dataset not in known:
        near = nearest(dataset, known)
        hint = f"; did you mean {near}?" if near else f"; there are {', '.join(sorted(known))}"
        raise StrataError(f"no contract is named {dataset}{hint}")
    if known[dataset].format != "parquet":
        parquet = [name for name, contract in known.items() if contract.format == "parquet"]
        raise StrataError(
            f"{dataset} is an Iceberg table, which Glue's table optimizer compacts; Parquet tables "
            f"are: {', '.join(sorted(parquet)) or 'none'}"
        )
    return known[dataset].zone


def _cause(ended: Mapping[str, Any]) -> str:
    """Give the words of the job, which are in the description of its run."""
    cause = str(ended.get("cause") or ended.get("error") or ended["status"])
    try:
        run = json.loads(cause)
    except ValueError:
        return cause
    return str(run.get("ErrorMessage", cause)) if isinstance(run, dict) else cause
