"""Raw Parquet files as records: typed values beside the record as JSON.

Columns given: those of `parsing`, but `__source_<column>` has the file's type. A record's place is
its number in the file, which Parquet knows, so `__block` is 0 throughout.
"""

import re
from collections.abc import Mapping

from pyspark.errors import AnalysisException
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from lake_spark.contract import Contract
from lake_spark.errors import UnreadableFile, in_short
from lake_spark.inputs import Header
from lake_spark.lines import escape_glob, positions_of, with_position
from lake_spark.sql import quoted, source_name

READ = re.compile(
    r"tinyint|smallint|int|bigint|float|double|boolean|string|date|timestamp(_ntz)?|decimal\(.*\)"
)
"""The types of the columns that are read; others a permissive contract leaves out."""


def read_parquet(
    spark: SparkSession, uris: Mapping[str, int], header: Header, contract: Contract
) -> DataFrame:
    """Read the files at some URIs, all with the header's columns, with their positions in the run.

    Columns that nothing asks for are not read. Raises `UnreadableFile` if Spark would leave a file
    out.
    """
    types = dict(zip(header.names, header.types, strict=True))
    # Columns of other kinds are none of the contract's: inspection sees to that.
    read = {name: kind for name, kind in types.items() if READ.fullmatch(kind)}
    schema = ", ".join(f"{quoted(name)} {kind}" for name, kind in read.items())
    try:
        source = spark.read.schema(schema).parquet(*(escape_glob(uri) for uri in uris))
    except AnalysisException as error:
        raise UnreadableFile(f"a file of the run cannot be read: {in_short(error)}") from error
    record = F.struct(*(F.col(quoted(name)) for name in read))
    records = source.select(
        F.to_json(record, {"ignoreNullFields": "false"}).alias("__line"),
        F.lit(False).alias("__undecodable"),
        F.lit(None).cast("string").alias("__malformed"),
        F.col("_metadata.file_path").alias("__path"),
        F.lit(0).cast("bigint").alias("__block"),
        F.col("_metadata.row_index").alias("__row"),
        *(
            _value(column.raw_name, header).alias(source_name(column.name))
            for column in contract.columns
        ),
    )
    return with_position(spark, records, positions_of(source, uris))


def _value(name: str, header: Header) -> Column:
    """Give a column of the files, or nulls where they do not have it."""
    return F.col(quoted(name)) if name in header.names else F.lit(None).cast("string")
