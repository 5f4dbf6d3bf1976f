"""Gathers the story of a running lake: from its books, its state machines, and its tables."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from data_lake.contracts import load_contracts
from strata.local.lake import LocalLake
from strata.notices import notices
from strata.page.deployed.gathering import (
    deployed_alarms,
    deployed_dashboard,
    gathered_metrics,
)
from strata.page.deployed.measured import counted_executions
from strata.page.gathering_rules import rule_counts
from strata.page.gathering_tables import read_products, read_tables
from strata.page.graph import read_graph
from strata.page.history import visits
from strata.page.story import Arrival, Execution, Machine, Notice, Run, Story
from strata.runs import arrivals, artifact, runs

PIPELINES = ("ingest", "curate")
COMPACTION = "compact"
"""The machine that brings small files together; only a lake with Parquet tables has it."""


def gather(lake: LocalLake) -> Story:
    """Read everything that the page shows from a running lake; nothing in the lake changes.

    Raises `StrataError` if the lake has no output that it needs, `DashboardError` if its dashboard
    has something that the page cannot draw, `ContractError` if its contracts are not valid.
    """
    contracts = load_contracts(Path(lake.contracts))
    now = datetime.now(UTC)
    machines = tuple(_machine(lake, pipeline) for pipeline in PIPELINES)
    records = runs(lake)
    stages = _stages(lake, records)
    told = tuple(_run(record, stages.get(record["run_id"], {})) for record in records)
    return Story(
        prefix=lake.prefix,
        region=lake.region,
        written_at=now,
        stacks=_stacks(lake),
        machines=machines,
        executions=_executions(lake, machines),
        runs=told,
        thresholds={
            name: contract.quality.threshold
            for name, contract in (contracts.datasets | contracts.products).items()
        },
        rules=rule_counts(lake, stages, contracts),
        arrivals=tuple(_arrival(record) for record in arrivals(lake)),
        tables=read_tables(lake, contracts),
        products=read_products(lake, contracts),
        notices=tuple(_notice(sent) for sent in notices(lake)),
        dashboard=deployed_dashboard(lake),
        alarms=deployed_alarms(lake),
        metrics=(*gathered_metrics(lake, now), *counted_executions(_compactions(lake))),
    )


def _machine(lake: LocalLake, pipeline: str) -> Machine:
    described = lake.client("stepfunctions").describe_state_machine(
        stateMachineArn=lake[f"{pipeline.capitalize()}StateMachineArn"]
    )
    return Machine(pipeline, json.loads(described["definition"]))


def _stacks(lake: LocalLake) -> tuple[tuple[str, int], ...]:
    client = lake.client("cloudformation")
    found = []
    for page in client.get_paginator("list_stacks").paginate():
        for stack in page["StackSummaries"]:
            name = stack["StackName"]
            if name.startswith(f"{lake.prefix}-") and "DELETE" not in stack["StackStatus"]:
                pages = client.get_paginator("list_stack_resources").paginate(StackName=name)
                found.append((name, sum(len(part["StackResourceSummaries"]) for part in pages)))
    return tuple(sorted(found))


def _executions(lake: LocalLake, machines: tuple[Machine, ...]) -> tuple[Execution, ...]:
    client = lake.client("stepfunctions")
    found = []
    for machine in machines:
        graph = read_graph(machine.definition)
        arn = lake[f"{machine.pipeline.capitalize()}StateMachineArn"]
        for page in client.get_paginator("list_executions").paginate(stateMachineArn=arn):
            for listed in page["executions"]:
                pages = client.get_paginator("get_execution_history").paginate(
                    executionArn=listed["executionArn"]
                )
                events = [event for part in pages for event in part["events"]]
                ended = listed.get("stopDate", events[-1]["timestamp"])
                found.append(
                    Execution(
                        pipeline=machine.pipeline,
                        arn=listed["executionArn"],
                        status=listed["status"],
                        started_at=listed["startDate"],
                        seconds=(ended - listed["startDate"]).total_seconds(),
                        visits=visits(events, graph),
                    )
                )
    return tuple(sorted(found, key=lambda execution: execution.started_at))


def _compactions(lake: LocalLake) -> tuple[Execution, ...]:
    """Give the executions that compacted tables: they are on the dashboard, but are no runs."""
    if f"{COMPACTION.capitalize()}StateMachineArn" not in lake.outputs:
        return ()
    return _executions(lake, (_machine(lake, COMPACTION),))


def _stages(lake: LocalLake, records: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    read = {
        str(record["run_id"]): artifact(lake, record["dataset"], record["run_id"], "stage.json")
        for record in records
    }
    return {run_id: stage for run_id, stage in read.items() if stage is not None}


def _run(record: Mapping[str, Any], stage: Mapping[str, Any]) -> Run:
    counts = {
        name: int(record.get(name) or 0)
        for name in (
            "files_claimed",
            "files_accepted",
            "files_rejected",
            "files_duplicate",
            "rows_in",
            "rows_good",
            "rows_quarantined",
            "rows_deduplicated",
        )
    }
    return Run(
        dataset=record["dataset"],
        kind=record["kind"],
        run_id=record["run_id"],
        trigger=record["trigger"],
        outcome=record.get("outcome") or record["status"],
        started_at=datetime.fromisoformat(record["started_at"]),
        ended_at=datetime.fromisoformat(record["ended_at"]) if record.get("ended_at") else None,
        execution_arn=record["execution_arn"],
        score=float(record["score"]) if record.get("score") else None,
        reason=record.get("reason"),
        scores={name: float(score) for name, score in (record.get("scores") or {}).items()},
        rows_stale=int(stage.get("rows_stale") or 0),
        schema_changes=tuple(stage.get("schema_changes") or ()),
        **counts,
    )


def _arrival(record: Mapping[str, Any]) -> Arrival:
    return Arrival(
        dataset=record["dataset"],
        key=record["key"],
        size=int(record.get("size") or 0),
        status=record["status"],
        registered_at=datetime.fromisoformat(record["registered_at"]),
        run_id=record.get("run_id"),
        rule=record.get("rule"),
        reason=record.get("reason"),
    )


def _notice(sent: Mapping[str, Any]) -> Notice:
    return Notice(
        severity=sent["severity"],
        kind=sent["notice"],
        dataset=sent.get("dataset") or "",
        outcome=sent.get("outcome") or "",
        reasons=tuple(sent.get("reasons") or ()),
        next_step=sent.get("next_step") or "",
    )
