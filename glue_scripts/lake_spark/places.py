"""From a contract's format to the table and the place for a run's rows."""

from pyspark.sql import SparkSession

from lake_spark.contract import Contract
from lake_spark.errors import ContractMismatch
from lake_spark.iceberg_sink import IcebergSink
from lake_spark.parquet_sink import ParquetSink
from lake_spark.parquet_tables import ParquetTable
from lake_spark.protection import stored
from lake_spark.sinks import Sink
from lake_spark.tables import IcebergTable


def table_for(
    spark: SparkSession, contract: Contract, database: str, warehouse: str
) -> IcebergTable | ParquetTable:
    """Give a contract's table; `warehouse` is the zone's root URI, ending in `/`.

    Raises `ContractMismatch` for a format that is neither iceberg nor parquet.
    """
    location = f"{warehouse}{contract.name}/"
    contract = stored(contract)
    if contract.format == "iceberg":
        return IcebergTable(spark, contract, database, location)
    if contract.format == "parquet":
        return ParquetTable(spark, contract, database, location)
    raise ContractMismatch(
        f"{contract.name}: format {contract.format!r} is neither iceberg nor parquet"
    )


def staging_uri(contract: Contract, warehouse: str) -> str:
    """Give the folder for what a contract's runs write beside its table, where no reader looks."""
    return f"{warehouse}_staging/{contract.name}/"


def sink_for(
    spark: SparkSession, contract: Contract, *, database: str, warehouse: str, run_id: str
) -> Sink:
    """Give the place for the rows of a run."""
    table = table_for(spark, contract, database, warehouse)
    folder = staging_uri(contract, warehouse)
    if isinstance(table, ParquetTable):
        return ParquetSink(table, run_id, folder)
    return IcebergSink(table, run_id, folder)
