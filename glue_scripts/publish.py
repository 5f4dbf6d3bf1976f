"""Glue job: `lake_spark.publishing` as a script."""

import sys

from pyspark.sql import SparkSession

from lake_spark.arguments import parse_arguments
from lake_spark.publishing import ARGUMENTS, publish


def main(argv: list[str]) -> None:
    """Run the job in the active Spark session; arguments are `--name value` pairs."""
    arguments = parse_arguments(argv, ARGUMENTS)
    publish(SparkSession.builder.getOrCreate(), arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
