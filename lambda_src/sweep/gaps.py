"""The run that makes up for one that a clock's jump forward has skipped."""

from datetime import datetime, timedelta

from lake_runtime.contracts import Dataset
from lake_runtime.cron import gaps
from lake_runtime.identity import execution_name
from lake_runtime.starts import start_execution
from sweep.findings import SweepEnvironment

TRIGGER = "catch_up"
LOOKS_BACK = timedelta(hours=24)
"""A look that was lost is made up for by a later one."""


def catch_up(environment: SweepEnvironment, dataset: Dataset, now: datetime) -> bool:
    """Start a run for the jump of the last day that skipped the dataset's schedule, if any.

    Named after the time that was skipped, it is one run however often this is asked.
    """
    schedule = dataset.schedule
    if schedule is None or not schedule.catch_up:
        return False
    started = False
    for gap in gaps(schedule.cron, schedule.time_zone, now - LOOKS_BACK, now):
        name = execution_name(dataset.name, [TRIGGER, gap.due.isoformat()])
        machine = environment.ingest_state_machine_arn
        started = start_execution(machine, name, dataset.name, TRIGGER) or started
    return started
