"""Looks at a dataset, on a schedule, that start a run only where there is something to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from aws_cdk import Duration, TimeZone
from aws_cdk import aws_scheduler as scheduler

GAP_CHECK: Final = "0/30 * * * ? *"
"""The minutes at which clocks jump, wherever they do."""


@dataclass(frozen=True)
class Look:
    """A call of the sweep's function about one dataset.

    Attributes:
        dataset: which dataset.
        name: starts the schedule's id.
        trigger: what the function is told.
        what: what several of the kind are called in messages.
        description: what the schedule does.
        when: when the function is called.
    """

    dataset: str
    name: str
    trigger: str
    what: str
    description: str
    when: scheduler.ScheduleExpression


def looks_for(micro_batches: Mapping[str, int], catching_up: Mapping[str, str]) -> list[Look]:
    """Give every look that a lake needs.

    Args:
        micro_batches: minutes between two looks at what waits, by dataset.
        catching_up: the time zone of each dataset whose schedule makes up for skipped runs.
    """
    waiting = [
        Look(
            dataset=dataset,
            name="MicroBatch",
            trigger="micro_batch",
            what="micro-batches",
            description=f"Takes the arrivals of {dataset} that wait, if any",
            when=scheduler.ScheduleExpression.rate(Duration.minutes(minutes)),
        )
        for dataset, minutes in sorted(micro_batches.items())
    ]
    skipped = [
        Look(
            dataset=dataset,
            name="GapCheck",
            trigger="gap_check",
            what="gap checks",
            description=f"Starts the run of {dataset} that the clock has skipped, if any",
            when=scheduler.ScheduleExpression.expression(
                f"cron({GAP_CHECK})", TimeZone.of(time_zone)
            ),
        )
        for dataset, time_zone in sorted(catching_up.items())
    ]
    return waiting + skipped
