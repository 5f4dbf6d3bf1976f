"""What a run came to by each rule, as it stands in `stage.json`."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from lake_spark.contract import Contract
from lake_spark.counts import Counts
from lake_spark.dataset_rules import Measured
from lake_spark.measuring import row_rules
from lake_spark.references import References
from lake_spark.rules import Rule

STATES = {True: "passed", False: "failed", None: "not_evaluated"}


def rule_entries(
    contract: Contract,
    counts: Counts,
    references: References,
    together: Iterable[tuple[Rule, Measured]],
) -> Iterator[dict[str, Any]]:
    """Give an entry for each rule of the contract, and for each implicit one that rows broke.

    `decides` tells whether the rule has a say about the run as a whole: a rule of rows has one if
    its severity is fail or it has a threshold, a rule of the dataset always has.
    """
    declared = {rule.id for rule in contract.rules}
    for rule_id, rule in row_rules(contract).items():
        if rule_id in declared or rule_id in counts.rules:
            yield _entry(rule, _of_rows(rule, counts, references), "row", decides=_decides(rule))
    for rule, measured in together:
        entry = _entry(rule, measured, "dataset", decides=True)
        if rule.runs is not None:
            entry["history"] = {"within_percent": rule.within_percent, "runs": rule.runs}
        yield entry


def _entry(rule: Rule, measured: Measured, scope: str, *, decides: bool) -> dict[str, Any]:
    return {
        "rule": rule.id,
        "kind": rule.kind,
        "scope": scope,
        "dimension": rule.dimension,
        "severity": rule.severity,
        "rows": measured.rows,
        "state": STATES[measured.holds],
        "measure": measured.measure,
        "expected": measured.expected,
        "decides": decides,
        "reason": measured.reason,
    }


def _decides(rule: Rule) -> bool:
    return rule.severity == "fail" or rule.threshold is not None


def _of_rows(rule: Rule, counts: Counts, references: References) -> Measured:
    needed = 1.0 if rule.threshold is None else rule.threshold
    expected = f"at least {needed:g} of the rows"
    if rule.id in references.missing:
        return Measured(None, None, expected, reason=references.missing[rule.id])
    broken, rows = counts.rules.get(rule.id, 0), counts.rows_in
    # Exact, where a quotient of floats may fall short of a threshold that it meets.
    holds = Decimal(rows - broken) >= Decimal(str(needed)) * rows
    return Measured(holds, (rows - broken) / rows if rows else 1.0, expected, broken)
