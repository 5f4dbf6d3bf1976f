"""Raw files as rows of text: one row for each record, with where it stood.

The lines come undecoded out of Spark's text source, so that bytes which are not valid in the
declared encoding can be told from a replacement character that was really written. Hadoop's line
reader ends lines at LF, CR or CRLF and drops a UTF-8 byte order mark.

Columns given: `__line` (decoded text), `__undecodable` (boolean), `__file` (position of the file
in the run, oldest first), `__block` and `__row` (together the order inside the file).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from pyspark.errors import AnalysisException
from pyspark.sql import Column, DataFrame, SparkSession, Window
from pyspark.sql import functions as F  # noqa: N812 - the name that Spark's documentation uses

from lake_spark.errors import UnreadableFile, in_short
from lake_spark.raw_format import SEPARATORS, RawFormat

REPLACEMENT = "\ufffd"
GLOB_CHARACTERS = re.compile(r"([\\*?\[\]{}])")


def escape_glob(uri: str) -> str:
    """Give a URI that Hadoop's path patterns take literally."""
    return GLOB_CHARACTERS.sub(r"\\\1", uri)


@dataclass(frozen=True)
class FirstLine:
    """Where a block begins: `__row` and number (from 1) of its first line, empty ones included."""

    file: int
    block: int
    row: int
    number: int


def read_lines(spark: SparkSession, uris: Mapping[str, int], raw: RawFormat) -> DataFrame:
    """Read the files at some URIs, each given with its position in the run.

    Empty lines and comments are not records. Raises `UnreadableFile` if Spark would leave one of
    the files out.
    """
    lines = _all_lines(spark, uris, raw)
    if raw.multiline and raw.format == "csv":
        lines = join_quoted_lines(lines, raw)
    if raw.comment:
        lines = lines.filter(~F.startswith(F.col("__line"), F.lit(raw.comment)))
    return lines.filter(F.col("__line") != "")


def read_first_lines(
    spark: SparkSession, uris: Mapping[str, int], raw: RawFormat
) -> list[FirstLine]:
    """Number the lines of files, by block; the files are read again, but not parsed.

    Lines that inspection left out at the top count, so that numbers are those of the raw file.
    """
    blocks = (
        _all_lines(spark, uris, raw)
        .groupBy("__file", "__block")
        .agg(F.min("__row").alias("row"), F.count(F.lit(1)).alias("lines"))
        .orderBy("__file", "__block")
        .collect()
    )
    found: list[FirstLine] = []
    top = raw.skip_lines + 1
    file, number = None, top
    for block in blocks:
        number = number if block["__file"] == file else top
        file = block["__file"]
        found.append(FirstLine(block["__file"], block["__block"], block["row"], number))
        number += block["lines"]
    return found


def _all_lines(spark: SparkSession, uris: Mapping[str, int], raw: RawFormat) -> DataFrame:
    try:
        source = spark.read.text(
            [escape_glob(uri) for uri in uris], lineSep=SEPARATORS[raw.line_end]
        )
    except AnalysisException as error:
        raise UnreadableFile(f"a file of the run cannot be read: {in_short(error)}") from error
    positions = positions_of(source, uris)
    text = F.decode(F.col("value").cast("binary"), raw.encoding)
    lines = source.select(
        text.alias("__line"),
        _is_undecodable(text, raw.encoding).alias("__undecodable"),
        F.col("_metadata.file_path").alias("__path"),
        F.col("_metadata.file_block_start").alias("__block"),
        # Increases with the lines of a block, whatever other blocks share its partition.
        F.monotonically_increasing_id().alias("__row"),
    )
    return with_position(spark, lines, positions)


def _is_undecodable(text: Column, encoding: str) -> Column:
    """Tell whether a line came out of decoding with replacements that were not written in it."""
    if encoding.upper() == "UTF-8":
        # What is valid stays as it is, byte by byte, and that is soon compared.
        return text != F.col("value")
    octets = F.col("value").cast("binary")
    return text.contains(REPLACEMENT) & (F.encode(text, encoding) != octets)


def positions_of(source: DataFrame, uris: Mapping[str, int]) -> dict[str, int]:
    """Give the files' positions by the paths that Spark calls them.

    Raises `UnreadableFile` if Spark would leave one of them out.
    """
    positions = {path: uris[unquote(path)] for path in source.inputFiles() if unquote(path) in uris}
    if len(positions) != len(uris):
        lost = set(uris) - {unquote(path) for path in positions}
        raise UnreadableFile(f"Spark does not list {sorted(lost)}; were they deleted meanwhile?")
    return positions


def with_position(spark: SparkSession, lines: DataFrame, positions: Mapping[str, int]) -> DataFrame:
    """Put `__file`, the position, in the place of `__path`."""
    if len(positions) == 1:
        (position,) = positions.values()
        return lines.withColumn("__file", F.lit(position)).drop("__path")
    files = spark.createDataFrame(list(positions.items()), "`__path` string, `__file` int")
    joined = lines.join(F.broadcast(files), "__path", "left")
    # An inner join would drop the rows of a file that Spark names in another way.
    unknown = "raise_error(concat('a line of an unknown file: ', __path))"
    return joined.withColumn("__file", F.expr(f"coalesce(__file, {unknown})")).drop("__path")


def join_quoted_lines(lines: DataFrame, raw: RawFormat) -> DataFrame:
    """Join the lines of records whose quoted fields contain line breaks (which become LF).

    A record ends at the first line end that has an even number of quotes before it. That needs
    the lines of a file in order in one task, which is the price of `multiline`.
    """
    in_order = Window.partitionBy("__file").orderBy("__block", "__row")
    before = in_order.rowsBetween(Window.unboundedPreceding, -1)
    is_start = F.coalesce(F.sum("__quotes").over(before), F.lit(0)) % 2 == 0
    numbered = (
        lines.withColumn("__quotes", count_quotes(F.col("__line"), raw))
        .withColumn("__start", is_start.cast("int"))
        .withColumn("__record", F.sum("__start").over(in_order))
    )
    parts = F.sort_array(F.collect_list(F.struct("__block", "__row", "__line")))
    return (
        numbered.groupBy("__file", "__record")
        .agg(parts.alias("__parts"), F.max("__undecodable").alias("__undecodable"))
        .select(
            F.array_join("__parts.__line", "\n").alias("__line"),
            "__undecodable",
            "__file",
            F.col("__parts")[0]["__block"].alias("__block"),
            F.col("__parts")[0]["__row"].alias("__row"),
        )
    )


def count_quotes(line: Column, raw: RawFormat) -> Column:
    """Count the quotes of a line that can open or close a field.

    Left out are escaped ones and those in the middle of a text, as in `5" pipe`.
    """
    quote, delimiter = re.escape(raw.quote), re.escape(raw.delimiter)
    if raw.escape != raw.quote:
        line = F.regexp_replace(line, f"{re.escape(raw.escape)}.", "")
    aside = f"[^{quote}{delimiter}]"
    line = F.regexp_replace(line, f"(?<={aside}){quote}(?={aside})", "")
    return F.length(line) - F.length(F.regexp_replace(line, quote, ""))
