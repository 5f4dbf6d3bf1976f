"""What every run does with checked rows: good ones staged, bad ones kept, all of them counted."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from lake_spark.attempts import job_group, was_retried
from lake_spark.counts import Broken, Counts
from lake_spark.dataset_rules import Measured, judge_measures, measure_again, observe_together
from lake_spark.deduplication import newest_rows, with_arrival
from lake_spark.errors import RowsLost
from lake_spark.inputs import InputFile, reading_tasks
from lake_spark.lines import FirstLine
from lake_spark.measuring import (
    observe,
    observe_broken,
    read_broken,
    read_counts,
    read_observation,
    recount,
    recount_broken,
)
from lake_spark.protection import protect, stored
from lake_spark.quarantine import forget_bad_rows, write_bad_rows
from lake_spark.rules import Rule
from lake_spark.runs import Run
from lake_spark.sinks import Staged
from lake_spark.stage_reports import stage_report
from lake_spark.storage import write_json


@dataclass(frozen=True)
class BadRows:
    """The rows of some files of a run, checked once more to pick the bad ones out.

    `first_lines` is empty for products, whose rows stand in no file.
    """

    checked: DataFrame
    first_lines: Sequence[FirstLine]


def process_rows(
    run: Run,
    checked: DataFrame,
    files: Sequence[InputFile],
    read_again: Callable[[Counts], BadRows],
) -> None:
    """Stage the good rows, quarantine the bad ones and write the stage report.

    The rows are read once. Only where there were bad ones, the files that hold them are read
    again: `read_again` gives their rows, at least the bad ones.
    """
    with run.clock.step("read_validate_write"):
        staged, counts, together = _stage(run, checked, files)
    with run.clock.step("quarantine"):
        forget_bad_rows(run.quarantine)
        if counts.rows_quarantined:
            broken = _keep(run, read_again(counts), files)
            check_kept(run, counts.rows_quarantined, broken.rows)
            counts = counts.with_broken(broken)
    write_json(run.report_uri, stage_report(run, counts, staged, together, files))


def _keep(run: Run, bad: BadRows, files: Sequence[InputFile]) -> Broken:
    """Write the bad rows to quarantine and give what they broke."""
    # Observed, so that Spark cannot move the filter down and check all rows twice.
    rows, observation = observe_broken(bad.checked, run.contract)
    group = f"quarantine {run.run_id} {uuid.uuid4()}"
    with job_group(run.spark, group):
        write_bad_rows(rows, run.quarantine, files, bad.first_lines)
    broken = None if was_retried(run.spark, group) else read_broken(observation, run.contract)
    return broken or recount_broken(bad.checked, run.contract)


def check_kept(run: Run, broken: int, kept: int) -> None:
    """Refuse to go on with a run that finds another number of bad rows when it reads them again."""
    if kept != broken:
        raise RowsLost(
            f"{run.contract.name}: run {run.run_id} found {broken} bad rows, and {kept} came into "
            "quarantine; nothing of the run is published; run it again, and look for a rule that "
            "gives another answer each time"
        )


def _stage(
    run: Run, checked: DataFrame, files: Sequence[InputFile]
) -> tuple[Staged, Counts, list[tuple[Rule, Measured]]]:
    tasks = reading_tasks(files, run.spark.sparkContext.defaultParallelism)
    counted, observation = observe(checked, run.contract, tasks)
    good = protect(counted.filter(F.col("__broken").isNull()), run.contract, run.protection_secret)
    good = newest_rows(good, run.contract)
    as_stored = stored(run.contract)
    measured, measures = observe_together(good, as_stored, run.started_at)
    group = f"stage {run.run_id} {uuid.uuid4()}"
    with job_group(run.spark, group):
        staged = run.sink.stage(with_arrival(measured, run.contract, files))
    retried = was_retried(run.spark, group)
    counts = None if retried else read_counts(observation, run.contract)
    if counts is None:
        counts = recount(checked, run.contract, tasks)
    found = None if retried or measures is None else read_observation(measures)
    if found is None:
        found = measure_again(good, as_stored, run.started_at)
    if not staged.rows and not (staged.emptied and not counts.rows_in):
        run.sink.discard()
        staged = Staged(0, None, None, changes=staged.changes)
    together = list(judge_measures(as_stored, found, staged.rows, run.started_at))
    return staged, counts, together


def report_nothing(run: Run) -> None:
    """Write the stage report of a run that found nothing to do; what it had staged is dropped."""
    run.sink.discard()
    counts = Counts(0, 0, {}, {}, {}, {})
    write_json(run.report_uri, stage_report(run, counts, Staged(0, None, None), (), ()))
