"""Iceberg tables: made from contracts, written on a branch of the run's own."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from lake_spark.contract import Contract
from lake_spark.errors import NothingStaged
from lake_spark.metadata import MAIN, Snapshot, TableMetadata, read_metadata
from lake_spark.sql import literal, quoted

CATALOG = "glue_catalog"
RUN_ID = "strata.run-id"
"""The snapshot property that names the run that wrote it."""
VERSION = "strata.contract-version"
RUN_BRANCH = "run_"
WORK, REPLAY = "_work", "_replay"
"""End the names of the branches on which a merge is worked out, and a run is done once more."""
TABLE_PROPERTIES = {
    "format-version": "2",
    # The size of files that queries read fastest; rows are sent to the task of their partition, so
    # that each partition gets few files and not one of every task.
    "write.target-file-size-bytes": str(256 * 1024 * 1024),
    "write.distribution-mode": "hash",
    "write.merge.distribution-mode": "hash",
}
"""How every table is written; partitions that are too large for one task are split by Spark."""


def branch_of(run_id: str) -> str:
    """Give the name of a run's branch."""
    return RUN_BRANCH + re.sub(r"[^0-9A-Za-z]", "_", run_id)


def branches_of(run_id: str) -> tuple[str, ...]:
    """Give the names of all branches that a run may have."""
    branch = branch_of(run_id)
    return tuple(f"{branch}{end}" for end in ("", WORK, REPLAY, REPLAY + WORK))


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

    def create(self, notes: Mapping[str, str]) -> None:
        """Create the table with the contract's columns and partitioning, and properties."""
        columns = ", ".join(
            f"{quoted(column.name)} {column.type} COMMENT {literal(column.description)}"
            for column in self.contract.stored_columns
        )
        partitions = ", ".join(self.contract.partition_terms)
        properties = ", ".join(
            f"{literal(name)} = {literal(value)}"
            for name, value in {**TABLE_PROPERTIES, **notes}.items()
        )
        self.spark.sql(
            f"CREATE TABLE {self.name} ({columns}) USING iceberg"
            + (f" PARTITIONED BY ({partitions})" if partitions else "")
            + f" LOCATION {literal(self.location.rstrip('/'))}"
            f" COMMENT {literal(self.contract.description)}"
            f" TBLPROPERTIES ({properties})"
        )

    def alter(self, change: str) -> None:
        """Change the table, by what follows its name in SQL."""
        self.spark.sql(f"ALTER TABLE {self.name} {change}")

    def published_snapshot(self, run_id: str) -> Snapshot | None:
        """Give the snapshot of main that a run published, None if it has published nothing."""
        found = self.metadata()
        snapshots = found.ancestry(MAIN) if found else iter(())
        return next((one for one in snapshots if one.summary.get(RUN_ID) == run_id), None)

    def start_branch(self, branch: str) -> None:
        """Begin a run's branch at main, dropping what this and earlier runs left half done."""
        self.drop_branches(*(name for name in self.state().refs if name.startswith(RUN_BRANCH)))
        self.create_branch(branch)

    def create_branch(self, branch: str) -> None:
        """Begin a branch at main."""
        self.alter(f"CREATE BRANCH `{branch}`")

    def drop_branches(self, *branches: str) -> None:
        """Drop those of the branches that are there."""
        refs = self.state().refs
        for name in branches:
            if name in refs:
                self.alter(f"DROP BRANCH `{name}`")

    def has_rows(self) -> bool:
        """Tell whether readers of main see any row."""
        head = self.state().head(MAIN)
        return head is not None and head.rows > 0

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
        for name, value in self.properties(run_id).items():
            writer = writer.option(f"snapshot-property.{name}", value)
        return writer

    def properties(self, run_id: str) -> dict[str, str]:
        """What every snapshot of a run says of it."""
        return {RUN_ID: run_id, VERSION: self.contract.version, **self.notes}

    def fast_forward(self, branch: str) -> None:
        """Move main to a branch that began at it, in one commit of the catalog."""
        self.spark.sql(
            f"CALL {CATALOG}.system.fast_forward(table => '{self.database}.{self.contract.name}', "
            f"branch => '{MAIN}', to => '{branch}')"
        )
