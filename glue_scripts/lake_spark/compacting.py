"""The compact job: the many small files of a Parquet table's partitions become few.

Each partition is written anew into a folder of the compaction's own, to which the catalog is then
pointed: readers see the partition before or after, with the same rows. What it was before stays
until the partition's next publish, so that a reader, and a run that was staged, find it. Where a
publish came meanwhile, its rows count: the partition is left as it is, and told. At the end the job
deletes the folders that nobody has needed for days; see `lake_spark.orphans`.
"""

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from math import ceil
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from lake_spark.catalog import (
    change_table,
    find_partition,
    find_table,
    move_partition,
)
from lake_spark.compaction_claims import end_claim, take_claim
from lake_spark.compaction_limits import Limits
from lake_spark.contract import load_contract
from lake_spark.errors import AuditFailed, ContractMismatch
from lake_spark.lines import escape_glob
from lake_spark.orphans import Cleaning
from lake_spark.parquet_publishing import describe, is_being_published
from lake_spark.parquet_tables import ParquetTable
from lake_spark.places import staging_uri, table_for
from lake_spark.runs import SESSION_SETTINGS
from lake_spark.sql import quoted
from lake_spark.storage import copy_object, delete_prefix, list_sizes, split_uri, write_json

ARGUMENTS = ("dataset", "run_id", "contracts_uri", "artifacts_bucket", "database", "warehouse")


@dataclass(frozen=True)
class Outcome:
    """What became of one partition; `given_up` says why it was left as it is."""

    partition: tuple[str, ...]
    files_before: int
    files_after: int
    bytes_before: int
    bytes_after: int
    rows_rewritten: int
    given_up: str | None = None


def compact(spark: SparkSession, arguments: Mapping[str, str]) -> None:
    """Compact the table of the dataset that the arguments name and write its `compact.json`.

    Each attempt has a `run_id` of its own: one that seems dead may still be writing.
    Raises `ContractMismatch` for a table that is not Parquet.
    """
    for name, value in SESSION_SETTINGS.items():
        spark.conf.set(name, value)
    limits, run_id = Limits.parse(arguments), arguments["run_id"]
    contract = load_contract(arguments["contracts_uri"], arguments["dataset"])
    table = table_for(spark, contract, arguments["database"], arguments["warehouse"])
    if not isinstance(table, ParquetTable):
        raise ContractMismatch(
            f"{table.plain_name}: format {contract.format!r} is compacted by the table's optimizer "
            "in the Glue catalog; this job takes tables of format parquet"
        )
    folder = staging_uri(contract, arguments["warehouse"])
    outcomes = Compaction(table, run_id, folder, limits).run()
    cleaned = Cleaning(table, run_id, folder, limits.orphan_days).run()
    write_json(
        f"s3://{arguments['artifacts_bucket']}/runs/{contract.name}/{run_id}/compact.json",
        {
            "run_id": run_id,
            "dataset": contract.name,
            "table": table.plain_name,
            "limits": asdict(limits),
            "compacted": [asdict(one) for one in outcomes if one.given_up is None],
            "given_up": [asdict(one) for one in outcomes if one.given_up is not None],
            "partition_by": list(table.partition_by),
            "cleaned": asdict(cleaned),
            "ended_at": datetime.now(UTC).isoformat(),
        },
    )


@dataclass(frozen=True)
class Compaction:
    """One compaction of one table; `staging_uri` is where the table's runs stage."""

    table: ParquetTable
    run_id: str
    staging_uri: str
    limits: Limits

    def run(self) -> list[Outcome]:
        """Compact what has too many small files, partition by partition."""
        # An attempt that died may have left its claim.
        end_claim(self.table, self.run_id)
        other = self._other_columns()
        found = []
        for values, location in sorted(self.table.locations().items()):
            if location.rstrip("/") == self._target(location).rstrip("/"):
                # An earlier attempt has written it, and it cannot be read and written at once.
                continue
            files = _files(location)
            small = self._small(files)
            # Files that would only become as many others are left.
            if len(small) > self.limits.small_files and self._wanted(files, small) < len(small):
                if other:
                    found.append(_left(values, files, other))
                    continue
                found.append(self._compact(values, location, files, small))
        return found

    def _other_columns(self) -> str | None:
        """Tell why the files cannot be read by the contract, if a run has to change them first."""
        changes = "; ".join(change.words for change in self.table.changes())
        return (
            f"the contract has changed since the last publish: {changes}; the next run brings the "
            "table to it, compact it then"
            if changes
            else None
        )

    def _small(self, files: Mapping[str, int]) -> list[str]:
        limit = self.limits.target_bytes * self.limits.small_share
        return [key for key, size in files.items() if size < limit]

    def _wanted(self, files: Mapping[str, int], small: list[str]) -> int:
        return ceil(sum(files[key] for key in small) / self.limits.target_bytes)

    def _compact(
        self, values: tuple[str, ...], location: str, files: dict[str, int], small: list[str]
    ) -> Outcome:
        target = self._target(location)
        bucket, _ = split_uri(location)
        rows = self._rewrite([f"s3://{bucket}/{key}" for key in small], files, small, target)
        for key in files.keys() - set(small):
            copy_object(f"s3://{bucket}/{key}", f"{target}{key.rpartition('/')[2]}")
        written = _files(target)
        given_up = self._switch(values, location, files, target)
        if given_up:
            delete_prefix(target)
        return Outcome(
            values,
            len(files),
            len(files if given_up else written),
            sum(files.values()),
            sum((files if given_up else written).values()),
            0 if given_up else rows,
            given_up,
        )

    def _target(self, location: str) -> str:
        home = location.rstrip("/").rpartition("/")[0]
        return f"{home}/run-{self.run_id}/"

    def _rewrite(
        self, uris: list[str], files: Mapping[str, int], small: list[str], target: str
    ) -> int:
        """Write the rows of small files into as few as their size asks for; gives their number."""
        number = self._wanted(files, small)
        rows = self._read(uris)
        sorted_by = [
            quoted(name)
            for name in self.table.contract.partition_by
            if name not in self.table.partition_by
        ]
        if sorted_by:
            # Readers skip by these columns' statistics where the catalog has no partitions.
            gathered = rows.repartitionByRange(number, *sorted_by).sortWithinPartitions(*sorted_by)
        else:
            gathered = rows.coalesce(number)
        (
            gathered.write.mode("overwrite")
            .option("mapreduce.fileoutputcommitter.marksuccessfuljobs", "false")
            .parquet(target)
        )
        before, after = rows.count(), self._read([target]).count()
        if before != after:
            raise AuditFailed(
                f"{self.table.plain_name}: {before} rows of {len(uris)} files became {after} in "
                f"{target}; the table is as it was; compact it again"
            )
        return after

    def _read(self, uris: list[str]) -> DataFrame:
        columns = ", ".join(f"{quoted(one.name)} {one.type}" for one in self.table.file_columns)
        reader = self.table.spark.read.schema(columns)
        return reader.parquet(*(escape_glob(uri) for uri in uris))

    def _switch(
        self, values: tuple[str, ...], location: str, files: Mapping[str, int], target: str
    ) -> str | None:
        """Point the catalog to the new folder, or give why not."""
        begin_until = take_claim(self.table, self.run_id)
        reason = self._moved(values, location, files)
        if reason is None and time.time() > begin_until:
            reason = "looking at the table took too long to be sure of it; compact it again"
        if reason is None:
            self._point(values, target)
        end_claim(self.table, self.run_id)
        return reason

    def _moved(
        self, values: tuple[str, ...], location: str, files: Mapping[str, int]
    ) -> str | None:
        """Tell what came meanwhile; intents first, because a publish deletes its own at its end."""
        if is_being_published(self.staging_uri):
            return "a run is being published; compact the table again when it is"
        storage = self._storage(values)
        if storage is None or storage["Location"] != location or _files(location) != files:
            return "a run was published meanwhile; compact the table again"
        return None

    def _storage(self, values: tuple[str, ...]) -> dict[str, Any] | None:
        database, name = self.table.database, self.table.contract.name
        if values:
            return find_partition(database, name, values)
        entry = find_table(database, name)
        return entry["StorageDescriptor"] if entry else None

    def _point(self, values: tuple[str, ...], target: str) -> None:
        table = self.table
        if values:
            # A publish may have given it further columns meanwhile.
            storage = {**(self._storage(values) or {}), "Location": target}
            move_partition(table.database, table.contract.name, values, storage)
        else:
            change_table(table.database, describe(table, target, table.published_run()))


def _left(values: tuple[str, ...], files: Mapping[str, int], reason: str) -> Outcome:
    """Give the outcome of a partition that is left as it is."""
    number, size = len(files), sum(files.values())
    return Outcome(values, number, number, size, size, 0, reason)


def _files(location: str) -> dict[str, int]:
    """Give the bytes of a folder's Parquet files by key."""
    folder = f"{location.rstrip('/')}/"
    return {key: size for key, size in list_sizes(folder) if key.endswith(".parquet")}
