"""Where things stand in a contract."""

from data_lake.problems import FieldPath

PROPERTIES: FieldPath = ("schema", 0, "properties")
"""The columns of the contract's one table."""
