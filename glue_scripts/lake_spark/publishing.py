"""The publish job: what a run staged becomes what readers see, whole or not at all."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from lake_spark.contract import load_contract
from lake_spark.errors import NothingStaged, PublishConflict
from lake_spark.metadata import MAIN
from lake_spark.parquet_publishing import publish_folder
from lake_spark.places import staging_uri, table_for
from lake_spark.storage import write_json
from lake_spark.tables import IcebergTable, branch_of

ARGUMENTS = (
    "dataset",
    "run_id",
    "contracts_uri",
    "artifacts_bucket",
    "run_prefix",
    "database",
    "warehouse",
)


def publish(spark: SparkSession, arguments: Mapping[str, str]) -> None:
    """Publish the run that the arguments name and write its `publish.json`.

    Publishing a run again changes nothing. Raises `NothingStaged` or `PublishConflict`.
    """
    run_id = arguments["run_id"]
    contract = load_contract(arguments["contracts_uri"], arguments["dataset"])
    table = table_for(spark, contract, arguments["database"], arguments["warehouse"])
    if isinstance(table, IcebergTable):
        report = publish_branch(table, run_id)
    else:
        folder = f"{staging_uri(contract, arguments['warehouse'])}{run_id}/"
        report = {
            "snapshot_id": None,
            "previous_snapshot_id": None,
            "already_published": not publish_folder(table, run_id, folder),
        }
    write_json(
        f"s3://{arguments['artifacts_bucket']}/{arguments['run_prefix']}publish.json",
        {
            "run_id": run_id,
            "table": table.plain_name,
            **report,
            "published_at": datetime.now(UTC).isoformat(),
        },
    )


def publish_branch(table: IcebergTable, run_id: str) -> dict[str, Any]:
    """Move main to the run's branch and drop the branch."""
    branch = branch_of(run_id)
    if table.metadata() is None:
        raise NothingStaged(f"{table.plain_name} does not exist; stage run {run_id} first")
    # Spark may remember the table as it was before another process changed it.
    table.spark.sql(f"REFRESH TABLE {table.name}")
    published = table.published_snapshot(run_id)
    if published is None:
        previous = _fast_forward(table, branch, run_id)
        snapshot = table.state().refs[MAIN]
    else:
        snapshot, previous = published.id, published.parent
    table.drop_branch(branch)
    return {
        "snapshot_id": str(snapshot),
        "previous_snapshot_id": None if previous is None else str(previous),
        "already_published": published is not None,
    }


def _fast_forward(table: IcebergTable, branch: str, run_id: str) -> int | None:
    """Move main to the branch and give the snapshot that main had."""
    state = table.state()
    if branch not in state.refs:
        raise NothingStaged(
            f"{table.plain_name} has no branch {branch}; stage run {run_id} before publishing it"
        )
    main = state.refs.get(MAIN)
    if main is not None and main not in {snapshot.id for snapshot in state.ancestry(branch)}:
        raise _conflict(table, run_id, main)
    try:
        table.fast_forward(branch)
    except (PySparkException, Py4JJavaError) as error:
        now = table.state().refs.get(MAIN)
        if now != main:
            raise _conflict(table, run_id, now) from error
        raise
    return main


def _conflict(table: IcebergTable, run_id: str, main: int | None) -> PublishConflict:
    return PublishConflict(
        f"{table.plain_name}: main moved to snapshot {main} after run {run_id} was staged; "
        "stage the run again on the new main"
    )
