"""A schedule's tick -> what died, was forgotten, never announced or overdue is mended and told."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Literal

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import BotoCoreError, ClientError
from pydantic import BaseModel, ConfigDict

from lake_runtime import clients
from lake_runtime.contracts import Contracts, load_contracts
from lake_runtime.errors import LakeError, SweepIncomplete
from lake_runtime.notices import Severity, make_notice
from lake_runtime.parallel import in_parallel
from lake_runtime.telemetry import emit_metrics, logger, tracer
from sweep.findings import Findings, SweepEnvironment
from sweep.gaps import catch_up
from sweep.raw_zone import RawZoneSweeper
from sweep.runs import RunSweeper

ALL = "_all"
"""Stands in the notice for a dataset: a sweep looks at all of them."""


class SweepRequest(BaseModel):
    """What a schedule sends: the whole lake, or with `dataset` one that it is to look at.

    `micro_batch` looks whether anything waits, `gap_check` whether the clock skipped a run.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    trigger: Literal["sweep", "micro_batch", "gap_check"] = "sweep"
    dataset: str | None = None


@logger.inject_lambda_context(clear_state=True)
@tracer.capture_lambda_handler(capture_response=False)
def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Sweep the lake, or start one dataset's run if anything waits; safe to repeat.

    Raises `SweepIncomplete` when all that could be done was done and something is left.
    """
    request = SweepRequest.model_validate(event)
    environment = SweepEnvironment.read()
    contracts = load_contracts(environment.contracts_uri)
    if request.dataset is not None:
        return {"started": _start(request.trigger, request.dataset, contracts, environment)}
    found = _sweep(contracts, environment)
    _count(environment, found)
    if found.reasons:
        logger.warning("the sweep found something", extra={"reasons": found.reasons})
        _tell(environment, found)
    if found.problems:
        raise SweepIncomplete("; ".join(found.problems))
    return {"died": len(found.died), "started": len(found.started), "unheard": len(found.unheard)}


def _start(trigger: str, name: str, contracts: Contracts, environment: SweepEnvironment) -> bool:
    dataset = contracts.dataset(name)
    if trigger == "gap_check":
        return catch_up(environment, dataset, datetime.now(UTC))
    return RunSweeper(environment, contracts).start_waiting(dataset, trigger)


def _sweep(contracts: Contracts, environment: SweepEnvironment) -> Findings:
    runs = RunSweeper(environment, contracts)
    raw = RawZoneSweeper(environment, contracts)
    looks: list[tuple[str, Callable[[], Findings]]] = [("the raw zone", raw.sweep)]
    looks += [
        (name, lambda one=one: runs.sweep_dataset(one))  # type: ignore[misc]
        for name, one in contracts.datasets.items()
    ]
    looks += [
        (name, lambda one=one: runs.sweep_product(one))  # type: ignore[misc]
        for name, one in contracts.products.items()
    ]
    found = Findings()
    for part in in_parallel(_look, looks):
        found.add(part)
    return found


def _look(asked: tuple[str, Callable[[], Findings]]) -> Findings:
    """Look at one part of the lake; what fails there must not hide the others."""
    name, look = asked
    try:
        return look()
    except (ClientError, BotoCoreError, LakeError) as error:
        logger.exception("a part of the lake could not be swept", extra={"part": name})
        return Findings(problems=[f"{name} could not be swept: {type(error).__name__}: {error}"])


def _count(environment: SweepEnvironment, found: Findings) -> None:
    emit_metrics(
        {"environment": environment.environment},
        {
            "RunsDied": (MetricUnit.Count, len(found.died)),
            "RunsStartedBySweep": (MetricUnit.Count, len(found.started)),
            "EventsMissed": (MetricUnit.Count, len(found.unheard)),
            "BatchesOverdue": (MetricUnit.Count, len(found.overdue)),
        },
    )


def _tell(environment: SweepEnvironment, found: Findings) -> None:
    """Send the notice; one that cannot be sent is kept in the error, and so in the dead letters."""
    needs_a_person = bool(found.overdue or found.problems)
    notice = make_notice(
        kind="batch_overdue" if found.overdue else "lake_swept",
        severity=Severity.CRITICAL if needs_a_person else Severity.WARNING,
        environment=environment.environment,
        dataset=ALL,
        headline=_headline(found),
        counts={
            "runs_died": len(found.died),
            "runs_started": len(found.started),
            "events_missed": len(found.unheard),
            "parts_overdue": len(found.overdue),
        },
        reasons=found.reasons,
        next_step=_next_step(found),
        runbook="batches-overdue" if found.overdue else "events-missed",
    )
    try:
        clients.sns().publish(
            TopicArn=environment.alert_topic_arn, Subject=notice.subject, Message=notice.message
        )
    except (ClientError, BotoCoreError) as error:
        raise SweepIncomplete(f"the notice was not sent: {notice.message}") from error


def _headline(found: Findings) -> str:
    if found.overdue:
        return f"{len(found.overdue)} parts of batches are overdue"
    if found.problems:
        return f"{len(found.problems)} parts of the lake could not be swept"
    return f"{len(found.reasons)} things were mended"


def _next_step(found: Findings) -> str:
    if found.overdue:
        return (
            "Ask the producers for the files that are named; the batch is loaded when the last of "
            "them is there. lake.arrivals lists what is held, with the reason."
        )
    if found.problems:
        return "Look at the sweep function's log; the next sweep tries again."
    return "Nothing to do, unless it happens again: then look for why."
