"""A product's inputs: which state of each a run reads, and the view by which its query names it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from lake_spark.columns import ARRIVED
from lake_spark.contract import Contract, load_contract
from lake_spark.metadata import MAIN, TableMetadata, read_metadata
from lake_spark.parquet_tables import ParquetTable
from lake_spark.protection import stored
from lake_spark.tables import CATALOG


@dataclass(frozen=True)
class Source:
    """One input at one state.

    `snapshot_id` and `state` are None for a Parquet table, which has no snapshots and is always
    read as it is now; `run_id` is the run that published the input.
    """

    spark: SparkSession
    contract: Contract
    database: str
    run_id: str | None
    snapshot_id: str | None
    state: TableMetadata | None

    @property
    def name(self) -> str:
        """The input's name."""
        return self.contract.name

    @property
    def table(self) -> str:
        """The name of its Iceberg table in SQL."""
        return f"{CATALOG}.`{self.database}`.`{self.name}`"

    @property
    def plain_table(self) -> str:
        """The name of its Iceberg table as Spark's plans show it."""
        return f"{CATALOG}.{self.database}.{self.name}"

    @property
    def mark(self) -> dict[str, str | None]:
        """What tells this state of the input from others."""
        return {"run_id": self.run_id, "snapshot_id": self.snapshot_id}

    def is_at(self, mark: Mapping[str, Any] | None) -> bool:
        """Tell whether the input has not moved since a state; without snapshots, by its run."""
        if mark is None:
            return False
        if self.snapshot_id is not None:
            return self.snapshot_id == mark.get("snapshot_id")
        return self.run_id is not None and self.run_id == mark.get("run_id")

    def read(self) -> DataFrame:
        """Read the input, without the lake's own column."""
        if self.contract.format == "parquet":
            table = ParquetTable(self.spark, stored(self.contract), self.database, "")
            return table.read().drop(ARRIVED)
        # Spark may remember the table as it was before another process changed it.
        self.spark.sql(f"REFRESH TABLE {self.table}")
        reader = self.spark.read
        if self.snapshot_id is not None:
            reader = reader.option("snapshot-id", self.snapshot_id)
        return reader.table(self.table).drop(ARRIVED)


def find_sources(
    spark: SparkSession,
    contract: Contract,
    arguments: Mapping[str, str],
    pinned: Mapping[str, Mapping[str, Any]],
) -> dict[str, Source]:
    """Give a product's inputs by name, at the states that opening the run has written down.

    An Iceberg table of which no snapshot was named is read at its present one.
    """
    sources: dict[str, Source] = {}
    for name in contract.inputs:
        given = load_contract(arguments["contracts_uri"], name)
        zone = "curated_database" if given.kind == "product" else "processed_database"
        mark = pinned.get(name, {})
        state, snapshot = None, None
        if given.format == "iceberg":
            state = read_metadata(arguments[zone], name)
            now = None if state is None else state.refs.get(MAIN)
            snapshot = mark.get("snapshot_id") or now
        sources[name] = Source(
            spark,
            given,
            arguments[zone],
            mark.get("run_id"),
            None if snapshot is None else str(snapshot),
            state,
        )
    return sources


@contextmanager
def input_views(sources: Mapping[str, Source]) -> Iterator[None]:
    """Let queries inside name the inputs."""
    made: list[str] = []
    try:
        for name, source in sources.items():
            source.read().createOrReplaceTempView(name)
            made.append(name)
        yield
    finally:
        for name in made:
            source = sources[name]
            source.spark.catalog.dropTempView(name)
