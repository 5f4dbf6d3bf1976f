"""Iceberg tables: made and grown from contracts, written on a branch of the run's own."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from lake_spark.catalog import find_table
from lake_spark.contract import ColumnContract, Contract
from lake_spark.errors import ContractMismatch

CATALOG = "glue_catalog"
RUN_ID = "strata.run-id"
"""The snapshot property that names the run that wrote it."""
VERSION = "strata.contract-version"
RUN_BRANCH = "run_"
WIDENINGS = {("int", "bigint"), ("float", "double")}


def branch_of(run_id: str) -> str:
    """Give the name of a run's branch."""
    return RUN_BRANCH + re.sub(r"[^0-9A-Za-z]", "_", run_id)


def literal(text: str) -> str:
    """Give a text as a SQL literal."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", " ")
    return f"'{escaped}'"


@dataclass(frozen=True)
class IcebergTable:
    """The table of one contract in the Glue catalog; it may not exist yet."""

    spark: SparkSession
    contract: Contract
    database: str
    location: str

    @property
    def name(self) -> str:
        """The table's name in SQL."""
        return f"{CATALOG}.`{self.database}`.`{self.contract.name}`"

    @property
    def plain_name(self) -> str:
        """The table's name in reports."""
        return f"{CATALOG}.{self.database}.{self.contract.name}"

    def exists(self) -> bool:
        """Tell whether the table is in the catalog, and have Spark forget what it knew of it.

        Raises `ContractMismatch` if the table is there in another format.
        """
        found = find_table(self.database, self.contract.name)
        if found is None:
            return False
        if found.get("Parameters", {}).get("table_type", "").upper() != "ICEBERG":
            raise self._mismatch("the table in the catalog is not an Iceberg table")
        self.spark.sql(f"REFRESH TABLE {self.name}")
        return True

    def fit_to_contract(self) -> None:
        """Create the table, or give it the contract's new columns and wider types.

        Raises `ContractMismatch` for any other difference. A column that is added here is seen by
        readers at once, without values.
        """
        if self.exists():
            self._evolve()
        else:
            self._create()

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

    def _evolve(self) -> None:
        schema = self.spark.table(self.name).schema
        found = {field.name: field.dataType.simpleString() for field in schema.fields}
        removed = [name for name in found if name not in self.contract.column_names]
        if removed:
            raise self._mismatch(f"column {removed[0]!r} is in the table and not in the contract")
        expected, partitions = list(self.contract.partition_by), self._partitions()
        if expected != partitions:
            raise self._mismatch(f"partitioned by {partitions}, the contract says {expected}")
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

    def _partitions(self) -> list[str]:
        fields = self.spark.table(f"{self.name}.partitions").schema
        if "partition" not in fields.names:
            return []
        partition: Any = fields["partition"].dataType
        return list(partition.names)

    def _alter(self, change: str) -> None:
        self.spark.sql(f"ALTER TABLE {self.name} {change}")

    def refs(self) -> dict[str, int]:
        """Give the snapshot of every branch and tag; `main` is missing before the first publish."""
        rows = self.spark.table(f"{self.name}.refs").select("name", "snapshot_id").collect()
        return {row["name"]: row["snapshot_id"] for row in rows}

    def ancestry(self, snapshot: int | None) -> Iterator[tuple[int, dict[str, str]]]:
        """Give a snapshot's id and summary, then its parent's, down to the oldest one kept."""
        snapshots = self.spark.table(f"{self.name}.snapshots")
        rows = snapshots.select("snapshot_id", "parent_id", "summary").collect()
        known = {row["snapshot_id"]: row for row in rows}
        while snapshot in known:
            row = known[snapshot]
            yield row["snapshot_id"], dict(row["summary"])
            snapshot = row["parent_id"]

    def published_snapshot(self, run_id: str) -> int | None:
        """Give the snapshot of main that a run published, or None if it has not published."""
        found = (
            snapshot
            for snapshot, summary in self.ancestry(self.refs().get("main"))
            if summary.get(RUN_ID) == run_id
        )
        return next(found, None)

    def start_branch(self, branch: str) -> None:
        """Begin a run's branch at main, dropping what this and earlier runs left half done."""
        for stale in [name for name in self.refs() if name.startswith(RUN_BRANCH)]:
            self.drop_branch(stale)
        self._alter(f"CREATE BRANCH `{branch}`")

    def drop_branch(self, branch: str) -> None:
        """Drop a branch, if it is there."""
        self._alter(f"DROP BRANCH IF EXISTS `{branch}`")

    def has_rows(self) -> bool:
        """Tell whether readers of main see any row."""
        summary = next(self.ancestry(self.refs().get("main")), (0, {}))[1]
        return int(summary.get("total-records", 0)) > 0

    def append(self, rows: DataFrame, branch: str, run_id: str) -> None:
        """Add rows to a branch, in one commit that names the run."""
        self._writer(rows, branch, run_id).append()

    def replace(self, rows: DataFrame, branch: str, run_id: str) -> None:
        """Put rows in the place of all that a branch holds, in one commit that names the run."""
        self._writer(rows, branch, run_id).overwrite(F.lit(True))

    def _writer(self, rows: DataFrame, branch: str, run_id: str) -> Any:
        return (
            rows.writeTo(f"{self.name}.`branch_{branch}`")
            .option(f"snapshot-property.{RUN_ID}", run_id)
            .option(f"snapshot-property.{VERSION}", self.contract.version)
        )

    def merge(self, rows: DataFrame, branch: str, run_id: str) -> None:
        """Bring rows into a branch by primary key: known keys are updated, new ones added.

        Reads `rows` more than once, so they should be cheap to read.
        """
        view = f"merge_{self.contract.name}"
        rows.createOrReplaceTempView(view)
        same_key = " AND ".join(f"t.`{key}` = s.`{key}`" for key in self.contract.primary_key)
        self.spark.sql(
            f"MERGE INTO {self.name}.`branch_{branch}` t USING {view} s ON {same_key}"
            " WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *"
        )
        self.spark.catalog.dropTempView(view)
        # SQL commits carry no properties of ours; an empty append on top names the run.
        self.append(rows.limit(0), branch, run_id)


def _is_wider_decimal(found: str, wanted: str) -> bool:
    old, new = (re.fullmatch(r"decimal\((\d+),(\d+)\)", name) for name in (found, wanted))
    return bool(old and new and old[2] == new[2] and int(new[1]) > int(old[1]))
