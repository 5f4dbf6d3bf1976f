"""The publish job: what a run staged becomes what readers see, whole or not at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from lake_spark.contract import load_contract
from lake_spark.errors import AuditFailed, NothingStaged, PublishConflict
from lake_spark.metadata import MAIN, Snapshot
from lake_spark.optimizers import ARGUMENTS as OPTIMIZER_ARGUMENTS
from lake_spark.optimizers import OptimizerSettings, keep_optimizers
from lake_spark.parquet_publishing import publish_folder
from lake_spark.parquet_undo import UNDO
from lake_spark.places import staging_uri, table_for
from lake_spark.replaying import Replay
from lake_spark.runs import SESSION_SETTINGS
from lake_spark.storage import delete_prefix, read_json_if_there, write_json
from lake_spark.tables import IcebergTable, branch_of, branches_of

ARGUMENTS = (
    "dataset",
    "run_id",
    "contracts_uri",
    "artifacts_bucket",
    "run_prefix",
    "database",
    "warehouse",
    *OPTIMIZER_ARGUMENTS,
)


ATTEMPTS = 4
"""How often a run is brought up to date with a main that keeps moving, with the first try."""


def publish(spark: SparkSession, arguments: Mapping[str, str]) -> None:
    """Publish the run that the arguments name and write its `publish.json`.

    Publishing a run again changes nothing, and brings an Iceberg table's optimizers to the stack's
    settings like every publish; if that fails, it is a warning in the report.
    Raises `NothingStaged`, `AuditFailed`, or, which is worth another try, `PublishConflict`.
    """
    run_id, optimizers = arguments["run_id"], OptimizerSettings.from_arguments(arguments)
    run_uri = f"s3://{arguments['artifacts_bucket']}/{arguments['run_prefix']}"
    contract = load_contract(arguments["contracts_uri"], arguments["dataset"])
    table = table_for(spark, contract, arguments["database"], arguments["warehouse"])
    folder = staging_uri(contract, arguments["warehouse"])
    if isinstance(table, IcebergTable):
        for name, value in SESSION_SETTINGS.items():
            spark.conf.set(name, value)
        report = StagedRun(table, run_id, folder, f"{run_uri}stage.json").publish()
        report |= keep_optimizers(table, optimizers)
    else:
        is_new = publish_folder(table, run_id, f"{folder}{run_id}/", f"{run_uri}{UNDO}")
        report = {
            "snapshot_id": None,
            "previous_snapshot_id": None,
            "already_published": not is_new,
            "warnings": [],
        }
    write_json(
        f"{run_uri}publish.json",
        {
            "run_id": run_id,
            "table": table.plain_name,
            **report,
            "published_at": datetime.now(UTC).isoformat(),
        },
    )


@dataclass(frozen=True)
class StagedRun:
    """A run on a branch of an Iceberg table, with the report of its staging."""

    table: IcebergTable
    run_id: str
    staging_uri: str
    stage_report_uri: str

    @property
    def branch(self) -> str:
        """The name of the run's branch."""
        return branch_of(self.run_id)

    def publish(self) -> dict[str, Any]:
        """Move main to what the run staged, or to its replay, and clear the run's things away."""
        table = self.table
        if table.metadata() is None:
            raise NothingStaged(f"{table.plain_name} does not exist; stage run {self.run_id} first")
        # Spark may remember the table as it was before another process changed it.
        table.spark.sql(f"REFRESH TABLE {table.name}")
        before = table.published_snapshot(self.run_id)
        replays = 0 if before else self._bring_to_main()
        published = before or table.published_snapshot(self.run_id)
        assert published is not None  # noqa: S101 - main was moved to it just now
        table.drop_branches(*branches_of(self.run_id))
        delete_prefix(f"{self.staging_uri}{self.run_id}/")
        return {
            "snapshot_id": str(published.id),
            "previous_snapshot_id": self._previous(published),
            "already_published": before is not None,
            "replays": replays,
        }

    def _previous(self, published: Snapshot) -> str | None:
        """Give what readers saw before; a branch of a new table begins at a snapshot of nothing."""
        parent = self.table.state().snapshots.get(published.parent or 0)
        if parent is None or (parent.parent is None and parent.rows == 0):
            return None
        return str(parent.id)

    def _bring_to_main(self) -> int:
        """Move main; gives how often the change had to be done again before."""
        replay = self._replay()
        branch = self.branch
        for replays in range(ATTEMPTS):
            if replays:
                branch = replay.branch
                replay.on_main()
            state = self.table.state()
            main = state.refs.get(MAIN)
            if main is not None and main not in {one.id for one in state.ancestry(branch)}:
                continue
            try:
                self.table.fast_forward(branch)
            except (PySparkException, Py4JJavaError):
                if self.table.state().refs.get(MAIN) == main:
                    raise
                continue
            return replays
        raise PublishConflict(
            f"{self.table.plain_name}: main moved to snapshot {self.table.state().refs.get(MAIN)}, "
            f"and {ATTEMPTS} times before run {self.run_id} could be published on it; publish the "
            "run again when the table has come to rest"
        )

    def _replay(self) -> Replay:
        """Audit that the branch is what was judged, and make ready to do it again."""
        table, run_id = self.table, self.run_id
        staged = table.state().head(self.branch)
        report = read_json_if_there(self.stage_report_uri)
        if staged is None or report is None:
            missing = f"no branch {self.branch}" if staged is None else "no stage report"
            raise NothingStaged(
                f"{table.plain_name} has {missing}; stage run {run_id} before publishing it"
            )
        if str(staged.id) != report["snapshot_id"]:
            raise AuditFailed(
                f"{table.plain_name}: branch {self.branch} is at snapshot {staged.id}, but "
                f"{report['snapshot_id']} was judged; stage run {run_id} again"
            )
        return Replay(table, run_id, staged, int(report["rows_good"]), self.staging_uri)
