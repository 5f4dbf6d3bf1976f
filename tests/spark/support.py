"""A small lake for a test: one dataset of its own, its raw files, and the jobs run over them."""

import hashlib
import io
import json
from dataclasses import dataclass, field
from typing import Any

import boto3
from pyspark.sql import DataFrame, Row, SparkSession

import curate
import publish
import stage
from inspect_files.checks import find_fault
from inspect_files.content import read_content
from inspect_files.parquet import read_footer
from inspect_files.placing import needs_rewriting, telling_ending
from inspect_files.rewriting import RewritingError, rewrite
from lake_runtime.contracts import Dataset
from lake_spark.contract import parse_contract
from lake_spark.parquet_tables import ParquetTable
from lake_spark.places import table_for

SECRET = "spark-tests-protection"
"""The name of the secret that columns are hashed with; a test that needs it makes it."""
OPTIMIZER_ROLE = "spark-tests-optimizers"
"""The name of the role of table optimizers."""
OPTIMIZERS = {
    "--optimizer_role": f"arn:aws:iam::000000000000:role/{OPTIMIZER_ROLE}",
    "--optimizers_enabled": "true",
    "--snapshot_days": "30",
    "--snapshots_kept": "20",
    "--orphan_days": "7",
}
ZONES = ("raw", "processed", "curated", "quarantine", "artifacts")


def bucket(zone: str) -> str:
    """Give the name of a zone's bucket."""
    return f"spark-tests-{zone}"


@dataclass
class Lake:
    """A dataset of its own, the files put into its raw zone, and its runs.

    `contract` is the entry of the compiled bundle and may be changed between runs; `others` are
    the datasets that its rules refer to; `optimizers` is what publishing is told of them. Runs
    start at `started_at`, or when their job does.
    """

    spark: SparkSession
    contract: dict[str, Any]
    products: dict[str, dict[str, Any]] = field(default_factory=dict)
    others: dict[str, dict[str, Any]] = field(default_factory=dict)
    inputs: list[dict[str, Any]] = field(default_factory=list)
    started_at: str | None = None
    optimizers: dict[str, str] = field(default_factory=OPTIMIZERS.copy)

    @property
    def name(self) -> str:
        """The dataset's name."""
        return str(self.contract["name"])

    @property
    def table(self) -> str:
        """The dataset's table in SQL."""
        return f"glue_catalog.processed.{self.name}"

    def put(self, name: str, content: bytes | str, registered_at: str = "2026-01-01") -> str:
        """Have a file arrive for the next run; gives its key."""
        key = f"{self.name}/{name}"
        body = content.encode() if isinstance(content, str) else content
        boto3.client("s3").put_object(Bucket=bucket("raw"), Key=key, Body=body)
        self._list(key, name, body, registered_at)
        return key

    def arrive(self, name: str, body: bytes, registered_at: str = "2026-01-01") -> str | None:
        """Have a file arrive and be inspected: gives why it is rejected, or puts it for the run.

        What the function would write anew or copy for the run is written where Spark reads it.
        """
        content = read_content([body])
        dataset = Dataset.model_validate(self.contract | {"trigger": {"mode": "on_arrival"}})
        fault = find_fault(content, dataset)
        if fault is not None:
            return f"{fault.rule}: {fault.reason}"
        raw = dataset.raw
        read = name
        if needs_rewriting(content, raw):
            try:
                body = b"".join(rewrite([body], content.compression, raw))
            except RewritingError as error:
                return f"format: {error}"
            read = f"anew/{name}.jsonl" if raw.format == "json" else f"anew/{name}.txt"
        elif telling_ending(name, content, raw):
            read = f"copy/{name}{telling_ending(name, content, raw)}"
        self.put(read, body, registered_at)
        self.inputs[-1]["key"] = f"{self.name}/{name}"
        if raw.format == "parquet":
            self.inputs[-1]["columns"] = read_footer(content.tail, content.size).columns
        return None

    def _list(self, key: str, name: str, body: bytes, registered_at: str) -> None:
        self.inputs.append(
            {
                "arrival_id": hashlib.sha256(key.encode()).hexdigest()[:40],
                "key": key,
                "version_id": f"version of {name}",
                "read_uri": f"s3://{bucket('raw')}/{key}",
                "registered_at": registered_at,
                "size": len(body),
                "in_place": True,
                "etag": "",
            }
        )

    def stage(self, run_id: str = "run-1") -> dict[str, Any]:
        """Stage the files put since the last publish and give the report."""
        started = {"started_at": self.started_at} if self.started_at else {}
        self._write(self.name, run_id, "input.json", {"files": self.inputs, **started})
        stage.main(
            [
                *self._common(self.name, run_id, "s3://spark-tests-processed/"),
                *("--input_uri", self._uri(self.name, run_id, "input.json")),
                *("--processed_database", "processed"),
                *(
                    "--quarantine_bucket",
                    bucket("quarantine"),
                    "--quarantine_database",
                    "quarantine",
                ),
                *("--protection_secret", SECRET),
            ]
        )
        return self._read(self.name, run_id, "stage.json")

    def publish(self, run_id: str = "run-1", product: str | None = None) -> dict[str, Any]:
        """Publish a run and give the report."""
        name, zone = (product, "curated") if product else (self.name, "processed")
        publish.main(
            [
                *self._common(name, run_id, f"s3://{bucket(zone)}/"),
                *("--database", zone),
                *(word for pair in self.optimizers.items() for word in pair),
            ]
        )
        if product is None:
            self.inputs = []
        return self._read(name, run_id, "publish.json")

    def run(self, run_id: str = "run-1") -> dict[str, Any]:
        """Stage and publish, and give the stage report."""
        report = self.stage(run_id)
        self.publish(run_id)
        return report

    def report(self, run_id: str = "run-1") -> dict[str, Any]:
        """Give the stage report of a run."""
        return self._read(self.name, run_id, "stage.json")

    def change_report(self, run_id: str, **facts: Any) -> None:
        """Have the stage report of a run say something else."""
        self._write(self.name, run_id, "stage.json", self.report(run_id) | facts)

    def curate(
        self, product: str, run_id: str = "run-1", snapshots: dict[str, str | None] | None = None
    ) -> dict[str, Any]:
        """Build a product, of given snapshots of its inputs, and give the report."""
        pinned = {name: {"snapshot_id": snapshot} for name, snapshot in (snapshots or {}).items()}
        self._write(product, run_id, "input.json", {"inputs": pinned})
        curate.main(
            [
                *self._common(product, run_id, "s3://spark-tests-curated/"),
                *("--input_uri", self._uri(product, run_id, "input.json")),
                *("--processed_database", "processed", "--curated_database", "curated"),
                *(
                    "--quarantine_bucket",
                    bucket("quarantine"),
                    "--quarantine_database",
                    "quarantine",
                ),
            ]
        )
        return self._read(product, run_id, "stage.json")

    def rows(self, *columns: str) -> list[tuple[Any, ...]]:
        """Give what readers of the table see, sorted, as tuples."""
        rows: list[Row] = self.spark.table(self.table).select(*(columns or ["*"])).collect()
        return sorted((tuple(row) for row in rows), key=str)

    def published(self, *columns: str) -> list[tuple[Any, ...]]:
        """Give what readers see of the contract's columns, sorted, whatever the table's format."""
        contract = parse_contract(self.contract)
        table = table_for(self.spark, contract, "processed", f"s3://{bucket('processed')}/")
        rows = table.read() if isinstance(table, ParquetTable) else self.spark.table(self.table)
        found = rows.select(*(columns or contract.column_names)).collect()
        return sorted((tuple(row) for row in found), key=str)

    def quarantined(self, run_id: str = "run-1", name: str | None = None) -> list[Row]:
        """Give a run's bad rows as the catalog has them, in the order of their records."""
        return self.quarantine(run_id, name).orderBy("raw_record").collect()

    def quarantine(self, run_id: str = "run-1", name: str | None = None) -> DataFrame:
        """Read a run's bad rows where the catalog says they are."""
        partition = boto3.client("glue").get_partition(
            DatabaseName="quarantine", TableName=name or self.name, PartitionValues=[run_id]
        )["Partition"]
        return self.spark.read.parquet(partition["StorageDescriptor"]["Location"])

    def reasons(self, run_id: str = "run-1") -> list[tuple[str, list[str]]]:
        """Give each bad record with the rules it broke."""
        return [(row["raw_record"], row["rule_ids"]) for row in self.quarantined(run_id)]

    def upload_contracts(self, name: str | None = None, run_id: str = "run-1") -> str:
        """Write the compiled contracts to where a run reads them and give their URI."""
        datasets = self.others | {self.name: self.contract}
        bundle = {"format": 1, "datasets": datasets, "products": self.products}
        self._write(name or self.name, run_id, "contracts.json", bundle)
        return self._uri(name or self.name, run_id, "contracts.json")

    def _common(self, name: str, run_id: str, warehouse: str) -> list[str]:
        uri = self.upload_contracts(name, run_id)
        return [
            *("--JOB_NAME", "ignored", "--enable-metrics", "--dataset", name, "--run_id", run_id),
            *("--contracts_uri", uri),
            *("--artifacts_bucket", bucket("artifacts")),
            *("--run_prefix", f"runs/{name}/{run_id}/"),
            *("--warehouse", warehouse),
        ]

    @staticmethod
    def _uri(name: str, run_id: str, document: str) -> str:
        return f"s3://{bucket('artifacts')}/runs/{name}/{run_id}/{document}"

    @staticmethod
    def _write(name: str, run_id: str, document: str, content: Any) -> None:
        key, body = f"runs/{name}/{run_id}/{document}", json.dumps(content).encode()
        boto3.client("s3").put_object(Bucket=bucket("artifacts"), Key=key, Body=body)

    @staticmethod
    def _read(name: str, run_id: str, document: str) -> dict[str, Any]:
        memory = io.BytesIO()
        boto3.client("s3").download_fileobj(
            bucket("artifacts"), f"runs/{name}/{run_id}/{document}", memory
        )
        report: dict[str, Any] = json.loads(memory.getvalue())
        return report


def column(name: str, type_name: str, **facts: Any) -> dict[str, Any]:
    """Give a column of a compiled contract."""
    return {"name": name, "type": type_name, "required": False, "description": name, **facts}
