"""What closing says about the run, and whether another one should follow."""

import json
from collections.abc import Sequence
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from botocore.exceptions import BotoCoreError, ClientError

from lake_runtime.contracts import Dataset, load_contracts
from lake_runtime.endings import Ending, Outcome
from lake_runtime.errors import ErrorClass, LakeError, classify, explain
from lake_runtime.inputs import ProductInputs
from lake_runtime.inspections import failed_batches
from lake_runtime.records import Inspection, TaskError, Verdict, is_batch_broken
from lake_runtime.run import INPUT, JUDGEMENT, PUBLISH, VERDICTS, Run
from lake_runtime.settlement import Settled
from lake_runtime.telemetry import emit_metrics, logger

_RUN_AGAIN_AT_ONCE = "SourceChanged"
_TOO_MANY_FAILED = "States.ExceedToleratedFailureThreshold"
_TOLD = 20
_STARTED_BY_ARRIVALS = frozenset({"on_arrival", "manifest"})
_GRAVEST_FIRST = (
    ErrorClass.PERMISSION,
    ErrorClass.CODE,
    ErrorClass.DATA,
    ErrorClass.RESOURCES,
    ErrorClass.THROTTLING,
    ErrorClass.TRANSIENT,
)


def make_ending(
    run: Run, outcome: Outcome, error: TaskError | None, warnings: Sequence[Any]
) -> Ending:
    """Give the run's ending with its reasons in words."""
    reasons = [describe_warning(warning) for warning in warnings]
    if outcome is Outcome.FAILED:
        return _failure(run, error or TaskError(Error="unknown error"), reasons)
    if outcome is Outcome.SKIPPED:
        return Ending(outcome, (_nothing_new(run), *reasons))
    if outcome in (Outcome.QUARANTINED, Outcome.REJECTED):
        judgement = run.artifacts.read(JUDGEMENT) or {}
        reasons = [*([judgement["reason"]] if "reason" in judgement else []), *reasons]
        reasons += _broken_batch(run)
    reasons += _uninspected(run)
    if outcome is Outcome.PUBLISHED:
        for document in (JUDGEMENT, PUBLISH):
            reasons += (run.artifacts.read(document) or {}).get("warnings", [])
        reasons += _made_anew(run)
    return Ending(outcome, tuple(reasons))


def _failure(run: Run, error: TaskError, reasons: Sequence[str]) -> Ending:
    """Give the ending of a failed run; where a Map failed over its items, they are told."""
    kind = classify(error.Error, error.Cause)
    items: list[str] = []
    if error.Error == _TOO_MANY_FAILED:
        batches = failed_batches(run)
        items = [batch.describe() for batch in batches[:_TOLD]]
        items += [f"and {len(batches) - _TOLD} more"] if len(batches) > _TOLD else []
        kinds = {classify(batch.error, batch.cause) for batch in batches}
        kind = next((one for one in _GRAVEST_FIRST if one in kinds), kind)
    return Ending(Outcome.FAILED, (explain(error.Error, error.Cause), *items, *reasons), kind)


def _uninspected(run: Run) -> list[str]:
    """Say which files wait for the next run because nobody could look at them, and why."""
    found = [Inspection.model_validate(entry) for entry in run.artifacts.read(VERDICTS) or []]
    left = [one for one in found if one.verdict is Verdict.UNINSPECTED]
    told = [f"{one.key!r} was not inspected and waits: {one.reason}" for one in left[:_TOLD]]
    return [*told, f"and {len(left) - _TOLD} more"] if len(left) > _TOLD else told


def _nothing_new(run: Run) -> str:
    """Say why a product was not built: the build job may have found it, or opening the run."""
    if (run.artifacts.read(INPUT) or {}).get("unchanged"):
        return "every input is the snapshot that the product was built from"
    judgement = run.artifacts.read(JUDGEMENT) or {}
    return str(judgement.get("reason", "nothing in the inputs has changed"))


def _made_anew(run: Run) -> list[str]:
    """Warn of a table that was published before and had no state when this run published."""
    published, state = run.artifacts.read(PUBLISH) or {}, run.ledger.state() or {}
    is_later = state.get("last_published_run") not in (None, run.run_id)
    if not (is_later and state.get("snapshot_id") and published.get("snapshot_id")):
        return []
    if published.get("previous_snapshot_id") is not None:
        return []
    return [
        f"{published['table']} was gone from the catalog and was made anew: rows that were "
        "published before are not in it; their files are in the raw zone, to be uploaded again"
    ]


def _broken_batch(run: Run) -> list[str]:
    batch = run.batch()
    found = [Inspection.model_validate(entry) for entry in run.artifacts.read(VERDICTS) or []]
    if batch is None or not is_batch_broken(found):
        return []
    return [
        f"the batch of {batch.manifest.key} was not loaded, because it is loaded whole or not at "
        "all; upload the mended file, and the manifest again"
    ]


def describe_warning(warning: Any) -> str:
    """Say a warning in one line: a sentence, a caught error, or an entry of drift."""
    if isinstance(warning, str):
        return " ".join(warning.split())[:400]
    if isinstance(warning, dict) and "Error" in warning:
        return explain(str(warning["Error"]), str(warning.get("Cause", "")))
    if isinstance(warning, dict) and "change" in warning:
        found = warning.get("found") or "nothing"
        expected = warning.get("expected")
        said = f"the contract says {expected}" if expected else "the contract has none"
        subject = warning.get("column") or "table"
        return f"drift: {subject} {warning['change']}: found {found}, {said}"
    return json.dumps(warning, sort_keys=True)[:400]


def has_more(
    run: Run, settled: Settled, kind: str, error: TaskError | None, *, has_promised: bool
) -> bool:
    """Tell whether another run should start now; call it after the lock is free.

    `has_promised` tells that the run held the lock: others have left to it what came meanwhile,
    and started nothing. After a failure, what the run gave back starts none, or a fault that stays
    would run in a circle; nor does anything else once so many failed that the circuit is open.
    `SourceChanged` says that a file came to replace another; attempts are bounded by parking.

    Where nobody can tell, another run is started: it finds out, and nothing is left waiting.
    """
    is_failure = settled.outcome is Outcome.FAILED
    runs_again = error is not None and error.Error == _RUN_AGAIN_AT_ONCE
    if is_failure and not runs_again and not has_promised:
        return False
    try:
        if is_failure and not runs_again and run.circuit.refuses_runs():
            return False
        if kind == "product":
            return _have_inputs_moved(run)
        if is_failure and not runs_again:
            return _has_come_meanwhile(run)
        return run.ledger.has_waiting()
    except (ClientError, BotoCoreError, LakeError):
        logger.exception("what waits could not be looked for, so a run is started to look")
        return True


def _have_inputs_moved(run: Run) -> bool:
    """Tell whether an input was published since the run wrote down what it is built from; where
    it never came to that, whether the product should be built."""
    contracts = load_contracts(run.environment.contracts_uri)
    product = contracts.products.get(run.dataset)
    if product is None:
        return False
    inputs = ProductInputs(run.environment, contracts, product)
    if run.artifacts.read(INPUT) is None:
        return inputs.moved() is not None
    return inputs.moved_since(run)


def _has_come_meanwhile(run: Run) -> bool:
    """Tell whether anything waits that would start a run on arrival, and that neither this run nor
    one before it has given back."""
    dataset = run.contract()
    if not isinstance(dataset, Dataset) or dataset.trigger.mode not in _STARTED_BY_ARRIVALS:
        return False
    batch = run.batch()
    own = {claim.arrival_id for claim in ([batch.manifest] if batch else run.claims())}
    return any(claim.arrival_id not in own for claim in run.ledger.waiting_anew())


def published_event(run: Run, settled: Settled, kind: str) -> dict[str, Any] | None:
    """Give the detail of `DatasetPublished`, or None where nothing was published."""
    if not settled.outcome.is_published:
        return None
    return {
        "environment": run.environment.environment,
        "owner": run.environment.owner,
        "dataset": run.dataset,
        "run_id": run.run_id,
        "snapshot_id": settled.record.get("snapshot_id"),
        "kind": kind,
    }


def count_run(run: Run, settled: Settled) -> None:
    """Emit the run's metrics; a run that is closed again is not counted again."""
    if not settled.is_first:
        return
    record = settled.record
    values = {
        "Runs": (MetricUnit.Count, 1.0),
        "RunSeconds": (MetricUnit.Seconds, settled.seconds),
        "FilesRejected": (MetricUnit.Count, float(record.get("files_rejected") or 0)),
        "FilesParked": (MetricUnit.Count, float(settled.parked)),
    }
    if "rows_in" in record:
        values |= {
            "RowsIn": (MetricUnit.Count, float(record["rows_in"])),
            "RowsGood": (MetricUnit.Count, float(record["rows_good"])),
            "RowsQuarantined": (MetricUnit.Count, float(record["rows_quarantined"])),
            "QualityScore": (MetricUnit.NoUnit, float(record["score"])),
        }
    dimensions = {
        "environment": run.environment.environment,
        "dataset": run.dataset,
        "outcome": str(settled.outcome),
    }
    emit_metrics(dimensions, values)
