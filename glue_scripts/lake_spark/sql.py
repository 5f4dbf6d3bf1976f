"""Names and literals as SQL, in which casts and checks are written.

One text for Spark to parse, instead of thousands of calls into its process, is what keeps contracts
of hundreds of columns quick to plan.
"""

from typing import Any

POSITION = ("__file", "__block", "__row")
"""The columns that order all records of a run, oldest first."""


def quoted(name: str) -> str:
    """Give a column's name, whatever characters it has."""
    escaped = name.replace("`", "``")
    return f"`{escaped}`"


def source_name(column: str) -> str:
    """Give the name of the column that holds a value as it came, before the cast."""
    return f"__source_{column}"


def literal(value: Any) -> str:
    """Give a number, a boolean or a text as a literal; numbers with a point are exact decimals."""
    if not isinstance(value, str):
        return str(value)
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
