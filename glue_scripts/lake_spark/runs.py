"""What every run has: its contract, its places, its clock, and the settings of its session."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pyspark.sql import SparkSession

from lake_spark.contract import Contract, load_contract
from lake_spark.inputs import OPENING_BYTES, TASK_BYTES
from lake_spark.places import sink_for
from lake_spark.quarantine import Quarantine
from lake_spark.references import References, open_references
from lake_spark.sinks import Sink
from lake_spark.storage import read_json

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
