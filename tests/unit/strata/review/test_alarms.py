"""What rings later, sooner, or not at all."""

import pytest

from strata.review.points import Topic, Weight
from tests.unit.strata.review.templates import points, resource, texts

BASE = {
    "AlarmActions": ["arn:topic"],
    "ComparisonOperator": "GreaterThanThreshold",
    "EvaluationPeriods": 1,
    "Period": 60,
    "Threshold": 1,
    "TreatMissingData": "breaching",
}


def alarm(**changes):
    return {"Late": resource("AWS::CloudWatch::Alarm", BASE | changes)}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"Threshold": 5}, "threshold was 1, is 5 (RINGS LATER)"),
        ({"Threshold": 0}, "threshold was 1, is 0 (rings sooner)"),
        ({"Period": 300}, "period in seconds was 60, is 300 (RINGS LATER)"),
        ({"EvaluationPeriods": 3}, "periods looked at was 1, is 3 (RINGS LATER)"),
        ({"TreatMissingData": "ignore"}, "RINGS NO MORE WHEN DATA IS MISSING"),
        ({"AlarmActions": []}, "TELLS NOBODY"),
        ({"ActionsEnabled": False}, "actions enabled is new: false"),
        ({"AlarmActions": ["arn:other"]}, "lost arn:topic, gained arn:other"),
    ],
)
def test_a_change_is_told_with_its_effect(change, words):
    (point,) = points(alarm(), alarm(**change))
    assert point.topic is Topic.ALARM
    assert words in point.text


def test_a_lower_threshold_rings_later_where_less_is_worse():
    less = {"ComparisonOperator": "LessThanThreshold"}
    (text,) = texts(alarm(**less), alarm(**less, Threshold=0))
    assert "RINGS LATER" in text


def test_an_alarm_that_goes_is_something_no_longer_watched():
    found = points(alarm(AlarmDescription="Files are late"), {})
    (point,) = [one for one in found if one.topic is Topic.ALARM]
    assert point.text.startswith("NO LONGER WATCHED")
    assert "Files are late" in point.text


def test_a_new_alarm_without_actions_tells_nobody():
    found = points({}, alarm(AlarmActions=[]))
    assert any(one.text.startswith("TELLS NOBODY") for one in found)


def test_an_expression_that_changes_is_told_by_its_place():
    old = alarm(Metrics=[{"Id": "e", "Expression": "a"}, {"Id": "a", "Stat": "Sum"}])
    new = alarm(Metrics=[{"Id": "e", "Expression": "a * 2"}, {"Id": "a", "Stat": "Sum"}])
    (point,) = points(old, new)
    assert "Metrics.0.Expression was a, is a * 2" in point.text
    assert point.weight is Weight.CARE
