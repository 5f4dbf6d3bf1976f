"""The stage job: a run's raw files, checked, to where readers do not see them."""

from collections.abc import Mapping
from dataclasses import replace

from pyspark.sql import SparkSession

from lake_spark.checked_rows import BadRows, process_rows
from lake_spark.counts import Counts
from lake_spark.inputs import header_notes, input_files, packed_bytes, reachable, read_headers
from lake_spark.records import first_lines, read_records
from lake_spark.runs import open_run
from lake_spark.storage import read_json
from lake_spark.unknown_members import UnknownMembers

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
    "protection_secret",
)


def stage(spark: SparkSession, arguments: Mapping[str, str]) -> None:
    """Stage the run that the arguments name and write its `stage.json`.

    A run that has been staged before is staged anew; one that has been published stays as it is.
    """
    run = open_run(spark, arguments, arguments["processed_database"])
    if run.sink.is_published():
        return
    contract = run.contract
    with run.clock.step("plan"):
        files = [
            reachable(file, f"{run.uri}input/")
            for file in input_files(read_json(arguments["input_uri"]))
        ]
        spark.conf.set("spark.sql.files.maxPartitionBytes", str(packed_bytes(files)))
        headers = read_headers(files, contract)
        run = replace(run, notes={**run.notes, **header_notes(headers, contract)})
        sources = {
            file.read_uri: (position, header)
            for position, (file, header) in enumerate(zip(files, headers, strict=True))
        }
        checked = read_records(spark, contract, sources, run.references, reasons=False)
        unknown = UnknownMembers(checked, contract)
        run = replace(run, late_notes=unknown.report)

    def read_again(counts: Counts) -> BadRows:
        bad = counts.file_quarantined
        some = {uri: source for uri, source in sources.items() if source[0] in bad}
        # Fingerprints are of records as they are kept; hidden ones are not as they came.
        is_known = counts.knows_bad_records and not contract.hidden
        known = counts.fingerprints if is_known else None
        again = read_records(spark, contract, some, run.references, known)
        return BadRows(again, first_lines(spark, contract, some))

    process_rows(run, unknown.rows, files, read_again)
