"""Every worked example of CloudWatch's page on missing data, and what it says in words.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html, and the
rows that earlier editions of the same page had:
https://github.com/awsdocs/amazon-cloudwatch-user-guide, doc_source/AlarmThatSendsEmail.md.
"""

from typing import Any

import pytest

from data_lake.testing.alarm_evaluation import (
    AlarmRule,
    AlarmState,
    Missing,
    evaluate,
    evaluate_series,
    filled_in,
    looking_back,
    states,
)

RETAIN = "Retain current state"
NO_DATA = "INSUFFICIENT_DATA"
TREATMENTS = (Missing.MISSING, Missing.IGNORE, Missing.BREACHING, Missing.NOT_BREACHING)
VALUES = {"0": 0.0, "X": 1.0, "-": None}

THREE_OF_THREE = [
    ("0 - X - X", 0, "OK", "OK", "OK", "OK"),
    ("0 - - - -", 2, "OK", "OK", "OK", "OK"),
    ("- - - - -", 3, NO_DATA, RETAIN, "ALARM", "OK"),
    ("0 X X - X", 0, "ALARM", "ALARM", "ALARM", "ALARM"),
    ("- - X - -", 2, "ALARM", RETAIN, "ALARM", "OK"),
]
TWO_OF_THREE = [
    ("0 - X - X", 0, "ALARM", "ALARM", "ALARM", "ALARM"),
    ("0 0 X 0 X", 0, "ALARM", "ALARM", "ALARM", "ALARM"),
    ("0 - X - -", 1, "OK", "OK", "ALARM", "OK"),
    ("- - - - 0", 2, "OK", "OK", "ALARM", "OK"),
    ("- - - X -", 2, "ALARM", RETAIN, "ALARM", "OK"),
]
EARLIER_THREE_OF_THREE = [
    ("- - - - X", 2, NO_DATA, RETAIN, "ALARM", "OK"),
    ("X - - - -", 2, "ALARM", RETAIN, "ALARM", "OK"),
]
EARLIER_TWO_OF_THREE = [("- - - - X", 2, NO_DATA, RETAIN, "ALARM", "OK")]

Row = tuple[str, int, str, str, str, str]
ROWS = [
    *((3, row) for row in (*THREE_OF_THREE, *EARLIER_THREE_OF_THREE)),
    *((2, row) for row in (*TWO_OF_THREE, *EARLIER_TWO_OF_THREE)),
]


def rule(needed: int, missing: Missing = Missing.MISSING, periods: int = 3) -> AlarmRule:
    """Give an alarm that rings from 1 on."""
    return AlarmRule("GreaterThanOrEqualToThreshold", 1, periods, needed, missing)


def series(points: str) -> list[float | None]:
    """Give datapoints as the documentation writes them."""
    return [VALUES[point] for point in points.split()]


@pytest.mark.parametrize("before", AlarmState)
@pytest.mark.parametrize(("needed", "row"), ROWS)
def test_every_cell_of_the_documented_tables_is_what_comes_out(
    needed: int, row: Row, before: AlarmState
) -> None:
    points, _, *cells = row
    found = {
        treatment: evaluate(rule(needed, treatment), series(points), before)
        for treatment in TREATMENTS
    }
    expected = [before if cell == RETAIN else AlarmState(cell) for cell in cells]
    assert found == dict(zip(TREATMENTS, expected, strict=True))


@pytest.mark.parametrize(("needed", "row"), ROWS)
def test_as_many_points_are_filled_in_as_the_tables_say(needed: int, row: Row) -> None:
    assert filled_in(rule(needed), series(row[0])) == row[1]


@pytest.mark.parametrize("points", ["- - - - X", "- - - X -"])
def test_an_alarm_does_not_ring_before_the_next_point_can_be_good(points: str) -> None:
    assert evaluate(rule(3), series(points)) is not AlarmState.ALARM


@pytest.mark.parametrize("points", ["- - - X 0", "- - X - 0"])
def test_a_good_point_after_a_bad_one_is_no_false_alarm(points: str) -> None:
    assert evaluate(rule(3), series(points)) is AlarmState.OK


def test_a_good_point_that_leaves_the_range_no_longer_keeps_breaching_silence_quiet() -> None:
    breaching = rule(3, Missing.BREACHING)
    assert evaluate(breaching, series("0 - - - -")) is AlarmState.OK
    assert evaluate(breaching, series("0 - - - - -")) is AlarmState.ALARM


def test_the_figure_of_three_of_three_rings_in_the_fifth_period_and_ends_in_the_sixth() -> None:
    alarm = AlarmRule("GreaterThanThreshold", 3, 3, 3)
    values = [1.0, 2.0, 4.0, 5.0, 4.0, 2.0, 2.0, 1.0, 4.0, 2.0]
    ringing = [number for number, state in enumerate(states(alarm, values), 1) if state == "ALARM"]
    assert ringing == [5]


def test_a_wider_range_finds_older_points() -> None:
    points = series("0 - - - - - -")
    assert evaluate(rule(1, periods=1), points) is AlarmState.INSUFFICIENT_DATA
    assert evaluate(looking_back(rule(1, periods=1), 7), points) is AlarmState.OK


def test_an_alarm_of_many_series_rings_while_one_does() -> None:
    alarm = rule(1, Missing.NOT_BREACHING, periods=1)
    state, each = evaluate_series(alarm, {"flights": [0.0], "planes": [1.0]})
    assert (state, each) == (AlarmState.ALARM, {"flights": "OK", "planes": "ALARM"})


def test_a_series_that_is_gone_is_over_and_no_series_at_all_is_no_data() -> None:
    alarm = rule(1, Missing.BREACHING, periods=1)
    before = {"planes": AlarmState.ALARM}
    assert evaluate_series(alarm, {"flights": [0.0]}, before) == (
        AlarmState.OK,
        {"planes": AlarmState.OK, "flights": AlarmState.OK},
    )
    assert evaluate_series(alarm, {}, before) == (
        AlarmState.INSUFFICIENT_DATA,
        {"planes": AlarmState.OK},
    )


def test_a_series_that_cannot_be_judged_leaves_the_alarm_without_data() -> None:
    state, _ = evaluate_series(rule(3), {"planes": [None]})
    assert state is AlarmState.INSUFFICIENT_DATA


@pytest.mark.parametrize(
    ("comparison", "at", "rings"),
    [
        ("GreaterThanOrEqualToThreshold", 2.0, True),
        ("GreaterThanThreshold", 2.0, False),
        ("LessThanThreshold", 2.0, False),
        ("LessThanOrEqualToThreshold", 2.0, True),
        ("LessThanThreshold", 1.9, True),
        ("GreaterThanThreshold", 2.1, True),
    ],
)
def test_a_value_at_the_threshold_breaches_where_the_comparison_says_so(
    comparison: str, at: float, rings: bool
) -> None:
    properties = {"ComparisonOperator": comparison, "Threshold": 2, "EvaluationPeriods": 1}
    assert evaluate(AlarmRule.of(properties), [at]) is (
        AlarmState.ALARM if rings else AlarmState.OK
    )


@pytest.mark.parametrize(
    ("comparison", "ringing"),
    [
        ("GreaterThanUpperThreshold", {31.0}),
        ("LessThanLowerThreshold", {9.0}),
        ("LessThanLowerOrGreaterThanUpperThreshold", {9.0, 31.0}),
    ],
)
def test_a_band_is_left_above_or_below(comparison: str, ringing: set[float]) -> None:
    properties = {"ComparisonOperator": comparison, "EvaluationPeriods": 1}
    alarm = AlarmRule.of(properties, band=(10, 30))
    assert {value for value in (9.0, 10.0, 30.0, 31.0) if alarm.breaches(value)} == ringing


@pytest.mark.parametrize(
    ("properties", "said"),
    [
        ({"ComparisonOperator": "Greater", "Threshold": 1}, "ComparisonOperator: must be one of"),
        ({"ComparisonOperator": "GreaterThanUpperThreshold"}, "band: must be given"),
    ],
)
def test_what_cannot_be_evaluated_is_refused(properties: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        AlarmRule.of({**properties, "EvaluationPeriods": 1})
