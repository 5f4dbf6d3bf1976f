"""A sum or an average is compared with those of the runs published before."""

import pytest

from judge.history import with_history
from lake_runtime.records import RuleCount, RuleState


def _rule(measure, **facts):
    given = {"rule": "total", "severity": "warn", "rows": 0, "kind": "sum", "scope": "dataset"}
    history = {"within_percent": 10, "runs": 3}
    told = {"state": "passed", "measure": measure, "decides": True, "history": history}
    return RuleCount.model_validate(given | told | facts)


def _state(measure, earlier, **facts):
    (rule,) = with_history([_rule(measure, **facts)], {"total": earlier})
    return rule.state


@pytest.mark.parametrize(
    ("measure", "state"),
    [
        ("110", RuleState.PASSED),
        ("110.01", RuleState.FAILED),
        ("90", RuleState.PASSED),
        ("89.99", RuleState.FAILED),
    ],
)
def test_exactly_the_percentage_from_the_mean_is_near_enough(measure, state):
    assert _state(measure, ["90", "100", "110"]) is state


def test_thirds_are_not_rounded_beyond_the_percentage():
    # The mean is 100/3, a tenth of it more is 110/3: no decimal holds either.
    third = ["33", "33", "34"]
    assert _state("36.66666", third) is RuleState.PASSED
    assert _state("36.66667", third) is RuleState.FAILED


def test_only_the_newest_runs_count():
    assert _state("100", ["1", "100", "100", "100"]) is RuleState.PASSED


def test_the_distance_from_a_negative_mean_is_taken_without_its_sign():
    assert _state("-105", ["-100", "-100", "-100"]) is RuleState.PASSED
    assert _state("-111", ["-100", "-100", "-100"]) is RuleState.FAILED


def test_too_few_runs_give_no_judgement_and_say_so():
    (rule,) = with_history([_rule("100")], {"total": ["100", "100"]})
    assert rule.state is RuleState.NOT_EVALUATED
    assert rule.awaits_history
    assert rule.reason == "2 of the 3 published runs that it needs are there"


def test_bounds_that_are_broken_stay_so_without_history():
    assert _state("100", [], state="failed") is RuleState.FAILED


def test_rules_without_history_stay_as_they_are():
    rule = _rule("1", history=None)
    assert with_history([rule], {}) == [rule]
