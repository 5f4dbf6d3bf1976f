"""Names of columns: the contract's, and the jobs' own beside them."""

from pyspark.sql import Column
from pyspark.sql import functions as F  # noqa: N812 - the name that Spark's documentation uses

POSITION = ("__file", "__block", "__row")
"""The columns that order all records of a run, oldest first."""


def column_of(name: str) -> Column:
    """Give a column by its name, whatever characters the name has."""
    return F.col(f"`{name}`")


def source_name(column: str) -> str:
    """Give the name of the column that holds a value as it came, before the cast."""
    return f"__source_{column}"
