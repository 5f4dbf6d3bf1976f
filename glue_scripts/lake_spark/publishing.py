"""The publish job: what a run staged becomes what readers see, whole or not at all."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pyspark.sql import SparkSession

from lake_spark.contract import load_contract
from lake_spark.errors import NothingStaged, PublishConflict
from lake_spark.parquet_publishing import publish_folder
from lake_spark.places import staging_uri, table_for
from lake_spark.storage import write_json
from lake_spark.tables import CATALOG, IcebergTable, branch_of

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
        folder = staging_uri(contract, arguments["warehouse"], run_id)
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
    if not table.exists():
        raise NothingStaged(f"{table.plain_name} does not exist; stage run {run_id} first")
    published = table.published_snapshot(run_id)
    previous = table.refs().get("main")
    if published is None:
        _fast_forward(table, branch, run_id)
        snapshot = table.refs()["main"]
    else:
        snapshot = published
        previous = _parent(table, published)
    table.drop_branch(branch)
    return {
        "snapshot_id": str(snapshot),
        "previous_snapshot_id": None if previous is None else str(previous),
        "already_published": published is not None,
    }


def _fast_forward(table: IcebergTable, branch: str, run_id: str) -> None:
    refs = table.refs()
    if branch not in refs:
        raise NothingStaged(
            f"{table.plain_name} has no branch {branch}; stage run {run_id} before publishing it"
        )
    main = refs.get("main")
    staged_from = {snapshot for snapshot, _ in table.ancestry(refs[branch])}
    if main is not None and main not in staged_from:
        raise PublishConflict(
            f"{table.plain_name}: main moved to snapshot {main} after run {run_id} was staged; "
            "stage the run again on the new main"
        )
    table.spark.sql(
        f"CALL {CATALOG}.system.fast_forward("
        f"table => '{table.database}.{table.contract.name}', branch => 'main', to => '{branch}')"
    )


def _parent(table: IcebergTable, snapshot: int) -> int | None:
    chain = [found for found, _ in table.ancestry(snapshot)]
    return chain[1] if len(chain) > 1 else None
