"""Every deployed alarm, evaluated as CloudWatch does over the series that it is there for."""

import re

from data_lake.alarm_kinds import KINDS, AlarmKind
from data_lake.testing.alarm_evaluation import AlarmRule, AlarmState, evaluate_series, states

ENDS = {
    "ExecutionsFailed": AlarmKind.RUN_FAILED,
    "ExecutionsTimedOut": AlarmKind.RUN_TIMED_OUT,
    "ExecutionsAborted": AlarmKind.RUN_ABORTED,
    "batch-quarantined": AlarmKind.BATCH_QUARANTINED,
    "dead-letters": AlarmKind.DEAD_LETTERS,
    "replication": AlarmKind.REPLICATION_FAILED,
    "freshness": AlarmKind.FRESHNESS,
    "batches-overdue": AlarmKind.BATCHES_OVERDUE,
    "events-missed": AlarmKind.EVENTS_MISSED,
}
COUNTING = set(KINDS) - {AlarmKind.FRESHNESS}
NIGHT = 288
"""Periods of five minutes in a day."""
OK, ALARM = AlarmState.OK, AlarmState.ALARM


def kind_of(name):
    """Give the kind of an alarm by the end of its name."""
    (kind,) = (kind for end, kind in ENDS.items() if re.search(rf"(^|-){end}$", name))
    return kind


def of_kind(lake, *kinds):
    """Give the rule of each alarm of these kinds, by name; there is at least one."""
    found = {
        name: AlarmRule.of(alarm) for name, alarm in lake.alarms().items() if kind_of(name) in kinds
    }
    assert found
    return found


def counted(*at, periods=NIGHT):
    """Give a series that has a 1 at these periods and nothing at all otherwise."""
    return [1.0 if period in at else None for period in range(periods)]


def filled(*at, periods):
    """Give what `SUM(FILL(METRICS(), 0))` gives for runs that published at these periods."""
    return [float(period in at) for period in range(periods)]


def ringing(rule, series):
    """Give the periods in which an alarm rings."""
    return [period for period, state in enumerate(states(rule, series)) if state is ALARM]


def test_every_deployed_alarm_is_of_a_kind_and_production_has_one_of_each(prod):
    assert {kind_of(name) for name in prod.alarms()} == set(KINDS)


def test_one_failed_nightly_run_alarms_and_is_over_half_an_hour_later(lake):
    rules = of_kind(lake, AlarmKind.RUN_FAILED, AlarmKind.RUN_TIMED_OUT, AlarmKind.RUN_ABORTED)
    for name, rule in rules.items():
        rings = ringing(rule, counted(24))
        assert rings[0] == 24, name
        assert rings == list(range(24, rings[-1] + 1)), name
        assert 30 <= len(rings) * 5 <= 40, name


def test_failures_that_follow_each_other_are_one_alarm(lake):
    for name, rule in of_kind(lake, AlarmKind.RUN_FAILED).items():
        rings = ringing(rule, counted(*range(24, 60, 5)))
        assert rings == list(range(24, rings[-1] + 1)), name
        assert ringing(rule, counted(24, 100)) != list(range(24, 108)), "these are two"


def test_a_single_count_alarms_at_once_whatever_is_counted(lake):
    for name, rule in of_kind(lake, *COUNTING & {kind_of(name) for name in lake.alarms()}).items():
        assert ringing(rule, counted(10))[0] == 10, name
        assert ringing(rule, [0.0, 0.0, 3.0])[0] == 2, name


def test_silence_and_zeros_of_what_is_counted_are_fine_from_the_first_period_on(lake):
    for name, rule in of_kind(lake, *COUNTING & {kind_of(name) for name in lake.alarms()}).items():
        assert set(states(rule, counted())) == {OK}, name
        assert set(states(rule, [0.0] * 10)) == {OK}, name
        assert list(states(rule, [1.0] + [None] * 20, ALARM))[-1] is OK, name


def test_a_quarantined_batch_alarms_for_its_dataset_and_without_series_nothing_does(lake):
    for rule in of_kind(lake, AlarmKind.BATCH_QUARANTINED).values():
        good, bad = [None, None, None], [None, None, 1.0]
        assert evaluate_series(rule, {"flights": bad, "planes": good}) == (
            ALARM,
            {"flights": ALARM, "planes": OK},
        )
        assert evaluate_series(rule, {"planes": good})[0] is OK
        assert evaluate_series(rule, {})[0] is AlarmState.INSUFFICIENT_DATA


def test_the_alarm_of_quality_asks_for_what_close_run_counts(lake):
    (query,) = lake.alarms()["batch-quarantined"]["Metrics"]
    assert query["Expression"] == (
        'SELECT SUM(Runs) FROM SCHEMA("Strata", dataset, environment, outcome) WHERE environment '
        f"= '{lake.settings.environment}' AND outcome = 'quarantined' GROUP BY dataset"
    )
    assert (query["Period"], query.get("ReturnData", True)) == (300, True)


def test_a_queue_alarms_as_long_as_a_message_is_in_it(lake):
    for name, rule in of_kind(lake, AlarmKind.DEAD_LETTERS).items():
        depths = [0.0, 0.0, 2.0, 2.0, 1.0, 0.0, 0.0]
        assert ringing(rule, depths) == [2, 3, 4], name


def test_a_missing_run_alarms_when_the_promised_time_is_over(lake):
    for name, rule in of_kind(lake, AlarmKind.FRESHNESS).items():
        promised = rule.periods
        published = filled(0, periods=2 * promised)
        assert ringing(rule, published) == list(range(promised, 2 * promised)), name


def test_runs_that_publish_in_time_never_alarm(lake):
    for name, rule in of_kind(lake, AlarmKind.FRESHNESS).items():
        every = rule.periods
        in_time = filled(0, every, 2 * every, periods=3 * every)
        assert ringing(rule, in_time) == [], name


def test_a_publish_ends_the_alarm_of_a_late_dataset_at_once(lake):
    for name, rule in of_kind(lake, AlarmKind.FRESHNESS).items():
        late = rule.periods + 3
        rings = ringing(rule, filled(0, late, periods=late + 5))
        assert rings == list(range(rule.periods, late)), name


def test_a_dataset_that_never_had_a_run_alarms(lake):
    for name, rule in of_kind(lake, AlarmKind.FRESHNESS).items():
        assert ringing(rule, [None] * 3) == [0, 1, 2], name
