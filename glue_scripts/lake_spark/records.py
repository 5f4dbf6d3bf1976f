"""Raw files to checked rows: one scan, whatever order each file has its columns in."""

from collections.abc import Mapping, Sequence
from functools import reduce

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from lake_spark.contract import Contract
from lake_spark.inputs import Header
from lake_spark.lines import FirstLine, read_first_lines, read_lines
from lake_spark.measuring import fingerprint
from lake_spark.parquet_reading import read_parquet
from lake_spark.parsing import parse_csv, parse_json
from lake_spark.raw_format import RawFormat
from lake_spark.references import References
from lake_spark.validation import NO_REFERENCES, check_records, check_typed_records


def read_records(
    spark: SparkSession,
    contract: Contract,
    files: Mapping[str, tuple[int, Header]],
    references: References = NO_REFERENCES,
    fingerprints: Sequence[int] | None = None,
    *,
    reasons: bool = True,
) -> DataFrame:
    """Read and check files, given by URI with their position in the run and their header.

    With fingerprints, only records of text that have one of them are parsed and checked. The
    columns are those of `validation`, with or without reasons.
    """
    groups = _groups(files).items()
    if _raw(contract).format == "parquet":
        # Files with other types have other casts.
        checked = [
            check_typed_records(
                read_parquet(spark, uris, header, contract),
                contract,
                references,
                dict(zip(header.names, header.types, strict=True)),
                reasons=reasons,
            )
            for header, uris in groups
        ]
        return reduce(DataFrame.unionByName, checked)
    parsed = [
        _read_group(spark, contract, header, uris, fingerprints, reasons=reasons)
        for header, uris in groups
    ]
    rows = reduce(DataFrame.unionByName, parsed)
    return check_records(rows, contract, references, reasons=reasons)


def first_lines(
    spark: SparkSession, contract: Contract, files: Mapping[str, tuple[int, Header]]
) -> list[FirstLine]:
    """Find out where the lines of `read_records` stand, given the same files."""
    raw = _raw(contract)
    if raw.format == "parquet":
        # Rows know their place, so nothing is read.
        return [
            FirstLine(file=position, block=0, row=0, number=1) for position, _ in files.values()
        ]
    return [
        found for uris in _groups(files).values() for found in read_first_lines(spark, uris, raw)
    ]


def _groups(files: Mapping[str, tuple[int, Header]]) -> dict[Header, dict[str, int]]:
    groups: dict[Header, dict[str, int]] = {}
    for uri, (position, header) in files.items():
        groups.setdefault(header, {})[uri] = position
    return groups


def _read_group(
    spark: SparkSession,
    contract: Contract,
    header: Header,
    uris: Mapping[str, int],
    fingerprints: Sequence[int] | None,
    *,
    reasons: bool,
) -> DataFrame:
    raw = _raw(contract)
    lines = read_lines(spark, uris, raw)
    if header.line is not None:
        # A repeated header, as in files that were concatenated, is no record either.
        lines = lines.filter(F.col("__line") != header.line)
    if fingerprints is not None:
        lines = _with_fingerprint(lines, fingerprints)
    if raw.format == "jsonl":
        return parse_json(lines, contract)
    return parse_csv(lines, header.names, contract, reasons=reasons)


def _with_fingerprint(lines: DataFrame, fingerprints: Sequence[int]) -> DataFrame:
    found = {(number,) for number in fingerprints}
    wanted = lines.sparkSession.createDataFrame(list(found), "__wanted bigint")
    is_wanted = F.expr(f"{fingerprint('__line')} = __wanted")
    return lines.join(F.broadcast(wanted), is_wanted, "left_semi")


def _raw(contract: Contract) -> RawFormat:
    assert contract.raw is not None  # noqa: S101 - products have no files
    return contract.raw
