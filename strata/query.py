"""SQL over the lake's tables: each as its readers see it, at its current snapshot."""

import difflib
import io
from collections.abc import Iterable
from typing import Any

import duckdb
import pyarrow as pa
from pyarrow import json as arrow_json
from pyarrow import parquet

from strata.errors import StrataError
from strata.iceberg import load_table
from strata.local.lake import LocalLake
from strata.runs import ARRIVAL_COLUMNS, RUN_COLUMNS, arrivals, runs

ZONES = ("raw", "processed", "curated", "quarantine")
BOOKS = ("lake.runs", "lake.arrivals")
"""The audit and ledger tables, under the names a query can use."""


def query(lake: LocalLake, sql: str) -> pa.Table:
    """Answer one SELECT over `zone.table` names, such as `processed.flights`.

    An Iceberg table is read at its current snapshot only, so staged and replaced files are never
    seen. `lake.runs` and `lake.arrivals` are the audit and the ledger. Returns an Arrow table;
    raises `StrataError` for SQL that DuckDB does not understand, for anything but a SELECT, and
    for a table that does not exist (naming the nearest one).
    """
    with duckdb.connect() as connection:
        try:
            statements = connection.extract_statements(sql)
            if [statement.type for statement in statements] != [duckdb.StatementType.SELECT]:
                raise StrataError("a query is one SELECT; the lake changes through its runs only")
            # Names that are keywords of SQL come in quotes, which no name of the lake has.
            found = connection.get_table_names(sql, qualified=True)
            names = {name.replace('"', "") for name in found}
            for zone in dict.fromkeys(name.partition(".")[0] for name in names if "." in name):
                connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{zone}"')
            for name in names:
                _offer(connection, lake, name)
            connection.execute("SET enable_external_access = false")
            answer: pa.Table = connection.sql(sql).to_arrow_table()
        except duckdb.Error as error:
            raise StrataError(f"the query was not understood: {error}") from error
    return answer


def tables(lake: LocalLake) -> list[str]:
    """Give the names of all tables that a query can use, sorted by zone as data moves."""
    glue = lake.client("glue")
    found = []
    for zone in ZONES:
        pages = glue.get_paginator("get_tables").paginate(DatabaseName=lake.database(zone))
        found += sorted(f"{zone}.{table['Name']}" for page in pages for table in page["TableList"])
    return [*found, *BOOKS]


def _offer(connection: duckdb.DuckDBPyConnection, lake: LocalLake, name: str) -> None:
    zone, _, table = name.partition(".")
    if name == "lake.runs":
        content = pa.Table.from_pylist(runs(lake), schema=RUN_COLUMNS)
    elif name == "lake.arrivals":
        content = pa.Table.from_pylist(arrivals(lake), schema=ARRIVAL_COLUMNS)
    elif zone in ZONES and table:
        content = _catalogued(lake, zone, table)
    else:
        raise StrataError(_unknown(lake, name))
    connection.register("arriving", content)
    connection.execute(f'CREATE TABLE "{zone}"."{table}" AS FROM arriving')
    connection.unregister("arriving")


def _catalogued(lake: LocalLake, zone: str, table: str) -> pa.Table:
    glue = lake.client("glue")
    try:
        entry = glue.get_table(DatabaseName=lake.database(zone), Name=table)["Table"]
    except glue.exceptions.EntityNotFoundException:
        raise StrataError(_unknown(lake, f"{zone}.{table}")) from None
    if entry.get("Parameters", {}).get("table_type", "").upper() == "ICEBERG":
        return load_table(lake, zone, table).scan().to_arrow()
    columns = entry["StorageDescriptor"]["Columns"] + entry.get("PartitionKeys", [])
    schema = pa.schema([(column["Name"], _arrow_type(column["Type"])) for column in columns])
    parts = list(_parts(glue, entry))
    if "parquet" in entry["StorageDescriptor"].get("InputFormat", "").lower():
        return _parquet(lake, parts, schema)
    return _json_lines(lake, parts, schema)


Part = tuple[str, dict[str, str]]
"""The location of a folder of files, and the partition values that its rows share."""


def _parts(glue: Any, entry: dict[str, Any]) -> Iterable[Part]:
    keys = [key["Name"] for key in entry.get("PartitionKeys", [])]
    if not keys:
        yield entry["StorageDescriptor"]["Location"], {}
        return
    pages = glue.get_paginator("get_partitions").paginate(
        DatabaseName=entry["DatabaseName"], TableName=entry["Name"]
    )
    for page in pages:
        for partition in page["Partitions"]:
            values = dict(zip(keys, partition["Values"], strict=True))
            yield partition["StorageDescriptor"]["Location"], values


def _objects(lake: LocalLake, location: str) -> Iterable[bytes]:
    s3 = lake.client("s3")
    bucket, _, prefix = location.removeprefix("s3://").partition("/")
    folder = prefix if prefix.endswith("/") else f"{prefix}/"
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=folder):
        for item in page.get("Contents", []):
            if not item["Key"].rsplit("/", 1)[-1].startswith(("_", ".")):
                yield s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read()


def _parquet(lake: LocalLake, parts: list[Part], schema: pa.Schema) -> pa.Table:
    found = [
        _with_partition(parquet.read_table(io.BytesIO(content)), values, schema)
        for location, values in parts
        for content in _objects(lake, location)
    ]
    return pa.concat_tables(found) if found else schema.empty_table()


def _json_lines(lake: LocalLake, parts: list[Part], schema: pa.Schema) -> pa.Table:
    options = arrow_json.ParseOptions(explicit_schema=schema)
    found = [
        _with_partition(
            arrow_json.read_json(io.BytesIO(content), parse_options=options), values, schema
        )
        for location, values in parts
        for content in _objects(lake, location)
    ]
    return pa.concat_tables(found) if found else schema.empty_table()


def _with_partition(rows: pa.Table, values: dict[str, str], schema: pa.Schema) -> pa.Table:
    for name, value in values.items():
        rows = rows.append_column(name, pa.array([value] * len(rows), type=pa.string()))
    return rows.select(schema.names).cast(schema)


def _arrow_type(glue_type: str) -> pa.DataType:
    simple = {
        "boolean": pa.bool_(),
        "int": pa.int32(),
        "bigint": pa.int64(),
        "float": pa.float32(),
        "double": pa.float64(),
        "date": pa.date32(),
        "timestamp": pa.timestamp("us", tz="UTC"),
        "array<string>": pa.list_(pa.string()),
    }
    if glue_type.startswith("decimal("):
        precision, scale = glue_type.removeprefix("decimal(").removesuffix(")").split(",")
        return pa.decimal128(int(precision), int(scale))
    return simple.get(glue_type, pa.string())


def _unknown(lake: LocalLake, name: str) -> str:
    known = tables(lake)
    nearest = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
    hint = f"did you mean {nearest[0]}? " if nearest else ""
    return f"there is no table {name}; {hint}The lake has: {', '.join(known)}"
