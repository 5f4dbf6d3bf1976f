"""A run that ended -> settled arrivals, closed record, free lock, notice, and what comes next."""

from dataclasses import replace
from typing import Any, Literal

from close_run.closing import count_run, has_more, make_ending, published_event
from close_run.notice import notice_of
from lake_runtime.endings import Outcome
from lake_runtime.environment import Environment
from lake_runtime.handlers import Request, Response, state_machine_task
from lake_runtime.identity import execution_name
from lake_runtime.notices import Notice
from lake_runtime.records import TaskError
from lake_runtime.run import RUN, Run
from lake_runtime.settlement import settle_run
from lake_runtime.telemetry import logger


class CloseRunRequest(Request):
    """Which run ended and how: `error` as Step Functions caught it, `warnings` of any shape.

    `more_workers` tells that its job was run a second time, larger.
    """

    run_id: str
    run_prefix: str | None = None
    outcome: Literal["published", "quarantined", "rejected", "skipped", "failed"]
    error: TaskError | None = None
    warnings: tuple[Any, ...] = ()
    more_workers: bool = False


class CloseRunResponse(Response):
    """How the run ended, what to tell, and whether and under which name the next one starts."""

    outcome: Outcome
    notice: Notice
    event: dict[str, Any] | None
    more_waiting: bool
    next_name: str


def _times(record: dict[str, Any]) -> list[str]:
    """Tell the runs apart that follow one that was done again."""
    return [str(record["redrives"])] if record.get("redrives") else []


@state_machine_task(CloseRunRequest)
def handle(request: CloseRunRequest) -> CloseRunResponse:
    """Close a run; safe to repeat.

    The order matters: the lock is freed before the last look at what waits, so that an arrival
    whose own run found the dataset busy is seen here.
    """
    run = Run(Environment.read(), request.dataset, request.run_id)
    ending = make_ending(run, Outcome(request.outcome), request.error, request.warnings)
    ending = replace(ending, more_workers=request.more_workers)
    settled = settle_run(run, ending)
    count_run(run, settled)
    # A call that is repeated finds the lock free already.
    has_promised = run.lock.release(run.run_id) or not settled.is_first
    kind = str(settled.record.get("kind", "dataset"))
    said = {"outcome": settled.outcome, "error_class": settled.record.get("error_class")}
    logger.info("run closed", extra={**said, "parked": settled.parked})
    return CloseRunResponse(
        outcome=settled.outcome,
        notice=notice_of(
            settled,
            environment=run.environment.environment,
            run_uri=run.artifacts.uri(RUN),
        ),
        event=published_event(run, settled, kind),
        more_waiting=has_more(run, settled, kind, request.error, has_promised=has_promised),
        next_name=execution_name(run.dataset, [run.run_id, "next", *_times(settled.record)]),
    )
