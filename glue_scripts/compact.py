"""Glue job: `lake_spark.compacting` as a script."""

import sys

from pyspark.sql import SparkSession

from lake_spark.arguments import parse_arguments
from lake_spark.compacting import ARGUMENTS, compact
from lake_spark.compaction_limits import DEFAULTS


def main(argv: list[str]) -> None:
    """Run the job in the active Spark session; arguments are `--name value` pairs."""
    arguments = parse_arguments(argv, ARGUMENTS, DEFAULTS)
    compact(SparkSession.builder.getOrCreate(), arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
