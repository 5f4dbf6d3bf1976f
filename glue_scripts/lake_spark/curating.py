"""The curate job: a product's query over published tables, checked, onto a branch of its own."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession

from lake_spark.contract import Contract, load_contract
from lake_spark.errors import ContractMismatch, in_short
from lake_spark.parquet_tables import ParquetTable
from lake_spark.protection import stored
from lake_spark.runs import BadRows, open_run, process_rows
from lake_spark.storage import read_json
from lake_spark.tables import CATALOG
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
    moment however often its build is repeated.
    """
    run = open_run(spark, arguments, arguments["curated_database"])
    if run.sink.is_published():
        return
    with run.clock.step("plan"), input_views(spark, run.contract, arguments):
        checked = check_rows(_run_query(spark, run.contract), run.contract, run.references)
    process_rows(run, checked, (), lambda _positions: BadRows(checked, ()))


@contextmanager
def input_views(
    spark: SparkSession, contract: Contract, arguments: Mapping[str, str]
) -> Iterator[None]:
    """Let queries inside name the product's inputs."""
    pinned = read_json(arguments["input_uri"])["inputs"]
    try:
        for name in contract.inputs:
            snapshot = pinned.get(name, {}).get("snapshot_id")
            read_input(spark, arguments, name, snapshot).createOrReplaceTempView(name)
        yield
    finally:
        for name in contract.inputs:
            spark.catalog.dropTempView(name)


def read_input(
    spark: SparkSession, arguments: Mapping[str, str], name: str, snapshot_id: Any
) -> DataFrame:
    """Read a product's input, at a snapshot if one is given, else what readers see now.

    A Parquet table has no snapshots and is always read as it is now.
    """
    contract = load_contract(arguments["contracts_uri"], name)
    zone = "curated_database" if contract.kind == "product" else "processed_database"
    if contract.format == "parquet":
        return ParquetTable(spark, stored(contract), arguments[zone], "").read()
    table = f"{CATALOG}.`{arguments[zone]}`.`{name}`"
    spark.sql(f"REFRESH TABLE {table}")
    reader = spark.read
    if snapshot_id is not None:
        reader = reader.option("snapshot-id", str(snapshot_id))
    return reader.table(table)


def _run_query(spark: SparkSession, contract: Contract) -> DataFrame:
    try:
        return spark.sql(contract.sql)
    except AnalysisException as error:
        raise ContractMismatch(
            f"{contract.name} {contract.version}: the query does not fit its inputs "
            f"{list(contract.inputs)}: {in_short(error)}"
        ) from error
