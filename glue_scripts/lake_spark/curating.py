"""The curate job: a product's query over published tables, checked, onto a branch of its own."""

from collections.abc import Mapping
from typing import Any

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession

from lake_spark.contract import Contract, load_contract
from lake_spark.errors import ContractMismatch
from lake_spark.quarantine import Quarantine
from lake_spark.records import prepare_session
from lake_spark.runs import Clock, Run, process_rows
from lake_spark.sinks import sink_for
from lake_spark.storage import read_json, read_json_if_there, write_json
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
    prepare_session(spark)
    clock, run_id = Clock(), arguments["run_id"]
    contract = load_contract(arguments["contracts_uri"], arguments["dataset"])
    run_uri = f"s3://{arguments['artifacts_bucket']}/{arguments['run_prefix']}"
    sink = sink_for(
        spark,
        contract,
        database=arguments["curated_database"],
        warehouse=arguments["warehouse"],
        run_id=run_id,
    )
    if sink.is_published() and read_json_if_there(f"{run_uri}stage.json"):
        return
    with clock.step("plan"):
        pinned = read_json(arguments["input_uri"])["inputs"]
        for name in contract.inputs:
            source = read_input(spark, arguments, name, pinned.get(name, {}).get("snapshot_id"))
            source.createOrReplaceTempView(name)
        checked = check_rows(_run_query(spark, contract), contract)
    quarantine = Quarantine(
        arguments["quarantine_bucket"], arguments["quarantine_database"], contract.name, run_id
    )
    run = Run(run_id, contract, sink, quarantine, (), clock)
    report = process_rows(run, checked, lambda _positions: checked)
    for name in contract.inputs:
        spark.catalog.dropTempView(name)
    write_json(f"{run_uri}stage.json", report)


def read_input(
    spark: SparkSession, arguments: Mapping[str, str], name: str, snapshot_id: Any
) -> DataFrame:
    """Read a product's input, at a snapshot if one is given, else what readers see now."""
    entry = load_contract(arguments["contracts_uri"], name)
    zone = "curated_database" if entry.kind == "product" else "processed_database"
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
            f"{list(contract.inputs)}: {error}"
        ) from error
