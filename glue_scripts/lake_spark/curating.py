"""The curate job: a product's query over published tables, checked, onto a branch of its own."""

from collections.abc import Mapping
from dataclasses import replace

from pyspark.sql import SparkSession

from lake_spark.builds import Build, last_build_of, plan_build
from lake_spark.checked_rows import BadRows, process_rows, report_nothing
from lake_spark.iceberg_sink import IcebergSink
from lake_spark.product_inputs import find_sources, input_views
from lake_spark.queries import run_query, where
from lake_spark.runs import Run, open_run
from lake_spark.storage import read_json
from lake_spark.validation import check_rows

ARGUMENTS = (
    "dataset",
    "run_id",
    "contracts_uri",
    "input_uri",
    "artifacts_bucket",
    "run_prefix",
    "processed_database",
    "curated_database",
    "warehouse",
    "quarantine_bucket",
    "quarantine_database",
)


def curate(spark: SparkSession, arguments: Mapping[str, str]) -> None:
    """Build the product that the arguments name and write its `stage.json`.

    The inputs are read as of the snapshots that `input.json` names, so that a product is of one
    moment however often its build is repeated. Of an incremental product, only the partitions are
    built that these inputs touched since the last build.
    """
    run = open_run(spark, arguments, arguments["curated_database"])
    if run.sink.is_published():
        return
    contract = run.contract
    with run.clock.step("plan"):
        pinned = read_json(arguments["input_uri"])["inputs"]
        sources = find_sources(spark, contract, arguments, pinned)
        state = last_build_of(run.sink.target) if isinstance(run.sink, IcebergSink) else None
        build = plan_build(spark, contract, sources, state)
        run = _with_build(run, build)
    if build.unchanged:
        report_nothing(run)
        return
    with input_views(sources):
        with run.clock.step("query"):
            rows = run_query(spark, contract, build)
            checked = check_rows(rows, contract, run.references, reasons=False)
            explained = check_rows(rows, contract, run.references)
        process_rows(run, checked, (), lambda _counts: BadRows(explained, ()))


def _with_build(run: Run, build: Build) -> Run:
    """Have the run's sink and its report say what is built."""
    sink = run.sink
    if isinstance(sink, IcebergSink):
        partitions = build.partitions
        scope = None if partitions is None else where(run.contract, partitions)
        target = replace(sink.target, notes=build.properties)
        sink = replace(sink, target=target, scope=scope)
    return replace(run, sink=sink, notes=build.report())
