"""Iceberg tables: made and grown from contracts, written on a branch of the run's own."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from lake_spark.contract import ColumnContract, Contract
from lake_spark.errors import ContractMismatch, NothingStaged
from lake_spark.metadata import MAIN, Snapshot, TableMetadata, read_metadata
from lake_spark.sql import literal

CATALOG = "glue_catalog"
RUN_ID = "strata.run-id"
"""The snapshot property that names the run that wrote it."""
VERSION = "strata.contract-version"
RUN_BRANCH = "run_"
WIDENINGS = {("int", "bigint"), ("float", "double")}


def branch_of(run_id: str) -> str:
    """Give the name of a run's branch."""
    return RUN_BRANCH + re.sub(r"[^0-9A-Za-z]", "_", run_id)


@dataclass(frozen=True)
class IcebergTable:
    """The table of one contract in the Glue catalog; it may not exist yet.

    `notes` are properties of the snapshots that are written through this object.
    """

    spark: SparkSession
    contract: Contract
    database: str
    location: str
    notes: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The table's name in SQL."""
        return f"{CATALOG}.`{self.database}`.`{self.contract.name}`"

    @property
    def plain_name(self) -> str:
        """The table's name in reports."""
        return f"{CATALOG}.{self.database}.{self.contract.name}"

    def metadata(self) -> TableMetadata | None:
        """Give the table's present state, None if it does not exist."""
        return read_metadata(self.database, self.contract.name)

    def state(self) -> TableMetadata:
        """Give the present state of a table that exists."""
        found = self.metadata()
        if found is None:
            raise NothingStaged(f"{self.plain_name} does not exist; was it dropped meanwhile?")
        return found

    def fit_to_contract(self) -> None:
        """Create the table, or give it the contract's new columns and wider types.

        Raises `ContractMismatch` for any other difference. A column that is added here is seen by
        readers at once, without values.
        """
        found = self.metadata()
        if found is None:
            self._create()
            return
        # Spark may remember the table as it was before another process changed it.
        self.spark.sql(f"REFRESH TABLE {self.name}")
        expected = list(self.contract.partition_by)
        if found.partition_by != expected:
            raise self._mismatch(
                f"partitioned by {found.partition_by}, the contract says {expected}"
            )
        self._fit_columns()

    def _create(self) -> None:
        columns = ", ".join(
            f"`{column.name}` {column.type} COMMENT {literal(column.description)}"
            for column in self.contract.columns
        )
        partitions = ", ".join(f"`{name}`" for name in self.contract.partition_by)
        self.spark.sql(
            f"CREATE TABLE {self.name} ({columns}) USING iceberg"
            + (f" PARTITIONED BY ({partitions})" if partitions else "")
            + f" LOCATION {literal(self.location.rstrip('/'))}"
            f" COMMENT {literal(self.contract.description)}"
            " TBLPROPERTIES ('format-version' = '2')"
        )

    def _fit_columns(self) -> None:
        schema = self.spark.table(self.name).schema
        found = {field.name: field.dataType.simpleString() for field in schema.fields}
        removed = [name for name in found if name not in self.contract.column_names]
        if removed:
            raise self._mismatch(f"column {removed[0]!r} is in the table and not in the contract")
        for column in self.contract.columns:
            self._fit_column(column, found.get(column.name))

    def _fit_column(self, column: ColumnContract, found: str | None) -> None:
        wanted = column.type.replace(" ", "")
        if found == wanted:
            return
        if found is None:
            comment = literal(column.description)
            self._alter(f"ADD COLUMN `{column.name}` {column.type} COMMENT {comment}")
        elif (found, wanted) in WIDENINGS or _is_wider_decimal(found, wanted):
            self._alter(f"ALTER COLUMN `{column.name}` TYPE {column.type}")
        else:
            raise self._mismatch(
                f"column {column.name!r} is {found} in the table and {wanted} in the contract"
            )

    def _mismatch(self, difference: str) -> ContractMismatch:
        return ContractMismatch(
            f"{self.plain_name}: {difference} ({self.contract.name} {self.contract.version}); "
            "take the change back, or make it under a new dataset name"
        )

    def _alter(self, change: str) -> None:
        self.spark.sql(f"ALTER TABLE {self.name} {change}")

    def published_snapshot(self, run_id: str) -> Snapshot | None:
        """Give the snapshot of main that a run published, None if it has published nothing."""
        found = self.metadata()
        snapshots = found.ancestry(MAIN) if found else iter(())
        return next((one for one in snapshots if one.summary.get(RUN_ID) == run_id), None)

    def start_branch(self, branch: str) -> None:
        """Begin a run's branch at main, dropping what this and earlier runs left half done."""
        for stale in [name for name in self.state().refs if name.startswith(RUN_BRANCH)]:
            self._alter(f"DROP BRANCH `{stale}`")
        self._alter(f"CREATE BRANCH `{branch}`")

    def drop_branch(self, branch: str) -> None:
        """Drop a branch, if it is there."""
        if branch in self.state().refs:
            self._alter(f"DROP BRANCH `{branch}`")

    def has_rows(self) -> bool:
        """Tell whether readers of main see any row."""
        head = self.state().head(MAIN)
        return head is not None and int(head.summary.get("total-records", 0)) > 0

    def append(self, rows: DataFrame, branch: str, run_id: str) -> None:
        """Add rows to a branch, in one commit that names the run."""
        self._writer(rows, branch, run_id).append()

    def replace(self, rows: DataFrame, branch: str, run_id: str, scope: str | None = None) -> None:
        """Put rows in the place of what a branch holds, in one commit that names the run.

        `scope` is a condition on partition columns that the replaced rows meet, and the new ones;
        without it, all are replaced. Files of other partitions stay as they are.
        """
        replaced = F.lit(True) if scope is None else F.expr(scope)
        self._writer(rows, branch, run_id).overwrite(replaced)

    def _writer(self, rows: DataFrame, branch: str, run_id: str) -> Any:
        writer = rows.writeTo(f"{self.name}.`branch_{branch}`")
        properties = {RUN_ID: run_id, VERSION: self.contract.version, **self.notes}
        for name, value in properties.items():
            writer = writer.option(f"snapshot-property.{name}", value)
        return writer

    def fast_forward(self, branch: str) -> None:
        """Move main to a branch that began at it, in one commit of the catalog."""
        self.spark.sql(
            f"CALL {CATALOG}.system.fast_forward(table => '{self.database}.{self.contract.name}', "
            f"branch => '{MAIN}', to => '{branch}')"
        )

    def merge(self, rows: DataFrame, branch: str, run_id: str) -> None:
        """Bring rows into a branch by primary key: known keys are updated, new ones added.

        Reads `rows` more than once, so they should be cheap to read.
        """
        view = f"merge_{self.contract.name}"
        rows.createOrReplaceTempView(view)
        same_key = " AND ".join(f"t.`{key}` = s.`{key}`" for key in self.contract.primary_key)
        try:
            self.spark.sql(
                f"MERGE INTO {self.name}.`branch_{branch}` t USING {view} s ON {same_key}"
                " WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *"
            )
        finally:
            self.spark.catalog.dropTempView(view)
        # SQL commits carry no properties of ours; an empty append on top names the run.
        self.append(rows.limit(0), branch, run_id)


def _is_wider_decimal(found: str, wanted: str) -> bool:
    old, new = (re.fullmatch(r"decimal\((\d+),(\d+)\)", name) for name in (found, wanted))
    return bool(old and new and old[2] == new[2] and int(new[1]) > int(old[1]))
