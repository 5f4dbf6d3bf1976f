"""What every run does with checked rows: good ones staged, bad ones kept, all of them counted."""

import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from lake_spark.attempts import job_group, was_retried
from lake_spark.contract import Contract, load_contract
from lake_spark.dataset_rules import Measured, judge_measures, measure_again, observe_together
from lake_spark.deduplication import newest_rows, with_arrival
from lake_spark.errors import RowsLost
from lake_spark.inputs import OPENING_BYTES, TASK_BYTES, InputFile
from lake_spark.lines import FirstLine
from lake_spark.measuring import (
    Broken,
    Counts,
    observe,
    observe_broken,
    read_broken,
    read_counts,
    read_observation,
    recount,
    recount_broken,
)
from lake_spark.places import sink_for
from lake_spark.protection import protect, stored
from lake_spark.quarantine import Quarantine, forget_bad_rows, write_bad_rows
from lake_spark.references import References, open_references
from lake_spark.rule_reports import rule_entries
from lake_spark.rules import Rule
from lake_spark.sinks import Sink, Staged
from lake_spark.storage import read_json, write_json

SESSION_SETTINGS = {
    # Times without a zone are UTC, whatever the machine's own zone is.
    "spark.sql.session.timeZone": "UTC",
    # With Spark's default, a text that its old parser read otherwise would end the job.
    "spark.sql.legacy.timeParserPolicy": "CORRECTED",
    # A rule or a query that divides by zero gives null, not the end of the job.
    "spark.sql.ansi.enabled": "false",
    # It would cut the counting out of the plan of a run that has no good row.
    "spark.sql.adaptive.optimizer.excludedRules": (
        "org.apache.spark.sql.execution.adaptive.AQEPropagateEmptyRelation"
    ),
    # The Java compiler leaves methods beyond 8,000 bytes of code to the interpreter. All checks of
    # a contract in one generated method are longer; below this limit Spark generates several.
    "spark.sql.codegen.hugeMethodLimit": "8000",
    # A list of allowed values is looked up in one call, instead of code for each value.
    "spark.sql.optimizer.inSetConversionThreshold": "1",
    # Nearly every key of a run is there once. To look for the first row of each before rows are
    # sent to each other, Spark would sort all of them one more time.
    "spark.sql.optimizer.windowGroupLimitThreshold": "-1",
    "spark.sql.adaptive.enabled": "true",
    "spark.sql.adaptive.skewJoin.enabled": "true",
    # A session may have staged a run before, which sets these by its files.
    "spark.sql.files.maxPartitionBytes": str(TASK_BYTES),
    "spark.sql.files.openCostInBytes": str(OPENING_BYTES),
}


SHUFFLE_PARTITIONS = "spark.sql.shuffle.partitions"


@dataclass
class Clock:
    """Seconds of wall time by step."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time what happens inside, whether it ends well or not."""
        start = time.monotonic()
        try:
            yield
        finally:
            self.seconds[name] = round(time.monotonic() - start, 3)


@dataclass(frozen=True)
class Run:
    """One run of one contract: the places it writes to, and its clock.

    `uri` is the folder of its records, ending in `/`; `protection_secret` the id of the secret that
    columns are hashed with; `notes` are further fields of its report, `late_notes` gives those that
    are known when its rows have been written.
    """

    spark: SparkSession
    run_id: str
    uri: str
    contract: Contract
    sink: Sink
    quarantine: Quarantine
    clock: Clock
    references: References
    started_at: datetime
    protection_secret: str | None
    notes: Mapping[str, Any] = field(default_factory=dict)
    late_notes: Callable[[], Mapping[str, Any]] = dict

    @property
    def report_uri(self) -> str:
        """Where the stage report goes."""
        return f"{self.uri}stage.json"


@dataclass(frozen=True)
class BadRows:
    """The rows of some files of a run, checked once more to pick the bad ones out.

    `first_lines` is empty for products, whose rows stand in no file.
    """

    checked: DataFrame
    first_lines: Sequence[FirstLine]


def open_run(spark: SparkSession, arguments: Mapping[str, str], database: str) -> Run:
    """Set the session up and find the places of the run that a job's arguments name.

    `database` is the one that the run's table belongs to.
    """
    for name, value in SESSION_SETTINGS.items():
        spark.conf.set(name, value)
    # The same files must be cut into the same blocks when they are read again.
    cores = spark.sparkContext.defaultParallelism
    spark.conf.set("spark.sql.files.minPartitionNum", str(cores))
    contract = load_contract(arguments["contracts_uri"], arguments["dataset"])
    configured = spark.sparkContext.getConf().get(SHUFFLE_PARTITIONS, "200")
    # Always set, because a session may have run a job of another contract before.
    spark.conf.set(SHUFFLE_PARTITIONS, str(contract.shuffle_partitions or configured))
    run_id = arguments["run_id"]
    return Run(
        spark,
        run_id,
        f"s3://{arguments['artifacts_bucket']}/{arguments['run_prefix']}",
        contract,
        sink_for(
            spark, contract, database=database, warehouse=arguments["warehouse"], run_id=run_id
        ),
        Quarantine(
            arguments["quarantine_bucket"], arguments["quarantine_database"], contract.name, run_id
        ),
        Clock(),
        open_references(spark, contract, arguments),
        _started_at(arguments),
        arguments.get("protection_secret"),
    )


def _started_at(arguments: Mapping[str, str]) -> datetime:
    """Give the time when the run was opened, or now if its input does not say."""
    written = read_json(arguments["input_uri"]).get("started_at")
    return datetime.fromisoformat(written) if written else datetime.now(UTC)


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
    write_json(run.report_uri, _report(run, counts, staged, together, files))


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
    """Refuse to go on with a run of whose bad rows fewer were kept than were found."""
    if kept < broken:
        raise RowsLost(
            f"{run.contract.name}: run {run.run_id} found {broken} bad rows, and only {kept} of "
            "them came into quarantine; nothing of the run is published"
        )


def _stage(
    run: Run, checked: DataFrame, files: Sequence[InputFile]
) -> tuple[Staged, Counts, list[tuple[Rule, Measured]]]:
    counted, observation = observe(checked, run.contract)
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
        counts = recount(checked, run.contract)
    found = None if retried or measures is None else read_observation(measures)
    if found is None:
        found = measure_again(good, as_stored, run.started_at)
    if not staged.rows and not (staged.emptied and not counts.rows_in):
        run.sink.discard()
        staged = Staged(0, None, None, changes=staged.changes)
    together = list(judge_measures(as_stored, found, staged.rows, run.started_at))
    return staged, counts, together


def _report(
    run: Run,
    counts: Counts,
    staged: Staged,
    together: Sequence[tuple[Rule, Measured]],
    files: Sequence[InputFile],
) -> dict[str, Any]:
    """Every row is in exactly one of good, quarantined and deduplicated.

    Of the good ones, those are stale of whose key the table has a newer version already.
    """
    passed = counts.rows_in - counts.rows_quarantined
    return {
        "run_id": run.run_id,
        "dataset": run.contract.name,
        "rows_in": counts.rows_in,
        "rows_good": staged.rows,
        "rows_quarantined": counts.rows_quarantined,
        "rows_deduplicated": passed - staged.rows,
        "rows_stale": staged.stale,
        "score": passed / counts.rows_in if counts.rows_in else 1.0,
        "dimensions": counts.dimensions,
        "rules": list(rule_entries(run.contract, counts, run.references, together)),
        "references": dict(run.references.snapshots),
        "files": [
            {
                "key": file.key,
                "rows_in": counts.file_rows.get(position, 0),
                "rows_quarantined": counts.file_quarantined.get(position, 0),
            }
            for position, file in enumerate(files)
        ],
        "table": run.sink.table,
        "schema_changes": list(staged.changes),
        "branch": staged.branch,
        "snapshot_id": staged.snapshot_id,
        "quarantine_uri": run.quarantine.run_uri if counts.rows_quarantined else None,
        "emptied": staged.emptied,
        "seconds": run.clock.seconds,
        **run.notes,
        **run.late_notes(),
    }


def report_nothing(run: Run) -> None:
    """Write the stage report of a run that found nothing to do; what it had staged is dropped."""
    run.sink.discard()
    counts = Counts(0, 0, {}, {}, {}, {})
    write_json(run.report_uri, _report(run, counts, Staged(0, None, None), (), ()))
