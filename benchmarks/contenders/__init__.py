"""The ways that are compared, each of them a process of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.compare import Outputs
from benchmarks.work import NEXT_RUN, PARTITION


@dataclass(frozen=True)
class Contender:
    """One way to do the work: its module, and where its outputs are.

    `changes` are made to the contract for Strata's own jobs, which get an emulated account;
    the others have None.
    """

    name: str
    module: str
    outputs: Outputs
    changes: Mapping[str, Any] | None = None


def _parquet(folder: str) -> str:
    return f"from read_parquet('{{target}}/{folder}/**/*.parquet', hive_partitioning = true)"


_PLAIN_PARQUET = {"format": "parquet", "partition_by": [PARTITION], "write_mode": "append"}
_TWO_FOLDERS = Outputs(_parquet("good"), _parquet("bad"))

_ICEBERG = Outputs(_parquet("good"), _parquet("quarantine/rows"))
# The run that loads the table has its own bad rows in quarantine.
_MERGED = Outputs(_parquet("good"), _parquet(f"quarantine/rows/*/run_id={NEXT_RUN}"))

CONTENDERS = (
    Contender(
        "strata",
        "benchmarks.contenders.strata_parquet",
        Outputs(_parquet("processed/_staging"), _parquet("quarantine/rows")),
        _PLAIN_PARQUET,
    ),
    Contender(
        "single_pass",
        "benchmarks.contenders.single_pass",
        Outputs(
            _parquet("table/quarantined=false"),
            _parquet("table/quarantined=true"),
        ),
    ),
    Contender("usual_script", "benchmarks.contenders.usual_script", _TWO_FOLDERS),
    Contender("query_per_rule", "benchmarks.contenders.query_per_rule", _TWO_FOLDERS),
    Contender(
        "strata_append",
        "benchmarks.contenders.strata_append",
        _ICEBERG,
        {"format": "iceberg", "partition_by": [PARTITION], "write_mode": "append"},
    ),
    Contender(
        "strata_merge",
        "benchmarks.contenders.strata_merge",
        _MERGED,
        {"format": "iceberg", "partition_by": [PARTITION], "write_mode": "merge"},
    ),
    Contender("duckdb", "benchmarks.contenders.duck", _TWO_FOLDERS),
)
