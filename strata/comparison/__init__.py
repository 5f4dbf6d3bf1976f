"""Two states of the contracts compared: what each change does to data, producers and readers."""

from strata.comparison.change import Change, Verdict
from strata.comparison.contracts import Comparison, compare_contracts
from strata.comparison.judgement import Judgement, judge

__all__ = ["Change", "Comparison", "Judgement", "Verdict", "compare_contracts", "judge"]
