"""The stage job: a run's raw files, checked, onto a branch that readers do not see."""

from collections.abc import Mapping

from pyspark.sql import SparkSession

from lake_spark.contract import load_contract
from lake_spark.inputs import input_files, reachable, read_headers
from lake_spark.quarantine import Quarantine
from lake_spark.records import prepare_session, read_records
from lake_spark.runs import Clock, Run, process_rows
from lake_spark.sinks import sink_for
from lake_spark.storage import read_json, read_json_if_there, write_json

ARGUMENTS = (
    "dataset",
    "run_id",
    "contracts_uri",
    "input_uri",
    "artifacts_bucket",
    "run_prefix",
    "processed_database",
    "warehouse",
    "quarantine_bucket",
    "quarantine_database",
)


def stage(spark: SparkSession, arguments: Mapping[str, str]) -> None:
    """Stage the run that the arguments name and write its `stage.json`.

    A run that has been staged before is staged anew; one that has been published stays as it is.
    """
    prepare_session(spark)
    clock, run_id = Clock(), arguments["run_id"]
    contract = load_contract(arguments["contracts_uri"], arguments["dataset"])
    run_uri = f"s3://{arguments['artifacts_bucket']}/{arguments['run_prefix']}"
    sink = sink_for(
        spark,
        contract,
        database=arguments["processed_database"],
        warehouse=arguments["warehouse"],
        run_id=run_id,
    )
    if sink.is_published() and read_json_if_there(f"{run_uri}stage.json"):
        return
    with clock.step("plan"):
        files = [
            reachable(file, f"{run_uri}input/")
            for file in input_files(read_json(arguments["input_uri"]))
        ]
        headers = read_headers(files, contract)
        sources = {
            file.read_uri: (position, header)
            for position, (file, header) in enumerate(zip(files, headers, strict=True))
        }
        checked = read_records(spark, contract, sources)
    quarantine = Quarantine(
        arguments["quarantine_bucket"], arguments["quarantine_database"], contract.name, run_id
    )
    report = process_rows(
        Run(run_id, contract, sink, quarantine, files, clock),
        checked,
        lambda positions: read_records(
            spark,
            contract,
            {uri: source for uri, source in sources.items() if source[0] in positions},
        ),
    )
    write_json(f"{run_uri}stage.json", report)
