"""Reading what the Spark jobs report about a run."""

from typing import Any, TypeVar

from pydantic import ValidationError

from lake_runtime.errors import ReportMissing
from lake_runtime.records import PublishReport, StageReport
from lake_runtime.run import PUBLISH, STAGE, Run
from lake_runtime.telemetry import logger

ReportT = TypeVar("ReportT", StageReport, PublishReport)


def stage_report(run: Run) -> StageReport:
    """Give what the run staged; raises `ReportMissing`."""
    return _require(run, STAGE, StageReport, "the stage or curate job")


def publish_report(run: Run) -> PublishReport:
    """Give what the run published; raises `ReportMissing`."""
    return _require(run, PUBLISH, PublishReport, "the publish job")


def stage_report_if_any(run: Run) -> StageReport | None:
    """Give what the run staged, or None where there is no report that can be read."""
    return _if_any(run, STAGE, StageReport)


def publish_report_if_any(run: Run) -> PublishReport | None:
    """Give what the run published, or None where there is no report that can be read."""
    return _if_any(run, PUBLISH, PublishReport)


def _require(run: Run, name: str, model: type[ReportT], writer: str) -> ReportT:
    content = run.artifacts.require(name, written_by=writer)
    uri = run.artifacts.uri(name)
    try:
        report = model.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ReportMissing(
            f"{uri}: {place}: {first['msg']}; {writer} and the functions are of different releases"
        ) from error
    if report.run_id != run.run_id:
        raise ReportMissing(
            f"{uri}: run_id: it reports run {report.run_id!r}, not {run.run_id!r}; "
            f"{writer} was given another run's prefix"
        )
    return report


def _if_any(run: Run, name: str, model: type[ReportT]) -> ReportT | None:
    """A failed run must be closed whatever its reports look like, or its dataset stays locked."""
    try:
        if run.artifacts.read(name) is None:
            return None
        return _require(run, name, model, "a job")
    except ReportMissing:
        logger.exception("a report of a failed run is left out")
        return None


def row_counts(stage: StageReport | None) -> dict[str, Any]:
    """Give what a run's audit record says of its rows; nothing of a run that staged none."""
    if stage is None:
        return {}
    return {
        "rows_in": stage.rows_in,
        "rows_good": stage.rows_good,
        "rows_quarantined": stage.rows_quarantined,
        "rows_deduplicated": stage.rows_deduplicated,
        "score": str(stage.score),
        "build": stage.build,
        "rules": [
            {"rule": count.rule, "rows": count.rows, "state": count.state} for count in stage.rules
        ],
    }
