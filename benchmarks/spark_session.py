"""The Spark session of the contenders that are not ours: the same cores, memory and libraries."""

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from benchmarks.work import COLUMNS, KEY, broken, typed

SETTINGS = {
    "spark.master": "local[2]",
    "spark.driver.memory": "4g",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.session.timeZone": "UTC",
}
"""What is the same for every Spark contender; shuffle partitions and all else are defaults."""
CORRUPT = "corrupt"
POSITION = ("block", "row")


def session() -> SparkSession:
    """Start Spark."""
    builder = SparkSession.builder.appName("benchmark")
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def read_text_columns(spark: SparkSession, path: str) -> DataFrame:
    """Read the order lines with every column as text, records with a wrong number in `corrupt`."""
    schema = ", ".join([*(f"raw_{name} string" for name in COLUMNS), f"{CORRUPT} string"])
    rows = spark.read.schema(schema).csv(
        path, header=True, mode="PERMISSIVE", columnNameOfCorruptRecord=CORRUPT
    )
    return _with_position(rows)


def text_columns(rows: DataFrame) -> DataFrame:
    """Give columns that a reader has typed as those of text that the checks expect."""
    texts = [F.col(name).cast("string").alias(f"raw_{name}") for name in COLUMNS]
    return _with_position(rows.select(*texts, CORRUPT, "_metadata"))


def _with_position(rows: DataFrame) -> DataFrame:
    return rows.select(
        "*",
        F.col("_metadata.file_block_start").alias("block"),
        F.monotonically_increasing_id().alias("row"),
    )


def with_types(rows: DataFrame) -> DataFrame:
    """Add the typed columns."""
    return rows.selectExpr("*", *(f"{value} as {name}" for name, value in typed().items()))


def raw_record() -> str:
    """Give the SQL of the record as it stood in the file."""
    fields = ", ".join(f"raw_{name}" for name in COLUMNS)
    options = "map('ignoreLeadingWhiteSpace', 'false', 'ignoreTrailingWhiteSpace', 'false')"
    return f"coalesce({CORRUPT}, to_csv(struct({fields}), {options}))"


def rule_ids() -> str:
    """Give the SQL of the rules that a row breaks."""
    found = ", ".join(f"if({check}, '{rule}', null)" for rule, check in broken().items())
    return f"if({CORRUPT} is not null, array('malformed'), array_compact(array({found})))"


def newest_first(key: str = ", ".join(KEY)) -> str:
    """Give the SQL that numbers the rows of a key from the last one in the file."""
    return f"row_number() over (partition by {key} order by block desc, row desc)"
