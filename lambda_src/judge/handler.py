"""Staged report -> publish, quarantine, or nothing to publish."""

from decimal import Decimal

from pydantic import Field

from judge.history import with_history
from judge.judging import Decision, decide, decide_without_rows
from judge.scoring import dimension_scores
from lake_runtime.environment import Environment
from lake_runtime.errors import QualityFailed, SourceChanged
from lake_runtime.handlers import Request, Response, state_machine_task
from lake_runtime.objects import is_current
from lake_runtime.parallel import in_parallel
from lake_runtime.records import RuleCount
from lake_runtime.replays import change_of
from lake_runtime.reports import stage_report
from lake_runtime.run import INPUT, JUDGEMENT, Run
from lake_runtime.telemetry import logger


class JudgeRequest(Request):
    """Which run, and the score it needs."""

    run_id: str
    run_prefix: str
    threshold: Decimal


class JudgeResponse(Response):
    """The decision; scores, in total and by dimension, are numbers from 0 to 1.

    `rules` are those that decided; `warnings` what to tell of the others.
    """

    decision: Decision
    score: float
    threshold: float
    rows_in: int
    rows_good: int
    rows_quarantined: int
    reason: str
    rules: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    scores: dict[str, float] = Field(default_factory=dict)


@state_machine_task(JudgeRequest)
def handle(request: JudgeRequest) -> JudgeResponse:
    """Judge what the run staged, once its sources are known to be what it claimed.

    The run's lease starts anew here, so that it lasts through publishing. Raises `QualityFailed`
    if a rule of severity fail was broken.
    """
    run = Run(Environment.read(), request.dataset, request.run_id)
    run.lock.renew(run.run_id)
    stage = stage_report(run)
    check_sources(run)
    threshold = Decimal(0) if _is_replay(run) else request.threshold
    rules = with_history(stage.rules, _earlier(run))
    if _is_replay(run):
        rules = [_told_only(rule) if rule.scope == "dataset" else rule for rule in rules]
    stage = stage.model_copy(update={"rules": rules})
    judgement = decide_without_rows(stage) or decide(stage, threshold, run.batch())
    scores = dimension_scores(stage)
    response = JudgeResponse(
        decision=judgement.decision,
        score=float(stage.score),
        threshold=float(request.threshold),
        rows_in=stage.rows_in,
        rows_good=stage.rows_good,
        rows_quarantined=stage.rows_quarantined,
        reason=judgement.reason,
        rules=judgement.rules,
        warnings=judgement.warnings,
        scores={dimension: float(score) for dimension, score in scores.items()},
    )
    run.artifacts.write(JUDGEMENT, response.model_dump(mode="json"))
    _log_broken(stage.rules)
    if judgement.decision is Decision.FAIL:
        raise QualityFailed(f"{run.dataset}: {judgement.reason}")
    return response


def _log_broken(rules: list[RuleCount]) -> None:
    """Leave a line for each broken rule, by which a saved query counts them over runs."""
    for rule in rules:
        if rule.is_broken:
            said = {"rule": rule.rule, "severity": rule.severity, "rows": rule.rows}
            logger.info("rule broken", extra=said)


def _is_replay(run: Run) -> bool:
    """Tell whether the rows were judged before: then what is good now is published."""
    return any(change_of(claim.key) is not None for claim in run.claims())


def _told_only(rule: RuleCount) -> RuleCount:
    """A replay is some rows of earlier runs: their number and their sum say nothing."""
    return rule.model_copy(update={"severity": "warn"})


def _earlier(run: Run) -> dict[str, list[str]]:
    """Give what rules measured in the runs published before, newest last."""
    known = (run.ledger.state() or {}).get("measures", {})
    return {
        rule: [entry["value"] for entry in entries if entry["run_id"] != run.run_id]
        for rule, entries in known.items()
    }


def check_sources(run: Run) -> None:
    """Raise `SourceChanged` if a file that was read in place is no longer the claimed version."""
    given = run.artifacts.require(INPUT, written_by="plan_read or open_run")
    in_place = [file for file in given.get("files", []) if file["in_place"]]
    bucket = run.environment.raw_bucket
    same = in_parallel(lambda file: is_current(bucket, file["key"], file["version_id"]), in_place)
    changed = [file["key"] for file, is_same in zip(in_place, same, strict=True) if not is_same]
    if changed:
        shown = ", ".join(repr(key) for key in changed[:3])
        raise SourceChanged(
            f"{len(changed)} of {len(in_place)} files were replaced or deleted while they were "
            f"read: {shown}{', ...' if len(changed) > 3 else ''}; the next run reads copies of "
            "the versions that arrived"
        )
