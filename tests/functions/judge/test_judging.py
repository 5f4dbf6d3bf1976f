from decimal import Decimal

import pytest

from judge.judging import Decision, decide
from lake_runtime.records import StageReport


def _stage(**changes):
    given = {
        "run_id": "run-1",
        "dataset": "flights",
        "rows_in": 100,
        "rows_good": 95,
        "rows_quarantined": 5,
        "rows_deduplicated": 0,
        "score": 0.95,
        "rules": [],
    }
    return StageReport.model_validate(given | changes)


@pytest.mark.parametrize(
    ("score", "threshold", "expected"),
    [
        (0.95, 0.95, Decision.PUBLISH),
        (0.9499999, 0.95, Decision.QUARANTINE),
        (0.9500001, 0.95, Decision.PUBLISH),
        (19 / 20, 0.95, Decision.PUBLISH),
        (0.7, 0.7, Decision.PUBLISH),
        (1.0, 1.0, Decision.PUBLISH),
        (0.999, 1.0, Decision.QUARANTINE),
        (0.0001, 0.0, Decision.PUBLISH),
    ],
)
def test_a_score_at_the_threshold_is_good_enough_and_just_below_is_not(score, threshold, expected):
    judgement = decide(_stage(score=score), Decimal(str(threshold)))
    assert judgement.decision is expected


def test_a_rule_that_fails_the_run_does_so_whatever_the_score():
    rules = [{"rule": "total_matches", "severity": "fail", "rows": 1}]
    judgement = decide(_stage(score=1.0, rules=rules), Decimal("0.5"))
    assert judgement.decision is Decision.FAIL
    assert judgement.rules == ("total_matches",)
    assert judgement.reason == "rules of severity 'fail' were broken: total_matches (1 rows)"


def test_a_rule_that_would_fail_the_run_but_was_kept_does_not():
    rules = [
        {"rule": "total_matches", "severity": "fail", "rows": 0},
        {"rule": "origin_known", "severity": "quarantine", "rows": 5},
        {"rule": "gate_known", "severity": "warn", "rows": 50},
    ]
    assert decide(_stage(rules=rules), Decimal("0.95")).decision is Decision.PUBLISH


def test_every_row_bad_is_never_published_though_the_threshold_is_zero():
    stage = _stage(rows_good=0, rows_quarantined=100, score=0.0)
    assert decide(stage, Decimal(0)).decision is Decision.QUARANTINE


def test_no_rows_at_all_are_neither_good_nor_bad():
    stage = _stage(rows_in=0, rows_good=0, rows_quarantined=0, score=1.0)
    judgement = decide(stage, Decimal("0.95"))
    assert (judgement.decision, judgement.reason) == (
        Decision.EMPTY,
        "no rows: the files hold none",
    )


def test_the_reason_names_the_rules_that_were_broken_most():
    rules = [
        {"rule": f"rule_{rows}", "severity": "quarantine", "rows": rows} for rows in (1, 40, 30, 20)
    ]
    judgement = decide(_stage(score=0.1, rules=rules), Decimal("0.95"))
    assert judgement.reason == (
        "quality score 0.1 is below the threshold 0.95; most often broken: "
        "rule_40 (40 rows), rule_30 (30 rows), rule_20 (20 rows)"
    )


def _rule(name, severity="quarantine", **facts):
    given = {"kind": "row_count", "scope": "dataset", "rows": 0, "state": "failed"}
    told = {"measure": 3, "expected": "5 to 9 rows", "decides": True, "dimension": "coverage"}
    return given | told | {"rule": name, "severity": severity} | facts


@pytest.mark.parametrize(
    ("severity", "expected"),
    [("warn", Decision.PUBLISH), ("quarantine", Decision.QUARANTINE), ("fail", Decision.FAIL)],
)
def test_a_broken_rule_of_the_dataset_does_what_its_severity_says(severity, expected):
    judgement = decide(_stage(rules=[_rule("enough", severity)]), Decimal("0.95"))
    assert judgement.decision is expected
    told = "row_count is 3, expected 5 to 9 rows"
    if expected is Decision.PUBLISH:
        assert judgement.warnings == (f"rule enough was broken: {told}",)
    else:
        assert judgement.reason == f"rules of severity '{severity}' were broken: enough ({told})"
        assert judgement.rules == ("enough",)


def test_a_broken_rule_without_a_say_puts_rows_aside_and_no_batch():
    rule = _rule("known", scope="row", rows=5, decides=False)
    judgement = decide(_stage(rules=[rule]), Decimal("0.95"))
    assert (judgement.decision, judgement.warnings) == (Decision.PUBLISH, ())


def test_failing_comes_before_putting_aside_and_too_few_rows_may_be_none_at_all():
    rules = [_rule("few"), _rule("none", "fail")]
    assert decide(_stage(rules=rules), Decimal(0)).rules == ("none",)
    empty = _stage(rows_in=0, rows_good=0, rows_quarantined=0, score=1.0, rules=[_rule("few")])
    assert decide(empty, Decimal(0)).decision is Decision.QUARANTINE


def test_a_rule_that_could_not_be_judged_is_a_warning_whatever_its_severity():
    rule = _rule("known", "fail", state="not_evaluated", reason="airlines has published nothing")
    judgement = decide(_stage(rules=[rule]), Decimal("0.95"))
    assert judgement.decision is Decision.PUBLISH
    assert judgement.warnings == ("rule known was not evaluated: airlines has published nothing",)
