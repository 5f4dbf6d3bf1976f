"""Every kind of quality rule, as it stands in ``implementation`` of engine ``strata``.

A row rule judges each row; a dataset rule judges the rows of a run together.
"""

from data_lake.contracts.dataset_kinds import (
    AverageRule,
    CompletenessRule,
    FreshnessRule,
    RowCountRule,
    SqlRule,
    SumRule,
    UniqueRule,
)
from data_lake.contracts.row_kinds import (
    ComparisonRule,
    ExpressionRule,
    LengthRule,
    PatternRule,
    RangeRule,
    ReferenceRule,
    SetRule,
    TypeRule,
)
from data_lake.contracts.rule_bases import Implementation

KINDS: dict[str, type[Implementation]] = {
    "type": TypeRule,
    "set": SetRule,
    "range": RangeRule,
    "pattern": PatternRule,
    "length": LengthRule,
    "comparison": ComparisonRule,
    "reference": ReferenceRule,
    "expression": ExpressionRule,
    "completeness": CompletenessRule,
    "unique": UniqueRule,
    "row_count": RowCountRule,
    "freshness": FreshnessRule,
    "sum": SumRule,
    "average": AverageRule,
    "sql": SqlRule,
}
"""Every kind of rule: the row rules, then the dataset rules."""
